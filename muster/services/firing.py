"""Turns due schedules into runs.

What passed is decided by policy, what shares an instant shares a run, and an instant that has fired
never fires again.
"""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from muster.base.ids import RunId, ScheduleId, WorkspaceId
from muster.base.notices import NOTICE_KINDS, worded
from muster.base.people import system_principal
from muster.base.records import Misfire, RunKind, RunOrigin, Schedule
from muster.rules.cron import first_fire, last_fires
from muster.services.notifying import notify
from muster.store import fires, queue
from muster.store.database import Database, Transaction
from muster.store.fires import Move
from muster.store.schedules import NamedSchedule

PUNCTUAL_SECONDS = 60
"""A fire at most this late is on time, whatever the policy: a server looks about once a second."""

MADE_UP_AT_MOST = 100
"""Runs that the policy "all" makes at once for one schedule; older times are missed."""

_REMEMBERED = 100  # missed times that are written down for one schedule and tick
_NAMED = 5
_MISSED = "schedule.missed"
_MICROSECOND = timedelta(microseconds=1)
_logger = logging.getLogger("muster.schedules")

Key = tuple[ScheduleId, datetime]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a tick does with one schedule.

    Attributes:
        made: the instants that become runs, oldest first.
        missed: the newest of those that nothing makes up for.
        next_at: None when there is none any more.
    """

    made: tuple[datetime, ...]
    missed: tuple[datetime, ...]
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fired:
    """What firing one workspace's schedules did."""

    schedules: int = 0
    runs: int = 0
    joined: int = 0
    missed: int = 0
    broken: int = 0


def judge(schedule: Schedule, *, now: datetime) -> Verdict:
    """Decide about a schedule whose ``next_at`` has come.

    What is at most a minute late is on time. Of what is later, the policy "skip" takes nothing,
    "once" the last time and "all" every one, each no later than the schedule's grace.
    """
    assert schedule.next_at is not None
    cron, zone = schedule.cron, schedule.time_zone
    begin = schedule.next_at - _MICROSECOND
    end = now if schedule.ends_at is None else min(now, schedule.ends_at - _MICROSECOND)
    horizon = now - timedelta(seconds=PUNCTUAL_SECONDS)
    count = 1
    if schedule.misfire is not Misfire.SKIP:
        graced = now - timedelta(seconds=schedule.grace_seconds) - _MICROSECOND
        horizon = min(horizon, graced)
        count = MADE_UP_AT_MOST if schedule.misfire is Misfire.ALL else 1
    made = last_fires(cron, zone, after=max(begin, horizon), until=end, count=count)
    missed: tuple[datetime, ...] = ()
    if not (made and schedule.misfire is Misfire.ONCE):
        before = made[0] - _MICROSECOND if made else end
        missed = last_fires(cron, zone, after=begin, until=before, count=_REMEMBERED)
    following = first_fire(
        cron, zone, after=now, starts_at=schedule.starts_at, ends_at=schedule.ends_at
    )
    return Verdict(made, missed, following)


def fire_workspace(
    database: Database, workspace_id: WorkspaceId, *, now: datetime, limit: int
) -> Fired:
    """Fire what is due in one workspace, in one transaction.

    Does nothing while another server fires this workspace's schedules.

    Args:
        limit: about how many schedules at most; the rest is due at the next tick.
    """
    with database.transaction(workspace_id) as connection:
        if not fires.try_lock(connection, workspace_id):
            return Fired()
        due = fires.due(connection, workspace_id, now=now, limit=limit)
        verdicts, broken = _judge_all(due, now=now)
        by_id = {found.schedule.id: found for found, _ in due}
        made = [(one, at) for one, verdict in verdicts.items() for at in verdict.made]
        missed = [(one, at) for one, verdict in verdicts.items() for at in verdict.missed]
        fresh = fires.record(connection, workspace_id, sorted([*made, *missed]))
        runs = joined = 0
        for group in _groups(key for key in made if key in fresh):
            members = [by_id[one] for one, _ in group]
            new = _run(connection, workspace_id, members, fire_at=group[0][1])
            runs, joined = runs + new, joined + (not new)
        lost = [key for key in missed if key in fresh]
        _tell(connection, workspace_id, by_id, lost)
        fires.move(connection, workspace_id, _moves(by_id, verdicts))
    return Fired(len(due), runs, joined, len(lost), broken)


