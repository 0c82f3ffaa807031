"""A worker: slots that execute runs, and the chores that every server does now and then.

Any number of workers may share a database. Killed at any instruction, a worker loses nothing: its
children end with its pipes, its leases end by themselves, and whoever is left goes on. Asked to
stop, it claims no more, lets short runs end and hands the others back, all within ten seconds.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from dataclasses import dataclass

import muster
from muster.base.errors import Busy, Unavailable
from muster.jobs.child_process import ChildCommand
from muster.jobs.chores import Chore
from muster.jobs.slot import Slot, SlotSettings
from muster.jobs.ticker import tick
from muster.services.context import Resources
from muster.services.delivering import deliver_due
from muster.services.orders.flowing import OrderFlow, tidy_feed
from muster.services.running import reap
from muster.services.upkeep import keep_up
from muster.store import notices_listen, workers

GRACE_SECONDS = 5.0
"""A run that ends within this time after a request to stop may; others are handed back."""

_SECONDS_TO_END = 9.0  # of ten
_CHORE_SECONDS = 1.0
_ALIVE_SECONDS = 5.0
_UPKEEP_SECONDS = 3600.0
_ORDERS_SECONDS = 10.0  # notices tell of orders sooner; the index may have been left for later
_LISTEN_SECONDS = 1.0
_logger = logging.getLogger("muster.jobs")


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How a worker works.

    Attributes:
        slots: runs at once, each in a process of its own; at least 1.
        lease_seconds: a run whose worker was not heard of for this long is another's.
        command: how a child process is started.
    """

    slots: int
    lease_seconds: float
    command: ChildCommand


class Worker:
    """Threads that do the work of one process; `start` and `stop` belong to its main thread."""

    def __init__(self, resources: Resources, settings: WorkerSettings) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._resources = resources
        self._settings = settings
        slot = SlotSettings(resources, settings.command, self.name, settings.lease_seconds)
        self._slots = [Slot(slot, number) for number in range(1, settings.slots + 1)]
        self._chores = [
            Chore("reap", lambda: reap(resources), every_seconds=_CHORE_SECONDS),
            Chore("tick", lambda: tick(resources), every_seconds=_CHORE_SECONDS),
            Chore("deliver", lambda: deliver_due(resources), every_seconds=_CHORE_SECONDS),
            Chore("alive", self._beat, every_seconds=_ALIVE_SECONDS),
            Chore("upkeep", lambda: keep_up(resources), every_seconds=_UPKEEP_SECONDS),
            Chore("order upkeep", lambda: tidy_feed(resources), every_seconds=_UPKEEP_SECONDS),
        ]
        self._orders = Chore(
            "orders",
            OrderFlow(resources).round,
            every_seconds=_ORDERS_SECONDS,
            pause_seconds=_CHORE_SECONDS,
        )
        self._chores.append(self._orders)
        self._stopping = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="muster-listen", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        _logger.info("worker %s begins with %s slots", self.name, len(self._slots))
        for slot in self._slots:
            slot.start()
        for chore in self._chores:
            chore.start()
        self._listener.start()

    def stop(self, *, grace_seconds: float = GRACE_SECONDS) -> None:
        """Stop within ten seconds: short runs end, the others are handed back."""
        deadline = time.monotonic() + _SECONDS_TO_END
        self._stopping.set()
        for slot in self._slots:
            slot.stop(grace_seconds=grace_seconds)
        for chore in self._chores:
            chore.stop()
        joins = [slot.join for slot in self._slots] + [chore.join for chore in self._chores]
        for join in joins:
            if not join(max(deadline - time.monotonic(), 0.0)):
                _logger.warning("a part of worker %s did not end in time", self.name)
        self._listener.join(max(deadline - time.monotonic(), 0.0))
        self._forget()
        _logger.info("worker %s has ended", self.name)

    def _beat(self) -> None:
        with self._resources.database.transaction() as connection:
            workers.beat(
                connection,
                name=self.name,
                host=socket.gethostname(),
                process=os.getpid(),
                release=muster.__version__,
                slots=len(self._slots),
            )

    def _forget(self) -> None:
        try:
            with self._resources.database.transaction() as connection:
                workers.forget(connection, self.name)
        except (Busy, Unavailable) as error:
            _logger.warning("worker %s stays in the list for now: %s", self.name, error.sentence)

    def _listen(self) -> None:
        """Wake slots at once: an idle one when a run waits, a busy one when its run is cancelled.

        And let orders flow when some changed.

        Each looks every few seconds by itself, so that nothing depends on notices.
        """
        channels = (notices_listen.RUNS, notices_listen.QUEUE, notices_listen.ORDERS)
        for notice in notices_listen.listen(
            self._resources.database, channels, timeout_seconds=_LISTEN_SECONDS
        ):
            if self._stopping.is_set():
                return
            if notice is None:
                continue
            if notice.channel == notices_listen.ORDERS:
                self._hear_of_orders(notice)
                continue
            for slot in self._slots:
                run = slot.run
                if notice.channel == notices_listen.QUEUE:
                    wanted = run is None
                else:
                    cancelled = bool(notice.payload.get("cancel"))
                    wanted = cancelled and run is not None and run.id == notice.payload["run_id"]
                if wanted:
                    slot.wake()

    def _hear_of_orders(self, notice: notices_listen.Notice) -> None:
        ours = notice.payload.get("schema") == self._resources.orders_schema
        if ours and notice.payload.get("rows"):
            self._orders.wake()
