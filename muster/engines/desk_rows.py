"""Rows of an order desk that a script prepared, written as CSV files the way COPY reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.templates import fill, table


def attach_source(warehouse: DuckDBWarehouse, path: Path) -> None:
    """Let the scripts that follow read another warehouse's tables; nothing of it is changed.

    Raises:
        EngineFailed: it is missing, damaged, or somebody writes to it.
    """
    with warehouse.native("attach the warehouse"):
        statement = fill("ATTACH $path AS source (READ_ONLY)", path=str(path))
        warehouse.connection.execute(statement.sql(dialect="duckdb")).fetchall()
        warehouse.connection.execute("USE source").fetchall()


def write_desk_table(warehouse: DuckDBWarehouse, name: str, target: Path) -> tuple[str, ...]:
    """Write the rows of ``desk_<name>`` to a CSV file without a header; return its columns.

    An empty field is NULL, an empty text is quoted; instants are UTC.
    """
    query = fill("SELECT * FROM $source", source=table(f"desk_{name}"))
    with warehouse.native(f"write {name}"):
        relation = warehouse.connection.sql(query.sql(dialect="duckdb"))
        relation.write_csv(str(target), header=False)
        return tuple(relation.columns)


def desk_report(warehouse: DuckDBWarehouse) -> Mapping[str, int]:
    """Return what a script counted: name of the oddity -> how often."""
    with warehouse.native("read the report"):
        found = warehouse.connection.execute("SELECT quirk, number FROM desk_report").fetchall()
    return {name: int(number or 0) for name, number in found}
