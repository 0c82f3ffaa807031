"""Personal data: shown in clear to who may see it and asks for it, and never without a trace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from muster.base.errors import Forbidden, InvalidInput
from muster.base.people import Permission, Role, permissions_of
from muster.base.records import AuditEntry
from muster.services.applying import apply, plan_apply
from muster.services.context import WorkspaceContext
from muster.services.explaining import explain_member
from muster.services.exporting import export_to_file
from muster.services.personal import MASK, record_read, shown_fields
from muster.services.segments import read_members
from muster.services.workspaces import current_model
from muster.store import audit
from tests.services.small_workspace import documents

MAY = {role for role in Role if Permission.SEE_PERSONAL in permissions_of(role)}
WITH_NAME = ("name", "city")
NAMED = "- {name: named, where: [{field: name, op: starts, value: P}]}"


def acting_as(context: WorkspaceContext, role: Role) -> WorkspaceContext:
    return replace(context, role=role, permissions=permissions_of(role), request_id="r7")


def reads(context: WorkspaceContext) -> list[AuditEntry]:
    with context.transaction() as connection:
        found = audit.every(connection, context.workspace.id, limit=100)
    return [entry for entry in found if entry.action == "personal.read"]


def test_operators_and_admins_alone_see_personal_data() -> None:
    assert {Role.OPERATOR, Role.ADMIN} == MAY


@pytest.mark.parametrize("role", Role)
def test_nobody_sees_personal_data_without_asking(shared, role: Role) -> None:
    shown = shown_fields(acting_as(shared, role), current_model(shared), WITH_NAME, clear=False)
    assert (shown.mask, [field.name for field in shown.hidden]) == (MASK, ["name"])
    assert shown.revealed == ()


@pytest.mark.parametrize("role", Role)
def test_who_asks_for_personal_data_sees_it_or_is_refused(shared, role: Role) -> None:
    context = acting_as(shared, role)
    if role not in MAY:
        with pytest.raises(Forbidden) as refused:
            shown_fields(context, current_model(shared), WITH_NAME, clear=True)
        assert refused.value.code == "NOT_ALLOWED"
        return
    shown = shown_fields(context, current_model(shared), WITH_NAME, clear=True)
    assert (shown.mask, shown.hidden) == (None, ())
    assert [field.name for field in shown.revealed] == ["name"]


def test_every_unknown_name_is_told_with_where_it_stood(shared) -> None:
    with pytest.raises(InvalidInput) as refused:
        shown_fields(
            shared,
            current_model(shared),
            ["naem", "city", "x"],
            clear=False,
            path="$.query.columns",
        )
    assert [problem.path for problem in refused.value.problems] == ["$.query.columns"] * 2
    assert 'Did you mean "name"?' in (refused.value.hint or "")


@pytest.mark.parametrize("role", Role)
def test_members_exports_and_explanations_ask_the_same_question(
    context, tmp_path: Path, role: Role
) -> None:
    apply(context, plan_apply(context, documents(NAMED)))
    acting = acting_as(context, role)
    ways = {
        "members": lambda: read_members(
            acting, "viennese", limit=2, columns=WITH_NAME, unmask=True
        ),
        "export": lambda: export_to_file(
            acting, "viennese", tmp_path / "x", file_format="csv", columns=WITH_NAME, unmask=True
        ),
        "explain": lambda: explain_member(acting, "named", "3", unmask=True),
    }
    for how, read in ways.items():
        before = len(reads(context))
        if how == "export" and Permission.EXPORT not in acting.permissions:
            with pytest.raises(Forbidden):
                read()
        elif role in MAY:
            read()
            found = reads(context)
            assert len(found) == before + 1
            assert found[0].after["how"] == how
            assert (found[0].actor, found[0].request_id) == (acting.actor, "r7")
        else:
            with pytest.raises(Forbidden):
                read()
            assert len(reads(context)) == before


def test_a_read_of_nothing_personal_is_not_recorded(context) -> None:
    with context.transaction() as connection:
        record_read(connection, context, "segment/x", [], 5)
    assert reads(context) == []


def test_a_record_names_fields_and_count_and_no_value(context) -> None:
    read_members(context, "viennese", limit=2, columns=["name", "email", "city"], unmask=True)
    (entry,) = reads(context)
    assert entry.subject == "segment/viennese"
    assert entry.after["fields"] == ["name", "email"]
    assert entry.after["count"] == 2
    assert "Person" not in str(entry)
