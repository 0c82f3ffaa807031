"""Schedules: one row for each rule that has one, and for the workspace's own work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from muster.base.errors import InvalidInput, Stale
from muster.base.ids import RuleId, ScheduleId, WorkspaceId
from muster.base.records import Misfire, Rule, RuleStatus, RunKind, Schedule
from muster.rules.cron import first_fire, is_zone
from muster.rules.schedule import check_schedule
from muster.store.names import missing
from muster.store.tables import rule_versions, rules, workspaces
from muster.store.tables_runs import schedule_fires, schedules


@dataclass(frozen=True, slots=True)
class NamedSchedule:
    """A schedule with its rule's name and title; both None for the workspace's own."""

    schedule: Schedule
    rule: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class ScheduleFilter:
    """Which schedules are wanted; None does not narrow."""

    rule: str | None = None
    paused: bool | None = None


def sync_rule(connection: Connection, rule: Rule, *, time_zone: str) -> Schedule | None:
    """Make a rule's schedule what its published version says; to be called after each publication.

    A new row takes the given zone and defaults; one that is there keeps its own zone, span, misfire
    policy and pause, and only its cron text changes. Without a published version, without a
    schedule in it, archived or deleted, the rule has none.

    Args:
        rule: only its ids are read; what counts is in the database.
        time_zone: IANA name of the workspace's zone.

    Raises:
        InvalidInput: BAD_SCHEDULE, UNKNOWN_TIME_ZONE.
    """
    cron = connection.execute(_published_cron(rule.workspace_id, rule.id)).scalar_one_or_none()
    mine = and_(schedules.c.workspace_id == rule.workspace_id, schedules.c.rule_id == rule.id)
    found = connection.execute(select(schedules).where(mine).with_for_update()).one_or_none()
    present = None if found is None else _schedule(found)
    if cron is None:
        if present is not None:
            _remove(connection, present)
        return None
    if present is not None and present.cron == cron:
        return present
    fault = check_schedule(cron)
    if fault is not None:
        raise InvalidInput("BAD_SCHEDULE", fault, path="$.schedule")
    if present is not None:
        return _write(connection, replace(present, cron=cron))
    return add(
        connection,
        rule.workspace_id,
        kind=RunKind.REFRESH,
        rule_id=rule.id,
        cron=cron,
        time_zone=time_zone,
    )


def add(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    kind: RunKind,
    rule_id: RuleId | None,
    cron: str,
    time_zone: str,
    grace_seconds: int = 3600,
) -> Schedule:
    """Add a schedule that makes up for the last time; ``rule_id`` None = the workspace's own work.

    Raises:
        InvalidInput: UNKNOWN_TIME_ZONE.
    """
    refuse_bad_zone(time_zone)
    added = connection.execute(
        insert(schedules)
        .values(
            workspace_id=workspace_id,
            kind=kind.value,
            rule_id=rule_id,
            cron=cron,
            time_zone=time_zone,
            grace_seconds=grace_seconds,
            next_at=first_fire(cron, time_zone, after=database_now(connection)),
        )
        .returning(schedules)
    ).one()
    return _schedule(added)


def own(connection: Connection, workspace_id: WorkspaceId, *, kind: RunKind) -> Schedule | None:
    """Return the workspace's own schedule of a kind, e.g. retention; None if it has none."""
    found = connection.execute(
        select(schedules).where(
            schedules.c.workspace_id == workspace_id,
            schedules.c.kind == kind.value,
            schedules.c.rule_id.is_(None),
        )
    ).one_or_none()
    return None if found is None else _schedule(found)


def workspaces_without_own(
    connection: Connection, *, kind: RunKind = RunKind.RETENTION
) -> tuple[WorkspaceId, ...]:
    """Return the workspaces that lack their own schedule of a kind; must see all of them."""
    found = exists().where(
        schedules.c.workspace_id == workspaces.c.id, schedules.c.kind == kind.value
    )
    rows = connection.scalars(select(workspaces.c.id).where(~found).order_by(workspaces.c.id))
    return tuple(WorkspaceId(number) for number in rows)


def change(
    connection: Connection, wanted: Schedule, *, revision: int, moment: datetime | None = None
) -> Schedule:
    """Write a schedule's zone, span, policy and pause; its next time is worked out anew.

    Args:
        revision: the revision that the change was made to.
        moment: the present, for tests; None = by the database's clock.

    Raises:
        Stale: CHANGED_MEANWHILE.
    """
    refuse_bad_zone(wanted.time_zone)
    present = connection.execute(
        select(schedules.c.revision, schedules.c.last_fire_at)
        .where(_is(wanted.workspace_id, wanted.id))
        .with_for_update()
    ).one_or_none()
    if present is None:
        raise missing("schedule", wanted.id)
    if present.revision != revision:
        raise Stale(
            "CHANGED_MEANWHILE",
            f"The schedule is at revision {present.revision} now; the change was made to revision"
            f" {revision}.",
            hint="Read it again and repeat the change.",
        )
    current = replace(wanted, revision=revision, last_fire_at=present.last_fire_at)
    return _write(connection, current, moment=moment)


def by_id(
    connection: Connection, workspace_id: WorkspaceId, schedule_id: ScheduleId
) -> NamedSchedule:
    """Return the schedule; NotFound UNKNOWN_SCHEDULE when this workspace has none of that id."""
    found = connection.execute(
        _named(workspace_id).where(schedules.c.id == schedule_id)
    ).one_or_none()
    if found is None:
        raise missing("schedule", schedule_id)
    return _named_schedule(found)


