"""Native warehouse errors become kinds here, and kinds become sentences in one table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from muster.base.errors import EngineFailed


class FailureKind(StrEnum):
    """How a warehouse can fail, whatever its make."""

    MISSING_TABLE = "missing_table"
    MISSING_COLUMN = "missing_column"
    TYPE_MISMATCH = "type_mismatch"
    OUT_OF_MEMORY = "out_of_memory"
    DISK_FULL = "disk_full"
    INTERRUPTED = "interrupted"
    LOCKED = "locked"
    CORRUPT = "corrupt"
    SYNTAX = "syntax"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FailureText:
    """What the user is told about one kind of failure."""

    sentence: str
    hint: str | None


FAILURES: Mapping[FailureKind, FailureText] = {
    FailureKind.MISSING_TABLE: FailureText(
        "A table is missing in the warehouse.",
        "Run `muster check` to compare model.yml with the warehouse, then load the table.",
    ),
    FailureKind.MISSING_COLUMN: FailureText(
        "A column is missing in the warehouse.",
        "Run `muster check` to compare model.yml with the warehouse.",
    ),
    FailureKind.TYPE_MISMATCH: FailureText(
        "A value or column has another type than the query expects.",
        "Run `muster check`: a field's type in model.yml may differ from its column's.",
    ),
    FailureKind.OUT_OF_MEMORY: FailureText(
        "The query needed more memory than the warehouse may use.",
        "Raise the memory limit, lower the number of threads, or refresh fewer rules at once.",
    ),
    FailureKind.DISK_FULL: FailureText(
        "The disk is full, or the space for temporary files is used up.",
        "Free disk space in the data folder and try again.",
    ),
    FailureKind.INTERRUPTED: FailureText("The query was cancelled.", None),
    FailureKind.LOCKED: FailureText(
        "Another process or transaction holds the warehouse.",
        "Try again when it has finished.",
    ),
    FailureKind.CORRUPT: FailureText(
        "The warehouse's files are damaged.",
        "Load the data again, or restore the file from a backup.",
    ),
    FailureKind.SYNTAX: FailureText(
        "The warehouse does not understand the query.",
        "Muster wrote this query: please report it with the text after this sentence.",
    ),
    FailureKind.OTHER: FailureText("The warehouse could not run the query.", None),
}

# Tried in order; the first class and text that match decide. Text is needed because DuckDB has
# one class for many causes (IOException: full disk, lock, damage; BinderException: names, types).
_DUCKDB_KINDS: tuple[tuple[type[duckdb.Error], str, FailureKind], ...] = (
    (duckdb.InterruptException, "", FailureKind.INTERRUPTED),
    (duckdb.Error, r"No space left on device|max_temp_directory_size", FailureKind.DISK_FULL),
    (duckdb.OutOfMemoryException, "", FailureKind.OUT_OF_MEMORY),
    (duckdb.Error, r"Conflicting lock|Could not set lock", FailureKind.LOCKED),
    (duckdb.ConnectionException, r"different configuration", FailureKind.LOCKED),
    (duckdb.TransactionException, r"[Cc]onflict", FailureKind.LOCKED),
    (
        duckdb.CatalogException,
        r"(Table|View) with name .* does not exist",
        FailureKind.MISSING_TABLE,
    ),
    (duckdb.BinderException, r"Referenced table .* not found", FailureKind.MISSING_TABLE),
    (
        duckdb.BinderException,
        r"Referenced column .* not found|does not have a column|column .* does not exist",
        FailureKind.MISSING_COLUMN,
    ),
    (
        duckdb.BinderException,
        r"Cannot compare values|No function matches|best candidate function|"
        r"Cannot mix values|cannot be cast|Unimplemented type for cast",
        FailureKind.TYPE_MISMATCH,
    ),
    (duckdb.DataError, "", FailureKind.TYPE_MISMATCH),
    (duckdb.InvalidTypeException, "", FailureKind.TYPE_MISMATCH),
    (duckdb.ParserException, "", FailureKind.SYNTAX),
    (duckdb.SyntaxException, "", FailureKind.SYNTAX),
    (duckdb.BinderException, "", FailureKind.SYNTAX),
    (duckdb.CatalogException, r"Function with name", FailureKind.SYNTAX),
    (
        duckdb.Error,
        r"not a valid DuckDB database|Could not read enough bytes|[Cc]hecksum|[Cc]orrupt|"
        r"Failed to load metadata",
        FailureKind.CORRUPT,
    ),
    (duckdb.SerializationException, "", FailureKind.CORRUPT),
    (duckdb.FatalException, "", FailureKind.CORRUPT),
)

# PostgreSQL says it by SQLSTATE; a two-letter class stands for all its codes not listed.
_SQLSTATE_KINDS: Mapping[str, FailureKind] = {
    "42P01": FailureKind.MISSING_TABLE,
    "3F000": FailureKind.MISSING_TABLE,
    "42703": FailureKind.MISSING_COLUMN,
    "42804": FailureKind.TYPE_MISMATCH,
    "42883": FailureKind.TYPE_MISMATCH,
    "22": FailureKind.TYPE_MISMATCH,
    "53200": FailureKind.OUT_OF_MEMORY,
    "53100": FailureKind.DISK_FULL,
    "57014": FailureKind.INTERRUPTED,
    "55P03": FailureKind.LOCKED,
    "40001": FailureKind.LOCKED,
    "40P01": FailureKind.LOCKED,
    "XX001": FailureKind.CORRUPT,
    "XX002": FailureKind.CORRUPT,
    "42": FailureKind.SYNTAX,
}


def duckdb_kind(error: duckdb.Error) -> FailureKind:
    """Return the kind of a native DuckDB error; OTHER if nothing fits."""
    text = str(error)
    for error_class, pattern, kind in _DUCKDB_KINDS:
        if isinstance(error, error_class) and re.search(pattern, text):
            return kind
    return FailureKind.OTHER


def sqlstate_kind(sqlstate: str | None) -> FailureKind:
    """Return the kind of a PostgreSQL SQLSTATE; OTHER if it is None or unknown."""
    code = sqlstate or ""
    return _SQLSTATE_KINDS.get(code) or _SQLSTATE_KINDS.get(code[:2]) or FailureKind.OTHER


def failed(kind: FailureKind, *, detail: str, purpose: str) -> EngineFailed:
    """Build the error that leaves ``engines/``.

    Args:
        kind: decides sentence and hint.
        detail: the native message; its first line is kept, for people who know the engine.
        purpose: what was being done, e.g. ``leaves of card, last 30 days``.
    """
    text = FAILURES[kind]
    first_line = _first_line(detail)
    doing = f" (while doing: {purpose})" if purpose else ""
    said = f" It said: {first_line}" if first_line else ""
    return EngineFailed(kind.value, f"{text.sentence}{doing}{said}", hint=text.hint)


def duckdb_failed(error: duckdb.Error, *, purpose: str) -> EngineFailed:
    """Turn a native DuckDB error into the one error that leaves ``engines/``."""
    return failed(duckdb_kind(error), detail=str(error), purpose=purpose)


def _first_line(text: str) -> str:
    """Return the first line without the engine's own error class, e.g. ``Catalog Error: ``."""
    line = text.strip().split("\n", 1)[0].strip()
    return re.sub(r"^[A-Z][A-Za-z ]* Error: ", "", line)
