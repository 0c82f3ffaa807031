"""What loading a folder found and did, returned and kept in the warehouse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from muster.engines.duckdb import DuckDBWarehouse

# The first six columns are those that every loader of Muster writes.
_CREATE = """CREATE OR REPLACE TABLE muster_load_report (table_name VARCHAR, rows_read BIGINT,
rows_loaded BIGINT, duplicates BIGINT, rejected BIGINT, orphans BIGINT, reasons VARCHAR,
unreadable VARCHAR, future BIGINT, earliest TIMESTAMP, latest TIMESTAMP, loaded_at TIMESTAMP)"""


@dataclass(frozen=True, slots=True)
class TableReport:
    """One table.

    Attributes:
        table: its name.
        read: rows in the file.
        loaded: rows now in the table; read = loaded + duplicates + all rejected.
        duplicates: rows dropped because another row says the same (all columns equal, or the
            same event id).
        rejected: rows kept out and put into ``<table>_rejected``, by reason: ``no_key``,
            ``bad_key`` (unreadable), ``duplicate_key``, ``no_entity_key``, ``bad_entity_key``,
            ``no_time``, ``bad_time``.
        unreadable: by column, values that the column's type cannot hold; loaded as null.
        orphans: loaded events whose entity is unknown; they count for nobody.
        future: loaded events that happen after the load.
        earliest, latest: times of the first and last loaded event, None without events.
    """

    table: str
    read: int
    loaded: int
    duplicates: int
    rejected: Mapping[str, int]
    unreadable: Mapping[str, int]
    orphans: int
    future: int
    earliest: datetime | None
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class LoadReport:
    """All tables of one load."""

    tables: tuple[TableReport, ...]
    loaded_at: datetime

    def table(self, name: str) -> TableReport | None:
        """Return the report of a table, None if it was not loaded."""
        return next((report for report in self.tables if report.table == name), None)


def write_report(warehouse: DuckDBWarehouse, report: LoadReport) -> None:
    """Replace the report kept in the warehouse; the caller's transaction decides if it stays."""
    warehouse.connection.execute(_CREATE).fetchall()
    warehouse.connection.executemany(
        "INSERT INTO muster_load_report VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_row(table, report.loaded_at) for table in report.tables],
    )


def _row(table: TableReport, loaded_at: datetime) -> tuple[Any, ...]:
    return (
        table.table,
        table.read,
        table.loaded,
        table.duplicates,
        sum(table.rejected.values()),
        table.orphans,
        json.dumps(dict(table.rejected), sort_keys=True),
        json.dumps(dict(table.unreadable), sort_keys=True),
        table.future,
        _naive(table.earliest),
        _naive(table.latest),
        _naive(loaded_at),
    )


def _naive(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(UTC).replace(tzinfo=None)
