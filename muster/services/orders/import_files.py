"""Opens a file of orders as a table: CSV in its usual disguises, or a sheet of a spreadsheet."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster.base.errors import Busy, InvalidFile
from muster.base.order_imports import MAX_CELL, MAX_COLUMNS, MAX_ROWS, RawCell
from muster.services.orders import sheet_rows
from muster.services.orders.import_text import (
    find_delimiter,
    find_encoding,
    sample_of,
    text_rows,
)

Rows = Iterator[tuple[int, list[RawCell]]]
AT_ONCE = 2
"""Spreadsheets read at a time: each may take the memory that `sheet_rows` allows itself."""
_places = threading.BoundedSemaphore(AT_ONCE)
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX, XLSB and ODS; XLS
_IS_DATA = re.compile(r"[-+]?[\d.,' ]*\d[\d.,' ]*|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|\S+@\S+\.\S+")


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns and its rows that are not blank, read as they are asked for.

    Attributes:
        names: unique; made up where the file has no header.
        about: how it was read: ``format``, ``encoding``, ``delimiter``, ``header``, ``sheets`` …
    """

    names: tuple[str, ...]
    rows: Rows
    about: dict[str, Any]


@contextmanager
def open_table(path: Path, *, sheet: str | None = None) -> Iterator[Table]:
    """Open a file; what it is shows in its first bytes, whatever it is called.

    Args:
        sheet: of a spreadsheet; None: the first.

    Raises:
        InvalidFile: EMPTY_FILE, NOT_TEXT, BAD_CSV, UNREADABLE_FILE, PROTECTED_FILE, NO_SUCH_SHEET,
            UNPACKS_TOO_LARGE, TOO_MANY_COLUMNS; while its rows are read also TOO_MANY_ROWS,
            CELL_TOO_LONG.
        Busy: SHEETS_BUSY.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(_SPREADSHEETS):
        with _sheet(path, sheet or "") as (rows, about):
            yield _table(rows, {"format": "xlsx", **about})
        return
    encoding = find_encoding(path)
    delimiter = find_delimiter(sample_of(path, encoding))
    rows = text_rows(path, encoding=encoding, delimiter=delimiter)
    yield _table(rows, {"format": "csv", "encoding": encoding, "delimiter": delimiter})


def _table(rows: Rows, about: dict[str, Any]) -> Table:
    """Tell the header from the rows."""
    filled = _filled(rows)
    first = next(filled, None)
    if first is None:
        raise _refusal("EMPTY_FILE", "The file has no rows.")
    _, cells = first
    has_header = not any(_is_data(cell) for cell in cells if cell not in (None, ""))
    names = _unique([str(cell or "").strip() if has_header else "" for cell in cells])
    if not has_header:
        filled = itertools.chain([first], filled)
    return Table(names, _limited(filled), {**about, "header": has_header})


def _is_data(cell: RawCell) -> bool:
    return not isinstance(cell, str) or _IS_DATA.fullmatch(cell.strip()) is not None


def _unique(names: list[str]) -> tuple[str, ...]:
    """Name what has no name, and number what is named alike.

    >>> _unique(["a", "", "A"])
    ('a', 'Column 2', 'A (2)')
    """
    found: dict[str, str] = {}
    for place, name in enumerate(names, 1):
        chosen = wanted = name[:100] or f"Column {place}"
        number = 1
        while chosen.casefold() in found:
            number += 1
            chosen = f"{wanted} ({number})"
        found[chosen.casefold()] = chosen
    return tuple(found.values())


def _filled(rows: Rows) -> Rows:
    """Leave out blank rows, and blank cells at the ends of the others."""
    for number, cells in rows:
        while cells and (
            cells[-1] is None or (isinstance(cells[-1], str) and not cells[-1].strip())
        ):
            cells.pop()
        if not cells:
            continue
        if len(cells) > MAX_COLUMNS:
            raise _refusal(
                "TOO_MANY_COLUMNS",
                f"Row {number} has {len(cells):,} columns; an import takes {MAX_COLUMNS}.",
            )
        for cell in cells:
            if isinstance(cell, str) and len(cell) > MAX_CELL:
                raise _refusal(
                    "CELL_TOO_LONG",
                    f"A cell of row {number} is {len(cell):,} letters long.",
                    hint="Look for a quote that is opened and never closed.",
                )
        yield number, cells


def _limited(rows: Iterable[tuple[int, list[RawCell]]]) -> Rows:
    for count, row in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise _refusal(
                "TOO_MANY_ROWS",
                f"The file has more than {MAX_ROWS:,} rows.",
                hint="Split it into several files.",
            )
        yield row


@contextmanager
def _sheet(path: Path, sheet: str) -> Iterator[tuple[Rows, dict[str, Any]]]:
    """Have another process read a sheet (see `sheet_rows`)."""
    if not _places.acquire(blocking=False):
        raise Busy(
            "SHEETS_BUSY", f"{AT_ONCE} spreadsheets are being read.", hint="Try again in a minute."
        )
    try:
        with _read_apart(path, sheet) as found:
            yield found
    finally:
        _places.release()


@contextmanager
def _read_apart(path: Path, sheet: str) -> Iterator[tuple[Rows, dict[str, Any]]]:
    arguments = [sys.executable, "-m", sheet_rows.__name__, str(path), sheet]
    with subprocess.Popen(  # noqa: S603 - our own module, no shell
        arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
    ) as reader:
        assert reader.stdout is not None
        try:
            opening = reader.stdout.readline()
            about = json.loads(opening) if opening.endswith("\n") else {}
            yield _sheet_rows(reader, about), about
        finally:
            reader.kill()


def _sheet_rows(reader: subprocess.Popen[str], about: dict[str, Any]) -> Rows:
    assert reader.stdout is not None
    for line in reader.stdout:
        if line.endswith("\n"):  # else it died in the midst of it
            number, cells = json.loads(line)
            yield number, [_storable(cell) for cell in cells]
    _refuse_failed(reader.wait(), about)


def _storable(cell: RawCell) -> RawCell:
    """Return a cell without what PostgreSQL cannot hold; a sheet can spell a NUL."""
    if not isinstance(cell, str):
        return cell
    return cell.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _refuse_failed(code: int, about: dict[str, Any]) -> None:
    if code == sheet_rows.NO_SUCH_SHEET:
        known = ", ".join(f'"{name}"' for name in about["sheets"][:20])
        raise _refusal(
            "NO_SUCH_SHEET", f'There is no sheet "{about["sheet"]}".', hint=f"One of: {known}."
        )
    if code == sheet_rows.PROTECTED:
        raise _refusal(
            "PROTECTED_FILE", "The spreadsheet has a password.", hint="Save it without one."
        )
    if code < 0 or code == sheet_rows.TOO_LARGE:  # ended by its limits
        raise _refusal(
            "UNPACKS_TOO_LARGE",
            "The spreadsheet unpacks to more than an import takes.",
            hint="Delete what lies beyond the table, or save the sheet as CSV.",
        )
    if code:
        raise _refusal(
            "UNREADABLE_FILE",
            "The file is not a spreadsheet that can be read.",
            hint="Save it as XLSX, or as CSV.",
        )


def _refusal(code: str, sentence: str, *, hint: str | None = None) -> InvalidFile:
    return InvalidFile(code, sentence, hint=hint, path="$.body")
