"""`muster runs`: lists, details, following, calling off, repeating."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from muster.base.ids import RunId
from muster.base.records import RunState
from muster.services.context import WorkspaceContext
from muster.services.triggering import trigger
from muster.store import leases, queue, run_log
from muster.store import runs as run_store
from tests.services.small_workspace import Installation


@pytest.fixture
def context(installation: Installation) -> Any:
    with installation.opened() as opened:
        yield opened


def ask(context: WorkspaceContext, *rules: str) -> int:
    return int(trigger(context, rules or ("viennese",))[0].id)


def claim(context: WorkspaceContext) -> None:
    with context.resources.database.transaction() as connection:
        assert queue.claim(connection, owner="w", lease_seconds=60)


def log(context: WorkspaceContext, run: int, message: str, level: str = "info") -> None:
    with context.transaction() as connection:
        run_log.add(
            connection,
            context.workspace.id,
            RunId(run),
            level=level,
            message=message,  # type: ignore[arg-type]
        )


def end(context: WorkspaceContext, run: int, state: RunState) -> None:
    error = {"error_code": "NO_DISK", "error": "The disk is full."}
    with context.transaction() as connection:
        leases.finish(
            connection,
            run_store.by_id(connection, context.workspace.id, RunId(run)),
            state=state,
            **(error if state is RunState.FAILED else {}),
        )


def test_runs_are_listed_and_narrowed(muster, context) -> None:
    run = ask(context, "spenders")
    found = muster("runs", "list", "--json").json
    assert found["items"][0]["id"] == run
    assert found["total"] == len(found["items"])
    queued = muster("runs", "list", "--state", "queued", "--rule", "spenders", "--json").json
    assert [item["id"] for item in queued["items"]] == [run]
    assert muster("runs", "list", "--origin", "schedule", "--json").json["items"] == []
    assert muster("runs", "list", "--since", "2100-01-01", "--json").json["items"] == []
    assert muster("runs", "list", "--dead-letter", "--json").json["items"] == []
    text = muster("runs", "list", "--limit", 1).out
    assert "queued" in text
    assert "more; add --limit" in text


def test_a_run_is_shown_with_its_rules_and_what_it_waits_for(muster, context) -> None:
    run = ask(context)
    log(context, run, "waits a little")
    text = muster("runs", "show", run).out
    assert f"Run {run} is queued" in text
    assert "muster worker" in text
    assert "viennese" in text
    assert "waits a little" in text
    found = muster("runs", "show", run, "--json").json
    assert found["waiting"]["kind"] == "no_worker"
    assert [line["message"] for line in found["log"]] == ["waits a little"]


def test_a_published_run_tells_its_figures_by_rule(muster) -> None:
    first = muster("runs", "list", "--state", "published", "--json").json["items"][-1]
    found = muster("runs", "show", first["id"], "--json").json
    outcomes = {rule["rule"]: rule["outcome"] for rule in found["outcomes"]}
    assert outcomes["viennese"] == "published"
    assert muster("runs", "tail", first["id"]).code == 0


def test_tail_follows_until_the_end_and_its_exit_code_says_how_it_went(muster, context) -> None:
    run = ask(context)
    claim(context)
    log(context, run, "first line")

    def go_on() -> None:
        log(context, run, "last line", "warning")
        end(context, run, RunState.FAILED)

    later = threading.Timer(1.0, go_on)
    later.start()
    ran = muster("runs", "tail", run)
    later.join()
    assert ran.code == 1
    assert ran.out.index("first line") < ran.out.index("last line")
    assert "The disk is full. [NO_DISK]" in ran.out
    as_json = muster("runs", "tail", run, "--json")
    assert as_json.code == 1
    lines = [json.loads(line) for line in as_json.out.splitlines()]
    assert [line.get("message") for line in lines] == ["first line", "last line", None]
    assert lines[-1]["state"] == "failed"


def test_a_queued_run_is_called_off_and_repeated(muster, context) -> None:
    run = ask(context)
    assert "is cancelled" in muster("runs", "cancel", run).out
    refused = muster("runs", "cancel", run, "--json")
    assert (refused.code, refused.error["code"]) == (2, "RUN_STATE")
    repeated = muster("runs", "retry", run, "--json").json
    assert (repeated["retry_of"], repeated["state"]) == (run, "queued")
    assert repeated["requested_by"] == "tester"


def test_a_run_at_work_is_told_to_stop(muster, context) -> None:
    run = ask(context)
    claim(context)
    assert f"muster runs tail {run}" in muster("runs", "cancel", run).out


@pytest.mark.parametrize("verb", ["show", "tail", "cancel", "retry"])
def test_an_unknown_run_is_refused(muster, verb: str) -> None:
    ran = muster("runs", verb, 999, "--json")
    assert (ran.code, ran.error["code"]) == (2, "UNKNOWN_RUN")
