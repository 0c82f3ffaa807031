"""What loading a folder found and did, returned and kept in the warehouse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from muster.engines.duckdb import DuckDBWarehouse

REPORT_TABLE = "muster_load_report"


@dataclass(frozen=True, slots=True)
class TableReport:
    """One table.

    Attributes:
        table: its name.
        read: rows in the file.
        loaded: rows now in the table; read = loaded + duplicates + all rejected.
        duplicates: rows dropped because another row says the same (all columns equal, or the
            same event id).
        rejected: rows kept out and put into ``<table>_rejected``, by reason.
        orphans: loaded events whose entity is unknown; they count for nobody.
        future: loaded events that happen after the load.
        earliest, latest: times of the first and last loaded event, None without events.
    """

    table: str
    read: int
    loaded: int
    duplicates: int
    rejected: Mapping[str, int]
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
    warehouse.connection.execute(
        f"""CREATE OR REPLACE TABLE {REPORT_TABLE} (table_name VARCHAR, rows_read BIGINT,
        rows_loaded BIGINT, duplicates BIGINT, rejected VARCHAR, orphans BIGINT, future BIGINT,
        earliest TIMESTAMP, latest TIMESTAMP, loaded_at TIMESTAMP)"""
    ).fetchall()
    warehouse.connection.executemany(
        f"INSERT INTO {REPORT_TABLE} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                table.table,
                table.read,
                table.loaded,
                table.duplicates,
                json.dumps(dict(table.rejected), sort_keys=True),
                table.orphans,
                table.future,
                _naive(table.earliest),
                _naive(table.latest),
                _naive(report.loaded_at),
            )
            for table in report.tables
        ],
    )


def read_report(warehouse: DuckDBWarehouse) -> LoadReport | None:
    """Return the report kept in the warehouse, None if nothing was loaded by a folder yet.

    Raises:
        EngineFailed: the warehouse could not be read.
    """
    with warehouse.native("read the load report"):
        kept = warehouse.connection.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_name = ?", [REPORT_TABLE]
        ).fetchall()
        if not kept:
            return None
        rows = warehouse.connection.execute(f"FROM {REPORT_TABLE} ORDER BY rowid").fetchall()
    tables = tuple(
        TableReport(*row[:4], json.loads(row[4]), row[5], row[6], _aware(row[7]), _aware(row[8]))
        for row in rows
    )
    return LoadReport(tables, rows[0][9].replace(tzinfo=UTC)) if rows else None


def _naive(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(UTC).replace(tzinfo=None)


def _aware(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.replace(tzinfo=UTC)
