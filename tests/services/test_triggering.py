"""Asking for runs, calling them off, repeating them; and who may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.base.errors import Conflict, Forbidden, NotFound
from muster.base.ids import RunId
from muster.base.people import Permission
from muster.base.records import RunOrigin, RunState
from muster.services.triggering import cancel_run, dedupe_key, retry_run, trigger
from muster.store import audit, leases
from tests.services.claiming import claimed, present
from tests.services.small_workspace import AS_OF


def audited(context, action: str) -> list[str]:
    with context.transaction() as connection:
        found = audit.every(connection, context.workspace.id, limit=100)
    return [entry.subject for entry in found if entry.action == action]


def test_a_request_queues_a_run_as_of_now(context) -> None:
    run, made = trigger(context, ["quiet", "viennese", "quiet"], priority=7)
    assert made
    assert (run.state, run.rules, run.as_of) == (RunState.QUEUED, ("quiet", "viennese"), AS_OF)
    assert (run.origin, run.requested_by, run.priority) == (RunOrigin.MANUAL, "tester", 7)
    assert audited(context, "run.trigger") == [f"run/{run.id}"]


def test_no_names_are_all_published_rules(context) -> None:
    run, _ = trigger(context, None, origin=RunOrigin.API)
    assert len(run.rules) == 5
    assert run.origin is RunOrigin.API


def test_the_same_request_while_one_waits_gives_the_same_run_and_one_entry(context) -> None:
    run, _ = trigger(context, ["quiet", "viennese"])
    again, made = trigger(context, ["viennese", "quiet"])
    assert (again.id, made) == (run.id, False)
    assert audited(context, "run.trigger") == [f"run/{run.id}"]
    assert trigger(context, ["quiet"])[1]


def test_a_request_that_is_sent_twice_makes_one_run_for_ever(context) -> None:
    run, _ = trigger(context, ["quiet"], idempotency_key="k")
    cancel_run(context, run.id)
    again, made = trigger(context, ["quiet"], idempotency_key="k")
    assert (again.id, again.state, made) == (run.id, RunState.CANCELLED, False)


def test_an_idempotency_key_belongs_to_one_request(context) -> None:
    trigger(context, ["quiet"], idempotency_key="k")
    with pytest.raises(Conflict) as refused:
        trigger(context, ["viennese"], idempotency_key="k")
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize(
    ("names", "code"), [(["quiet", "nobody"], "UNKNOWN_RULE"), ([], "NO_RULES")]
)
def test_what_cannot_be_refreshed_is_refused(context, names, code) -> None:
    with pytest.raises(NotFound) as refused:
        trigger(context, names)
    assert refused.value.code == code


def test_a_cancelled_run_says_who_and_is_audited_once(context) -> None:
    run, _ = trigger(context, ["quiet"])
    attempt = claimed(context)
    for _ in range(2):
        assert cancel_run(context, run.id).cancelled_by == "tester"
    assert audited(context, "run.cancel") == [f"run/{run.id}"]
    with context.transaction() as connection:
        leases.release(connection, attempt.run)
    assert present(attempt).state is RunState.CANCELLED


def fail(context, *, dead_letter: bool) -> RunId:
    run, _ = trigger(context, ["quiet"])
    attempt = claimed(context)
    with context.transaction() as connection:
        leases.finish(
            connection,
            attempt.run,
            state=RunState.FAILED,
            error_code="E",
            error="no",
            dead_letter=dead_letter,
        )
    return run.id


def test_a_failed_run_is_repeated_by_a_new_one_and_is_no_dead_letter_any_more(context) -> None:
    failed = fail(context, dead_letter=True)
    run = retry_run(context, failed)
    assert (run.retry_of, run.origin, run.rules) == (failed, RunOrigin.RETRY, ("quiet",))
    with context.transaction() as connection:
        from muster.store import runs

        before = runs.by_id(connection, context.workspace.id, failed)
    assert (before.state, before.dead_letter) == (RunState.FAILED, False)
    assert retry_run(context, failed).id == run.id
    assert audited(context, "run.retry") == [f"run/{run.id}"]


@pytest.mark.parametrize("state", ["queued", "running", "published"])
def test_only_what_failed_or_was_cancelled_is_repeated(context, state) -> None:
    run, _ = trigger(context, ["quiet"])
    if state != "queued":
        attempt = claimed(context)
        if state == "published":
            with context.transaction() as connection:
                leases.finish(connection, attempt.run, state=RunState.PUBLISHED)
    with pytest.raises(Conflict, match=f"is {state}"):
        retry_run(context, run.id)


@pytest.mark.parametrize(
    "act",
    [
        lambda context, run_id: trigger(context, ["quiet"]),
        cancel_run,
        retry_run,
    ],
)
def test_who_may_not_run_may_not_ask_for_runs(context, act) -> None:
    run, _ = trigger(context, ["viennese"])
    viewer = replace(context, permissions=frozenset({Permission.READ}))
    with pytest.raises(Forbidden):
        act(viewer, run.id)


def test_the_same_rules_are_the_same_request_in_any_order() -> None:
    assert dedupe_key(["a", "b"]) == dedupe_key(["b", "a", "a"]) != dedupe_key(["ab"])
