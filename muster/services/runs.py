"""Runs: what was refreshed when, how it went, and what one waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muster.base.ids import RunId
from muster.base.records import Run, RunLogLine, RunRule, RunState
from muster.services.context import WorkspaceContext
from muster.store import run_list, run_log, run_rules, workspace_settings
from muster.store import runs as run_store
from muster.store.database import Transaction
from muster.store.run_list import RunFilter
from muster.store.schedules import database_now

_WORKER_ALIVE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a queued run does not run yet.

    Attributes:
        kind: ``retry`` (until an instant), ``turn`` (behind runs of this workspace), ``worker``
            (the next free one takes it), ``no_worker`` (none has been heard of lately).
        runs: the runs of this workspace at work, when it is behind them.
        ahead: queued runs of this workspace that go first.
    """

    kind: str
    sentence: str
    until: datetime | None
    runs: tuple[RunId, ...]
    ahead: int


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with what became of each of its rules, and what it waits for while it is queued."""

    run: Run
    rules: tuple[RunRule, ...]
    waiting: Waiting | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Runs that changed, and the instant to ask from the next time."""

    runs: tuple[Run, ...]
    at: datetime


def list_runs(
    context: WorkspaceContext,
    *,
    wanted: RunFilter | None = None,
    limit: int = 50,
    offset: int = 0,
    before_id: int | None = None,
) -> tuple[tuple[Run, ...], int]:
    """Return the workspace's newest runs first, at most ``limit``, and how many fit in all."""
    with context.transaction() as connection:
        return run_list.page(
            connection,
            context.workspace.id,
            wanted=wanted or RunFilter(),
            limit=limit,
            offset=offset,
            before_id=before_id,
        )


def show_run(context: WorkspaceContext, run_id: RunId) -> RunDetail:
    """Return one run with all there is to know; NotFound UNKNOWN_RUN."""
    with context.transaction() as connection:
        run = run_store.by_id(connection, context.workspace.id, run_id)
        rules = run_rules.of_run(connection, context.workspace.id, run_id)
        waiting = _waiting(connection, run) if run.state is RunState.QUEUED else None
    return RunDetail(run, rules, waiting)


def read_log(
    context: WorkspaceContext, run_id: RunId, *, after_id: int = 0, limit: int = 200
) -> tuple[RunLogLine, ...]:
    """Return the lines of a run's log after one, oldest first; NotFound UNKNOWN_RUN."""
    with context.transaction() as connection:
        run_store.by_id(connection, context.workspace.id, run_id)
        return run_log.after(
            connection, context.workspace.id, run_id, after_id=after_id, limit=limit
        )


def changed_runs(context: WorkspaceContext, *, since: datetime | None) -> Changes:
    """Return the runs that wait or work, and those that changed since an instant."""
    with context.transaction() as connection:
        at = database_now(connection)
        found = run_list.changed_since(connection, context.workspace.id, since)
    return Changes(found, at)


def named_runs(context: WorkspaceContext, run_ids: frozenset[int]) -> Changes:
    """Return some runs as they are now; ids of other workspaces are left out."""
    with context.transaction() as connection:
        at = database_now(connection)
        found = run_list.by_ids(connection, context.workspace.id, run_ids)
    return Changes(found, at)


def _waiting(connection: Transaction, run: Run) -> Waiting:
    if run.not_before is not None and run.not_before > database_now(connection):
        return Waiting(
            "retry",
            f"It failed {run.attempt} times and is tried again at"
            f" {run.not_before:%Y-%m-%d %H:%M:%S} UTC."
            if run.attempt
            else f"It begins at {run.not_before:%Y-%m-%d %H:%M:%S} UTC.",
            run.not_before,
            (),
            0,
        )
    busy = run_list.at_work(connection, run.workspace_id)
    ahead = run_list.ahead_of(connection, run)
    settings, _ = workspace_settings.load(connection, run.workspace_id)
    if len(busy) >= settings.concurrency or ahead:
        return Waiting(
            "turn",
            f"{len(busy)} runs of this workspace are at work and {ahead} go first;"
            f" {settings.concurrency} may run at once.",
            None,
            busy,
            ahead,
        )
    if run_list.workers_seen(connection, seconds=_WORKER_ALIVE_SECONDS) == 0:
        return Waiting(
            "no_worker",
            "No worker has been heard of in the last minute: start `muster serve` or"
            " `muster worker`.",
            None,
            (),
            0,
        )
    return Waiting("worker", "The next free worker takes it.", None, (), 0)