def page(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    wanted: ScheduleFilter,
    limit: int,
    offset: int = 0,
    after_id: int | None = None,
) -> tuple[tuple[NamedSchedule, ...], int]:
    """Return schedules by id, at most ``limit``, and how many there are in all."""
    found = _named(workspace_id)
    if wanted.rule is not None:
        found = found.where(rules.c.name == wanted.rule)
    if wanted.paused is not None:
        found = found.where(schedules.c.paused.is_(wanted.paused))
    total = connection.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    if after_id is not None:
        found = found.where(schedules.c.id > after_id)
    rows = connection.execute(found.order_by(schedules.c.id).limit(limit).offset(offset))
    return tuple(_named_schedule(row) for row in rows), total


def of_rules(
    connection: Connection, workspace_id: WorkspaceId, rule_ids: Sequence[RuleId]
) -> dict[RuleId, Schedule]:
    """Return the schedules of some rules, for pages that list rules."""
    rows = connection.execute(
        select(schedules).where(
            schedules.c.workspace_id == workspace_id, schedules.c.rule_id.in_(rule_ids)
        )
    )
    return {RuleId(row.rule_id): _schedule(row) for row in rows}


def refuse_bad_zone(name: str) -> None:
    """Raise InvalidInput UNKNOWN_TIME_ZONE unless this is the name of an IANA zone."""
    if not is_zone(name):
        raise InvalidInput(
            "UNKNOWN_TIME_ZONE",
            f'There is no time zone "{name}".',
            hint="Write a name of the IANA database, e.g. Europe/Vienna.",
            path="$.time_zone",
        )


def database_now(connection: Connection) -> datetime:
    """Return the present instant by the database's clock, the one that all servers share."""
    found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found


def schedule_of(values: Any) -> Schedule:
    """Return the record of a row's columns."""
    return Schedule(
        id=ScheduleId(values["id"]),
        workspace_id=WorkspaceId(values["workspace_id"]),
        kind=RunKind(values["kind"]),
        rule_id=None if values["rule_id"] is None else RuleId(values["rule_id"]),
        cron=values["cron"],
        time_zone=values["time_zone"],
        starts_at=values["starts_at"],
        ends_at=values["ends_at"],
        misfire=Misfire(values["misfire"]),
        grace_seconds=values["grace_seconds"],
        paused=values["paused"],
        next_at=values["next_at"],
        last_fire_at=values["last_fire_at"],
        revision=values["revision"],
    )


def named_columns() -> Select[tuple[Any, ...]]:
    """Select schedules with the name and title of their rules, of any state."""
    content = and_(
        rule_versions.c.workspace_id == rules.c.workspace_id,
        rule_versions.c.rule_id == rules.c.id,
        rule_versions.c.version == rules.c.published_version,
    )
    of_rule = and_(
        rules.c.workspace_id == schedules.c.workspace_id, rules.c.id == schedules.c.rule_id
    )
    return (
        select(schedules, rules.c.name.label("rule"), rule_versions.c.title.label("rule_title"))
        .outerjoin(rules, of_rule)
        .outerjoin(rule_versions, content)
    )


def live() -> ColumnElement[bool]:
    """Whether a row of `named_columns` is of a rule that is evaluated, or of none."""
    return schedules.c.rule_id.is_(None) | and_(
        rules.c.status == RuleStatus.PUBLISHED.value, rules.c.deleted_at.is_(None)
    )


def _write(connection: Connection, wanted: Schedule, *, moment: datetime | None = None) -> Schedule:
    """Write a locked schedule as a new revision. It never fires again what it has fired."""
    now = moment or database_now(connection)
    after = now if wanted.last_fire_at is None else max(now, wanted.last_fire_at)
    next_at = None
    if not wanted.paused:
        next_at = first_fire(
            wanted.cron,
            wanted.time_zone,
            after=after,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
        )
    changed = connection.execute(
        update(schedules)
        .where(_is(wanted.workspace_id, wanted.id))
        .values(
            cron=wanted.cron,
            time_zone=wanted.time_zone,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            misfire=wanted.misfire.value,
            grace_seconds=wanted.grace_seconds,
            paused=wanted.paused,
            next_at=next_at,
            revision=schedules.c.revision + 1,
            updated_at=func.clock_timestamp(),
        )
        .returning(schedules)
    ).one()
    return _schedule(changed)


def _remove(connection: Connection, present: Schedule) -> None:
    fired = and_(
        schedule_fires.c.workspace_id == present.workspace_id,
        schedule_fires.c.schedule_id == present.id,
    )
    connection.execute(delete(schedule_fires).where(fired))
    connection.execute(delete(schedules).where(_is(present.workspace_id, present.id)))


def _published_cron(workspace_id: WorkspaceId, rule_id: RuleId) -> Select[tuple[Any]]:
    return (
        select(rule_versions.c.schedule)
        .join(
            rules,
            and_(
                rule_versions.c.workspace_id == rules.c.workspace_id,
                rule_versions.c.rule_id == rules.c.id,
                rule_versions.c.version == rules.c.published_version,
            ),
        )
        .where(
            rules.c.workspace_id == workspace_id,
            rules.c.id == rule_id,
            rules.c.status == RuleStatus.PUBLISHED.value,
            rules.c.deleted_at.is_(None),
        )
    )


def _named(workspace_id: WorkspaceId) -> Select[tuple[Any, ...]]:
    return named_columns().where(schedules.c.workspace_id == workspace_id, live())


def _is(workspace_id: WorkspaceId, schedule_id: ScheduleId) -> ColumnElement[bool]:
    return and_(schedules.c.workspace_id == workspace_id, schedules.c.id == schedule_id)


def _named_schedule(row: Row[tuple[Any, ...]]) -> NamedSchedule:
    return NamedSchedule(_schedule(row), row._mapping["rule"], row._mapping["rule_title"])


def _schedule(row: Row[tuple[Any, ...]]) -> Schedule:
    return schedule_of(row._mapping)
