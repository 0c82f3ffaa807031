"""How the installation is doing, in figures: the queue, runs, workers, deliveries, connections.

For health checks and metrics. All of it is read from the database, so it is true however many
processes share it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    QueuePool,
    cast,
    extract,
    func,
    insert,
    select,
)

from muster.base.records import RunState
from muster.store.database import Database
from muster.store.tables import runs, segment_versions
from muster.store.tables_notices import deliveries, notifications
from muster.store.tables_runs import workers

_ALIVE_SECONDS = 30.0
"""A worker that has said nothing for this long is taken for dead."""


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How the queue stands.

    Attributes:
        queued, running: runs in these states.
        lag_seconds: how long the oldest run that could be claimed has waited, 0 when none does.
        dead_letters: failed runs that wait for a person.
        expired_leases: runs whose worker has gone silent and that nobody has taken over yet.
        workers, slots: workers heard from lately, and how many runs they can do at once.
    """

    queued: int
    running: int
    lag_seconds: float
    dead_letters: int
    expired_leases: int
    workers: int
    slots: int


@dataclass(frozen=True, slots=True)
class RunFigures:
    """Runs of one kind and state: how many, and how long the finished took altogether."""

    kind: str
    state: str
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PoolFigures:
    """Connections of this process to the database."""

    size: int
    in_use: int
    idle: int


def queue_figures(connection: Connection) -> QueueFigures:
    """Count what is queued, running and stuck."""
    now = func.clock_timestamp()
    state = runs.c.state
    claimable = (state == RunState.QUEUED) & (runs.c.not_before <= now)
    since = func.greatest(runs.c.not_before, runs.c.created_at)
    row = connection.execute(
        select(
            _number(state == RunState.QUEUED),
            _number(state == RunState.RUNNING),
            func.coalesce(_seconds(now - func.min(since).filter(claimable)), 0.0),
            _number(runs.c.dead_letter & (state == RunState.FAILED)),
            _number((state == RunState.RUNNING) & (runs.c.lease_until < now)),
        ).select_from(runs)
    ).one()
    alive = connection.execute(
        select(func.count(), func.coalesce(func.sum(workers.c.slots), 0)).where(
            workers.c.seen_at > now - func.make_interval(0, 0, 0, 0, 0, 0, _ALIVE_SECONDS)
        )
    ).one()
    return QueueFigures(row[0], row[1], max(0.0, row[2]), row[3], row[4], alive[0], int(alive[1]))


def run_figures(connection: Connection) -> tuple[RunFigures, ...]:
    """Count runs by kind and state; those that retention has deleted are not among them."""
    took = _seconds(runs.c.finished_at - runs.c.started_at)
    rows = connection.execute(
        select(runs.c.kind, runs.c.state, func.count(), func.coalesce(func.sum(took), 0.0))
        .group_by(runs.c.kind, runs.c.state)
        .order_by(runs.c.kind, runs.c.state)
    )
    return tuple(RunFigures(row[0], row[1], row[2], float(row[3])) for row in rows)


def published_segments(connection: Connection) -> tuple[int, float]:
    """Return how many segment versions are kept, and the seconds their evaluation took."""
    taken = func.coalesce(func.sum(segment_versions.c.seconds), 0.0)
    row = connection.execute(select(func.count(), taken).select_from(segment_versions)).one()
    return row[0], float(row[1])


def notice_figures(connection: Connection) -> tuple[int, Mapping[str, int]]:
    """Return the number of notifications, and of deliveries by state."""
    told = connection.execute(select(func.count()).select_from(notifications)).scalar_one()
    rows = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    return told, {row[0]: row[1] for row in rows}


def probe_write(connection: Connection) -> None:
    """Write a row and take it back: the database accepts writes, not only reads."""
    with connection.begin_nested() as attempt:
        connection.execute(
            insert(workers).values(
                name=f"probe {uuid.uuid4()}", host="", process=0, release="", slots=0
            )
        )
        attempt.rollback()


def pool_figures(database: Database) -> PoolFigures:
    """Return how many connections this process holds, and how many of them work."""
    pool = database.engine.pool
    if not isinstance(pool, QueuePool):
        return PoolFigures(0, 0, 0)
    return PoolFigures(pool.size(), pool.checkedout(), pool.checkedin())


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _seconds(interval: ColumnElement[object]) -> ColumnElement[float]:
    return cast(extract("epoch", interval), Float)
