"""What was found in a warehouse or a folder of files: facts, before anybody interprets them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PhysicalType(StrEnum):
    """Column types reduced to what the data model distinguishes."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    NAIVE_TIMESTAMP = "naive_timestamp"
    ZONED_TIMESTAMP = "zoned_timestamp"
    TEXT_LIST = "text_list"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column. Counts are exact; ``distinct`` counts non-null values.

    ``minimum``, ``maximum`` and ``top_values`` are text as the warehouse prints it, most frequent
    first, at most 20, each with its count; empty where they make no sense.
    """

    name: str
    type: PhysicalType
    native_type: str
    nulls: int
    distinct: int
    minimum: str | None
    maximum: str | None
    top_values: tuple[tuple[str, int], ...]
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``column`` of the owner refers to ``table.other``; ``declared`` or inferred from values."""

    column: str
    table: str
    other: str
    declared: bool


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One table or file, with its keys."""

    name: str
    rows: int
    columns: tuple[ColumnFacts, ...]
    primary_key: str | None
    primary_key_declared: bool
    foreign_keys: tuple[ForeignKey, ...]

    def column(self, name: str) -> ColumnFacts | None:
        """Return the named column, None if the table has no such column."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class WarehouseFacts:
    """Everything found, and when."""

    tables: tuple[TableFacts, ...]
    inspected_at: datetime

    def table(self, name: str) -> TableFacts | None:
        """Return the named table, None if there is none."""
        return next((table for table in self.tables if table.name == name), None)
