"""The bad rows of an import as a file that can be mended in a spreadsheet and imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from muster.base.order_imports import MAX_CELL, Import, ImportRow
from muster.base.spreadsheets import harmless
from muster.services.context import WorkspaceContext
from muster.services.orders.import_values import plain_text
from muster.services.orders.importing import own_import
from muster.services.orders.opening import open_desk
from muster.store.orders import imports

_PAGE = 1_000
_COLUMNS = ("row", "code", "column", "rejected value", "error")


def error_file(context: WorkspaceContext, import_id: int) -> Iterator[str]:
    """Return pieces of a CSV file: the bad rows as they were, with what is wrong and where.

    A row with several faults is there once, its faults parted by " | ". Mended in a spreadsheet,
    the file can be imported as it is.

    Raises:
        NotFound: UNKNOWN_IMPORT. Forbidden: NOT_YOUR_IMPORT.
    """
    with open_desk(context) as (connection, _):
        found = own_import(connection, context, import_id)
    return _error_lines(context, found)


def _error_lines(context: WorkspaceContext, found: Import) -> Iterator[str]:
    width = len(found.columns)
    names = [column.name for column in found.columns]
    yield "\ufeff" + _csv_line([*names, *_COLUMNS])  # the mark tells Excel that it is UTF-8
    after = 0
    while True:
        with open_desk(context) as (connection, _):
            rows = imports.page_of_rows(
                connection, found.id, outcome="error", after=after, limit=_PAGE
            )
        for row in rows:
            cells = [plain_text(cell) for cell in row.cells[:width]]
            cells += [""] * (width - len(cells))
            yield _csv_line([*cells, str(row.row_no), *_told(row)])
        if len(rows) < _PAGE:
            return
        after = rows[-1].row_no


def _told(row: ImportRow) -> list[str]:
    parts = (
        [error.code for error in row.errors],
        [error.column or "" for error in row.errors],
        [error.value or "" for error in row.errors],
        [error.sentence for error in row.errors],
    )
    return [" | ".join(part)[:MAX_CELL] for part in parts]


def _csv_line(cells: Iterable[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerow([harmless(cell) for cell in cells])
    return stream.getvalue()
