"""Segments as readers see them: members, masks, differences, lineage."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from muster.base.errors import Forbidden, InvalidInput, NotFound
from muster.base.people import Role, permissions_of
from muster.services.applying import apply, plan_apply
from muster.services.lineage import read_lineage
from muster.services.refresh import refresh
from muster.services.segments import (
    MASK,
    compare_versions,
    find_segment,
    list_segments,
    read_members,
)
from muster.store import audit, rules
from tests.services.small_workspace import AS_OF, USERS, documents, keys

BY_KEY = {user.key: user for user in USERS}


def test_members_come_by_key_page_by_page(shared) -> None:
    wanted = sorted(keys(where="viennese"))
    first = read_members(shared, "viennese", limit=5)
    last = read_members(shared, "viennese", limit=5, offset=len(wanted) - 3)
    assert [row[0] for row in first.rows] == wanted[:5]
    assert first.truncated
    assert [row[0] for row in last.rows] == wanted[-3:]
    assert not last.truncated
    assert read_members(shared, "viennese", offset=1000).rows == ()


def test_attributes_stand_beside_the_key(shared) -> None:
    page = read_members(shared, "viennese", columns=["city", "age", "balance", "city"])
    assert page.columns == ("user_id", "city", "age", "balance")
    for key, city, age, balance in page.rows:
        user = BY_KEY[key]
        assert (city, age, balance) == (user.city, user.age, user.balance)
    assert page.masked == ()


def test_personal_values_are_hidden_but_missing_ones_are_not_invented(context) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("UPDATE users SET email = NULL WHERE user_id = 3").fetchall()
    page = read_members(context, "viennese", limit=2, columns=["name", "email", "home", "city"])
    assert page.rows == (
        (3, MASK, None, MASK, MASK, "Vienna"),
        (6, MASK, MASK, MASK, MASK, "Vienna"),
    )
    assert page.masked == ("name", "email", "home_latitude", "home_longitude")


def test_seeing_personal_values_is_written_down(context) -> None:
    page = read_members(context, "viennese", limit=1, columns=["name", "city"], unmask=True)
    assert page.rows == ((3, "Person 3", "Vienna"),)
    assert page.masked == ()
    with context.resources.database.transaction() as connection:
        entry = audit.every(connection, context.workspace.id, limit=1)[0]
    assert (entry.actor, entry.action, entry.subject) == (
        "tester",
        "personal.read",
        "segment/viennese",
    )
    assert entry.after == {"how": "members", "version": 1, "count": 1, "fields": ["name"]}


def test_what_is_not_personal_leaves_no_trace(context) -> None:
    read_members(context, "viennese", columns=["city"], unmask=True)
    with context.resources.database.transaction() as connection:
        actions = {
            entry.action for entry in audit.every(connection, context.workspace.id, limit=50)
        }
    assert "personal.read" not in actions


def test_a_member_whose_row_is_gone_keeps_its_key(context) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("DELETE FROM users WHERE user_id = 3").fetchall()
    assert read_members(context, "viennese", limit=1, columns=["city"]).rows == ((3, None),)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"limit": 0}, "BAD_LIMIT"),
        ({"limit": 1_000_000}, "BAD_LIMIT"),
        ({"offset": -1}, "BAD_LIMIT"),
        ({"columns": ["agee", "total_spend", "user_id"]}, "UNKNOWN_COLUMN"),
    ],
)
def test_a_page_that_cannot_be_is_refused(shared, options, code) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_members(shared, "viennese", **options)
    assert caught.value.code == code
    assert len(caught.value.problems) == len(options.get("columns", ()))


def test_a_difference_names_who_entered_and_who_left(context) -> None:
    text = "- {name: viennese, where: {field: city, op: '=', value: Graz}}"
    apply(context, plan_apply(context, documents(text)))
    refresh(context, ["viennese"])
    found = compare_versions(context, "viennese", sample=3)
    left, entered = keys(where="viennese"), {user.key for user in USERS if user.city == "Graz"}
    assert (found.entered, found.left, found.stayed) == (len(entered), len(left), 0)
    assert found.entered_sample == tuple(sorted(entered))[:3]
    assert found.left_sample == tuple(sorted(left))[:3]
    assert found.rule_changed


def test_versions_may_be_compared_backwards(context) -> None:
    refresh(context, ["quiet"], as_of=AS_OF + timedelta(days=20))
    forwards = compare_versions(context, "quiet")
    backwards = compare_versions(context, "quiet", before=2, after=1)
    assert (backwards.left, backwards.entered) == (forwards.entered, forwards.left)
    assert not forwards.rule_changed


def test_a_first_version_has_nothing_to_compare_with(shared) -> None:
    with pytest.raises(NotFound) as caught:
        compare_versions(shared, "quiet")
    assert caught.value.code == "NO_EARLIER_VERSION"


def test_lineage_reaches_down_to_tables_and_up_to_children(shared) -> None:
    found = read_lineage(shared, "quiet_spenders")
    assert [(parent.kind, parent.name, parent.version) for parent in found.parents] == [
        ("segment", "quiet", 1),
        ("segment", "spenders", 1),
        ("table", "users", None),
    ]
    quiet = found.parents[0]
    assert {parent.name for parent in quiet.parents} == {"payments", "users"}
    assert quiet.size == len(keys(where="quiet"))
    assert found.children == ("mail_to_win_back",)


def test_lineage_shows_how_old_parents_are_and_what_is_newer(context) -> None:
    refresh(context, ["quiet"], as_of=AS_OF - timedelta(hours=1))
    found = read_lineage(context, "quiet_spenders")
    quiet = found.parents[0]
    assert (quiet.version, quiet.behind, quiet.age) == (1, 1, timedelta(0))
    assert read_lineage(context, "quiet").age == timedelta(hours=1)


def test_a_parent_that_is_met_twice_is_followed_once(context) -> None:
    text = "- {name: both, depends_on: [quiet, quiet_spenders], operation: UNION}"
    apply(context, plan_apply(context, documents(text)))
    refresh(context, ["both"])
    found = read_lineage(context, "both")
    direct, nested = found.parents[0], found.parents[1].parents[0]
    assert direct.name == nested.name == "quiet"
    assert (direct.repeated, nested.repeated) == (False, True)
    assert nested.parents == ()


def test_a_segment_that_was_never_refreshed_has_children_only(context) -> None:
    text = "- {name: fresh, where: {did: view}}\n- {name: child, where: {segment: fresh}}"
    apply(context, plan_apply(context, documents(text)))
    found = read_lineage(context, "fresh")
    assert (found.age, found.parents, found.children) == (None, (), ("child",))
    with pytest.raises(NotFound) as caught:
        read_members(context, "fresh")
    assert caught.value.code == "SEGMENT_NOT_PUBLISHED"


def test_every_segment_is_listed_with_its_rule(shared) -> None:
    found = {entry.segment.name: entry.rule.title for entry in list_segments(shared)}
    assert found["viennese"] == "Viennese"
    assert len(found) == 5


@pytest.mark.parametrize("read", [read_members, read_lineage, compare_versions])
def test_an_unknown_segment_is_named(shared, read) -> None:
    with pytest.raises(NotFound) as caught:
        read(shared, "nobody")
    assert caught.value.code == "UNKNOWN_SEGMENT"


def test_who_may_not_see_personal_values_cannot_ask_for_them(shared) -> None:
    viewer = replace(shared, permissions=permissions_of(Role.VIEWER))
    assert read_members(viewer, "viennese", columns=["name"]).masked == ("name",)
    with pytest.raises(Forbidden) as caught:
        read_members(viewer, "viennese", columns=["city"], unmask=True)
    assert caught.value.code == "NOT_ALLOWED"


def test_members_go_on_after_a_key(shared) -> None:
    wanted = sorted(keys(where="viennese"))
    page = read_members(shared, "viennese", limit=4, after=wanted[2])
    assert [row[0] for row in page.rows] == wanted[3:7]
    assert page.truncated
    rest = read_members(shared, "viennese", limit=100, after=wanted[-2])
    assert ([row[0] for row in rest.rows], rest.truncated) == (wanted[-1:], False)
    with pytest.raises(InvalidInput) as caught:
        read_members(shared, "viennese", after="three")
    assert caught.value.code == "BAD_CURSOR"


def test_a_segment_is_found_by_its_id_too(shared) -> None:
    number = int(find_segment(shared, "viennese").id)
    assert read_members(shared, number, limit=1).rows == ((3,),)
    assert read_lineage(shared, number).segment.name == "viennese"


def test_lineage_outlives_a_parent_that_was_deleted(context) -> None:
    parent = find_segment(context, "spenders")
    with context.transaction() as connection:
        rules.mark_deleted(connection, context.workspace.id, parent.rule_id)
    found = {one.name: one for one in read_lineage(context, "quiet_spenders").parents}
    assert (found["spenders"].segment_id, found["spenders"].version) == (None, 1)
    assert found["quiet"].segment_id is not None
