"""Explanations: they agree with what was published, show evidence, and hide what is personal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.base.errors import NotFound
from muster.rules.explain_records import explained_leaves
from muster.services.applying import apply, plan_apply
from muster.services.explaining import explain_member
from muster.services.refresh import refresh
from muster.services.segments import MASK, read_members
from muster.store import audit
from tests.services.small_workspace import AS_OF, PAYMENTS, USERS, documents, keys

NAMES = ("viennese", "spenders", "quiet", "quiet_spenders", "mail_to_win_back")


@pytest.mark.parametrize("name", NAMES)
def test_explanations_agree_with_what_was_published(shared, name) -> None:
    members = keys(where=name)
    for user in USERS[:12]:
        found = explain_member(shared, name, str(user.key))
        assert found.explanation.member is (user.key in members)
        assert found.published is (user.key in members)
        assert found.agrees


def test_a_condition_shows_its_value_and_its_evidence(shared) -> None:
    found = explain_member(shared, "spenders", "4")
    (leaf,) = explained_leaves(found.explanation.where)
    mine = [payment for payment in PAYMENTS if payment.user == 4]
    assert leaf.value == sum(payment.amount for payment in mine)
    assert leaf.evidence.total == len(mine)
    assert {row.identity for row in leaf.evidence.rows} == {str(payment.key) for payment in mine}


def test_the_smallest_change_and_the_lapse_are_named(shared) -> None:
    quiet = next(key for key in sorted(keys(where="quiet")) if key % 5)
    active = next(user.key for user in USERS if user.key not in keys(where="quiet"))
    member = explain_member(shared, "quiet", str(quiet)).explanation
    assert member.flip.steps[0].change.words == "1 more event"
    other = explain_member(shared, "quiet", str(active)).explanation
    last = max(payment.at for payment in PAYMENTS if payment.user == active)
    assert other.lapse.enters
    assert other.lapses_at.replace(tzinfo=None) >= last + timedelta(days=30)


def test_an_instant_may_be_chosen(shared) -> None:
    later = AS_OF + timedelta(days=60)
    found = explain_member(shared, "quiet_spenders", "39", as_of=later)
    assert found.version is None
    assert found.published is None
    assert found.explanation.as_of == later
    assert found.explanation.member is True


def test_parents_are_seen_as_they_were_when_the_child_was_published(context) -> None:
    key = str(min(keys(where="quiet_spenders")))
    text = "- {name: quiet, where: {field: city, op: '=', value: Nowhere}}"
    apply(context, plan_apply(context, documents(text)))
    refresh(context, ["quiet"])
    found = explain_member(context, "quiet_spenders", key)
    assert found.explanation.member is True
    assert found.agrees
    now = explain_member(context, "quiet_spenders", key, as_of=AS_OF)
    assert now.explanation.member is False


def test_an_older_definition_is_explained_until_the_new_one_is_published(context) -> None:
    text = "- {name: viennese, where: {field: city, op: '=', value: Graz}}"
    apply(context, plan_apply(context, documents(text)))
    assert explain_member(context, "viennese", "3").explanation.member is True
    refresh(context, ["viennese"])
    assert explain_member(context, "viennese", "3").explanation.member is False


def test_a_change_of_data_since_the_publication_is_noticed(context) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("UPDATE users SET city = 'Graz' WHERE user_id = 3").fetchall()
    found = explain_member(context, "viennese", "3")
    assert (found.published, found.explanation.member, found.agrees) == (True, False, False)


RANKED = """
- name: top
  universe: adults
  where: {metric: total_spend, rank: top_n, value: 6}
- name: first_three
  where: {did: payment}
  limit: {n: 3, rank_by: total_spend}
  exclude: [{list: suppression}]
"""


@pytest.mark.parametrize("published", [True, False])
def test_ranks_and_limits_are_decided_among_everybody(context, published) -> None:
    apply(context, plan_apply(context, documents(RANKED)))
    if published:
        refresh(context, ["top", "first_three"])
    spent = {user.key: 0 for user in USERS}
    for payment in PAYMENTS:
        spent[payment.user] += payment.amount
    order = sorted(spent, key=lambda key: -spent[key])
    adults = [key for key in order if key % 10]
    for key in (order[0], order[3], order[6], 3):
        top = explain_member(context, "top", str(key)).explanation
        assert top.member is (key in adults[:6])
        limited = explain_member(context, "first_three", str(key)).explanation
        assert bool(limited.member) is (key in order[:3])


def test_versions_of_a_changed_segment_are_looked_at(context) -> None:
    text = "- {name: gone_quiet, where: {segment: quiet, changed: {entered: {last: P7D}}}}"
    apply(context, plan_apply(context, documents(text)))
    refresh(context, ["quiet"], as_of=AS_OF + timedelta(days=20))
    refresh(context, ["gone_quiet"], as_of=AS_OF + timedelta(days=21))
    before = keys(where="quiet")
    after = {row[0] for row in read_members(context, "quiet").rows}
    (new, *_), (old, *_), (never, *_) = after - before, before, set(range(1, 41)) - after
    for key in (new, old, never):
        found = explain_member(context, "gone_quiet", str(key))
        assert found.agrees
        assert found.explanation.member is (key == new)


PERSONAL = """
- name: private
  where:
    - {field: email, op: ends, value: example.test}
    - {near: {field: home, place: vienna}}
    - {field: city, op: "=", value: Vienna}
"""


def test_personal_values_are_hidden_unless_asked_for(context) -> None:
    apply(context, plan_apply(context, documents(PERSONAL)))
    hidden = explain_member(context, "private", "3")
    assert hidden.masked
    email, home, city = explained_leaves(hidden.explanation.where)
    assert (email.value_words, home.value_words, city.value) == (MASK, MASK, "Vienna")
    assert email.flip.words == home.flip.words == MASK
    assert "person3" not in repr(hidden.explanation)

    shown = explain_member(context, "private", "3", unmask=True)
    assert not shown.masked
    assert "person3@example.test" in repr(shown.explanation)
    with context.resources.database.transaction() as connection:
        entry = audit.every(connection, context.workspace.id, limit=1)[0]
    assert (entry.action, entry.subject) == ("personal.read", "segment/private")
    assert entry.after == {"how": "explain", "key": 3, "count": 1, "fields": ["email", "home"]}


@pytest.mark.parametrize("key", ["999", "nobody", "", "1; DROP TABLE users"])
def test_an_unknown_entity_is_refused(shared, key) -> None:
    with pytest.raises(NotFound) as caught:
        explain_member(shared, "quiet", key)
    assert caught.value.code == "UNKNOWN_ENTITY"


def test_an_unknown_segment_is_refused(shared) -> None:
    with pytest.raises(NotFound) as caught:
        explain_member(shared, "nobody", "1")
    assert caught.value.code == "UNKNOWN_SEGMENT"
