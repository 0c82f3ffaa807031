"""Waves: which rules are evaluated together, and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.base.errors import Conflict, NotFound
from muster.rules.parse import parse_definition
from muster.services.wave import plan_wave, read_catalog
from muster.services.workspaces import current_model
from tests.services.small_workspace import AS_OF


@pytest.fixture
def catalog(shared):
    return read_catalog(shared, current_model(shared))


def order(catalog, *names, as_of=AS_OF, **options):
    return [rule.name for rule in plan_wave(catalog, names, as_of=as_of, **options).rules]


def test_parents_come_before_their_children(catalog) -> None:
    found = order(catalog, "mail_to_win_back", "viennese")
    assert set(found) == {"mail_to_win_back", "viennese", "quiet_spenders", "spenders", "quiet"}
    assert found.index("spenders") < found.index("quiet_spenders")
    assert found.index("quiet_spenders") < found.index("mail_to_win_back")


def test_parents_may_be_left_out(catalog) -> None:
    assert order(catalog, "mail_to_win_back", pull_parents=False) == ["mail_to_win_back"]


@pytest.mark.parametrize(
    ("member", "pulled"),
    [
        ({"segment": "quiet"}, True),
        ({"segment": "quiet", "in": False}, True),
        ({"segment": "quiet", "freshness": "stored"}, False),
        ({"segment": "quiet", "version": 1}, False),
        ({"segment": "quiet", "changed": {"entered": {"last": "P7D"}}}, False),
        ({"segment": "quiet", "freshness": "P2D"}, False),
        ({"segment": "quiet", "freshness": "PT1H"}, True),
    ],
)
def test_a_parent_is_refreshed_unless_its_published_version_will_do(catalog, member, pulled):
    drafted = catalog.with_definitions({"child": parse_definition(member)})
    found = order(drafted, "child", as_of=AS_OF + timedelta(days=1))
    assert ("quiet" in found) is pulled


def test_equal_questions_of_different_rules_are_asked_once(catalog) -> None:
    vienna = parse_definition({"all": [{"field": "city", "op": "=", "value": "Vienna"}]})
    drafted = catalog.with_definitions({"twin": vienna})
    plan = plan_wave(drafted, ["viennese", "twin"], as_of=AS_OF)
    assert (plan.asked, plan.distinct) == (2, 1)


def test_descendants_are_followed_to_any_depth(catalog) -> None:
    assert catalog.descendants(["quiet"]) == ("mail_to_win_back", "quiet_spenders")
    assert catalog.descendants(["mail_to_win_back"]) == ()


def test_an_unknown_rule_is_named(catalog) -> None:
    with pytest.raises(NotFound) as caught:
        plan_wave(catalog, ["nobody"], as_of=AS_OF)
    assert caught.value.code == "UNKNOWN_RULE"
    assert "quiet" in caught.value.hint


def test_a_cycle_is_refused_with_its_path(catalog) -> None:
    looped = catalog.with_definitions({"quiet": parse_definition({"segment": "mail_to_win_back"})})
    with pytest.raises(Conflict) as caught:
        plan_wave(looped, ["viennese"], as_of=AS_OF)
    assert "mail_to_win_back → quiet_spenders → quiet → mail_to_win_back" in caught.value.sentence
