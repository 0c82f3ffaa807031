"""Facts about columns and tables, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from muster.base.inspection import ColumnFacts, PhysicalType, TableFacts, WarehouseFacts

NATIVE = {
    PhysicalType.TEXT: "VARCHAR",
    PhysicalType.INTEGER: "BIGINT",
    PhysicalType.DECIMAL: "DECIMAL(18,2)",
    PhysicalType.FLOAT: "DOUBLE",
    PhysicalType.BOOLEAN: "BOOLEAN",
    PhysicalType.DATE: "DATE",
    PhysicalType.NAIVE_TIMESTAMP: "TIMESTAMP",
    PhysicalType.ZONED_TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
    PhysicalType.TEXT_LIST: "VARCHAR[]",
    PhysicalType.OTHER: "BLOB",
}


def column(name: str, kind: PhysicalType, **changes: Any) -> ColumnFacts:
    """Return a column of 100 rows, all different and none null."""
    values: dict[str, Any] = {
        "nulls": 0,
        "distinct": 100,
        "minimum": None,
        "maximum": None,
        "top_values": (),
    }
    return ColumnFacts(name, kind, NATIVE[kind], **(values | changes))


def table(name: str, *columns: ColumnFacts, **changes: Any) -> TableFacts:
    """Return a table of 100 rows without keys."""
    values: dict[str, Any] = {
        "rows": 100,
        "primary_key": None,
        "primary_key_declared": False,
        "foreign_keys": (),
    }
    return TableFacts(name, columns=columns, **(values | changes))


def warehouse(*tables: TableFacts) -> WarehouseFacts:
    """Return facts of a warehouse."""
    return WarehouseFacts(tables, datetime(2026, 1, 1, tzinfo=UTC))
