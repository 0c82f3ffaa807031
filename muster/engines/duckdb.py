"""The embedded warehouse: one DuckDB file, opened read-only save while data is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from muster.base.errors import MusterError
from muster.base.spans import span
from muster.compile.statement import Statement
from muster.engines.base import Progress, Rows
from muster.engines.duckdb_connect import connect_file, connect_memory
from muster.engines.failures import FailureKind, duckdb_failed, failed
from muster.engines.templates import column, create_table, fill, fill_value, named, table

VariableValue = int | float | str | datetime

_VARIABLE_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_STEP_LINE = re.compile(r"^[ \t]*--[ \t]*step:[ \t]*(.*?)[ \t]*$", re.MULTILINE)


@dataclass(slots=True)
class DuckDBWarehouse:
    """An open DuckDB connection; see ``engines/base.py`` for the shared part."""

    connection: duckdb.DuckDBPyConnection
    path: Path | None
    read_only: bool

    @property
    def dialect(self) -> str:
        """SQLGlot's name of the SQL this warehouse speaks."""
        return "duckdb"

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        read_only: bool,
        threads: int | None = None,
        memory_limit_mb: int | None = None,
    ) -> DuckDBWarehouse:
        """Open a warehouse file; for writing, the file and its folder are made if missing.

        A reader may read no other file and change no setting. Connections of one process to one
        file must agree in all arguments.

        Raises:
            NotFound: the file is missing and was to be read.
            Busy: another process (or this one, with other settings) holds the file.
            InvalidFile: the file is not a DuckDB database, damaged, or of another version.
            Unavailable: the operating system refuses access.
        """
        connection = connect_file(
            path, read_only=read_only, threads=threads, memory_limit_mb=memory_limit_mb
        )
        return cls(connection, path, read_only)

    @classmethod
    def in_memory(
        cls, *, threads: int | None = None, memory_limit_mb: int | None = None
    ) -> DuckDBWarehouse:
        """Open an empty warehouse that vanishes when closed; it may read files."""
        connection = connect_memory(threads=threads, memory_limit_mb=memory_limit_mb)
        return cls(connection, None, False)

    def rows(self, statement: Statement, *, limit: int) -> Rows:
        """Run a SELECT and return its first ``limit`` rows, saying whether there were more.

        Zoned timestamps come back naive in UTC; decimals as Decimal.
        """
        with self.native(statement.purpose):
            relation = _without_zones(self.connection.sql(statement.sql))
            found = relation.limit(limit + 1).fetchall()
            return Rows(tuple(relation.columns), tuple(found[:limit]), len(found) > limit)

    def columns(self, statement: Statement) -> Mapping[str, NDArray[Any]]:
        """Run a SELECT and return whole columns; a column with nulls is a masked array.

        Decimals come back as float64 (select cents as BIGINT where that matters), dates and
        timestamps as datetime64[us], text as objects.
        """
        with self.native(statement.purpose):
            found: dict[str, NDArray[Any]] = self.connection.execute(statement.sql).fetchnumpy()
            return found

    def run(self, statement: Statement) -> None:
        """Run a statement for its effect."""
        with self.native(statement.purpose):
            self.connection.execute(statement.sql).fetchall()

    def interrupt(self) -> None:
        """Stop what runs now, from another thread; the running call fails as ``interrupted``."""
        with self.native("interrupt"):
            self.connection.interrupt()

    def close(self) -> None:
        """Release the connection; closing twice is harmless."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit when the block ends, roll everything back when it raises."""
        with self.native("begin"):
            self.connection.execute("BEGIN TRANSACTION").fetchall()
        try:
            yield
            with self.native("commit"):
                self.connection.execute("COMMIT").fetchall()
        except BaseException:
            self._roll_back()
            raise

    def register_keys(self, name: str, keys: NDArray[Any]) -> None:
        """Make (or replace) the temporary table ``name`` with columns ``key`` and ``ordinal``.

        Args:
            name: name of the table, seen by this connection alone.
            keys: one-dimensional; integers or text. A masked array's nulls are left out. The
                ordinal is the place in the array, from 0.
        """
        values = keys.compressed() if isinstance(keys, np.ma.MaskedArray) else keys
        if values.dtype.kind == "U":  # DuckDB would make an ENUM of it
            values = values.astype(object)
        if values.dtype == object:
            selected: exp.Expr = exp.cast(column("key"), "VARCHAR")
        else:
            selected = column("key")
        source = f"{name} array"
        tree = create_table(
            name,
            fill(
                "SELECT $selected AS key, ordinal FROM $source",
                selected=selected,
                source=table(source),
            ),
            temporary=True,
        )
        with self.native(f"register {len(values)} keys"):
            ordinals = np.arange(len(values), dtype=np.int64)
            self.connection.register(source, {"key": values, "ordinal": ordinals})
            try:
                self.connection.execute(tree.sql(dialect="duckdb", copy=False)).fetchall()
            finally:
                self.connection.unregister(source)

    def script(
        self,
        source: Path | str,
        variables: Mapping[str, VariableValue],
        *,
        progress: Progress | None = None,
    ) -> None:
        """Run a trusted SQL script that ships with Muster, all or as far as it gets.

        Args:
            source: the file, or the script's text.
            variables: readable in the script as ``getvariable('name')``; values are bound, never
                pasted. A datetime with a zone becomes a naive one in UTC.
            progress: told the name of each step before it runs; a line ``-- step: name`` starts
                a step.
        """
        text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
        script_name = source.name if isinstance(source, Path) else "script"
        for name, value in variables.items():
            self._set_variable(name, value)
        try:
            for step, block in _steps(text):
                if step and progress is not None:
                    progress(step)
                with self.native(f"{script_name}: {step}" if step else script_name):
                    for statement in self.connection.extract_statements(block):
                        self.connection.execute(statement).fetchall()
        except MusterError:
            self._roll_back()  # the script may have begun a transaction
            raise
        finally:
            for name in variables:
                self.connection.execute(f'RESET VARIABLE "{name}"').fetchall()

    def _set_variable(self, name: str, value: VariableValue) -> None:
        if not _VARIABLE_NAME.fullmatch(name):
            raise ValueError(f"not a variable name: {name!r}")
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.astimezone(UTC).replace(tzinfo=None)
        with self.native(f"set variable {name}"):
            self.connection.execute(f'SET VARIABLE "{name}" = ?', [value]).fetchall()

    def _roll_back(self) -> None:
        # no transaction is open: there was none, or a failed COMMIT ended it
        with suppress(duckdb.TransactionException):
            self.connection.execute("ROLLBACK").fetchall()

    @contextmanager
    def native(self, purpose: str) -> Iterator[None]:
        """Turn native errors of the block into ``EngineFailed``; it is one span of a trace."""
        try:
            with span("warehouse statement", purpose=purpose):
                yield
        except duckdb.Error as error:
            raise duckdb_failed(error, purpose=purpose) from error
        except RuntimeError as error:
            if str(error) != "Query interrupted":  # what DuckDB makes of Ctrl-C, at times
                raise
            raise failed(FailureKind.INTERRUPTED, detail="", purpose=purpose) from error


def _without_zones(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Make zoned timestamps naive in UTC: DuckDB's Python fetch of them needs pytz."""
    if not any(str(kind) == "TIMESTAMP WITH TIME ZONE" for kind in relation.types):
        return relation
    selected: list[exp.Expr] = []
    for name, kind in zip(relation.columns, relation.types, strict=True):
        if str(kind) == "TIMESTAMP WITH TIME ZONE":
            in_utc = fill_value("timezone('UTC', $value)", value=column(name))
            selected.append(named(in_utc, name))
        else:
            selected.append(column(name))
    return relation.project(", ".join(one.sql(dialect="duckdb") for one in selected))


def _steps(text: str) -> Iterator[tuple[str, str]]:
    """Yield (name, SQL) of each step; what stands before the first step has no name."""
    pieces = _STEP_LINE.split(text)
    if pieces[0].strip():
        yield "", pieces[0]
    yield from zip(pieces[1::2], pieces[2::2], strict=True)
