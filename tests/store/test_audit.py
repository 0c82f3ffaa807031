"""The audit log gives back what was recorded, newest first, each workspace its own."""

from __future__ import annotations

from sqlalchemy import Connection

from muster.base.records import Workspace
from muster.store import audit, workspaces


def test_an_entry_comes_back_as_recorded(connection: Connection, workspace: Workspace) -> None:
    entry = audit.record(
        connection,
        workspace.id,
        actor="ada",
        action="rule.update",
        subject="rule/vip",
        before={"version": 1},
        after={"version": 2},
        reason="wrong threshold",
    )
    assert audit.every(connection, workspace.id, limit=9) == (entry,)
    assert (entry.before, entry.after) == ({"version": 1}, {"version": 2})
    assert (entry.actor, entry.action, entry.subject) == ("ada", "rule.update", "rule/vip")
    assert entry.reason == "wrong threshold"
    assert entry.at.tzinfo is not None


def test_the_newest_entries_come_first_and_times_tell_their_order(
    connection: Connection, workspace: Workspace
) -> None:
    made = [
        audit.record(connection, workspace.id, actor="a", action=f"act.{number}", subject="s")
        for number in range(3)
    ]
    assert audit.every(connection, workspace.id, limit=2) == (made[2], made[1])
    assert made[0].at < made[1].at < made[2].at


def test_each_workspace_and_the_installation_have_their_own_entries(
    connection: Connection, workspace: Workspace
) -> None:
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    entries = {
        place: audit.record(connection, place, actor="a", action="b", subject="c")
        for place in (workspace.id, other.id, None)
    }
    for place, entry in entries.items():
        assert audit.every(connection, place, limit=9) == (entry,)
        assert entry.workspace_id == place
