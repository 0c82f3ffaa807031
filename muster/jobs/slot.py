"""One slot of a worker: claims a run, has a child process execute it, and holds its lease.

The run's row decides everything. The slot renews the lease, kills the child when the run is
cancelled or was taken over, and puts the run back when the child dies or the worker stops.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from muster.base.errors import Busy, LostLease, MusterError, Unavailable
from muster.base.records import Run
from muster.jobs.child_process import Answer, ChildCommand, ChildProcess
from muster.services.attempts import insistently
from muster.services.context import Resources
from muster.services.running import discard_files, give_up_crashed
from muster.store import leases, runs
from muster.store import queue as run_queue

_logger = logging.getLogger("muster.jobs")
_IDLE_SECONDS = 1.0
_BEAT_SECONDS = 2.0
_TIDY_SECONDS = 60.0  # a published run may still clear old files away
_RUNS_PER_CHILD = 100  # then a fresh one, whatever it may have leaked
_FAILED_START_SECONDS = 5.0
_SETTLING_SECONDS = 3.0  # a stopping worker has no time for more

_Write = Callable[[], Run]

WAKE = object()
"""Put into a slot's inbox: something changed, look now."""


@dataclass(frozen=True, slots=True)
class SlotSettings:
    """What a slot works with; ``owner`` names its worker in the rows of runs."""

    resources: Resources
    command: ChildCommand
    owner: str
    lease_seconds: float


