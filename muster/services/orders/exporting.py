"""Takes orders out as a file: CSV as it is read, XLSX whole; memory does not grow with the rows.

A text that a spreadsheet would run is made harmless in CSV; in XLSX a text is a text by its type.
Numbers stay numbers, instants are UTC in CSV and the desk's own time in XLSX, which knows no zones.
"""

from __future__ import annotations

import csv
import io
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import xlsxwriter

from muster.base.errors import Busy, InvalidInput, Problem
from muster.base.order_query import OrderQuery
from muster.base.order_rows import HIDDEN
from muster.base.orders import FIELDS, OrderField, OrderFieldType
from muster.base.people import Permission
from muster.base.spreadsheets import harmless
from muster.services.context import WorkspaceContext
from muster.services.orders.reading import Reading, reading
from muster.services.personal import record_read
from muster.store import audit
from muster.store.orders import counting
from muster.store.orders.order_rows import stream_rows

Format = Literal["csv", "xlsx"]
MOST_XLSX_ROWS = 1_048_575
"""A sheet has 1,048,576 rows, one of which is the header."""
AT_ONCE = 4
"""Exports of one process at a time: each keeps a connection to the database while it lasts."""

_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Export:
    """An export that is allowed and written down: what goes into it and how it is called."""

    context: WorkspaceContext
    query: OrderQuery
    fields: tuple[OrderField, ...]
    file_name: str
    time_zone: str
    rows: int

    @property
    def masked(self) -> frozenset[int]:
        """The places of columns whose values are hidden."""
        if self.context.allows(Permission.SEE_PERSONAL):
            return frozenset()
        return frozenset(n for n, field in enumerate(self.fields) if field.personal)


def prepare_export(
    context: WorkspaceContext, query: OrderQuery, *, columns: Sequence[str], file_format: Format
) -> Export:
    """Decide whether an export may be made, and write it down before its first row leaves.

    Raises:
        InvalidInput: UNKNOWN_FIELD, PERSONAL_FIELD, TOO_MANY_ROWS. Forbidden: NOT_ALLOWED.
        NotFound: NO_ORDER_DESK.
    """
    context.require(Permission.EXPORT)
    fields = _fields(columns)
    with reading(context, query) as found:
        counted = counting.count(found.connection, found.where)
        if file_format == "xlsx" and counted.total > MOST_XLSX_ROWS:
            raise InvalidInput(
                "TOO_MANY_ROWS",
                f"The query finds {counted.total:,} orders; a sheet holds {MOST_XLSX_ROWS:,}.",
                hint="Export them as CSV, or filter them.",
                path="$.format",
            )
        _record(found, fields, file_format, counted.total)
        now = context.resources.clock.now_utc().astimezone(ZoneInfo(found.desk.time_zone))
        name = f"orders-{now:%Y-%m-%d-%H%M}.{file_format}"
        return Export(context, query, fields, name, found.desk.time_zone, counted.total)


def csv_chunks(export: Export) -> Iterator[bytes]:
    """Yield the file piece by piece while the database reads on.

    Raises:
        Busy: EXPORTS_BUSY.
    """
    buffer = io.StringIO()
    buffer.write("\ufeff")  # a spreadsheet takes it for UTF-8
    writer = csv.writer(buffer)
    writer.writerow([field.label for field in export.fields])
    for rows in _batches(export):
        writer.writerows([_csv_cell(value) for value in row] for row in rows)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def write_xlsx(export: Export, target: Path) -> int:
    """Write the file and return its number of rows, the header not counted.

    Raises:
        Busy: EXPORTS_BUSY.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "tmpdir": str(target.parent),
    }
    number = 0
    with xlsxwriter.Workbook(str(target), options) as book:
        sheet = book.add_worksheet("Orders")
        styles = {
            OrderFieldType.MONEY: book.add_format({"num_format": "#,##0.00"}),
            OrderFieldType.INSTANT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        header = book.add_format({"bold": True})
        zone = ZoneInfo(export.time_zone)
        for column, field in enumerate(export.fields):
            sheet.set_column(column, column, 18, styles.get(field.type))
            sheet.write_string(0, column, field.label, header)
        sheet.freeze_panes(1, 0)
        for rows in _batches(export):
            for row in rows:
                number += 1
                for column, (field, value) in enumerate(zip(export.fields, row, strict=True)):
                    _write_cell(sheet, number, column, value, styles.get(field.type), zone)
    return number


@contextmanager
def temporary_xlsx(export: Export) -> Iterator[Path]:
    """Write the file into a folder of its own that goes with the block."""
    with tempfile.TemporaryDirectory(prefix="muster-export-") as folder:
        path = Path(folder) / export.file_name
        write_xlsx(export, path)
        yield path


def _fields(columns: Sequence[str]) -> tuple[OrderField, ...]:
    problems = [
        Problem("UNKNOWN_FIELD", f"$.columns[{place}]", f'There is no field "{name}".')
        for place, name in enumerate(columns)
        if name not in FIELDS
    ]
    if problems:
        raise InvalidInput.of("UNKNOWN_FIELD", "The list of columns", problems)
    return tuple(FIELDS[name] for name in dict.fromkeys(columns or FIELDS))


def _record(found: Reading, fields: Sequence[OrderField], file_format: Format, rows: int) -> None:
    context = found.context
    if context.allows(Permission.SEE_PERSONAL):
        personal = [field.name for field in fields if field.personal]
        record_read(found.connection, context, "orders", personal, rows, how="export")
    audit.record(
        found.connection,
        context.workspace.id,
        actor=context.actor,
        action="orders.export",
        subject="orders",
        after={"format": file_format, "rows": rows, "columns": [field.name for field in fields]},
        request_id=context.request_id,
    )


def _batches(export: Export) -> Iterator[list[list[Any]]]:
    """Yield rows as they are shown, some thousand at a time, as of one moment."""
    if not _places.acquire(blocking=False):
        raise Busy("EXPORTS_BUSY", f"{AT_ONCE} exports are at work.", hint="Try again in a minute.")
    try:
        names = [field.name for field in export.fields]
        masked = export.masked
        with reading(export.context, export.query) as found:
            for rows in stream_rows(found.connection, found.where, export.query.order, names):
                yield [
                    [
                        HIDDEN if place in masked and value is not None else value
                        for place, value in enumerate(row)
                    ]
                    for row in rows
                ]
    finally:
        _places.release()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def _write_cell(sheet: Any, row: int, column: int, value: Any, style: Any, zone: ZoneInfo) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value.astimezone(zone).replace(tzinfo=None), style)
    elif isinstance(value, int | Decimal):
        sheet.write_number(row, column, value, style)
    elif value is not None:
        sheet.write_string(row, column, value)
