"""Requests for approval: one pending a rule, decided once, listed newest first."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from muster.base.errors import Conflict, NotFound
from muster.base.ids import ApprovalId
from muster.base.records import Approval, ApprovalState, Rule, Workspace
from muster.store import approvals, workspaces
from tests.store.test_rules import create


@pytest.fixture
def rule(connection: Connection, workspace: Workspace) -> Rule:
    return create(connection, workspace, "travellers")


def ask(connection: Connection, rule: Rule, **changes: object) -> Approval:
    values = {"reason": "why", "effects": [{"name": "x"}], "moved_share": 0.25, **changes}
    return approvals.create(
        connection,
        rule.workspace_id,
        rule_id=rule.id,
        version=1,
        requested_by="ann",
        **values,
    )


def decide(connection: Connection, asked: Approval, state: ApprovalState) -> Approval:
    return approvals.decide(
        connection, asked.workspace_id, asked.id, state=state, decided_by="bob", comment="ok"
    )


def test_a_request_is_kept_as_it_was_made(connection, workspace, rule) -> None:
    asked = ask(connection, rule)
    assert approvals.by_id(connection, workspace.id, asked.id) == asked
    assert approvals.pending_of(connection, workspace.id, rule.id) == asked
    assert (asked.state, asked.requested_by) == (ApprovalState.PENDING, "ann")
    assert (asked.effects, asked.moved_share, asked.decided_at) == ([{"name": "x"}], 0.25, None)


def test_a_rule_has_one_pending_request(connection, rule) -> None:
    ask(connection, rule)
    with pytest.raises(IntegrityError), connection.begin_nested():
        ask(connection, rule)


@pytest.mark.parametrize(
    "state", [ApprovalState.APPROVED, ApprovalState.REJECTED, ApprovalState.WITHDRAWN]
)
def test_a_request_is_decided_once(connection, workspace, rule, state) -> None:
    asked = ask(connection, rule)
    ended = decide(connection, asked, state)
    assert (ended.state, ended.decided_by, ended.comment) == (state, "bob", "ok")
    assert ended.decided_at is not None
    assert approvals.pending_of(connection, workspace.id, rule.id) is None
    for attempt in (
        lambda: decide(connection, asked, ApprovalState.APPROVED),
        lambda: approvals.require_pending(ended),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert (refused.value.code, state.value in refused.value.sentence) == (
            "ALREADY_DECIDED",
            True,
        )
    approvals.require_pending(ask(connection, rule))


def test_requests_are_listed_newest_first_and_filtered(connection, workspace, rule) -> None:
    first = ask(connection, rule)
    decide(connection, first, ApprovalState.REJECTED)
    second = ask(connection, rule)
    other = ask(connection, create(connection, workspace, "other"))

    def listed(**asked: object) -> tuple[list[int], int]:
        found, total = approvals.page(connection, workspace.id, **{"limit": 10, **asked})
        return [item.id for item in found], total

    assert listed() == ([other.id, second.id, first.id], 3)
    assert listed(limit=1, offset=1) == ([second.id], 3)
    assert listed(before_id=other.id) == ([second.id, first.id], 3)
    assert listed(state=ApprovalState.PENDING) == ([other.id, second.id], 2)
    assert listed(rule_id=rule.id) == ([second.id, first.id], 2)


def test_nothing_of_another_workspace_is_seen(connection, rule) -> None:
    asked = ask(connection, rule)
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    assert approvals.page(connection, other.id, limit=10) == ((), 0)
    assert approvals.pending_of(connection, other.id, rule.id) is None
    for attempt in (
        lambda: approvals.by_id(connection, other.id, asked.id),
        lambda: approvals.by_id(connection, other.id, ApprovalId(99)),
        lambda: approvals.decide(
            connection,
            other.id,
            asked.id,
            state=ApprovalState.APPROVED,
            decided_by="eve",
            comment=None,
        ),
    ):
        with pytest.raises(NotFound):
            attempt()
