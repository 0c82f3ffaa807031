"""A worker: runs are executed, cancelled, retried, taken over, handed back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from muster.base.records import RunState
from muster.jobs.child_process import ChildCommand
from muster.jobs.worker import Worker, WorkerSettings
from muster.services.applying import apply, plan_apply
from muster.services.context import WorkspaceContext
from muster.services.indexing import drop
from muster.services.triggering import cancel_run, trigger
from muster.store import queue, run_log, runs, workers
from tests.conftest import _administer as administer
from tests.services.small_workspace import documents
from tests.soak.killing import check_whole, every_run, is_drained, wait_until

RULES = ["viennese", "spenders", "quiet", "quiet_spenders", "mail_to_win_back"]


def read(context: WorkspaceContext, run_id: int):
    with context.transaction() as connection:
        return runs.by_id(connection, context.workspace.id, run_id)


def log_of(context: WorkspaceContext, run_id: int) -> list[str]:
    with context.transaction() as connection:
        lines = run_log.after(connection, context.workspace.id, run_id, after_id=0, limit=100)
    return [line.message for line in lines]


def wait_for(context: WorkspaceContext, run_id: int, state: RunState) -> None:
    wait_until(lambda: read(context, run_id).state is state, what=f"{run_id} is {state}")


def children() -> list[int]:
    """The processes for runs that this process started and that live."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
            command = (path.parent / "cmdline").read_text()
        except OSError:
            continue  # it ended while we looked
        if int(words[1]) == os.getpid() and words[0] != "Z" and "muster.cli.child" in command:
            found.append(int(path.parent.name))
    return found


@pytest.fixture
def endless(context: WorkspaceContext) -> WorkspaceContext:
    """A workspace where looking at payments takes longer than anybody waits."""
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(
            "DROP TABLE payments; CREATE VIEW payments AS"
            " SELECT i AS payment_id, i % 40 AS user_id,"
            " TIMESTAMP '2025-05-01' + INTERVAL (hash(i) % 100) SECOND AS paid_at,"
            " 1.00 AS amount, 'Books' AS category, TIMESTAMP '2025-05-02' AS loaded_at"
            " FROM range(100_000_000_000) AS r(i)"
        ).fetchall()
    return context


def test_a_triggered_run_is_executed_and_tells_of_it(context, start_worker) -> None:
    worker = start_worker()
    run, _ = trigger(context, None)
    wait_for(context, run.id, RunState.PUBLISHED)
    done = read(context, run.id)
    assert (done.owner, done.attempt, done.lease_until) == (worker.name, 1, None)
    assert done.figures["rules"] == {"published": 5}
    assert log_of(context, run.id)[-1] == "5 segments published."
    check_whole(context, [run.id])


def test_one_child_executes_run_after_run(context, start_worker) -> None:
    start_worker()
    first, _ = trigger(context, ["quiet"])
    wait_for(context, first.id, RunState.PUBLISHED)
    (child,) = children()
    second, _ = trigger(context, ["spenders"])
    wait_for(context, second.id, RunState.PUBLISHED)
    assert children() == [child]


def test_a_running_run_is_cancelled_and_its_process_killed(endless, start_worker) -> None:
    start_worker(lease_seconds=30)
    run, _ = trigger(endless, ["spenders"])
    wait_until(lambda: read(endless, run.id).progress is not None, what="it makes progress")
    at_work = set(children())
    assert len(at_work) == 1
    assert cancel_run(endless, run.id).state is RunState.RUNNING
    wait_for(endless, run.id, RunState.CANCELLED)
    assert read(endless, run.id).cancelled_by == "tester"
    wait_until(lambda: not at_work & set(children()), what="the child is gone")


def test_a_child_that_dies_is_a_crash_and_the_run_goes_on(endless, start_worker) -> None:
    start_worker(lease_seconds=30)
    run, _ = trigger(endless, ["spenders"])
    wait_until(lambda: read(endless, run.id).progress is not None, what="it makes progress")
    for child in children():
        os.kill(child, signal.SIGKILL)
    wait_until(lambda: read(endless, run.id).crashes == 1, what="the crash is counted")
    wait_until(lambda: read(endless, run.id).attempt == 2, what="it is tried again")
    assert any("ended by signal 9" in line for line in log_of(endless, run.id))
    cancel_run(endless, run.id)
    wait_for(endless, run.id, RunState.CANCELLED)


def test_a_worker_that_stops_hands_its_run_back_uncounted(endless, start_worker) -> None:
    worker = start_worker(lease_seconds=30)
    run, _ = trigger(endless, ["spenders"])
    wait_until(lambda: read(endless, run.id).progress is not None, what="it makes progress")
    worker.stop(grace_seconds=0.2)
    after = read(endless, run.id)
    assert (after.state, after.attempt, after.crashes) == (RunState.QUEUED, 0, 0)
    assert children() == []
    with endless.resources.database.transaction() as connection:
        assert workers.seen(connection, within_seconds=3600) == ()


