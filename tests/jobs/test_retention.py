"""Retention through the queue: planned, claimed by a worker, executed by its child."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from muster.base.records import RunKind, RunState, Schedule
from muster.jobs.ticker import tick
from muster.services.context import WorkspaceContext
from muster.services.triggering import cancel_run, retry_run, trigger
from muster.services.workspace_settings import change_settings
from muster.store import run_log, runs, schedules
from muster.store.tables_runs import schedules as schedules_table
from tests.jobs.conftest import StartWorker
from tests.soak.killing import check_whole, wait_until


def newest(context: WorkspaceContext, kind: RunKind):
    with context.transaction() as connection:
        found = runs.every(connection, context.workspace.id, limit=100)
    return next((run for run in found if run.kind is kind), None)


def own(context: WorkspaceContext) -> Schedule | None:
    with context.transaction() as connection:
        return schedules.own(connection, context.workspace.id, kind=RunKind.RETENTION)


def make_due(context: WorkspaceContext) -> None:
    """Let the retention's hour be now."""
    with context.transaction() as connection:
        connection.execute(
            update(schedules_table)
            .where(schedules_table.c.kind == "retention")
            .values(
                starts_at=None,
                cron="@hourly",
                next_at=datetime.now(UTC).replace(minute=0, second=0, microsecond=0),
            )
        )


def done(context: WorkspaceContext) -> bool:
    run = newest(context, RunKind.RETENTION)
    return run is not None and run.state is RunState.PUBLISHED


def test_its_schedule_makes_a_run_that_a_worker_executes(
    context: WorkspaceContext, start_worker: StartWorker
) -> None:
    change_settings(context, {"concurrency": 2})
    folder = context.folder / "segments" / "quiet"
    (folder / "77.1.members").write_bytes(b"left")
    make_due(context)
    start_worker(slots=2)
    refresh, _ = trigger(context, None)
    wait_until(lambda: done(context), seconds=60, what="the retention is done")
    run = newest(context, RunKind.RETENTION)
    assert (run.rules, run.figures["files"], run.requested_by) == ((), 1, "scheduler")
    assert not (folder / "77.1.members").exists()
    with context.transaction() as connection:
        lines = run_log.after(connection, context.workspace.id, run.id, after_id=0, limit=100)
    assert lines[-1].message.startswith("1 files that nothing points to were removed")
    wait_until(
        lambda: newest(context, RunKind.REFRESH).state is RunState.PUBLISHED,
        seconds=60,
        what="the refresh beside it is done",
    )
    check_whole(context, [refresh.id])


def test_a_starting_worker_gives_it_to_a_workspace_that_lacks_it(
    context: WorkspaceContext, start_worker: StartWorker
) -> None:
    with context.transaction() as connection:
        connection.execute(schedules_table.delete().where(schedules_table.c.kind == "retention"))
    assert own(context) is None
    start_worker()
    wait_until(lambda: own(context) is not None, seconds=60, what="it has its schedule")


def test_one_that_was_cancelled_is_repeated_as_what_it_is(
    context: WorkspaceContext, start_worker: StartWorker
) -> None:
    make_due(context)
    tick(context.resources, now=datetime.now(UTC) + timedelta(seconds=1))
    cancelled = cancel_run(context, newest(context, RunKind.RETENTION).id)
    again = retry_run(context, cancelled.id)
    assert (again.kind, again.rules, again.retry_of) == (RunKind.RETENTION, (), cancelled.id)
    start_worker()
    wait_until(lambda: done(context), seconds=60, what="the retry is done")
