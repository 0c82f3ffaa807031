"""Whether this process can do its work now: each thing it needs is tried, not asked."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from muster.base.clock import Clock
from muster.base.errors import Busy, MusterError
from muster.base.people import system_principal
from muster.engines.probing import count_tables
from muster.services.access import enter, workspaces_of
from muster.services.context import Resources
from muster.store.figures import probe_write, queue_figures
from muster.store.migrate import pending
from muster.store.row_security import row_security_holds

logger = logging.getLogger("muster.health")

LITTLE_SPACE_BYTES = 2 * 1024**3
NO_SPACE_BYTES = 200 * 1024**2
LATE_SECONDS = 300.0
"""A run that could have begun this long ago shows that there are too few workers."""

UNATTENDED_SECONDS = 60.0
_KEPT_SECONDS = 1.0


class Status(StrEnum):
    """How a thing is, best first."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried.

    Attributes:
        name: database, migrations, row_security, disk, queue, warehouse.
        detail: a sentence for people; it may name a workspace.
        seconds: how long trying took.
        workspace: whose warehouse it is, None for what all share.
    """

    name: str
    status: Status
    detail: str
    seconds: float
    checked_at: datetime
    workspace: str | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What became of all checks.

    A process is ready unless something that every request needs has failed, or no warehouse at all
    can be read: one broken warehouse must not take the others out of service.
    """

    checks: tuple[Check, ...]

    @property
    def status(self) -> Status:
        """How the process is as a whole."""
        shared = [check.status for check in self.checks if check.workspace is None]
        warehouses = [check.status for check in self.checks if check.workspace is not None]
        if Status.FAILED in shared or (
            warehouses and all(status is Status.FAILED for status in warehouses)
        ):
            return Status.FAILED
        well = all(check.status is Status.OK for check in self.checks)
        return Status.OK if well else Status.DEGRADED


@dataclass(slots=True)
class Prober:
    """Tries everything at most once a second, however many ask; the others get what was found."""

    resources: Resources
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _found: Readiness | None = None
    _found_at: float = 0.0

    def readiness(self) -> Readiness:
        """Return the newest findings, at most a second old when the checks began."""
        with self._lock:
            if self._found is None or time.monotonic() - self._found_at >= _KEPT_SECONDS:
                self._found = examine(self.resources)
                self._found_at = time.monotonic()
            return self._found


def examine(resources: Resources) -> Readiness:
    """Try the database, what is in it, the disk, and the warehouse of every workspace."""
    clock = resources.clock
    database = _tried("database", clock, lambda: _database(resources))
    checks = [database]
    if database.status is not Status.FAILED:
        checks += [
            _tried("migrations", clock, lambda: _migrations(resources)),
            _tried("row_security", clock, lambda: _row_security(resources)),
            _tried("queue", clock, lambda: _queue(resources)),
        ]
        checks += _warehouses(resources)
    checks.append(_tried("disk", clock, lambda: _disk(resources)))
    return Readiness(tuple(checks))


_Finding = tuple[Status, str]


def _tried(
    name: str, clock: Clock, look: Callable[[], _Finding], *, workspace: str | None = None
) -> Check:
    """Look, and turn an expected failure into a finding."""
    started, now = time.perf_counter(), clock.now_utc()
    try:
        status, detail = look()
    except Busy as error:
        status, detail = Status.DEGRADED, error.sentence
    except MusterError as error:
        logger.warning("the check of the %s failed: %s", name, error)
        status, detail = Status.FAILED, error.sentence
    except OSError as error:
        logger.warning("the check of the %s failed: %s", name, error)
        status, detail = Status.FAILED, f"{error.strerror or type(error).__name__}."
    return Check(name, status, detail, time.perf_counter() - started, now, workspace)


def _database(resources: Resources) -> _Finding:
    with resources.database.transaction() as connection:
        probe_write(connection)
    return Status.OK, "It answers and accepts writes."


def _migrations(resources: Resources) -> _Finding:
    waiting = pending(resources.database)
    if waiting:
        return Status.FAILED, f"Waiting: {', '.join(waiting)}; restart to run them."
    return Status.OK, "All are done."


def _row_security(resources: Resources) -> _Finding:
    if row_security_holds(resources.database):
        return Status.OK, "The database itself keeps workspaces apart."
    return (
        Status.DEGRADED,
        "The database user is exempt from policies, or one is off; only Muster's code keeps"
        " workspaces apart.",
    )


def _queue(resources: Resources) -> _Finding:
    with resources.database.transaction() as connection:
        found = queue_figures(connection)
    worries = []
    if found.lag_seconds >= LATE_SECONDS:
        worries.append("runs wait too long")
    if found.workers == 0 and found.lag_seconds >= UNATTENDED_SECONDS:
        worries.append("no worker is there")
    if found.expired_leases:
        worries.append("the workers of some runs have gone silent")
    if found.dead_letters:
        worries.append("failed runs wait for a person")
    figures = (
        f"{found.queued} queued, the oldest for {found.lag_seconds:.0f} s; {found.running} running;"
        f" {found.workers} workers; {found.dead_letters} dead letters;"
        f" {found.expired_leases} expired leases."
    )
    if not worries:
        return Status.OK, figures
    sentence = ", ".join(worries)
    return Status.DEGRADED, f"{sentence[0].upper()}{sentence[1:]}: {figures}"


def _disk(resources: Resources) -> _Finding:
    folder = resources.data_folder
    free = shutil.disk_usage(folder).free
    if not os.access(folder, os.W_OK | os.X_OK):
        return Status.FAILED, "The data folder cannot be written to."
    detail = f"{free / 1024**3:.1f} GB are free in the data folder."
    if free < NO_SPACE_BYTES:
        return Status.FAILED, detail
    return (Status.DEGRADED if free < LITTLE_SPACE_BYTES else Status.OK), detail


def _warehouses(resources: Resources) -> list[Check]:
    """Try every workspace's warehouse; when even the list cannot be read, say that instead."""
    found: list[str] = []

    def names() -> _Finding:
        found.extend(one.name for one in workspaces_of(resources, system_principal("health")))
        return Status.OK, f"{len(found)} workspaces."

    listed = _tried("workspaces", resources.clock, names)
    if listed.status is not Status.OK:
        return [listed]
    return [
        _tried("warehouse", resources.clock, _warehouse(resources, name), workspace=name)
        for name in found
    ]


def _warehouse(resources: Resources, name: str) -> Callable[[], _Finding]:
    def look() -> _Finding:
        context = enter(resources, name, system_principal("health"))
        if not context.warehouse_path.exists():
            return Status.OK, "It is empty: no data was loaded yet."
        with context.open_warehouse() as warehouse:
            tables = count_tables(warehouse)
        return Status.OK, f"It answers a query and has {tables} tables."

    return look