def _judge_all(
    due: Sequence[tuple[NamedSchedule, bool]], *, now: datetime
) -> tuple[dict[ScheduleId, Verdict], int]:
    """Judge each due schedule; one that cannot be computed stops, and does not hold up others."""
    verdicts: dict[ScheduleId, Verdict] = {}
    alike: dict[Schedule, Verdict] = {}  # ten thousand daily rules are judged once
    broken = 0
    for found, live in due:
        schedule = found.schedule
        times = replace(schedule, id=ScheduleId(0), rule_id=None, last_fire_at=None, revision=0)
        try:
            verdict = alike.get(times) or judge(schedule, now=now)
            alike[times] = verdict
        except (ValueError, ZoneInfoNotFoundError):
            _logger.exception(
                "schedule %s of rule %s cannot be computed and stops", schedule.id, found.rule
            )
            broken += 1
            assert schedule.next_at is not None
            verdict = Verdict((), (schedule.next_at,), None)
        verdicts[schedule.id] = verdict if live else Verdict((), (), verdict.next_at)
    return verdicts, broken


def _groups(keys: Iterable[Key]) -> list[list[Key]]:
    """Return what shares an instant together, in the order of time."""
    found: dict[datetime, list[Key]] = defaultdict(list)
    for schedule_id, fire_at in keys:
        found[fire_at].append((schedule_id, fire_at))
    return [found[fire_at] for fire_at in sorted(found)]


def _run(
    connection: Transaction,
    workspace_id: WorkspaceId,
    members: Sequence[NamedSchedule],
    *,
    fire_at: datetime,
) -> int:
    """Make the runs of one instant, one for each kind of work; return how many are new."""
    made = 0
    for kind in sorted({found.schedule.kind for found in members}):
        mine = [found for found in members if found.schedule.kind is kind]
        ids = {found.schedule.id for found in mine}
        run_id, new = _enqueue(connection, workspace_id, mine, kind=kind, fire_at=fire_at)
        fires.join_run(connection, workspace_id, ids, fire_at=fire_at, run_id=run_id)
        made += new
    return made


def _enqueue(
    connection: Transaction,
    workspace_id: WorkspaceId,
    members: Sequence[NamedSchedule],
    *,
    kind: RunKind,
    fire_at: datetime,
) -> tuple[RunId, bool]:
    """Put the run of one instant into the queue.

    While an equal scheduled run waits there, that one is it, at the later instant; but whoever
    chose the policy "all" wants each instant by itself.
    """
    names = sorted({found.rule for found in members if found.rule is not None})
    each = any(found.schedule.misfire is Misfire.ALL for found in members)
    while True:
        run, new = queue.enqueue(
            connection,
            workspace_id,
            rules=names,
            as_of=fire_at,
            origin=RunOrigin.SCHEDULE,
            requested_by=system_principal().name,
            priority=0,
            kind=kind,
            dedupe_key=_dedupe_key(kind, names, fire_at if each else None),
        )
        if new or fires.bring_forward(connection, workspace_id, run.id, as_of=fire_at):
            return run.id, new
        # a worker has just taken it: what it reads may be too old for this instant


def _dedupe_key(kind: RunKind, names: Sequence[str], fire_at: datetime | None) -> str:
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
    return f"schedule:{kind.value}:{digest}:{'' if fire_at is None else fire_at.isoformat()}"


def _moves(
    by_id: dict[ScheduleId, NamedSchedule], verdicts: dict[ScheduleId, Verdict]
) -> list[Move]:
    return [
        Move(by_id[one].schedule, verdict.next_at, verdict.made[-1] if verdict.made else None)
        for one, verdict in verdicts.items()
    ]


def _tell(
    connection: Transaction,
    workspace_id: WorkspaceId,
    by_id: dict[ScheduleId, NamedSchedule],
    lost: Sequence[Key],
) -> None:
    """Tell the workspace once of everything that was missed."""
    if not lost:
        return
    rules = {by_id[one].rule for one, _ in lost}
    names = sorted({by_id[one].rule or by_id[one].schedule.kind.value for one, _ in lost})
    last = max(at for _, at in lost)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    title, body = worded(
        _MISSED,
        rule=", ".join(names[:_NAMED]) + more,
        missed=len(lost),
        at=f"{last:%Y-%m-%d %H:%M} UTC",
    )
    notify(
        connection,
        workspace_id,
        kind=_MISSED,
        severity=NOTICE_KINDS[_MISSED].severity,
        subject=f"rule/{names[0]}" if len(names) == 1 and None not in rules else "schedules",
        title=title,
        body=body,
        data={"rules": names, "missed": len(lost), "last": last.isoformat()},
        dedupe_key=f"{_MISSED}/{min(one for one, _ in lost)}/{last.isoformat()}",
    )