class Slot:
    """A thread that executes one run at a time."""

    def __init__(self, settings: SlotSettings, number: int) -> None:
        self._settings = settings
        self._resources = settings.resources
        self._inbox: queue.SimpleQueue[Answer | object] = queue.SimpleQueue()
        self._child: ChildProcess | None = None
        self._stopping = threading.Event()
        self._deadline = float("inf")
        self._failures = 0
        self.run: Run | None = None
        self._thread = threading.Thread(target=self._work, name=f"muster-slot-{number}")
        self._thread.daemon = True

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look now: a run may wait, or the one at work may be cancelled."""
        self._inbox.put(WAKE)

    def stop(self, *, grace_seconds: float) -> None:
        """Claim no more; a run that is not done within the grace is handed back."""
        self._deadline = time.monotonic() + grace_seconds
        self._stopping.set()
        self.wake()

    def join(self, timeout_seconds: float) -> bool:
        """Wait for its end, and say whether it came in time."""
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    # -- the thread ----------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self._once()
                self._failures = 0
            except (Busy, Unavailable) as error:
                self._failures += 1
                if self._failures == 1:
                    _logger.warning("a worker waits: %s", error.sentence)
                self._rest(min(2.0**self._failures, 10.0))
            except Exception:
                self._failures += 1
                _logger.exception("a worker's slot failed")
                self._rest(min(2.0**self._failures, 10.0))
        self._drop_child()

    def _once(self) -> None:
        # Ready first: it takes seconds to start, and a run claimed before would wait for it.
        if not self._has_child():
            return
        run = self._claim()
        if run is None:
            self._rest(_IDLE_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311
            return
        self.run = run
        try:
            self._supervise(run)
        finally:
            self.run = None
        if self._child and self._child.executed >= _RUNS_PER_CHILD:
            self._drop_child()

    def _has_child(self) -> bool:
        """Start a child unless there is one, and wait until it is ready for orders."""
        if self._child is not None:
            return True
        with self._resources.database.transaction():
            pass  # without the database no child can start, and trying costs seconds of work
        child = ChildProcess(self._settings.command, self._inbox.put)
        while not self._stopping.is_set():
            found = self._inbox.get()
            if not isinstance(found, Answer) or found.child is not child:
                continue
            if found.message is not None:
                self._child = child
                return True
            _logger.error("the process for runs could not start: %s", child.end())
            self._rest(_FAILED_START_SECONDS)
            return False
        child.end()
        return False

    def _claim(self) -> Run | None:
        with self._resources.database.transaction() as connection:
            return run_queue.claim(
                connection,
                owner=self._settings.owner,
                lease_seconds=self._settings.lease_seconds,
            )

    def _rest(self, seconds: float) -> None:
        """Wait until woken, but no longer than this."""
        if self._stopping.is_set():
            return
        try:
            found = self._inbox.get(timeout=seconds)
        except queue.Empty:
            return
        if isinstance(found, Answer) and found.child is self._child and found.message is None:
            self._drop_child()  # it died while it had nothing to do

    # -- one run -------------------------------------------------------------------------------

    def _supervise(self, run: Run) -> None:
        child = self._child
        assert child is not None
        child.execute(run)
        beat_seconds = min(_BEAT_SECONDS, self._settings.lease_seconds / 3)
        next_beat = time.monotonic() + beat_seconds
        while True:
            found = self._next(min(next_beat, self._deadline))
            if isinstance(found, Answer):
                if found.child is not child:
                    continue
                if found.message is None:
                    self._child_died(run, child)
                    return
                if found.message.get("done") == run.id:
                    return
                continue
            if self._stopping.is_set() and time.monotonic() >= self._deadline:
                self._drop_child()
                self._hand_back(run)
                return
            if found is WAKE or time.monotonic() >= next_beat:
                if not self._beat(run):
                    return
                next_beat = time.monotonic() + beat_seconds

    def _next(self, until: float) -> Answer | object | None:
        """Return what comes in, None when the time is up."""
        try:
            return self._inbox.get(timeout=max(until - time.monotonic(), 0.0))
        except queue.Empty:
            return None

    def _beat(self, run: Run) -> bool:
        """Renew the lease; return False when this slot has nothing to do with the run any more."""
        try:
            with self._resources.database.transaction(run.workspace_id) as connection:
                unwanted = leases.heartbeat(
                    connection, run, lease_seconds=self._settings.lease_seconds
                )
        except LostLease:
            return self._lost(run)
        except (Busy, Unavailable) as error:
            _logger.warning("the lease of run %s waits: %s", run.id, error.sentence)
            return True
        if unwanted:
            self._drop_child()
            self._cancelled(run)
        return not unwanted

    def _lost(self, run: Run) -> bool:
        """Tell a run that its own child just ended from one that somebody took over."""
        with self._resources.database.transaction(run.workspace_id) as connection:
            present = runs.by_id(connection, run.workspace_id, run.id)
        if present.fence == run.fence:
            deadline = time.monotonic() + _TIDY_SECONDS
            while time.monotonic() < min(deadline, self._deadline):
                found = self._next(min(deadline, self._deadline))
                if isinstance(found, Answer) and found.child is self._child:
                    if found.message is None:
                        self._drop_child()
                        return False
                    if found.message.get("done") == run.id:
                        return False
        _logger.warning("run %s is another worker's by now", run.id)
        self._drop_child()
        return False

    def _child_died(self, run: Run, child: ChildProcess) -> None:
        self._child = None
        error = f"The process that executed the run died: {child.end()}."
        self._settle(run, lambda: give_up_crashed(self._resources, run, error=error))

    def _hand_back(self, run: Run) -> None:
        def release() -> Run:
            with self._resources.database.transaction(run.workspace_id) as connection:
                return leases.release(connection, run)

        self._settle(run, release)

    def _cancelled(self, run: Run) -> None:
        def finish() -> Run:
            with self._resources.database.transaction(run.workspace_id) as connection:
                return leases.end_cancelled(connection, run)

        self._settle(run, finish)

    def _settle(self, run: Run, write: _Write) -> None:
        """Write what became of a run whose child is gone; failing that, its lease will end."""
        try:
            patience = _SETTLING_SECONDS if self._stopping.is_set() else 30.0
            after = insistently(write, patience_seconds=patience)
            _logger.info("run %s is %s", run.id, after.state)
        except LostLease:
            _logger.info("run %s is over, or another worker's", run.id)
        except MusterError as error:
            _logger.warning("run %s is left to its lease: %s", run.id, error.sentence)
            return
        discard_files(self._resources, run)

    def _drop_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()
