"""Looking for runs among many: pages, what changed lately, and what a queued run waits for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from muster.base.ids import RunId, WorkspaceId
from muster.base.records import Run, RunOrigin, RunState
from muster.store.runs import run_of
from muster.store.tables import runs
from muster.store.tables_runs import workers

_ACTIVE = (RunState.QUEUED.value, RunState.RUNNING.value)
_LOOKED_THROUGH = 1000  # newest runs among which changes are looked for


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are wanted; None does not narrow.

    Attributes:
        rule: the name of a rule that is among the run's.
        since: made at or after this instant.
        dead_letter: whether it used up its attempts and waits for a person.
    """

    state: RunState | None = None
    rule: str | None = None
    origin: RunOrigin | None = None
    since: datetime | None = None
    dead_letter: bool | None = None


def page(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    wanted: RunFilter,
    limit: int,
    offset: int = 0,
    before_id: int | None = None,
) -> tuple[tuple[Run, ...], int]:
    """Return the newest runs that fit, at most ``limit``, and how many fit in all.

    Args:
        before_id: only runs older than this one.
    """
    fitting = [runs.c.workspace_id == workspace_id]
    if wanted.state is not None:
        fitting.append(runs.c.state == wanted.state.value)
    if wanted.rule is not None:
        fitting.append(runs.c.rules.contains([wanted.rule]))
    if wanted.origin is not None:
        fitting.append(runs.c.origin == wanted.origin.value)
    if wanted.since is not None:
        fitting.append(runs.c.created_at >= wanted.since)
    if wanted.dead_letter is not None:
        fitting.append(runs.c.dead_letter.is_(wanted.dead_letter))
    total = connection.execute(select(func.count()).select_from(runs).where(*fitting)).scalar_one()
    found = select(runs).where(*fitting)
    if before_id is not None:
        found = found.where(runs.c.id < before_id)
    rows = connection.execute(found.order_by(runs.c.id.desc()).limit(limit).offset(offset))
    return tuple(run_of(row) for row in rows), total


def by_ids(
    connection: Connection, workspace_id: WorkspaceId, run_ids: Collection[int]
) -> tuple[Run, ...]:
    """Return those of the runs that are this workspace's, by id."""
    rows = connection.execute(
        select(runs)
        .where(runs.c.workspace_id == workspace_id, runs.c.id.in_(list(run_ids)))
        .order_by(runs.c.id)
    )
    return tuple(run_of(row) for row in rows)


def changed_since(
    connection: Connection,
    workspace_id: WorkspaceId,
    since: datetime | None,
    *,
    overlap_seconds: float = 10.0,
    limit: int = 200,
) -> tuple[Run, ...]:
    """Return the runs that wait or work, and those that were begun or ended since, by id.

    Args:
        since: None = only those that wait or work.
        overlap_seconds: looks back so much further, for what was being committed meanwhile.
    """
    newest = (
        select(runs)
        .where(runs.c.workspace_id == workspace_id)
        .order_by(runs.c.id.desc())
        .limit(_LOOKED_THROUGH)
        .subquery()
    )
    recent: ColumnElement[bool] = newest.c.state.in_(_ACTIVE)
    if since is not None:
        begin = since - timedelta(seconds=overlap_seconds)
        instants = ("created_at", "started_at", "finished_at", "cancel_requested_at")
        recent = or_(recent, *(newest.c[name] >= begin for name in instants))
    rows = connection.execute(
        select(newest).where(recent).order_by(newest.c.id.desc()).limit(limit)
    ).all()
    return tuple(run_of(row) for row in reversed(rows))


def at_work(connection: Connection, workspace_id: WorkspaceId) -> tuple[RunId, ...]:
    """Return the runs of a workspace that are running, by id."""
    found = connection.scalars(
        select(runs.c.id)
        .where(runs.c.workspace_id == workspace_id, runs.c.state == RunState.RUNNING.value)
        .order_by(runs.c.id)
    )
    return tuple(RunId(number) for number in found)


def ahead_of(connection: Connection, run: Run) -> int:
    """Return how many queued runs of the same workspace go before one."""
    sooner = or_(
        runs.c.priority > run.priority,
        and_(runs.c.priority == run.priority, runs.c.not_before < run.not_before),
        and_(
            runs.c.priority == run.priority,
            runs.c.not_before == run.not_before,
            runs.c.id < run.id,
        ),
    )
    found: int = connection.execute(
        select(func.count())
        .select_from(runs)
        .where(
            runs.c.workspace_id == run.workspace_id,
            runs.c.state == RunState.QUEUED.value,
            runs.c.not_before <= func.clock_timestamp(),
            sooner,
        )
    ).scalar_one()
    return found


def workers_seen(connection: Connection, *, seconds: float) -> int:
    """Return how many workers have been heard of in the last seconds."""
    found: int = connection.execute(
        select(func.count())
        .select_from(workers)
        .where(
            workers.c.seen_at
            >= func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        )
    ).scalar_one()
    return found
