"""Schedules: when rules refresh by themselves, and who changed that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from muster.base.errors import InvalidInput, NotFound
from muster.base.ids import ScheduleId, WorkspaceId
from muster.base.people import Permission
from muster.base.records import Misfire, Schedule
from muster.rules.cron import next_fires
from muster.rules.schedule import check_schedule
from muster.services.context import WorkspaceContext
from muster.services.workspaces import model_of
from muster.store import audit, data_models, fires, schedules, workspace_settings
from muster.store.database import Transaction
from muster.store.fires import Fire
from muster.store.schedules import NamedSchedule, ScheduleFilter, database_now

SHOWN_FIRES = 5
MAX_GRACE_SECONDS = 7 * 86_400
_EARLIEST, _LATEST = 1970, 8999
_FALLBACK_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule with its next times (none while it is paused) and the last ones that fired."""

    named: NamedSchedule
    next_fires: tuple[datetime, ...]
    fired: tuple[Fire, ...]


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """All of a schedule that may be changed; the cron text belongs to the rule's versions.

    Attributes:
        starts_at, ends_at: half-open; None = no bound.
        grace_seconds: a time missed by more than this is not made up for; at most a week.
    """

    time_zone: str
    starts_at: datetime | None
    ends_at: datetime | None
    misfire: Misfire
    grace_seconds: int
    paused: bool


def list_schedules(
    context: WorkspaceContext,
    *,
    wanted: ScheduleFilter | None = None,
    limit: int = 50,
    offset: int = 0,
    after_id: int | None = None,
) -> tuple[tuple[ScheduleView, ...], int]:
    """Return the workspace's schedules by id with their next times, and how many fit in all."""
    with context.transaction() as connection:
        found, total = schedules.page(
            connection,
            context.workspace.id,
            wanted=wanted or ScheduleFilter(),
            limit=limit,
            offset=offset,
            after_id=after_id,
        )
        now = database_now(connection)
    return tuple(ScheduleView(one, _next(one.schedule, now), ()) for one in found), total


def show_schedule(context: WorkspaceContext, schedule_id: ScheduleId) -> ScheduleView:
    """Return one schedule; NotFound UNKNOWN_SCHEDULE."""
    with context.transaction() as connection:
        return _view(connection, context, schedule_id)


def schedule_of_rule(context: WorkspaceContext, rule: str) -> ScheduleView:
    """Return the schedule of a rule.

    Raises:
        NotFound: NO_SCHEDULE, the rule has none or there is no such rule.
    """
    with context.transaction() as connection:
        found, _ = schedules.page(
            connection, context.workspace.id, wanted=ScheduleFilter(rule=rule), limit=1
        )
        if not found:
            raise NotFound(
                "NO_SCHEDULE",
                f'No published rule "{rule}" of this workspace has a schedule.',
                hint='Give the rule a "schedule", e.g. "@daily", and publish it.',
            )
        return _view(connection, context, found[0].schedule.id)


def change_schedule(
    context: WorkspaceContext,
    schedule_id: ScheduleId,
    wanted: ScheduleChange,
    *,
    expected_revision: int | None = None,
    reason: str = "",
) -> ScheduleView:
    """Change a schedule; its next time is worked out anew, and nothing that passed is made up for.

    Args:
        expected_revision: the revision that was edited; None = whichever is there.

    Raises:
        Forbidden. NotFound: UNKNOWN_SCHEDULE. Stale: CHANGED_MEANWHILE.
        InvalidInput: UNKNOWN_TIME_ZONE, BAD_SPAN, BAD_GRACE.
    """
    _refuse_bad_change(wanted)
    return _change(
        context, schedule_id, wanted, expected_revision, action="schedule.update", reason=reason
    )


def pause_schedule(
    context: WorkspaceContext,
    schedule_id: ScheduleId,
    *,
    paused: bool,
    expected_revision: int | None = None,
    reason: str = "",
) -> ScheduleView:
    """Pause a schedule or let it go on; what its pause left out is not made up for.

    Raises:
        Forbidden. NotFound: UNKNOWN_SCHEDULE. Stale: CHANGED_MEANWHILE.
    """
    action = "schedule.pause" if paused else "schedule.resume"
    return _change(context, schedule_id, paused, expected_revision, action=action, reason=reason)


def preview(cron: str, time_zone: str, *, after: datetime | None = None) -> tuple[datetime, ...]:
    """Return the next five times of a schedule nobody has saved yet.

    Raises:
        InvalidInput: BAD_SCHEDULE, UNKNOWN_TIME_ZONE.
    """
    fault = check_schedule(cron)
    if fault is not None:
        raise InvalidInput("BAD_SCHEDULE", fault, path="$.query.cron")
    schedules.refuse_bad_zone(time_zone)
    return next_fires(cron, time_zone, after=after or datetime.now(UTC), count=SHOWN_FIRES)


