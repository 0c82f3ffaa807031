"""PLACEHOLDER by LEAD so that imports work; BUILD replaces it."""

from __future__ import annotations

from pathlib import Path


def warehouse_stamp(path: Path) -> str:
    """Return a mark that changes with the file."""
    return str(path.stat())
