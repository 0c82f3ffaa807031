"""Runs as they are read: each with all that was written of it, in its own workspace alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from muster.base.errors import LostLease, NotFound
from muster.base.ids import RunId
from muster.base.records import Run, RunState, Workspace
from muster.store import leases, runs, workspaces
from tests.store import run_rows

AS_OF = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
RULES = ("b", "a")


def in_state(connection: Connection, workspace: Workspace, state: RunState) -> Run:
    if state is RunState.QUEUED:
        return run_rows.queued(connection, workspace.id, as_of=AS_OF, rules=RULES)
    if state is RunState.RUNNING:
        return run_rows.running(connection, workspace.id, as_of=AS_OF, rules=RULES)
    return run_rows.ended(connection, workspace.id, as_of=AS_OF, rules=RULES, state=state)


def test_a_new_run_is_queued_and_keeps_the_order_of_its_rules(
    connection: Connection, workspace: Workspace
) -> None:
    run = in_state(connection, workspace, RunState.QUEUED)
    assert (run.state, run.as_of, run.rules) == (RunState.QUEUED, AS_OF, RULES)
    assert (run.started_at, run.finished_at, run.figures, run.error) == (None, None, None, None)
    assert runs.by_id(connection, workspace.id, run.id) == run


def test_a_run_keeps_its_figures(connection: Connection, workspace: Workspace) -> None:
    run = in_state(connection, workspace, RunState.RUNNING)
    assert run.started_at is not None
    figures = {"segments": 2, "seconds": 0.25}
    done = leases.finish(connection, run, state=RunState.PUBLISHED, figures=figures)
    assert done.figures == figures
    assert done.finished_at is not None
    assert done.finished_at >= run.started_at
    assert runs.by_id(connection, workspace.id, run.id) == done


def test_a_failed_run_keeps_its_reason(connection: Connection, workspace: Workspace) -> None:
    done = in_state(connection, workspace, RunState.FAILED)
    assert (done.error_code, done.error) == ("ENGINE_TIMEOUT", "It took too long.")


@pytest.mark.parametrize("before", list(RunState))
@pytest.mark.parametrize("after", [RunState.PUBLISHED, RunState.FAILED, RunState.CANCELLED])
def test_only_what_runs_can_end(
    connection: Connection, workspace: Workspace, before: RunState, after: RunState
) -> None:
    run = in_state(connection, workspace, before)
    reason = {"error_code": "C", "error": "e."} if after is RunState.FAILED else {}
    if before is RunState.RUNNING:
        assert leases.finish(connection, run, state=after, **reason).state is after
        return
    with pytest.raises(LostLease):
        leases.finish(connection, run, state=after, **reason)
    assert runs.by_id(connection, workspace.id, run.id) == run


def test_the_newest_runs_come_first(connection: Connection, workspace: Workspace) -> None:
    made = [in_state(connection, workspace, RunState.QUEUED) for _ in range(3)]
    assert runs.every(connection, workspace.id, limit=2) == (made[2], made[1])


def test_nothing_of_another_workspace_is_seen(connection: Connection, workspace: Workspace) -> None:
    run = in_state(connection, workspace, RunState.QUEUED)
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    assert runs.every(connection, other.id, limit=9) == ()
    for attempt in (
        lambda: runs.by_id(connection, other.id, run.id),
        lambda: runs.by_id(connection, workspace.id, RunId(99)),
    ):
        with pytest.raises(NotFound) as refused:
            attempt()
        assert refused.value.code == "UNKNOWN_RUN"
    assert runs.by_id(connection, workspace.id, run.id) == run