def default_time_zone(connection: Transaction, workspace_id: WorkspaceId) -> str:
    """Return the zone of new schedules: the workspace's, else its data model's, else UTC."""
    settings, _ = workspace_settings.load(connection, workspace_id)
    if settings.time_zone is not None:
        return settings.time_zone
    stored = data_models.latest(connection, workspace_id)
    return _FALLBACK_ZONE if stored is None else model_of(stored).time_zone


def changeable(schedule: Schedule) -> ScheduleChange:
    """Return what may be changed of a schedule, as it is."""
    return ScheduleChange(
        time_zone=schedule.time_zone,
        starts_at=schedule.starts_at,
        ends_at=schedule.ends_at,
        misfire=schedule.misfire,
        grace_seconds=schedule.grace_seconds,
        paused=schedule.paused,
    )


def _change(
    context: WorkspaceContext,
    schedule_id: ScheduleId,
    wanted: ScheduleChange | bool,
    expected_revision: int | None,
    *,
    action: str,
    reason: str,
) -> ScheduleView:
    """Write a change, or just whether it is paused; one that changes nothing leaves no trace."""
    context.require(Permission.OPERATE)
    with context.transaction() as connection:
        named = schedules.by_id(connection, context.workspace.id, schedule_id)
        before = changeable(named.schedule)
        after = replace(before, paused=wanted) if isinstance(wanted, bool) else wanted
        revision = named.schedule.revision if expected_revision is None else expected_revision
        if after != before or revision != named.schedule.revision:
            schedules.change(connection, _with(named.schedule, after), revision=revision)
            audit.record(
                connection,
                context.workspace.id,
                actor=context.actor,
                action=action,
                subject=_subject(named),
                before=_document(before),
                after=_document(after),
                reason=reason,
                request_id=context.request_id,
            )
        return _view(connection, context, schedule_id)


def _with(schedule: Schedule, wanted: ScheduleChange) -> Schedule:
    return replace(
        schedule,
        time_zone=wanted.time_zone,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        misfire=wanted.misfire,
        grace_seconds=wanted.grace_seconds,
        paused=wanted.paused,
    )


def _view(
    connection: Transaction, context: WorkspaceContext, schedule_id: ScheduleId
) -> ScheduleView:
    named = schedules.by_id(connection, context.workspace.id, schedule_id)
    fired = fires.latest(connection, context.workspace.id, schedule_id, limit=SHOWN_FIRES)
    return ScheduleView(named, _next(named.schedule, database_now(connection)), fired)


def _next(schedule: Schedule, now: datetime) -> tuple[datetime, ...]:
    """Return the next times, the one that is due but not looked at yet among them."""
    if schedule.paused or schedule.next_at is None:
        return ()
    after = max(now, schedule.next_at)
    following = next_fires(
        schedule.cron,
        schedule.time_zone,
        after=after,
        count=SHOWN_FIRES - 1,
        ends_at=schedule.ends_at,
    )
    return (schedule.next_at, *following)


def _refuse_bad_change(wanted: ScheduleChange) -> None:
    schedules.refuse_bad_zone(wanted.time_zone)
    if not 0 <= wanted.grace_seconds <= MAX_GRACE_SECONDS:
        raise InvalidInput(
            "BAD_GRACE",
            f"The grace is from 0 to {MAX_GRACE_SECONDS} seconds (a week).",
            path="$.grace_seconds",
        )
    for name, moment in (("starts_at", wanted.starts_at), ("ends_at", wanted.ends_at)):
        if moment is not None and (moment.tzinfo is None or not _EARLIEST < moment.year < _LATEST):
            raise InvalidInput(
                "BAD_SPAN",
                f"{name} is an instant with a time zone, from {_EARLIEST + 1} to {_LATEST - 1}.",
                hint="Write 2026-01-31T08:00:00Z.",
                path=f"$.{name}",
            )
    if wanted.starts_at and wanted.ends_at and wanted.starts_at >= wanted.ends_at:
        raise InvalidInput("BAD_SPAN", "A schedule ends after it starts.", path="$.ends_at")


def _subject(named: NamedSchedule) -> str:
    return f"schedule/{named.rule or named.schedule.kind.value}"


def _document(change: ScheduleChange) -> dict[str, Any]:
    return {
        "time_zone": change.time_zone,
        "starts_at": None if change.starts_at is None else change.starts_at.isoformat(),
        "ends_at": None if change.ends_at is None else change.ends_at.isoformat(),
        "misfire": change.misfire.value,
        "grace_seconds": change.grace_seconds,
        "paused": change.paused,
    }
