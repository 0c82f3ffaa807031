"""Looking for rules: pages and totals, who mentions whom, the newest run of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from muster.base.errors import InvalidInput, NotFound
from muster.base.ids import RuleId, WorkspaceId
from muster.base.records import Rule, RuleStatus, RunState, Workspace
from muster.store import rule_lists, rules, workspaces
from muster.store.database import Database
from muster.store.tables import runs
from muster.store.tables_runs import run_rules
from tests.store.test_rules import change, create

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def titles(found: tuple[rule_lists.ListedRule, ...]) -> list[str]:
    return [item.rule.name for item in found]


@pytest.fixture
def several(connection: Connection, workspace: Workspace) -> dict[str, Rule]:
    made = {
        "vip": {"title": "Very important", "tags": ["value"], "schedule": None},
        "travel": {"title": "Trav_ellers", "tags": ["value", "place"]},
        "half": {"title": "A 50% sample", "tags": [], "publish": False},
        "old": {"title": "Zebra", "tags": []},
    }
    found = {name: create(connection, workspace, name, **values) for name, values in made.items()}
    rules.set_status(connection, workspace.id, found["old"].id, RuleStatus.ARCHIVED)
    return found


@pytest.mark.parametrize(
    ("asked", "names", "total"),
    [
        ({}, ["vip", "travel", "half"], 3),
        ({"limit": 2}, ["vip", "travel"], 3),
        ({"limit": 2, "offset": 2}, ["half"], 3),
        ({"search": "IMPORTANT"}, ["vip"], 1),
        ({"search": "50%"}, ["half"], 1),
        ({"search": "v_e"}, ["travel"], 1),
        ({"search": "\\"}, [], 0),
        ({"limit": 2, "offset": 9}, [], 3),
        ({"tag": "value"}, ["vip", "travel"], 2),
        ({"tag": "valu"}, [], 0),
        ({"statuses": [RuleStatus.ARCHIVED]}, ["old"], 1),
        ({"statuses": list(RuleStatus)}, ["vip", "travel", "half", "old"], 4),
        ({"schedule_only": True}, ["travel", "half"], 2),
        ({"order": "name"}, ["half", "travel", "vip"], 3),
        ({"order": "title"}, ["half", "travel", "vip"], 3),
        ({"order": "updated", "limit": 1}, ["half"], 3),
    ],
)
def test_a_page_holds_what_fits(connection, workspace, several, asked, names, total) -> None:
    found, count = rule_lists.page(connection, workspace.id, **{"limit": 10, **asked})
    assert (titles(found), count) == (names, total)


def test_a_page_goes_on_after_an_id_and_still_counts_all(connection, workspace, several) -> None:
    found, total = rule_lists.page(connection, workspace.id, limit=10, after_id=several["vip"].id)
    assert (titles(found), total) == (["travel", "half"], 3)


def test_a_search_is_for_what_is_edited(connection, workspace, several) -> None:
    change(connection, several["vip"], 1, title="Unimportant", publish=False)
    found, _ = rule_lists.page(connection, workspace.id, limit=10, search="unimp")
    assert titles(found) == ["vip"]


@pytest.mark.parametrize("asked", [{"search": "\x00"}, {"tag": "\x00"}])
def test_what_postgresql_cannot_hold_is_refused(database: Database, asked) -> None:
    with pytest.raises(InvalidInput), database.transaction() as connection:
        rule_lists.page(connection, WorkspaceId(1), limit=1, **asked)


def test_another_workspace_lists_nothing_of_this(connection, workspace, several) -> None:
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    assert rule_lists.page(connection, other.id, limit=10) == ((), 0)
    vip = several["vip"]
    assert rule_lists.named(connection, other.id, ["vip"], ids=[vip.id]) == ()
    assert rule_lists.ids_of(connection, other.id, ["vip"]) == {}
    assert rule_lists.with_title(connection, other.id, vip.title, besides=None) is None
    assert rule_lists.by_ids(connection, other.id, [vip.id]) == ()
    with pytest.raises(NotFound):
        rule_lists.listed(connection, other.id, vip.id)


def test_rules_are_found_by_name_and_by_id(connection, workspace, several) -> None:
    found = rule_lists.named(
        connection, workspace.id, ["vip", "none"], ids=[several["travel"].id, 99]
    )
    assert [rule.name for rule in found] == ["travel", "vip"]
    assert rule_lists.ids_of(connection, workspace.id, ["vip", "none"]) == {
        "vip": several["vip"].id
    }


def test_a_title_is_found_but_not_the_rule_s_own(connection, workspace, several) -> None:
    vip = several["vip"]
    assert rule_lists.with_title(connection, workspace.id, vip.title, besides=None) == vip
    assert rule_lists.with_title(connection, workspace.id, vip.title, besides=vip.id) is None


def test_who_mentions_a_name_is_found_in_what_is_published_or_edited(
    connection, workspace, several
) -> None:
    made: dict[str, Any] = {"definition": {"where": [{"segment": "vip"}]}}
    parent = create(connection, workspace, "parent", **made)
    create(connection, workspace, "waiting", publish=False, **made)
    create(connection, workspace, "alike", definition={"where": [{"segment": "vip_2"}]})
    change(connection, parent, 1, definition={"where": [{"segment": "travel"}]}, publish=False)

    def mentioning(*names: str, drafts: bool = False) -> list[str]:
        found = rule_lists.mentioning(connection, workspace.id, names, drafts=drafts)
        return [rule.name for rule in found]

    assert mentioning("vip") == ["parent"]
    assert mentioning("vip", drafts=True) == ["waiting"]
    assert mentioning("travel", drafts=True) == ["parent"]
    assert mentioning("vip", "vip_2") == ["alike", "parent"]


def test_the_stamp_is_another_one_after_each_publication_only(
    connection, workspace, several
) -> None:
    vip = several["vip"]
    stamps = [rule_lists.publication_stamp(connection, workspace.id)]
    change(connection, vip, 1, publish=False)
    assert rule_lists.publication_stamp(connection, workspace.id) == stamps[0]
    rules.set_published(connection, workspace.id, vip.id, expected_version=2)
    stamps.append(rule_lists.publication_stamp(connection, workspace.id))
    rules.set_status(connection, workspace.id, vip.id, RuleStatus.ARCHIVED)
    stamps.append(rule_lists.publication_stamp(connection, workspace.id))
    create(connection, workspace, "next")
    stamps.append(rule_lists.publication_stamp(connection, workspace.id))
    assert len(set(stamps)) == 4


def run_of(connection: Connection, workspace: Workspace, state: RunState, *names: str) -> int:
    done = state is RunState.PUBLISHED
    number = connection.execute(
        insert(runs)
        .values(
            workspace_id=workspace.id,
            state=state.value,
            as_of=NOW,
            rules=list(names),
            started_at=NOW if done else None,
            finished_at=NOW if done else None,
        )
        .returning(runs.c.id)
    ).scalar_one()
    if done:
        connection.execute(
            insert(run_rules),
            [
                {
                    "workspace_id": workspace.id,
                    "run_id": number,
                    "rule": name,
                    "outcome": "published",
                }
                for name in names
            ],
        )
    return number


def test_the_newest_run_of_each_rule_is_found_even_while_it_waits(connection, workspace) -> None:
    run_of(connection, workspace, RunState.PUBLISHED, "a", "b")
    second = run_of(connection, workspace, RunState.PUBLISHED, "a")
    third = run_of(connection, workspace, RunState.QUEUED, "b", "d")
    found = rule_lists.last_runs(connection, workspace.id, ["a", "b", "c"])
    assert {name: (run.id, run.state) for name, run in found.items()} == {
        "a": (second, RunState.PUBLISHED),
        "b": (third, RunState.QUEUED),
    }
    assert rule_lists.last_runs(connection, workspace.id, []) == {}


def test_deleted_rules_are_found_by_id_for_what_remembers_them(connection, workspace) -> None:
    gone = create(connection, workspace, "gone")
    rules.mark_deleted(connection, workspace.id, gone.id)
    (found,) = rule_lists.by_ids(connection, workspace.id, [gone.id, RuleId(99)])
    assert found.name == "gone"
    assert connection.execute(select(runs.c.id)).all() == []
