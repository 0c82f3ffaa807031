"""How sizes moved, and which versions readers saw on which day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from muster.base.records import Workspace
from muster.store import rules, workspaces
from muster.store.rule_labels import owners, tags
from muster.store.segment_moves import daily_versions, moves
from muster.store.segment_query import MOST_SIZES
from muster.store.table_use import users_of_tables
from tests.store.test_segments import make_run, make_segment, publish

START = datetime(2026, 3, 28, 22, tzinfo=UTC)  # the clocks of Berlin go on an hour in this night


def test_moves_compare_with_the_version_before_and_thirty_before(
    connection: Connection, workspace: Workspace
) -> None:
    segment = make_segment(connection, workspace, "vip")
    make_segment(connection, workspace, "never_refreshed")
    gone = make_segment(connection, workspace, "gone")
    run = make_run(connection, workspace)
    publish(connection, gone, run)
    rules.mark_deleted(connection, workspace.id, gone.rule_id)
    for number in range(1, MOST_SIZES + 3):
        publish(connection, segment, run, size=number, entered=0, universe_size=99)
        (found,) = moves(connection, workspace.id)
        assert (found.name, found.size) == ("vip", number)
        assert found.before == (number - 1 or None)
        assert found.base == max(1, number - MOST_SIZES + 1)
        assert not found.rule_changed
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    assert moves(connection, other.id) == ()


def test_of_each_day_the_last_version_counts_and_of_all_before_one(
    connection: Connection, workspace: Workspace
) -> None:
    segment = make_segment(connection, workspace, "vip")
    run = make_run(connection, workspace)
    for hours in (-49, -25, 0, 1, 2, 24, 25):
        publish(connection, segment, run, as_of=START + timedelta(hours=hours))

    def numbers(zone: str, since: datetime) -> list[int]:
        found = daily_versions(connection, workspace.id, since=since, zone=zone)
        assert all(version.sql == "" for version in found)
        return [version.number for version in found]

    # local midnights are at 23:00 and, the night after, at 22:00
    assert numbers("Europe/Berlin", START - timedelta(hours=23)) == [3, 5, 7]
    assert numbers("UTC", START - timedelta(hours=22)) == [4, 7]
    assert numbers("UTC", START + timedelta(days=9)) == [7]


def test_another_workspace_sees_no_tables_tags_or_owners(
    connection: Connection, workspace: Workspace
) -> None:
    make_segment(connection, workspace, "vip")
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    assert users_of_tables(connection, other.id) == {}
    assert tags(connection, other.id) == owners(connection, other.id) == ()
    assert sum(number for _, number in owners(connection, workspace.id)) == 1
