"""Readiness tries what it speaks of, and says which part of it is not well."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, text

from muster.services import health
from muster.services.context import Resources, WorkspaceContext
from muster.services.health import Check, Prober, Readiness, Status, examine
from muster.store.database import open_database


@pytest.fixture(autouse=True)
def roomy_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """How full this machine's disk is says nothing about the code."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=10**12))
    return


def checked(resources: Resources, name: str) -> Check:
    (found,) = [check for check in examine(resources).checks if check.name == name]
    return found


def change(context: WorkspaceContext, statement: str) -> None:
    with context.resources.database.transaction() as connection:
        connection.execute(text(statement))


def test_a_healthy_installation_is_ok_in_every_part(shared: WorkspaceContext) -> None:
    found = examine(shared.resources)
    assert found.status is Status.OK, found
    assert [check.name for check in found.checks] == [
        "database",
        "migrations",
        "row_security",
        "queue",
        "warehouse",
        "disk",
    ]
    for check in found.checks:
        assert check.detail.endswith(".")
        assert check.seconds >= 0
        assert check.checked_at.tzinfo is not None


def test_a_workspace_without_data_is_empty_not_broken(context: WorkspaceContext) -> None:
    context.warehouse_path.unlink()
    found = checked(context.resources, "warehouse")
    assert (found.status, found.workspace) == (Status.OK, context.workspace.name)
    assert "empty" in found.detail


def test_a_damaged_warehouse_fails_and_with_it_the_only_one_there_is(
    context: WorkspaceContext,
) -> None:
    context.warehouse_path.write_bytes(b"no database" * 1000)
    assert checked(context.resources, "warehouse").status is Status.FAILED
    assert examine(context.resources).status is Status.FAILED


def test_a_database_that_is_gone_fails_and_hides_what_depends_on_it(
    context: WorkspaceContext, database_url: str
) -> None:
    gone = open_database(database_url)
    elsewhere = create_engine(gone.engine.url.set(database="no_such_database"))
    found = examine(replace(context.resources, database=replace(gone, engine=elsewhere)))
    gone.close()
    assert found.status is Status.FAILED
    assert [check.name for check in found.checks] == ["database", "disk"]


def test_pending_migrations_fail(context: WorkspaceContext) -> None:
    change(context, "UPDATE alembic_version SET version_num = '0007'")
    found = checked(context.resources, "migrations")
    assert found.status is Status.FAILED
    assert "0008" in found.detail


def test_a_policy_that_is_off_degrades(context: WorkspaceContext) -> None:
    change(context, "ALTER TABLE rules DISABLE ROW LEVEL SECURITY")
    assert checked(context.resources, "row_security").status is Status.DEGRADED
    assert examine(context.resources).status is Status.DEGRADED


QUEUED = (
    "INSERT INTO runs (workspace_id, state, as_of, rules, not_before, created_at)"
    " SELECT id, 'queued', now(), '{{a}}', now() - interval '{0} s', now() - interval '{0} s'"
    " FROM workspaces"
)
WORKER = "INSERT INTO workers (name, host, process, release, slots) VALUES ('w', '', 1, '', 1)"


@pytest.mark.parametrize(
    ("statements", "status", "words"),
    [
        ([], Status.OK, "0 workers"),
        ([QUEUED.format(30)], Status.OK, "1 queued"),
        ([QUEUED.format(90)], Status.DEGRADED, "No worker is there"),
        ([QUEUED.format(90), WORKER], Status.OK, "1 workers"),
        ([QUEUED.format(400), WORKER], Status.DEGRADED, "Runs wait too long"),
        (
            [
                "INSERT INTO runs (workspace_id, state, as_of, rules, started_at, lease_until)"
                " SELECT id, 'running', now(), '{a}', now(), now() - interval '1 s' FROM workspaces"
            ],
            Status.DEGRADED,
            "gone silent",
        ),
        (
            [
                "INSERT INTO runs (workspace_id, state, as_of, rules, finished_at, dead_letter,"
                " error_code, error)"
                " SELECT id, 'failed', now(), '{a}', now(), true, 'X', 'x' FROM workspaces"
            ],
            Status.DEGRADED,
            "wait for a person",
        ),
    ],
)
def test_the_queue_says_what_is_stuck(
    context: WorkspaceContext, statements: list[str], status: Status, words: str
) -> None:
    for statement in statements:
        change(context, statement)
    found = checked(context.resources, "queue")
    assert (found.status, words in found.detail) == (status, True), found.detail


@pytest.mark.parametrize(
    ("free", "status"),
    [(10 * 1024**3, Status.OK), (1024**3, Status.DEGRADED), (1024**2, Status.FAILED)],
)
def test_the_disk_warns_before_it_is_full(
    shared: WorkspaceContext, monkeypatch: pytest.MonkeyPatch, free: int, status: Status
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    assert checked(shared.resources, "disk").status is status


def test_a_data_folder_that_is_gone_fails(shared: WorkspaceContext) -> None:
    def refuse(_path: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shutil, "disk_usage", refuse)
        found = checked(shared.resources, "disk")
    assert (found.status, found.detail) == (Status.FAILED, "No such file or directory.")


def of(status: Status, workspace: str | None) -> Check:
    return Check("x", status, "Well.", 0.0, datetime(2026, 1, 1, tzinfo=UTC), workspace)


OK, DEGRADED, FAILED = Status.OK, Status.DEGRADED, Status.FAILED


@pytest.mark.parametrize(
    ("checks", "whole"),
    [
        ([(OK, None), (OK, "a")], OK),
        ([(OK, None), (DEGRADED, "a")], DEGRADED),
        ([(DEGRADED, None), (OK, "a")], DEGRADED),
        ([(FAILED, None), (OK, "a")], FAILED),
        ([(OK, None), (FAILED, "a"), (OK, "b")], DEGRADED),
        ([(OK, None), (FAILED, "a"), (FAILED, "b")], FAILED),
        ([(OK, None)], OK),
    ],
)
def test_one_broken_warehouse_does_not_take_the_others_out_of_service(
    checks: list[tuple[Status, str | None]], whole: Status
) -> None:
    assert Readiness(tuple(of(*check) for check in checks)).status is whole


def test_many_who_ask_within_a_second_cause_one_look(
    shared: WorkspaceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([0.0, 0.5, 0.9, 1.6, 1.6])
    # the prober's own clock: others look at the time, too, while it opens what it looks at
    monkeypatch.setattr(
        health,
        "time",
        SimpleNamespace(monotonic=lambda: next(moments), perf_counter=time.perf_counter),
    )
    prober = Prober(shared.resources)
    first = prober.readiness()
    assert prober.readiness() is first
    assert prober.readiness() is first
    assert prober.readiness() is not first
