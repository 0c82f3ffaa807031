"""Runs as people look at them: lists, waiting, changes since an instant, other workspaces' runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from muster.base.errors import NotFound
from muster.base.ids import RunId
from muster.base.records import Run, RunOrigin, RunState
from muster.services import runs
from muster.services.access import enter_locally
from muster.services.context import WorkspaceContext
from muster.store import leases, queue, workspaces
from muster.store import runs as run_store
from muster.store.tables import runs as runs_table
from tests.planned import Planned, planned_workspace, utc

NOON = utc("2026-03-10 12:00")


@pytest.fixture
def planned(database_url: str, tmp_path: Path) -> Iterator[Planned]:
    with planned_workspace(database_url, tmp_path) as found:
        yield found


@pytest.fixture
def context(planned: Planned) -> WorkspaceContext:
    return enter_locally(planned.resources, "shop", actor="ann")


def enqueued(context: WorkspaceContext, rule: str, *, priority: int = 0) -> Run:
    with context.transaction() as connection:
        return queue.enqueue(
            connection,
            context.workspace.id,
            rules=[rule],
            as_of=NOON,
            origin=RunOrigin.MANUAL,
            requested_by="ann",
            priority=priority,
        )[0]


def claim(context: WorkspaceContext) -> Run:
    with context.resources.database.transaction() as connection:
        found = queue.claim(connection, owner="w", lease_seconds=60)
    assert found is not None
    return found


def finish(context: WorkspaceContext, run: Run) -> None:
    with context.transaction() as connection:
        at_work = run_store.by_id(connection, context.workspace.id, run.id)
        leases.finish(connection, at_work, state=RunState.PUBLISHED)


def test_a_retry_says_when_it_begins(context: WorkspaceContext) -> None:
    run = enqueued(context, "vip")
    later = utc("2090-01-01 08:00")
    with context.transaction() as connection:
        connection.execute(
            update(runs_table).where(runs_table.c.id == run.id).values(not_before=later, attempt=2)
        )
    waiting = runs.show_run(context, run.id).waiting
    assert waiting is not None
    assert (waiting.kind, waiting.until) == ("retry", later)
    assert "failed 2 times" in waiting.sentence
    assert "2090-01-01 08:00:00 UTC" in waiting.sentence


def test_who_goes_first_is_priority_and_then_the_longer_wait(context: WorkspaceContext) -> None:
    low, high, late = (
        enqueued(context, "low"),
        enqueued(context, "high", priority=10),
        enqueued(context, "late"),
    )
    ahead = {}
    for run in (low, high, late):
        waiting = runs.show_run(context, run.id).waiting
        assert waiting is not None
        ahead[run.rules[0]] = waiting.ahead
    assert ahead == {"high": 0, "low": 1, "late": 2}
    assert claim(context).rules == ("high",)


def test_what_changed_since_an_instant_is_what_lives_and_what_ended(
    context: WorkspaceContext,
) -> None:
    ended, living = enqueued(context, "ended"), enqueued(context, "living")
    finish(context, claim(context))
    everything = runs.changed_runs(context, since=None)
    assert [run.id for run in everything.runs] == [living.id]
    assert [run.id for run in runs.changed_runs(context, since=everything.at).runs] == [
        ended.id,
        living.id,
    ], "looks back some seconds for what was being committed"
    later = everything.at + timedelta(seconds=11)
    assert [run.id for run in runs.changed_runs(context, since=later).runs] == [living.id]


def test_runs_of_another_workspace_are_nobodys_here(
    planned: Planned, context: WorkspaceContext
) -> None:
    with planned.resources.database.transaction() as connection:
        workspaces.create(connection, name="other", title="Other", synthetic=True)
    stranger = enqueued(enter_locally(planned.resources, "other", actor="bob"), "vip")
    for look in (runs.show_run, runs.read_log):
        with pytest.raises(NotFound):
            look(context, stranger.id)
    assert runs.named_runs(context, frozenset({int(stranger.id)})).runs == ()
    assert runs.changed_runs(context, since=NOON).runs == ()
    assert runs.list_runs(context) == ((), 0)


def test_an_unknown_run_has_no_log(context: WorkspaceContext) -> None:
    with pytest.raises(NotFound):
        runs.read_log(context, RunId(99))
