"""Does a warehouse answer? A query that reads the catalogue, for health checks."""

from __future__ import annotations

from muster.compile.statement import Statement
from muster.engines.duckdb import DuckDBWarehouse

_TABLES = Statement("SELECT count(*) AS tables FROM duckdb_tables()", "duckdb", "readiness")


def count_tables(warehouse: DuckDBWarehouse) -> int:
    """Return how many tables a warehouse has.

    Raises:
        EngineFailed: it does not answer.
    """
    found: int = warehouse.rows(_TABLES, limit=1).rows[0][0]
    return found
