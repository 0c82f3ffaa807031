"""What retention finds and removes, some rows at a time; how old is too old, its caller says.

Each function belongs to a short transaction. What removes nothing more returns 0.
"""

from __future__ import annotations

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
    delete,
    exists,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.types import TypeEngine

from muster.base.ids import RunId, SegmentId, WorkspaceId
from muster.base.records import RuleOutcome, RunState
from muster.store.tables import rules, runs, segment_versions, segments
from muster.store.tables_runs import run_log, run_rules, schedule_fires

_FINAL = (RunState.PUBLISHED.value, RunState.FAILED.value, RunState.CANCELLED.value)
_later_rules = run_rules.alias("later_rules")


@dataclass(frozen=True, slots=True)
class CrowdedSegment:
    """A segment with more members kept than it may; ``rule`` None: it was deleted."""

    id: SegmentId
    rule: str | None


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """As much of a segment's version as says whether its members must be kept."""

    number: int
    as_of: datetime
    bitmap: str | None
    current: bool


@dataclass(frozen=True, slots=True)
class RunParts:
    """Runs and what hangs on them, counted."""

    runs: int = 0
    run_rules: int = 0
    log_lines: int = 0
    fires: int = 0

    def __add__(self, other: RunParts) -> RunParts:
        """Return both together."""
        return RunParts(
            self.runs + other.runs,
            self.run_rules + other.run_rules,
            self.log_lines + other.log_lines,
            self.fires + other.fires,
        )


def crowded_segments(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    keep_last: int,
    among: Collection[SegmentId] | None = None,
) -> tuple[CrowdedSegment, ...]:
    """Return segments with members of more versions than ``keep_last``, by id; deleted ones, too.

    Args:
        among: only these; None = all of the workspace.
    """
    rows = connection.execute(
        select(segments.c.id, segments.c.name, segments.c.deleted_at)
        .join(
            segment_versions,
            and_(
                segment_versions.c.workspace_id == segments.c.workspace_id,
                segment_versions.c.segment_id == segments.c.id,
            ),
        )
        .where(
            segments.c.workspace_id == workspace_id,
            segment_versions.c.bitmap.is_not(None),
            true() if among is None else segments.c.id == any_(_array(among)),
        )
        .group_by(segments.c.id)
        .having(func.count() > keep_last)
        .order_by(segments.c.id)
    )
    return tuple(
        CrowdedSegment(SegmentId(row.id), row.name if row.deleted_at is None else None)
        for row in rows
    )


def locked_history(
    connection: Connection, workspace_id: WorkspaceId, segment_id: SegmentId
) -> tuple[KeptVersion, ...]:
    """Return a segment's versions, the newest first; nobody publishes it until we are done.

    Several are locked in the order of their ids, as publishing does it.
    """
    current = connection.execute(
        select(segments.c.current_version)
        .where(segments.c.workspace_id == workspace_id, segments.c.id == segment_id)
        .with_for_update(key_share=True)
    ).scalar_one_or_none()
    rows = connection.execute(
        select(segment_versions.c.number, segment_versions.c.as_of, segment_versions.c.bitmap)
        .where(
            segment_versions.c.workspace_id == workspace_id,
            segment_versions.c.segment_id == segment_id,
        )
        .order_by(segment_versions.c.number.desc())
    )
    return tuple(
        KeptVersion(row.number, row.as_of, row.bitmap, row.number == current) for row in rows
    )


def oldest_unfinished(connection: Connection, workspace_id: WorkspaceId) -> datetime | None:
    """Return the earliest instant that a queued or running run is of; None when there is none."""
    found: datetime | None = connection.scalar(
        select(func.min(runs.c.as_of)).where(
            runs.c.workspace_id == workspace_id, runs.c.state.not_in(_FINAL)
        )
    )
    return found


def removable_runs(
    connection: Connection, workspace_id: WorkspaceId, *, before: datetime, keep_newest: int
) -> tuple[RunId, ...]:
    """Return the finished runs that may go, the newest first.

    Those stay that ended at ``before`` or later, the newest ones, those that a segment's version or
    a run that stays refers to, and the newest run of each rule: it says how the rule stands.
    """
    newest = (
        select(runs.c.id)
        .where(runs.c.workspace_id == workspace_id)
        .order_by(runs.c.id.desc())
        .limit(keep_newest)
    )
    found = connection.scalars(
        select(runs.c.id).where(
            runs.c.workspace_id == workspace_id,
            runs.c.state.in_(_FINAL),
            runs.c.finished_at < before,
            runs.c.id.not_in(newest),
            ~_has_versions(),
            ~_is_newest_of_a_rule(),
        )
    )
    return _unreferenced(connection, workspace_id, found)


