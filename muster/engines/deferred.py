"""A warehouse that is opened when somebody first asks it something.

Opening costs more than a small answer of the audience index, which needs no warehouse at all.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from numpy.typing import NDArray

from muster.compile.statement import Statement
from muster.engines.base import Rows
from muster.engines.scan_executor import EmbeddedWarehouse


class DeferredWarehouse:
    """Passes everything on to the warehouse that ``opener`` opens; see `engines/base.py`.

    ``stopped`` is set by `interrupt`, for work that is done without the warehouse.
    """

    def __init__(self, opener: Callable[[], EmbeddedWarehouse], *, dialect: str) -> None:
        self._opener = opener
        self._dialect = dialect
        self._opened: EmbeddedWarehouse | None = None
        self.stopped = threading.Event()

    @property
    def dialect(self) -> str:
        """SQLGlot's name of the SQL this warehouse speaks."""
        return self._dialect

    @property
    def opened(self) -> bool:
        """Whether anybody asked it anything."""
        return self._opened is not None

    def rows(self, statement: Statement, *, limit: int) -> Rows:
        """Run a SELECT and return its first rows."""
        return self._warehouse().rows(statement, limit=limit)

    def columns(self, statement: Statement) -> Mapping[str, NDArray[Any]]:
        """Run a SELECT and return whole columns."""
        return self._warehouse().columns(statement)

    def run(self, statement: Statement) -> None:
        """Run a statement for its effect."""
        self._warehouse().run(statement)

    def register_keys(self, name: str, keys: NDArray[Any]) -> None:
        """Make (or replace) a temporary table of keys."""
        self._warehouse().register_keys(name, keys)

    def interrupt(self) -> None:
        """Stop what runs now, from another thread."""
        self.stopped.set()
        if self._opened is not None:
            self._opened.interrupt()

    def close(self) -> None:
        """Release the connection, if there is one."""
        if self._opened is not None:
            self._opened.close()

    def _warehouse(self) -> EmbeddedWarehouse:
        if self._opened is None:
            self._opened = self._opener()
        return self._opened

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
