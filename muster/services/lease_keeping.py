"""Keeps the lease of a run whose work is done in this process, and hears of its cancellation."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from muster.base.errors import Busy, EngineFailed, LostLease, Unavailable
from muster.base.records import Run
from muster.engines.base import Warehouse
from muster.services.context import WorkspaceContext
from muster.store import leases

_BEAT_SECONDS = 2.0
_logger = logging.getLogger("muster.runs")


class LeaseKeeper:
    """A thread that renews one lease every two seconds until told to stop."""

    def __init__(self, context: WorkspaceContext, run: Run, *, lease_seconds: float) -> None:
        self._context = context
        self._run = run
        self._lease_seconds = lease_seconds
        self._ended = threading.Event()
        self._warehouse: Warehouse | None = None
        self._thread = threading.Thread(target=self._keep, name="muster-lease", daemon=True)

    def watch(self, warehouse: Warehouse) -> None:
        """Interrupt this warehouse when the run is not wanted any more."""
        self._warehouse = warehouse

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is being written is waited for."""
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._ended.wait(min(_BEAT_SECONDS, self._lease_seconds / 3)):
            try:
                with self._context.transaction() as connection:
                    unwanted = leases.heartbeat(
                        connection, self._run, lease_seconds=self._lease_seconds
                    )
            except LostLease:
                unwanted = True
            except (Busy, Unavailable) as error:
                _logger.warning("the lease of run %s waits: %s", self._run.id, error.sentence)
                continue
            if unwanted:
                self._interrupt()

    def _interrupt(self) -> None:
        if self._warehouse is None or self._ended.is_set():
            return
        try:
            self._warehouse.interrupt()
        except EngineFailed as error:
            _logger.info("nothing to interrupt for run %s: %s", self._run.id, error.sentence)


@contextmanager
def kept_lease(
    context: WorkspaceContext, run: Run, *, lease_seconds: float
) -> Iterator[LeaseKeeper]:
    """Keep a run's lease while the block runs."""
    keeper = LeaseKeeper(context, run, lease_seconds=lease_seconds)
    keeper.start()
    try:
        yield keeper
    finally:
        keeper.stop()