def remove_runs(
    connection: Connection, workspace_id: WorkspaceId, run_ids: Iterable[RunId]
) -> RunParts:
    """Remove some of `removable_runs` with all that hangs on them; those in use meanwhile stay.

    Of a list in its order, so that a retry goes before what it repeats.
    """
    locked = connection.scalars(
        select(runs.c.id)
        .where(runs.c.workspace_id == workspace_id, runs.c.id == any_(_array(run_ids)))
        .with_for_update(skip_locked=True)
    )
    # Locked, nothing new can refer to them; what came before the lock is seen by these looks.
    free = connection.scalars(
        select(runs.c.id).where(
            runs.c.workspace_id == workspace_id,
            runs.c.id == any_(_array(locked)),
            runs.c.state.in_(_FINAL),
            ~_has_versions(),
        )
    )
    going = _unreferenced(connection, workspace_id, free)
    if not going:
        return RunParts()
    ids = any_(_array(going))
    counts = [
        connection.execute(
            delete(table).where(table.c.workspace_id == workspace_id, column == ids)
        ).rowcount
        for table, column in _PARTS
    ]
    return RunParts(counts[3], counts[0], counts[1], counts[2])


def count_runs(
    connection: Connection, workspace_id: WorkspaceId, run_ids: Collection[RunId]
) -> RunParts:
    """Count what `remove_runs` would remove."""
    ids = any_(_array(run_ids))
    counts = [
        connection.execute(
            select(func.count())
            .select_from(table)
            .where(table.c.workspace_id == workspace_id, column == ids)
        ).scalar_one()
        for table, column in _PARTS
    ]
    return RunParts(counts[3], counts[0], counts[1], counts[2])


def remove_log_lines(
    connection: Connection, workspace_id: WorkspaceId, *, before: datetime, limit: int
) -> int:
    """Remove the oldest lines of run logs from before an instant, at most ``limit``."""
    old = (
        select(run_log.c.id)
        .where(run_log.c.workspace_id == workspace_id, run_log.c.at < before)
        .order_by(run_log.c.id)
        .limit(limit)
    )
    return connection.execute(delete(run_log).where(run_log.c.id.in_(old))).rowcount


def count_log_lines(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    before: datetime,
    not_of: Collection[RunId],
) -> int:
    """Count the lines from before an instant, apart from those of some runs."""
    return connection.execute(
        select(func.count())
        .select_from(run_log)
        .where(
            run_log.c.workspace_id == workspace_id,
            run_log.c.at < before,
            ~(run_log.c.run_id == any_(_array(not_of))),
        )
    ).scalar_one()


def remove_missed_fires(
    connection: Connection, workspace_id: WorkspaceId, *, before: datetime, limit: int
) -> int:
    """Remove instants that became no run, noted before an instant, at most ``limit``.

    Their schedules have long moved on, and never come back to them.
    """
    key = tuple_(schedule_fires.c.schedule_id, schedule_fires.c.fire_at)
    old = (
        select(schedule_fires.c.schedule_id, schedule_fires.c.fire_at)
        .where(_is_missed(workspace_id, before))
        .limit(limit)
    )
    return connection.execute(delete(schedule_fires).where(key.in_(old))).rowcount


def count_missed_fires(
    connection: Connection, workspace_id: WorkspaceId, *, before: datetime
) -> int:
    """Count what `remove_missed_fires` would remove."""
    wanted = select(func.count()).select_from(schedule_fires)
    return connection.execute(wanted.where(_is_missed(workspace_id, before))).scalar_one()


_PARTS: tuple[tuple[Any, ColumnElement[int]], ...] = (
    (run_rules, run_rules.c.run_id),
    (run_log, run_log.c.run_id),
    (schedule_fires, schedule_fires.c.run_id),
    (runs, runs.c.id),
)


def _is_missed(workspace_id: WorkspaceId, before: datetime) -> ColumnElement[bool]:
    return and_(
        schedule_fires.c.workspace_id == workspace_id,
        schedule_fires.c.run_id.is_(None),
        schedule_fires.c.created_at < before,
    )


def _has_versions() -> ColumnElement[bool]:
    return exists().where(
        segment_versions.c.workspace_id == runs.c.workspace_id,
        segment_versions.c.run_id == runs.c.id,
    )


def _is_newest_of_a_rule() -> ColumnElement[bool]:
    """Whether a rule that exists has no later run that decided on it."""
    later = exists().where(
        _later_rules.c.workspace_id == run_rules.c.workspace_id,
        _later_rules.c.rule == run_rules.c.rule,
        _later_rules.c.run_id > run_rules.c.run_id,
        _later_rules.c.outcome != RuleOutcome.PENDING.value,
    )
    return exists().where(
        run_rules.c.workspace_id == runs.c.workspace_id,
        run_rules.c.run_id == runs.c.id,
        rules.c.workspace_id == run_rules.c.workspace_id,
        rules.c.name == run_rules.c.rule,
        rules.c.deleted_at.is_(None),
        ~later,
    )


def _unreferenced(
    connection: Connection, workspace_id: WorkspaceId, run_ids: Iterable[int]
) -> tuple[RunId, ...]:
    """Return runs without those that a run beyond them repeats, directly or not; newest first."""
    kept = set(run_ids)
    pairs = connection.execute(
        select(runs.c.id, runs.c.retry_of).where(
            runs.c.workspace_id == workspace_id, runs.c.retry_of == any_(_array(kept))
        )
    ).all()
    while held := {pair.retry_of for pair in pairs if pair.id not in kept} & kept:
        kept -= held
    return tuple(RunId(number) for number in sorted(kept, reverse=True))


def _array(numbers: Iterable[int]) -> ColumnElement[Any]:
    """Return numbers as one parameter, however many they are."""
    array: TypeEngine[Any] = ARRAY(BigInteger)
    return cast(list(numbers), array)
