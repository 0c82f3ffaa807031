"""Saved views: one's own and shared ones, and who may change them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from muster.base.errors import Conflict, Forbidden, InvalidInput, MusterError, NotFound
from muster.services.context import WorkspaceContext
from muster.services.orders import viewing
from muster.services.orders.viewing import add_view, change_view, list_views, remove_view

STATE = {"filter": {"field": "status", "op": "=", "value": "pending"}, "columns": ["order_id"]}


def other(context: WorkspaceContext) -> WorkspaceContext:
    return replace(context, principal=replace(context.principal, name="grace"))


def test_views_are_kept_shared_changed_and_removed(desk_context: WorkspaceContext) -> None:
    late = add_view(desk_context, name=" Late ", shared=False, state=STATE)
    assert (late.name, late.state, late.row_version) == ("Late", STATE, 1)
    assert list_views(other(desk_context)) == ()
    shared = change_view(
        desk_context, late.id, row_version=1, name="Late", shared=True, state={"sort": []}
    )
    assert (shared.row_version, shared.state) == (2, {"sort": []})
    add_view(other(desk_context), name="Late", shared=False, state={})
    add_view(other(desk_context), name="early", shared=False, state={})
    assert [one.name for one in list_views(other(desk_context))] == ["early", "Late", "Late"]
    remove_view(desk_context, late.id)
    assert list_views(desk_context) == ()


def test_only_the_owner_changes_a_view(desk_context: WorkspaceContext) -> None:
    own = add_view(desk_context, name="Mine", shared=False, state={})
    stranger = other(desk_context)
    with pytest.raises(NotFound):
        remove_view(stranger, own.id)
    change_view(desk_context, own.id, row_version=1, name="Mine", shared=True, state={})
    with pytest.raises(Forbidden):
        remove_view(stranger, own.id)
    with pytest.raises(Forbidden):
        change_view(stranger, own.id, row_version=2, name="Theirs", shared=True, state={})


def test_a_view_that_was_changed_meanwhile_is_not_overwritten(
    desk_context: WorkspaceContext,
) -> None:
    own = add_view(desk_context, name="Mine", shared=False, state={})
    change_view(desk_context, own.id, row_version=1, name="Mine", shared=True, state={})
    with pytest.raises(Conflict) as caught:
        change_view(desk_context, own.id, row_version=1, name="Mine", shared=False, state={})
    assert caught.value.code == "VIEW_CHANGED"


def nested(depth: int) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for _ in range(depth):
        state = {"columns": [state]}
    return state


@pytest.mark.parametrize(
    ("name", "state", "code"),
    [
        ("  ", {}, "BAD_NAME"),
        ("Taken", {}, "NAME_TAKEN"),
        ("New", {"filter": {"field": "colour"}}, "BAD_QUERY"),
        ("New", nested(500), "VIEW_TOO_LARGE"),
        ("New", {"columns": "x" * viewing.MOST_BYTES}, "VIEW_TOO_LARGE"),
        ("New\x00", {}, "UNSTORABLE_TEXT"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    desk_context: WorkspaceContext, name: str, state: dict[str, Any], code: str
) -> None:
    add_view(desk_context, name="Taken", shared=False, state={})
    with pytest.raises(MusterError) as caught:
        add_view(desk_context, name=name, shared=False, state=state)
    assert caught.value.code == code


def test_nobody_keeps_views_without_end(
    desk_context: WorkspaceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewing, "MOST_VIEWS", 1)
    add_view(desk_context, name="One", shared=False, state={})
    with pytest.raises(Conflict) as caught:
        add_view(desk_context, name="Two", shared=False, state={})
    assert caught.value.code == "TOO_MANY_VIEWS"


def test_a_fault_of_the_state_is_told_beneath_it(desk_context: WorkspaceContext) -> None:
    with pytest.raises(InvalidInput) as caught:
        add_view(desk_context, name="x", shared=False, state={"sort": [{"field": "x"}]})
    assert caught.value.path == "$.state.sort[0].field"
