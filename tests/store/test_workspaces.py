"""Workspaces are created once and found by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from muster.base.errors import Conflict, InvalidInput, NotFound
from muster.store import workspaces


def test_a_created_workspace_is_found_by_its_name(connection: Connection) -> None:
    created = workspaces.create(connection, name="payments", title="Payments ₹", synthetic=True)
    assert workspaces.by_name(connection, "payments") == created
    assert (created.title, created.synthetic) == ("Payments ₹", True)
    assert abs(datetime.now(UTC) - created.created_at) < timedelta(minutes=1)


def test_workspaces_are_listed_by_name_in_byte_order(connection: Connection) -> None:
    for name in ("b", "a_b", "ab", "a1"):
        workspaces.create(connection, name=name, title="", synthetic=False)
    assert [found.name for found in workspaces.every(connection)] == ["a1", "a_b", "ab", "b"]


def test_a_taken_name_is_a_conflict_and_the_transaction_goes_on(connection: Connection) -> None:
    workspaces.create(connection, name="a", title="", synthetic=False)
    with pytest.raises(Conflict) as refused:
        workspaces.create(connection, name="a", title="again", synthetic=False)
    assert refused.value.code == "NAME_TAKEN"
    assert len(workspaces.every(connection)) == 1


def test_a_bad_name_is_refused(connection: Connection) -> None:
    with pytest.raises(InvalidInput) as refused:
        workspaces.create(connection, name="Not a name", title="", synthetic=False)
    assert refused.value.code == "BAD_NAME"


def test_an_unknown_workspace_is_reported_with_those_that_exist(connection: Connection) -> None:
    workspaces.create(connection, name="payments", title="", synthetic=False)
    with pytest.raises(NotFound) as refused:
        workspaces.by_name(connection, "payment")
    assert refused.value.code == "UNKNOWN_WORKSPACE"
    assert refused.value.hint == "There are: payments."