def test_a_worker_that_stops_lets_a_short_run_end(context, start_worker) -> None:
    worker = start_worker(lease_seconds=30)
    first, _ = trigger(context, ["quiet"])
    wait_for(context, first.id, RunState.PUBLISHED)  # the child is warm now
    run, _ = trigger(context, None)
    wait_until(lambda: read(context, run.id).owner is not None, what="it began")
    worker.stop(grace_seconds=9)
    assert read(context, run.id).state is RunState.PUBLISHED


def test_a_run_whose_worker_vanished_is_taken_over(context, start_worker) -> None:
    run, _ = trigger(context, ["quiet"])
    with context.resources.database.transaction() as connection:
        queue.claim(connection, owner="gone", lease_seconds=0.1)
    worker = start_worker()
    wait_for(context, run.id, RunState.PUBLISHED)
    done = read(context, run.id)
    assert (done.crashes, done.attempt, done.owner) == (1, 2, worker.name)
    assert any("gone was not heard of" in line for line in log_of(context, run.id))


def test_a_locked_warehouse_is_waited_for(context, start_worker) -> None:
    drop(context)  # with a fresh index nobody would notice
    start_worker(lease_seconds=30)
    holder = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True);"
            " sys.stdin.read()",
            str(context.warehouse_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    run, _ = trigger(context, ["quiet"])
    wait_until(lambda: read(context, run.id).error_code == "WAREHOUSE_BUSY", what="it waits")
    assert read(context, run.id).state is RunState.QUEUED
    holder.communicate()
    wait_for(context, run.id, RunState.PUBLISHED)
    assert read(context, run.id).error is None


def test_a_child_that_cannot_start_costs_no_attempt(context, caplog) -> None:
    command = ChildCommand([sys.executable, "-c", "raise SystemExit(3)"], {})
    worker = Worker(context.resources, WorkerSettings(slots=1, lease_seconds=30, command=command))
    run, _ = trigger(context, ["quiet"])
    worker.start()
    try:
        wait_until(lambda: "could not start" in caplog.text, what="it is logged")
    finally:
        worker.stop(grace_seconds=0)
    after = read(context, run.id)
    assert (after.state, after.attempt, after.fence) == (RunState.QUEUED, 0, 0)
    assert "ended with code 3" in caplog.text


def test_a_run_that_needs_more_memory_than_it_may_use_says_so(context, start_worker) -> None:
    start_worker(run_memory_limit_mb=640, lease_seconds=30)
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(
            "CREATE TABLE many AS SELECT i AS payment_id, i % 40 AS user_id,"
            " TIMESTAMP '2025-05-01' AS paid_at, 1.00 AS amount, 'Books' AS category,"
            " TIMESTAMP '2025-05-02' AS loaded_at FROM range(10) AS r(i);"
            "DROP TABLE payments; CREATE VIEW payments AS SELECT"
            " * REPLACE (repeat('x', 300_000_000) || user_id AS category) FROM many"
        ).fetchall()
    rules = "- {name: hungry, where: {did: payment, where: [{field: category, op: '=', value: x}]}}"
    apply(context, plan_apply(context, documents(rules), measured=False))
    run, _ = trigger(context, ["hungry"])
    wait_until(lambda: read(context, run.id).error_code is not None, what="it fails")
    found = read(context, run.id)
    assert found.error_code in ("ENGINE_OUT_OF_MEMORY", "OUT_OF_MEMORY")
    assert found.state is RunState.QUEUED
    cancel_run(context, run.id)


def test_two_workers_share_the_queue_and_double_nothing(context, start_worker) -> None:
    start_worker()
    start_worker()
    made = [trigger(context, [name], idempotency_key=name)[0].id for name in RULES]
    wait_until(lambda: is_drained(context), what="all runs are over")
    assert {run.attempt for run in every_run(context)} == {1}
    check_whole(context, made)


def test_a_database_that_is_lost_in_a_run_is_waited_for(
    installation, context, start_worker, caplog
) -> None:
    start_worker(lease_seconds=30)
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(SLOW).fetchall()
    run, _ = trigger(context, ["spenders"])
    wait_until(lambda: read(context, run.id).progress is not None, what="it makes progress")
    name = installation.database
    administer(
        installation.server,
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    try:
        wait_until(lambda: "waits: " in caplog.text, what="the loss is noticed")
    finally:
        administer(installation.server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    wait_for(context, run.id, RunState.PUBLISHED)
    later, _ = trigger(context, ["quiet"])
    wait_for(context, later.id, RunState.PUBLISHED)
    assert read(context, later.id).attempt == 1
    check_whole(context, [run.id, later.id])


# about two seconds of work, on the same payments
SLOW = """
ALTER TABLE payments RENAME TO kept;
CREATE VIEW payments AS SELECT * FROM kept
WHERE (SELECT count(*) FILTER (hash(i) = 0) FROM range(400_000_000) AS r(i)) >= 0
"""
