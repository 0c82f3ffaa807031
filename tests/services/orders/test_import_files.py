"""Files of orders as tables: whatever encoding, delimiter or spreadsheet they come in."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from muster.base import order_imports
from muster.base.errors import Busy, InvalidFile
from muster.services.orders import import_files
from muster.services.orders.import_files import Table, open_table

ROWS = [["Order no", "Name", "Price"], ["A-1", "Zoë Müller", "1,50"], ["A-2", 'O"B\nrien', ""]]
READ = [(2, ["A-1", "Zoë Müller", "1,50"]), (3, ["A-2", 'O"B\nrien'])]


def csv_text(rows: list[list[str]], delimiter: str) -> str:
    return "\r\n".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    )


def read(path: Path, **options: Any) -> tuple[Table, list[tuple[int, list[Any]]]]:
    with open_table(path, **options) as table:
        return table, list(table.rows)


def read_bytes(folder: Path, content: bytes) -> tuple[Table, list[tuple[int, list[Any]]]]:
    path = folder / "file"
    path.write_bytes(content)
    return read(path)


def sheet_file(path: Path, rows: list[list[Any]], *, name: str = "Orders") -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        book.add_worksheet("Other").write_row(0, 0, ["other"])
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        sheet.set_first_sheet()
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_text_is_read_whatever_its_encoding_and_delimiter(
    tmp_path: Path, encoding: str, told: str, delimiter: str
) -> None:
    table, rows = read_bytes(tmp_path, csv_text(ROWS, delimiter).encode(encoding))
    assert (table.names, rows) == (("Order no", "Name", "Price"), READ)
    assert (table.about["encoding"], table.about["delimiter"]) == (told, delimiter)


@pytest.mark.parametrize(
    ("text", "names", "numbers"),
    [
        ("a,b\n1,2\n\n3,4\n", ("a", "b"), [2, 4]),
        ("\n\na,b\n1,2", ("a", "b"), [4]),
        ("sep=;\na;b\n1,5;2\n", ("a", "b"), [3]),
        ("1,x@y.at\n2,z@y.at\n", ("Column 1", "Column 2"), [1, 2]),
        ("a,,a,A\n1,2,3,4", ("a", "Column 2", "a (2)", "A (3)"), [2]),
        ("order\nA-1\nA-2\n", ("order",), [2, 3]),
        ("a,b\n , \n1,2", ("a", "b"), [3]),
    ],
)
def test_the_header_and_the_rows_are_told_apart(
    tmp_path: Path, text: str, names: tuple[str, ...], numbers: list[int]
) -> None:
    table, rows = read_bytes(tmp_path, text.encode())
    assert table.names == names
    assert [number for number, _ in rows] == numbers


def test_a_sheet_keeps_its_types_and_formulas_are_not_worked_out(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    moment = datetime(2025, 5, 4, 10, 30)
    sheet_file(path, [["no", "date", "paid", "price"], [7, moment, True, 1.5], ["=1+1"]])
    table, rows = read(path, sheet="Orders")
    assert table.about["sheets"] == ["Other", "Orders"]
    assert rows[0] == (2, [7, "2025-05-04T10:30:00", True, 1.5])
    assert rows[1:] in ([(3, [0])], [])  # what the writer of the file said the formula shows


def test_a_day_of_a_sheet_is_a_day(tmp_path: Path) -> None:
    path = sheet_file(tmp_path / "a.xlsx", [["day"], [date(2025, 5, 4)]])
    assert read(path, sheet="Orders")[1] == [(2, ["2025-05-04"])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b"\n\n , \n", "EMPTY_FILE"),
        (b"\x00\x01\x02\x03" * 100, "NOT_TEXT"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "NOT_TEXT"),
        (b"PK\x03\x04 not a zip", "UNREADABLE_FILE"),
        (b"\xd0\xcf\x11\xe0 nor this", "UNREADABLE_FILE"),
        (b'a,b\n1,"' + b"x" * 200_000, "BAD_CSV"),
        (b"a\n" + b"x" * 20_000, "CELL_TOO_LONG"),
        (b"a" + b",b" * 300, "TOO_MANY_COLUMNS"),
        (b"\xff\xfea", "NOT_TEXT"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_code(
    tmp_path: Path, content: bytes, code: str
) -> None:
    with pytest.raises(InvalidFile) as refused:
        read_bytes(tmp_path, content)
    assert (refused.value.code, refused.value.path) == (code, "$.body")


def test_a_file_of_too_many_rows_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_files, "MAX_ROWS", 3)
    assert len(read_bytes(tmp_path, b"a\n1\n2\n3\n")[1]) == 3
    with pytest.raises(InvalidFile) as refused:
        read_bytes(tmp_path, b"a\n1\n2\n3\n4\n")
    assert refused.value.code == "TOO_MANY_ROWS"
    assert order_imports.MAX_ROWS == 200_000


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    path = sheet_file(tmp_path / "a.xlsx", [["a"], [1]])
    with pytest.raises(InvalidFile) as refused:
        read(path, sheet="Nope")
    assert refused.value.code == "NO_SUCH_SHEET"
    assert refused.value.hint is not None
    assert '"Orders"' in refused.value.hint


def test_a_sheet_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    """Two cells at opposite corners: 17 billion in between."""
    path = sheet_file(tmp_path / "a.xlsx", [["a"], [1]])
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet2.xml":
                content = content.replace(b'r="2"', b'r="1048576"').replace(b"A2", b"XFD1048576")
            new.writestr(name, content)
    with pytest.raises(InvalidFile) as refused:
        read(bomb, sheet="Orders")
    assert refused.value.code == "UNPACKS_TOO_LARGE"


@given(content=st.binary(max_size=300))
def test_no_bytes_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "drawn"
    path.write_bytes(content)
    with suppress(InvalidFile):  # a refusal is fine, all other errors are not
        read(path)


def test_a_damaged_spreadsheet_is_refused_wherever_it_is_damaged(tmp_path: Path) -> None:
    path = sheet_file(tmp_path / "a.xlsx", [["a", "b"], [1, "x"]])
    whole = path.read_bytes()
    for place in range(40, len(whole), len(whole) // 9):
        damaged = whole[:place] + bytes(255 - byte for byte in whole[place : place + 40])
        path.write_bytes(damaged + whole[place + 40 :])
        with suppress(InvalidFile):  # what is damaged may be of no account
            read(path, sheet="Orders")


def test_only_so_many_spreadsheets_are_read_at_once(tmp_path: Path) -> None:
    path = sheet_file(tmp_path / "a.xlsx", [["a"], [1]])
    with open_table(path), open_table(path), pytest.raises(Busy) as refused, open_table(path):
        pass
    assert refused.value.code == "SHEETS_BUSY"
    assert read(path, sheet="Orders")[1] == [(2, [1])]
