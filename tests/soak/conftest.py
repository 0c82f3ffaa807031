"""Fixtures of the kill loops: the small workspace, as a copy to change, also with an order desk."""

from tests.orders_shop import desk_installation, desk_template
from tests.services.conftest import installation, small_files, template

__all__ = ["desk_installation", "desk_template", "installation", "small_files", "template"]
