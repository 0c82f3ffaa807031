"""Fixtures of the kill loops: the small workspace, as a copy to change."""

from tests.services.conftest import installation, small_files, template

__all__ = ["installation", "small_files", "template"]
