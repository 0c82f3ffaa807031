"""What a wave shares: equal questions once, one scan for what looks at the same events."""

from __future__ import annotations

from typing import Any

import pytest

from muster.compile.atoms import EventAtom, Gate, atoms_of
from muster.compile.plan import (
    MAX_EVENT_ATOMS,
    EntityStage,
    EventStage,
    MemberStage,
    PathStage,
    RankStage,
    plan_rules,
)
from tests.shop import AS_OF, bound

TRAVEL = {"did": "card", "where": [{"field": "category", "op": "=", "value": "Travel"}]}


def plan(*rules: Any) -> Any:
    return plan_rules(
        [bound(rule, name=f"r{index}") for index, rule in enumerate(rules)], as_of=AS_OF
    )


def test_the_same_condition_in_two_rules_is_asked_once() -> None:
    found = plan(TRAVEL, {"any": [TRAVEL, {"field": "tier", "op": "=", "value": 1}]})
    assert (found.asked, found.distinct) == (3, 2)


def test_two_spellings_of_one_condition_are_one_atom() -> None:
    found = plan(TRAVEL, {**TRAVEL, "times": {"op": ">=", "n": 1}}, [TRAVEL])
    assert found.distinct == 1


def test_questions_about_the_same_events_share_a_scan() -> None:
    found = plan(
        {**TRAVEL, "times": {"op": ">=", "n": 2}},
        {**TRAVEL, "distinct": "day", "times": {"op": ">=", "n": 2}},
        {
            "metric": {"agg": "sum", "of": "amount", "on": "card", "where": TRAVEL["where"]},
            "op": ">",
            "value": 5,
        },
    )
    (stage,) = found.stages
    assert isinstance(stage, EventStage)
    assert len(stage.atoms) == 3


@pytest.mark.parametrize(
    "other",
    [
        {**TRAVEL, "window": {"last": "P30D"}},
        {**TRAVEL, "did": "payment"},
        {"did": "card"},
        {"did": "card", "where": [{"field": "category", "op": "=", "value": "Food"}]},
    ],
    ids=["window", "source", "no filter", "other filter"],
)
def test_other_windows_sources_and_filters_are_other_scans(other: Any) -> None:
    assert len([s for s in plan(TRAVEL, other).stages if isinstance(s, EventStage)]) == 2


def test_entity_tests_are_one_pass() -> None:
    tests = [{"field": "tier", "op": "=", "value": n} for n in range(40)]
    stages = plan(*tests).stages
    assert [type(stage) for stage in stages] == [EntityStage]
    assert len(stages[0].atoms) == 40


def test_wide_scans_are_cut() -> None:
    rules = [{**TRAVEL, "times": {"op": ">=", "n": n}} for n in range(1, MAX_EVENT_ATOMS + 3)]
    assert [len(stage.atoms) for stage in plan(*rules).stages] == [MAX_EVENT_ATOMS, 2]


def test_sequences_ranks_and_members_are_stages_of_their_own() -> None:
    found = plan(
        {"sequence": [{"did": "card"}, {"did": "cash"}]},
        {"metric": "spend", "rank": "top_n", "value": 10},
        {"segment": "vip"},
        {"list": "suppressed"},
    )
    kinds = [type(stage) for stage in found.stages]
    assert kinds == [PathStage, RankStage, MemberStage, MemberStage]


def test_a_plan_tells_who_uses_an_atom() -> None:
    found = plan(TRAVEL, {"not": TRAVEL}, {"field": "tier", "op": "exists"})
    stage = next(stage for stage in found.stages if isinstance(stage, EventStage))
    assert found.users_of(stage.atoms[0]) == ("r0", "r1")


def test_most_frequent_values_need_a_scan_of_their_own() -> None:
    mode = {"metric": {"agg": "mode", "of": "category", "on": "card"}, "op": "=", "value": "Food"}
    found = plan({"did": "card"}, mode)
    assert len(found.stages) == 2


def test_the_same_leaf_in_zones_apart_is_apart_only_where_days_matter() -> None:
    plain = [{"where": {"did": "card"}, "tz": zone} for zone in ("UTC", "Asia/Tokyo")]
    daily = [{**item, "where": {"did": "card", "distinct": "day"}} for item in plain]
    assert plan(*plain).distinct == 1
    assert plan(*daily).distinct == 2


def test_a_guard_on_absence_adds_one_question_about_the_entity() -> None:
    rule = {
        **TRAVEL,
        "window": {"last": "P30D"},
        "times": {"op": "=", "n": 0},
        "observed": "window",
    }
    formula = bound(rule).where
    assert isinstance(formula, Gate)
    kinds = [type(atom).__name__ for atom in atoms_of(formula)]
    assert kinds == ["EventAtom", "ObservedAtom"]
    assert isinstance(atoms_of(formula)[0], EventAtom)
