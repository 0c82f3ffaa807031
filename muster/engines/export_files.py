"""Members as CSV, JSON and Parquet, written row by row so that size does not matter."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any, TextIO

from numpy.typing import NDArray

from muster.base.datamodel import DataModel, Field
from muster.base.json_value import exact
from muster.base.spreadsheets import harmless
from muster.compile.statement import Statement
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.member_rows import KEYS_TABLE, members_select
from muster.engines.templates import fill

Batches = Iterable[list[tuple[Any, ...]]]


def write_csv(stream: TextIO, columns: Sequence[str], batches: Batches) -> int:
    """Write a header and rows; return the number of rows.

    No value is empty; instants are ISO 8601 in UTC, lists JSON. Text that a spreadsheet would run
    as a formula gets an apostrophe in front.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([harmless(name) for name in columns])
    rows = 0
    for batch in batches:
        writer.writerows([_csv_value(value) for value in row] for row in batch)
        rows += len(batch)
    return rows


def write_json(stream: TextIO, columns: Sequence[str], batches: Batches) -> int:
    """Write an array of objects, one to a line; return the number of rows."""
    stream.write("[")
    rows = 0
    for batch in batches:
        for row in batch:
            stream.write("\n" if rows == 0 else ",\n")
            values = {name: _json_value(value) for name, value in zip(columns, row, strict=True)}
            stream.write(json.dumps(values, ensure_ascii=False))
            rows += 1
    stream.write("\n]\n")
    return rows


def write_parquet(
    target: Path,
    model: DataModel,
    keys: NDArray[Any],
    fields: Sequence[Field],
    *,
    warehouse_path: Path,
    masked: str | None,
) -> int:
    """Write typed columns; return the number of rows. Instants keep that they are UTC.

    DuckDB copies straight from the warehouse, which it only reads, into the file.

    Raises:
        EngineFailed: the warehouse or the disk failed.
    """
    select = members_select(
        model, fields, masked=masked, text_keys=keys.dtype == object, zoned_times=True
    )
    statement = Statement.of(select, dialect="duckdb", purpose="export to Parquet")
    with DuckDBWarehouse.in_memory() as memory, memory.native(statement.purpose):
        if fields:
            attach = fill("ATTACH $path AS source (READ_ONLY)", path=str(warehouse_path))
            memory.connection.execute(attach.sql(dialect="duckdb")).fetchall()
            memory.connection.execute("USE source").fetchall()
        memory.register_keys(KEYS_TABLE, keys)
        relation = memory.connection.sql(statement.sql)
        relation.write_parquet(str(target), compression="zstd")
    return len(keys)


def _csv_value(value: Any) -> Any:
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case bool():
            return "true" if value else "false"
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case list():
            return harmless(json.dumps(value, ensure_ascii=False))
        case _:
            return value


def _json_value(value: Any) -> Any:
    match value:
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case float() if not isfinite(value):
            return None  # JSON has no word for it
        case _:
            return exact(value)


def _instant(naive_utc: datetime) -> str:
    return naive_utc.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
