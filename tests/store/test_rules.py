"""Rules: created once, changed only by who saw the current version, every version kept."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from muster.base.errors import Conflict, InvalidInput, NotFound
from muster.base.ids import RuleId
from muster.base.records import Rule, RuleStatus, Workspace
from muster.store import rules, segments, workspaces
from muster.store.database import Database

CONTENT: dict[str, Any] = {
    "title": "Frequent travellers",
    "description": "Who travels often",
    "definition": {"where": [{"field": "total_spend", "op": ">", "value": Decimal("99.50")}]},
    "fingerprint": "f1",
    "schedule": "@daily",
    "tags": ["travel", "ünï"],
    "author": "ada",
    "reason": "first",
}


def create(connection: Connection, workspace: Workspace, name: str, **changes: Any) -> Rule:
    return rules.create(connection, workspace.id, name=name, **{**CONTENT, **changes})


def change(connection: Connection, rule: Rule, expected_version: int, **changes: Any) -> Rule:
    return rules.update(
        connection,
        rule.workspace_id,
        rule.id,
        expected_version=expected_version,
        **{**CONTENT, **changes},
    )


def test_a_created_rule_is_found_by_name_and_by_id(
    connection: Connection, workspace: Workspace
) -> None:
    created = create(connection, workspace, "travellers")
    assert rules.by_name(connection, workspace.id, "travellers") == created
    assert rules.by_id(connection, workspace.id, created.id) == created
    assert created.version == 1
    assert created.tags == ("travel", "ünï")
    assert created.schedule == "@daily"
    assert created.definition == {
        "where": [{"field": "total_spend", "op": ">", "value": 99.5}],
    }


def test_a_change_is_a_new_version_and_the_old_one_stays(
    connection: Connection, workspace: Workspace
) -> None:
    created = create(connection, workspace, "travellers")
    changed = change(
        connection, created, 1, title="T", definition=[], schedule=None, tags=[], reason="second"
    )
    assert (changed.version, changed.title, changed.definition) == (2, "T", [])
    assert (changed.schedule, changed.tags) == (None, ())
    assert changed.created_at == created.created_at
    assert changed.updated_at > created.updated_at
    assert rules.by_name(connection, workspace.id, "travellers") == changed
    newest, oldest = rules.versions(connection, workspace.id, created.id)
    assert (newest.version, newest.reason, newest.author) == (2, "second", "ada")
    assert oldest == rules.version(connection, workspace.id, created.id, number=1)
    assert (oldest.title, oldest.definition) == (created.title, created.definition)


def test_a_change_to_an_old_version_is_refused_and_changes_nothing(
    connection: Connection, workspace: Workspace
) -> None:
    created = create(connection, workspace, "travellers")
    changed = change(connection, created, 1)
    for stale in (1, 3):
        with pytest.raises(Conflict) as refused:
            change(connection, created, stale, title="lost")
        assert refused.value.code == "STALE_VERSION"
    assert rules.by_id(connection, workspace.id, created.id) == changed


def test_of_many_editors_of_one_version_exactly_one_wins(database: Database) -> None:
    with database.transaction() as connection:
        workspace = workspaces.create(connection, name="w", title="", synthetic=False)
        created = create(connection, workspace, "travellers")
    outcomes: list[str] = []

    def edit(editor: str) -> None:
        try:
            with database.transaction() as connection:
                change(connection, created, 1, author=editor)
            outcomes.append("changed")
        except Conflict as conflict:
            outcomes.append(conflict.code)

    threads = [threading.Thread(target=edit, args=(f"editor {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["STALE_VERSION"] * 7 + ["changed"]
    with database.transaction() as connection:
        assert len(rules.versions(connection, workspace.id, created.id)) == 2


def test_a_taken_name_is_a_conflict_within_one_workspace_only(
    connection: Connection, workspace: Workspace
) -> None:
    create(connection, workspace, "travellers")
    with pytest.raises(Conflict) as refused:
        create(connection, workspace, "travellers")
    assert refused.value.code == "NAME_TAKEN"
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    assert create(connection, other, "travellers").workspace_id == other.id


def test_a_bad_name_is_refused(connection: Connection, workspace: Workspace) -> None:
    with pytest.raises(InvalidInput):
        create(connection, workspace, "Frequent travellers")


def test_rules_are_listed_by_name_in_byte_order(
    connection: Connection, workspace: Workspace
) -> None:
    for name in ("b", "a_b", "ab", "a1"):
        create(connection, workspace, name)
    assert [rule.name for rule in rules.every(connection, workspace.id)] == ["a1", "a_b", "ab", "b"]


def test_nothing_of_another_workspace_is_seen(connection: Connection, workspace: Workspace) -> None:
    created = create(connection, workspace, "travellers")
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    assert rules.every(connection, other.id) == ()
    assert rules.versions(connection, other.id, created.id) == ()
    for attempt in (
        lambda: rules.by_name(connection, other.id, "travellers"),
        lambda: rules.by_id(connection, other.id, created.id),
        lambda: rules.version(connection, other.id, created.id, number=1),
        lambda: rules.update(connection, other.id, created.id, expected_version=1, **CONTENT),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_an_unknown_rule_is_reported_with_those_that_exist(
    connection: Connection, workspace: Workspace
) -> None:
    create(connection, workspace, "travellers")
    with pytest.raises(NotFound) as refused:
        rules.by_name(connection, workspace.id, "traveler")
    assert (refused.value.code, refused.value.hint) == ("UNKNOWN_RULE", "There are: travellers.")
    with pytest.raises(NotFound) as refused:
        rules.by_id(connection, workspace.id, RuleId(99))
    assert refused.value.code == "UNKNOWN_RULE"
    created = rules.by_name(connection, workspace.id, "travellers")
    with pytest.raises(NotFound) as refused:
        rules.version(connection, workspace.id, created.id, number=2)
    assert refused.value.code == "UNKNOWN_RULE_VERSION"


def test_a_rule_whose_version_cannot_be_stored_leaves_no_trace(database: Database) -> None:
    with database.transaction() as connection:
        workspace = workspaces.create(connection, name="w", title="", synthetic=False)
    with pytest.raises(InvalidInput), database.transaction() as connection:
        create(connection, workspace, "travellers", title="\x00")
    with database.transaction() as connection:
        assert rules.every(connection, workspace.id) == ()


def test_a_draft_is_not_published_until_it_is_said_to_be(
    connection: Connection, workspace: Workspace
) -> None:
    draft = create(connection, workspace, "travellers", publish=False)
    assert (draft.status, draft.published_version) == (RuleStatus.DRAFT, None)
    assert rules.published(connection, workspace.id) == ()
    with pytest.raises(NotFound):
        rules.published_by_id(connection, workspace.id, draft.id)
    published = rules.set_published(connection, workspace.id, draft.id, expected_version=1)
    assert (published.status, published.published_version) == (RuleStatus.PUBLISHED, 1)
    assert rules.published(connection, workspace.id) == (published,)
    with pytest.raises(Conflict) as refused:
        rules.set_published(connection, workspace.id, draft.id, expected_version=2)
    assert refused.value.code == "STALE_VERSION"


def test_what_is_published_is_the_published_version_s_content(
    connection: Connection, workspace: Workspace
) -> None:
    created = create(connection, workspace, "travellers")
    draft = change(connection, created, 1, title="Draft", publish=False)
    assert (draft.version, draft.published_version, draft.title) == (2, 1, "Draft")
    (evaluated,) = rules.published(connection, workspace.id)
    assert (evaluated.version, evaluated.title) == (1, "Frequent travellers")
    assert rules.published_by_id(connection, workspace.id, created.id) == evaluated


def test_the_names_of_what_is_evaluated_are_those_of_published_rules(
    connection: Connection, workspace: Workspace
) -> None:
    for name in ("b", "a", "old", "gone"):
        made = create(connection, workspace, name)
        if name == "old":
            rules.set_status(connection, workspace.id, made.id, RuleStatus.ARCHIVED)
        if name == "gone":
            rules.mark_deleted(connection, workspace.id, made.id)
    create(connection, workspace, "draft", publish=False)
    others = workspaces.create(connection, name="other", title="", synthetic=False)
    create(connection, others, "theirs")
    names = rules.published_names(connection, workspace.id)
    assert names == {"a", "b"}
    assert names == {rule.name for rule in rules.published(connection, workspace.id)}
    among = ["a", "draft", "theirs", "none"]
    assert rules.published_names(connection, workspace.id, among=among) == {"a"}
    assert rules.published_names(connection, workspace.id, among=[]) == frozenset()


def test_a_discarded_draft_s_number_is_never_given_again(
    connection: Connection, workspace: Workspace
) -> None:
    created = create(connection, workspace, "travellers")
    change(connection, created, 1, title="Draft", publish=False)
    back = rules.discard_draft(connection, workspace.id, created.id, expected_version=2)
    assert (back.version, back.title) == (1, "Frequent travellers")
    assert change(connection, created, 1, title="Next").version == 3


def test_an_archived_rule_is_not_published_and_comes_back(
    connection: Connection, workspace: Workspace
) -> None:
    created = create(connection, workspace, "travellers")
    rules.set_status(connection, workspace.id, created.id, RuleStatus.ARCHIVED)
    assert rules.published(connection, workspace.id) == ()
    assert rules.by_name(connection, workspace.id, "travellers").status is RuleStatus.ARCHIVED
    rules.set_status(connection, workspace.id, created.id, RuleStatus.PUBLISHED)
    assert rules.published(connection, workspace.id) == (created,)


def test_a_deleted_rule_and_its_segment_are_gone_and_their_name_is_free(
    connection: Connection, workspace: Workspace
) -> None:
    created = create(connection, workspace, "travellers")
    segments.ensure(connection, workspace.id, created)
    rules.mark_deleted(connection, workspace.id, created.id)
    for attempt in (
        lambda: rules.by_id(connection, workspace.id, created.id),
        lambda: rules.by_name(connection, workspace.id, "travellers"),
        lambda: rules.mark_deleted(connection, workspace.id, created.id),
        lambda: change(connection, created, 1),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert rules.every(connection, workspace.id) == rules.published(connection, workspace.id) == ()
    again = create(connection, workspace, "travellers")
    assert segments.ensure(connection, workspace.id, again).rule_id == again.id


def test_the_unknown_rule_s_hint_names_no_deleted_ones(
    connection: Connection, workspace: Workspace
) -> None:
    gone = create(connection, workspace, "gone")
    rules.mark_deleted(connection, workspace.id, gone.id)
    with pytest.raises(NotFound) as refused:
        rules.by_name(connection, workspace.id, "other")
    assert refused.value.hint == "There is no rule yet."
