"""Runs: a table of the state changes that are allowed; all others are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from muster.base.errors import Conflict, NotFound
from muster.base.ids import RunId
from muster.base.records import Run, RunState, Workspace
from muster.store import runs, workspaces

AS_OF = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
FINAL = (RunState.PUBLISHED, RunState.FAILED, RunState.CANCELLED)
ALLOWED = {
    (RunState.QUEUED, RunState.RUNNING),
    (RunState.QUEUED, RunState.FAILED),
    (RunState.QUEUED, RunState.CANCELLED),
    *((RunState.RUNNING, state) for state in FINAL),
}


def create(connection: Connection, workspace: Workspace) -> Run:
    return runs.create(connection, workspace.id, as_of=AS_OF, rules=["b", "a"])


def bring_to(connection: Connection, run: Run, state: RunState) -> Run:
    if state is RunState.RUNNING:
        return runs.start(connection, run.workspace_id, run.id)
    details: dict[str, Any] = {}
    if state is RunState.FAILED:
        details = {"error_code": "ENGINE_TIMEOUT", "error": "It took too long."}
    return runs.finish(connection, run.workspace_id, run.id, state=state, **details)


def test_a_new_run_is_queued_and_keeps_the_order_of_its_rules(
    connection: Connection, workspace: Workspace
) -> None:
    run = create(connection, workspace)
    assert (run.state, run.as_of, run.rules) == (RunState.QUEUED, AS_OF, ("b", "a"))
    assert (run.started_at, run.finished_at, run.figures, run.error) == (None, None, None, None)
    assert runs.by_id(connection, workspace.id, run.id) == run


def test_a_run_keeps_its_figures(connection: Connection, workspace: Workspace) -> None:
    run = runs.start(connection, workspace.id, create(connection, workspace).id)
    assert run.started_at is not None
    done = runs.finish(
        connection,
        workspace.id,
        run.id,
        state=RunState.PUBLISHED,
        figures={"segments": 2, "seconds": 0.25},
    )
    assert done.figures == {"segments": 2, "seconds": 0.25}
    assert done.finished_at is not None
    assert done.finished_at >= run.started_at
    assert runs.by_id(connection, workspace.id, run.id) == done


def test_a_failed_run_keeps_its_reason(connection: Connection, workspace: Workspace) -> None:
    done = bring_to(connection, create(connection, workspace), RunState.FAILED)
    assert (done.error_code, done.error) == ("ENGINE_TIMEOUT", "It took too long.")


@pytest.mark.parametrize("before", list(RunState))
@pytest.mark.parametrize("after", list(RunState))
def test_only_the_listed_changes_of_state_happen(
    connection: Connection, workspace: Workspace, before: RunState, after: RunState
) -> None:
    run = create(connection, workspace)
    if before is not RunState.QUEUED:
        run = runs.start(connection, workspace.id, run.id)
    if before in FINAL:
        run = bring_to(connection, run, before)
    if (before, after) in ALLOWED:
        assert bring_to(connection, run, after).state is after
        return
    with pytest.raises(Conflict) as refused:
        bring_to(connection, run, after)
    assert refused.value.code == "RUN_STATE"
    assert f"is {before} and cannot become {after}" in refused.value.sentence
    assert runs.by_id(connection, workspace.id, run.id) == run


def test_the_newest_runs_come_first(connection: Connection, workspace: Workspace) -> None:
    made = [create(connection, workspace) for _ in range(3)]
    assert runs.every(connection, workspace.id, limit=2) == (made[2], made[1])


def test_nothing_of_another_workspace_is_seen(connection: Connection, workspace: Workspace) -> None:
    run = create(connection, workspace)
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    assert runs.every(connection, other.id, limit=9) == ()
    for attempt in (
        lambda: runs.by_id(connection, other.id, run.id),
        lambda: runs.start(connection, other.id, run.id),
        lambda: runs.finish(connection, other.id, run.id, state=RunState.CANCELLED),
        lambda: runs.by_id(connection, workspace.id, RunId(99)),
    ):
        with pytest.raises(NotFound) as refused:
            attempt()
        assert refused.value.code == "UNKNOWN_RUN"
    assert runs.by_id(connection, workspace.id, run.id) == run
