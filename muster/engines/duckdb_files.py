"""Reads folders of CSV and Parquet files strictly: a file that is not whole is refused."""

from __future__ import annotations

import csv
import glob
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from muster.base.errors import InvalidFile, NotFound, Problem
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.failures import FailureKind, duckdb_failed, duckdb_kind
from muster.engines.templates import create_table, fill, fill_value, flags, named

SUFFIXES = (".parquet", ".csv")
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a folder; ``name`` is the table it stands for."""

    name: str
    path: Path


def data_files(folder: Path) -> tuple[DataFile, ...]:
    """List the data files of a folder by name; other files are left alone.

    Raises:
        NotFound: the folder does not exist or holds no data file.
        InvalidFile: two files stand for one table.
    """
    if not folder.is_dir():
        raise NotFound(
            "FOLDER_MISSING",
            f"There is no folder {folder}.",
            path=str(folder),
            hint="Check the path.",
        )
    files = [
        DataFile(path.stem, path)
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in SUFFIXES and path.is_file()
    ]
    if not files:
        raise NotFound(
            "FOLDER_EMPTY",
            f"The folder {folder} holds no CSV or Parquet file.",
            path=str(folder),
            hint="Name each file after its table, e.g. users.csv or users.parquet.",
        )
    by_name: dict[str, DataFile] = {}
    problems = []
    for file in files:
        other = by_name.setdefault(file.name.lower(), file)
        if other is not file:
            problems.append(
                Problem(
                    "AMBIGUOUS_FILE",
                    file.path.name,
                    f"{other.path.name} and {file.path.name} stand for one table.",
                    "Remove one of them.",
                )
            )
    if problems:
        raise InvalidFile.of("BAD_FILES", f"The folder {folder}", problems)
    return tuple(files)


def stage_file(
    warehouse: DuckDBWarehouse,
    file: DataFile,
    *,
    into: str,
    temporary: bool = True,
    text_columns: Iterable[str] = (),
    row_number: str | None = None,
) -> Problem | None:
    """Read a file into a new table, whole or not at all.

    A CSV file must be UTF-8 with one header line and rows of one length; its columns are typed by
    what every value allows, save those that are text in any case.

    Args:
        warehouse: where the table is made (replacing an older one).
        file: what to read.
        into: name of the table.
        temporary: only this connection sees the table.
        text_columns: columns of a CSV file that are text whatever they look like.
        row_number: name of a further column with the row's place in the file, from 1.

    Returns:
        What is wrong with the file, None if it was read.

    Raises:
        EngineFailed: the engine failed for a reason that is not the file's fault.
    """
    if file.path.stat().st_size == 0:
        return _problem(file, "it is empty")
    if file.path.suffix.lower() == ".csv":
        header = _read_header(file)
        if isinstance(header, Problem):
            return header
        source = _csv_source(file, header, frozenset(text_columns))
    else:
        header = None
        source = exp.Anonymous(this="read_parquet", expressions=[_path(file)])
    query = fill("SELECT * FROM $source", source=source)
    if row_number is not None:
        assert isinstance(query, exp.Select)
        place = fill_value("ROW_NUMBER() OVER ()")
        query = query.select(named(place, row_number))
    try:
        warehouse.connection.execute(
            create_table(into, query, temporary=temporary).sql(dialect="duckdb")
        ).fetchall()
    except duckdb.Error as error:
        if duckdb_kind(error) in _NOT_THE_FILES_FAULT:
            raise duckdb_failed(error, purpose=f"read {file.path.name}") from error
        if header is not None and "Error when sniffing" in str(error):
            return _problem(file, _why_not_sniffed(warehouse, file, header))
        return _problem(file, _reason(str(error)))
    return None


_NOT_THE_FILES_FAULT = frozenset(
    {FailureKind.OUT_OF_MEMORY, FailureKind.DISK_FULL, FailureKind.INTERRUPTED}
)


@dataclass(frozen=True, slots=True)
class _Header:
    delimiter: str
    names: tuple[str, ...]


def _read_header(file: DataFile) -> _Header | Problem:
    """Read the header line ourselves: DuckDB's guess may skip lines or miss the delimiter."""
    try:
        with file.path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline(1_000_000)
    except UnicodeDecodeError:
        return _problem(file, "it is not UTF-8 text")
    if "\0" in first:
        return _problem(file, "it is not text")
    rows = {
        delimiter: next(csv.reader([first], delimiter=delimiter), []) for delimiter in _DELIMITERS
    }
    delimiter = max(_DELIMITERS, key=lambda candidate: len(rows[candidate]))
    names = tuple(rows[delimiter])
    lowered = [name.strip().lower() for name in names]
    repeated = next((name for name in lowered if name and lowered.count(name) > 1), None)
    if repeated is not None:
        return _problem(file, f'its header names the column "{repeated}" twice')
    if not any(lowered):
        return _problem(file, "its first line is empty, not a header")
    return _Header(delimiter, names)


def _csv_source(file: DataFile, header: _Header, text_columns: frozenset[str]) -> exp.Expr:
    types = [
        exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=exp.convert("VARCHAR"))
        for name in header.names
        if name in text_columns
    ]
    arguments = flags(
        header=True,
        skip=0,
        delim=header.delimiter,
        quote='"',
        escape='"',
        comment="",
        sample_size=-1,  # a type must fit every row, not the first thousands
    )
    if types:
        arguments += flags(types=exp.Struct(expressions=types))
    return exp.ReadCSV(this=_path(file), expressions=arguments)


def _why_not_sniffed(warehouse: DuckDBWarehouse, file: DataFile, header: _Header) -> str:
    """Read again as plain text: that fails at the very line which the sniffer only resents."""
    columns = [
        exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=exp.convert("VARCHAR"))
        for name in header.names
    ]
    arguments = flags(
        header=True,
        auto_detect=False,
        delim=header.delimiter,
        quote='"',
        escape='"',
        columns=exp.Struct(expressions=columns),
    )
    tree = fill(
        "SELECT COUNT(COLUMNS(*)) FROM $source",
        source=exp.ReadCSV(this=_path(file), expressions=arguments),
    )
    try:
        warehouse.connection.execute(tree.sql(dialect="duckdb")).fetchall()
    except duckdb.Error as error:
        return _reason(str(error))
    return "its rows do not fit its header line"


def _path(file: DataFile) -> exp.Expr:
    """Return the path as a literal; what DuckDB would take for a pattern is escaped."""
    return exp.Literal.string(glob.escape(str(file.path)))


def _reason(text: str) -> str:
    """Say in Muster's words what DuckDB says about a file."""
    line = re.search(r"CSV Error on Line: (\d+)", text)
    at_line = f"line {line.group(1)}" if line else "a line"
    for pattern, reason in (
        (r"Expected Number of Columns: (\d+)", f"{at_line} has not as many values as the header"),
        (r"not utf-8|Invalid unicode", f"{at_line} is not UTF-8 text"),
        (
            r"unterminated quote|quote should be followed|quoted value",
            f"{at_line} has an open quote",
        ),
        (r"magic bytes|too small to be a Parquet", "it is not a whole Parquet file"),
    ):
        if re.search(pattern, text, re.IGNORECASE):
            return reason
    return "the engine says: " + text.strip().splitlines()[0]


def _problem(file: DataFile, reason: str) -> Problem:
    hint = (
        "Save it as UTF-8 CSV with one header line, or as Parquet."
        if file.path.suffix.lower() == ".csv"
        else "Write or copy the file again: the end of it may be missing."
    )
    return Problem("BAD_FILE", file.path.name, f"{file.path.name} cannot be read: {reason}.", hint)
