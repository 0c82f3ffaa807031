"""Ctrl-C while the warehouse computes: the query stops at once, not when it has finished.

Python looks at signals between its own steps only, and a query is one step however long it takes.
But the system writes each signal into a pipe immediately; a thread reads there and interrupts.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from muster.base.errors import EngineFailed
from muster.engines.duckdb import DuckDBWarehouse

OpenWarehouse = Callable[[Path, bool], DuckDBWarehouse]


@contextmanager
def interruptible(open_warehouse: OpenWarehouse) -> Iterator[OpenWarehouse]:
    """Yield an opener whose warehouses are interrupted by Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield open_warehouse  # signals arrive in the main thread alone
        return
    opened: list[DuckDBWarehouse] = []

    def tracked(path: Path, read_only: bool) -> DuckDBWarehouse:
        warehouse = open_warehouse(path, read_only)
        opened.append(warehouse)
        return warehouse

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(reading, opened), daemon=True)
    watcher.start()
    try:
        yield tracked
    finally:
        signal.set_wakeup_fd(before)
        os.close(writing)  # ends the watcher
        watcher.join()
        os.close(reading)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let SIGTERM end the process with 0 by way of every ``finally``, not on the spot.

    The web server raises the signal again once it has stopped; what is opened around it (a share
    in the embedded database) would else never be closed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _watch(reading: int, opened: list[DuckDBWarehouse]) -> None:
    while number := os.read(reading, 1):
        if number[0] != signal.SIGINT:
            continue
        for warehouse in opened:
            with suppress(EngineFailed):  # it is closed already
                warehouse.interrupt()
