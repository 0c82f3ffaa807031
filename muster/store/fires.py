"""What schedules fire: which are due, what each instant became, and moving them on.

One instant of one schedule is one row of `schedule_fires`, so it fires once, however many servers
look at it and wherever their clocks stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    any_,
    cast,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import TypeEngine

from muster.base.ids import RunId, ScheduleId, WorkspaceId
from muster.base.records import RunState, Schedule
from muster.store.locks import lock_number
from muster.store.schedules import NamedSchedule, live, named_columns, schedule_of
from muster.store.tables import runs
from muster.store.tables_runs import schedule_fires, schedules


@dataclass(frozen=True, slots=True)
class Fire:
    """One instant of one schedule; ``run_id`` None = it was missed."""

    schedule_id: ScheduleId
    fire_at: datetime
    run_id: RunId | None


@dataclass(frozen=True, slots=True)
class Move:
    """Where a schedule goes after a tick; ``fired_at`` None = it has not fired."""

    schedule: Schedule
    next_at: datetime | None
    fired_at: datetime | None


def workspaces_due(connection: Connection, *, now: datetime, limit: int) -> tuple[WorkspaceId, ...]:
    """Return the workspaces that have something due, the longest waiting first."""
    rows = connection.execute(
        select(schedules.c.workspace_id)
        .where(schedules.c.paused.is_(False), schedules.c.next_at <= now)
        .group_by(schedules.c.workspace_id)
        .order_by(func.min(schedules.c.next_at))
        .limit(limit)
    )
    return tuple(WorkspaceId(row.workspace_id) for row in rows)


def try_lock(connection: Connection, workspace_id: WorkspaceId) -> bool:
    """Become the one who fires this workspace's schedules until the transaction ends, or not.

    Two servers that shared one instant of a workspace between them would make two runs of it.
    """
    number = cast(lock_number(f"fires:{workspace_id}"), BigInteger)
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(number))).scalar_one())


def due(
    connection: Connection, workspace_id: WorkspaceId, *, now: datetime, limit: int
) -> tuple[tuple[NamedSchedule, bool], ...]:
    """Return and lock the due schedules, each with whether its rule is evaluated at all.

    What somebody is changing this moment is left for the next tick. About ``limit`` of them, the
    longest waiting first; those that share the last one's instant are not torn apart.
    """
    mine = and_(
        schedules.c.workspace_id == workspace_id,
        schedules.c.paused.is_(False),
        schedules.c.next_at <= now,
    )
    last = (
        select(schedules.c.next_at)
        .where(mine)
        .order_by(schedules.c.next_at)
        .offset(limit - 1)
        .limit(1)
        .scalar_subquery()
    )
    rows = connection.execute(
        named_columns()
        .add_columns(live().label("live"))
        .where(mine, schedules.c.next_at <= func.coalesce(last, now))
        .order_by(schedules.c.next_at, schedules.c.id)
        .with_for_update(of=schedules, skip_locked=True)
    )
    return tuple(
        (
            NamedSchedule(schedule_of(row._mapping), row._mapping["rule"], row.rule_title),
            bool(row.live),
        )
        for row in rows
    )


def record(
    connection: Connection, workspace_id: WorkspaceId, fires: Iterable[tuple[ScheduleId, datetime]]
) -> frozenset[tuple[ScheduleId, datetime]]:
    """Write instants down as fired, still without a run; return those that were not before."""
    rows = [
        {"workspace_id": workspace_id, "schedule_id": schedule_id, "fire_at": fire_at}
        for schedule_id, fire_at in fires
    ]
    if not rows:
        return frozenset()
    added = connection.execute(
        insert(schedule_fires)
        .on_conflict_do_nothing(index_elements=["schedule_id", "fire_at"])
        .returning(schedule_fires.c.schedule_id, schedule_fires.c.fire_at),
        rows,
    )
    return frozenset((ScheduleId(row.schedule_id), row.fire_at) for row in added)


def join_run(
    connection: Connection,
    workspace_id: WorkspaceId,
    schedule_ids: Collection[ScheduleId],
    *,
    fire_at: datetime,
    run_id: RunId,
) -> None:
    """Write down which run one instant of some schedules became."""
    connection.execute(
        update(schedule_fires)
        .where(
            schedule_fires.c.workspace_id == workspace_id,
            schedule_fires.c.schedule_id == any_(_array(schedule_ids)),
            schedule_fires.c.fire_at == fire_at,
        )
        .values(run_id=run_id)
    )


def bring_forward(
    connection: Connection, workspace_id: WorkspaceId, run_id: RunId, *, as_of: datetime
) -> bool:
    """Let a queued run be of a later instant, for a fire that joins it; False: it runs already."""
    changed = connection.execute(
        update(runs)
        .where(
            runs.c.workspace_id == workspace_id,
            runs.c.id == run_id,
            runs.c.state == RunState.QUEUED.value,
        )
        .values(as_of=func.greatest(runs.c.as_of, as_of))
        .returning(runs.c.id)
    )
    return changed.one_or_none() is not None


def move(connection: Connection, workspace_id: WorkspaceId, moves: Iterable[Move]) -> None:
    """Set the next time of schedules that `due` has locked: nobody has changed them since."""
    alike: dict[tuple[datetime | None, datetime | None], list[ScheduleId]] = defaultdict(list)
    for one in moves:
        alike[one.next_at, one.fired_at].append(one.schedule.id)
    for (next_at, fired_at), schedule_ids in alike.items():
        fired = cast(fired_at, schedules.c.last_fire_at.type)
        connection.execute(
            update(schedules)
            .where(
                schedules.c.workspace_id == workspace_id,
                schedules.c.id == any_(_array(schedule_ids)),
            )
            .values(next_at=next_at, last_fire_at=func.greatest(schedules.c.last_fire_at, fired))
        )


def latest(
    connection: Connection, workspace_id: WorkspaceId, schedule_id: ScheduleId, *, limit: int
) -> tuple[Fire, ...]:
    """Return what a schedule fired, the newest first."""
    rows = connection.execute(
        select(schedule_fires)
        .where(
            schedule_fires.c.workspace_id == workspace_id,
            schedule_fires.c.schedule_id == schedule_id,
        )
        .order_by(schedule_fires.c.fire_at.desc())
        .limit(limit)
    )
    return tuple(
        Fire(schedule_id, row.fire_at, None if row.run_id is None else RunId(row.run_id))
        for row in rows
    )


def _array(numbers: Iterable[int]) -> ColumnElement[Any]:
    """Return numbers as one parameter, however many they are."""
    array: TypeEngine[Any] = ARRAY(BigInteger)
    return cast(list(numbers), array)
