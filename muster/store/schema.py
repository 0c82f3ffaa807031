"""Every table of the product database in one metadata, for migrations and their tests."""

from __future__ import annotations

from muster.store import tables, tables_notices, tables_people, tables_runs
from muster.store.columns import metadata

__all__ = ["TABLE_MODULES", "metadata"]

TABLE_MODULES = (tables, tables_runs, tables_people, tables_notices)
