"""Retention: what a workspace keeps no longer is removed, little by little.

How much is kept, the workspace's settings say. What a rule looks at, a segment's version or a retry
refers to, or somebody works on stays whatever they say; so does the audit log. Everything may be
repeated, and stopped between any two steps.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from muster.base.people import Permission
from muster.base.records import Run, RunKind, RunOrigin, RunState
from muster.base.workspace_settings import WorkspaceSettings
from muster.services.attempts import Attempt, insistently, settle
from muster.services.collecting import Freed, remove_orphans
from muster.services.context import WorkspaceContext
from muster.services.lease_keeping import kept_lease
from muster.services.sweeping import Swept, sweep_step_by_step
from muster.services.wave import read_catalog
from muster.services.workspaces import find_model, model_of
from muster.store import audit, leases, notifications, queue, retention
from muster.store import workspace_settings as settings_store
from muster.store.database import Transaction
from muster.store.retention import RunParts
from muster.store.schedules import database_now

RUNS_KEPT_AT_LEAST = 100
"""The newest runs of a workspace stay, however old they are."""

_RUNS_AT_ONCE = 200
_ROWS_AT_ONCE = 2000
_LEASE_SECONDS = 60.0

GoOn = Callable[[float, str], None]
"""Told the share that is done and what comes next; raises when the work is not wanted any more."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What is gone, or would be.

    Attributes:
        versions: versions of segments that lost their members; their figures stay.
        files: files of members, of those versions and of runs that came to nothing.
        freed_bytes: their size.
        runs, run_rules: finished runs, and what became of each of their rules.
        log_lines: of those runs, and old ones of others.
        fires: times of schedules: those of removed runs, and old ones that were missed.
    """

    versions: int = 0
    files: int = 0
    freed_bytes: int = 0
    runs: int = 0
    run_rules: int = 0
    log_lines: int = 0
    fires: int = 0
    notifications: int = 0

    def __add__(self, other: Removed) -> Removed:
        """Return both together."""
        return Removed(
            *(getattr(self, one.name) + getattr(other, one.name) for one in fields(Removed))
        )


@dataclass(frozen=True, slots=True)
class _Limits:
    """What is too old: runs and lines from before these instants."""

    settings: WorkspaceSettings
    as_of: datetime
    runs_before: datetime
    logs_before: datetime


def retain(attempt: Attempt, *, retry: bool = True, now: datetime | None = None) -> Removed:
    """Do what a claimed run of retention asks for, and write down how it ended.

    Args:
        retry: a passing failure puts the run back into the queue.
        now: the present, for tests; None = by the database's clock.

    Raises:
        BaseException: what went wrong; the run tells of it already.
    """
    try:
        limits = _limits(attempt.context, now)
        removed = _remove(attempt, limits)
        insistently(lambda: _finish(attempt, limits, removed))
    except BaseException as error:
        settle(attempt, error, retry=retry)
        raise
    return removed


def retain_now(context: WorkspaceContext) -> tuple[Run, Removed]:
    """Run the retention of a workspace here and now; it is a run like any other.

    Raises:
        Forbidden: NOT_ALLOWED.
    """
    context.require(Permission.ADMINISTER)
    with context.transaction() as connection:
        run = queue.begin(
            connection,
            context.workspace.id,
            rules=(),
            as_of=context.resources.clock.now_utc(),
            origin=RunOrigin.MANUAL,
            requested_by=context.actor,
            owner=f"{context.actor} at the command line, process {os.getpid()}",
            lease_seconds=_LEASE_SECONDS,
            kind=RunKind.RETENTION,
        )
    with kept_lease(context, run, lease_seconds=_LEASE_SECONDS):
        return run, retain(Attempt(context, run), retry=False)


def foresee(context: WorkspaceContext, *, now: datetime | None = None) -> Removed:
    """Return what retention would remove now; nothing is changed.

    Raises:
        Forbidden: NOT_ALLOWED.
    """
    context.require(Permission.ADMINISTER)
    limits = _limits(context, now)
    swept = _sweep(context, limits, _go_on, dry_run=True)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        going = retention.removable_runs(
            connection, workspace_id, before=limits.runs_before, keep_newest=RUNS_KEPT_AT_LEAST
        )
        parts = retention.count_runs(connection, workspace_id, going)
        missed = retention.count_missed_fires(connection, workspace_id, before=limits.runs_before)
        lines = retention.count_log_lines(
            connection, workspace_id, before=limits.logs_before, not_of=going
        )
        told = notifications.count_older(connection, workspace_id, before=limits.logs_before)
    orphans = remove_orphans(context, dry_run=True)
    return (
        _of_files(swept)
        + _of_runs(parts)
        + Removed(fires=missed, log_lines=lines, notifications=told)
        + _of_files(Swept(0, orphans))
    )


def _limits(context: WorkspaceContext, now: datetime | None) -> _Limits:
    with context.transaction() as connection:
        settings, _ = settings_store.load(connection, context.workspace.id)
        present = now or database_now(connection)
        unfinished = retention.oldest_unfinished(connection, context.workspace.id)
    as_of = context.resources.clock.now_utc()
    return _Limits(
        settings,
        # a run that waits is of an earlier instant, whose windows reach back further
        as_of if unfinished is None else min(as_of, unfinished),
        present - timedelta(days=settings.runs_kept_days),
        present - timedelta(days=settings.logs_kept_days),
    )


def _remove(attempt: Attempt, limits: _Limits) -> Removed:
    """Take the steps one after the other; the log says after each what it has removed."""
    context, settings = attempt.context, limits.settings
    swept = _sweep(context, limits, attempt.progress)
    attempt.log(
        f"The members of {swept.versions} versions were dropped,"
        f" {swept.freed.size_bytes} bytes in {swept.freed.files} files; each segment keeps"
        f" {settings.versions_kept}, and what rules look at."
    )
    parts = _remove_runs(attempt, limits)
    attempt.log(
        f"{parts.runs} runs were removed with {parts.run_rules} outcomes, {parts.log_lines} lines"
        f" and {parts.fires} times of schedules; they are kept {settings.runs_kept_days} days."
    )
    workspace_id, before = context.workspace.id, limits.logs_before
    missed = _repeat(
        attempt,
        (0.6, "missed times"),
        lambda connection: retention.remove_missed_fires(
            connection, workspace_id, before=limits.runs_before, limit=_ROWS_AT_ONCE
        ),
    )
    lines = _repeat(
        attempt,
        (0.65, "lines of logs"),
        lambda connection: retention.remove_log_lines(
            connection, workspace_id, before=before, limit=_ROWS_AT_ONCE
        ),
    )
    told = _repeat(
        attempt,
        (0.8, "notifications"),
        lambda connection: notifications.remove_older(
            connection, workspace_id, before=before, limit=_ROWS_AT_ONCE
        ),
    )
    attempt.log(
        f"{lines} lines of logs, {told} notifications and {missed} missed times of schedules were"
        f" removed; lines and notifications are kept {settings.logs_kept_days} days."
    )
    attempt.progress(0.9, "files")
    orphans = remove_orphans(context)
    attempt.log(
        f"{orphans.files} files that nothing points to were removed, {orphans.size_bytes} bytes."
    )
    return (
        _of_files(swept)
        + _of_runs(parts)
        + Removed(fires=missed, log_lines=lines, notifications=told)
        + _of_files(Swept(0, orphans))
    )


def _sweep(
    context: WorkspaceContext, limits: _Limits, go_on: GoOn, *, dry_run: bool = False
) -> Swept:
    stored = find_model(context)
    if stored is None:
        return Swept()  # without a model there is no segment
    catalog = read_catalog(context, model_of(stored))
    total = Swept(0, Freed())
    for some in sweep_step_by_step(context, catalog, limits.as_of, dry_run=dry_run):
        total += some
        go_on(0.2, "members of old versions")
    return total


def _remove_runs(attempt: Attempt, limits: _Limits) -> RunParts:
    context = attempt.context
    with context.transaction() as connection:
        going = retention.removable_runs(
            connection,
            context.workspace.id,
            before=limits.runs_before,
            keep_newest=RUNS_KEPT_AT_LEAST,
        )
    total = RunParts()
    for first in range(0, len(going), _RUNS_AT_ONCE):
        attempt.progress(0.3 + 0.3 * first / len(going), "old runs")
        with context.transaction() as connection:
            total += retention.remove_runs(
                connection, context.workspace.id, going[first : first + _RUNS_AT_ONCE]
            )
    return total


def _repeat(
    attempt: Attempt, place: tuple[float, str], remove_some: Callable[[Transaction], int]
) -> int:
    """Remove some rows in a transaction, until a time removes none."""
    total = 0
    while True:
        attempt.progress(*place)
        with attempt.context.transaction() as connection:
            some = remove_some(connection)
        if some == 0:
            return total
        total += some


def _finish(attempt: Attempt, limits: _Limits, removed: Removed) -> None:
    context, run = attempt.context, attempt.run
    kept = {
        name: getattr(limits.settings, name)
        for name in ("versions_kept", "runs_kept_days", "logs_kept_days")
    }
    with context.transaction() as connection:
        leases.finish(connection, run, state=RunState.PUBLISHED, figures=asdict(removed))
        audit.record(
            connection,
            context.workspace.id,
            actor=context.actor,
            action="retention.run",
            subject=f"run/{run.id}",
            after={"removed": asdict(removed), "kept": kept},
            request_id=context.request_id,
        )


def _of_files(swept: Swept) -> Removed:
    return Removed(
        versions=swept.versions, files=swept.freed.files, freed_bytes=swept.freed.size_bytes
    )


def _of_runs(parts: RunParts) -> Removed:
    return Removed(
        runs=parts.runs, run_rules=parts.run_rules, log_lines=parts.log_lines, fires=parts.fires
    )


def _go_on(_share: float, _what: str) -> None:
    """Go on, whatever is done."""
