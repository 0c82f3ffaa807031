"""What every warehouse engine offers, so that services need not know which one they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from numpy.typing import NDArray

from muster.compile.statement import Statement

Progress = Callable[[str], None]
"""Told in a few words what comes next, e.g. the name of a table or of a step."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a query, cut at the limit the caller gave.

    Attributes:
        columns: names in the order selected.
        rows: at most ``limit`` rows of plain Python values; instants are naive and in UTC.
        truncated: the query had more rows than the limit.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool


class Warehouse(Protocol):
    """One open connection to a warehouse; used by one thread at a time, save for ``interrupt``.

    Every method raises ``EngineFailed`` (see ``engines/failures.py``) and nothing native.
    """

    @property
    def dialect(self) -> str:
        """SQLGlot's name of the SQL this warehouse speaks."""

    def rows(self, statement: Statement, *, limit: int) -> Rows:
        """Run a SELECT and return its first ``limit`` rows, saying whether there were more."""

    def columns(self, statement: Statement) -> Mapping[str, NDArray[Any]]:
        """Run a SELECT and return whole columns; a column with nulls is a masked array."""

    def run(self, statement: Statement) -> None:
        """Run a statement for its effect."""

    def interrupt(self) -> None:
        """Stop what runs now, from another thread; the running call fails as ``interrupted``."""

    def close(self) -> None:
        """Release the connection; closing twice is harmless."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
