"""The fewest conditions that would have to change for a rule to come out the other way."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.base.datamodel import Field, FieldType
from muster.rules.explain_entity import combine
from muster.rules.explain_flip import Goal, Plan, fewest_changes
from muster.rules.nodes import Bucket
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Negation,
    Resolved,
    ResolvedLeaf,
    Test,
    Threshold,
)
from muster.rules.truth import Truth
from tests.rules.explaining import explained
from tests.rules.sample import world


def tier(value: int) -> dict[str, Any]:
    return {"field": "tier", "op": "=", "value": value}


CITY = {"field": "city", "op": "exists"}
ACTIVE = {"field": "active", "op": "true"}
CODE = {"field": "code", "op": "=", "value": "x"}
BUCKET_OUT = {"bucket": {"salt": "s", "from": 0, "to": "0.000001"}}


@pytest.mark.parametrize(
    ("rule", "paths", "words"),
    [
        ([tier(1), CITY, ACTIVE], ["$[0]", "$[1]"], "2 conditions stand in the way"),
        ([tier(2), CITY, ACTIVE], ["$[1]"], "1 condition stands in the way"),
        ([tier(2), ACTIVE], ["$[0]"], "1 condition would have to change"),
        # of several ways the shortest, of equals the first
        ({"any": [[tier(1), CITY], [CODE], [tier(3)]]}, ["$.any[1][0]"], None),
        ({"any": [tier(2), ACTIVE]}, ["$.any[0]", "$.any[1]"], "2 conditions would have to change"),
        ({"not": ACTIVE}, ["$.not"], "1 condition stands in the way"),
        ({"not": {"any": [tier(2), ACTIVE]}}, ["$.not.any[0]", "$.not.any[1]"], None),
        ({"not": [tier(2), ACTIVE]}, ["$.not[0]"], None),
        (
            {"count": {"op": ">=", "n": 2}, "of": [tier(1), tier(2), CITY, CODE]},
            ["$.of[0]"],
            "1 condition stands in the way",
        ),
        (
            {"count": {"op": ">=", "n": 3}, "of": [CODE, tier(2), CITY]},
            ["$.of[0]", "$.of[2]"],
            None,
        ),
        (
            {"count": {"op": ">=", "n": 1}, "of": [ACTIVE, tier(2), CITY]},
            ["$.of[0]", "$.of[1]"],
            None,
        ),
        # what cannot change is no way out
        ({"any": [BUCKET_OUT, [CODE, CITY]]}, ["$.any[1][0]", "$.any[1][1]"], None),
        ([BUCKET_OUT, CODE], [], "Nothing that can change flips this."),
        # one condition that stands twice is changed once, and cannot be both
        ([CODE, {"any": [CODE, CITY]}], ["$[0]"], None),
        ([CODE, {"not": CODE}], [], "Nothing that can change flips this."),
    ],
)
def test_the_smallest_set_of_conditions(rule: Any, paths: list[str], words: str | None) -> None:
    found = explained(rule, world({1: {"tier": 2, "active": True, "code": "y"}}))
    assert [step.leaf.path for step in found.flip.steps] == paths
    if words is not None:
        assert found.flip.words == words


def test_each_step_says_what_to_change() -> None:
    found = explained([tier(1), {"not": ACTIVE}], world({1: {"tier": 2, "active": True}}))
    assert [(step.wanted, step.change.words) for step in found.flip.steps if step.change] == [
        (True, "must become 1"),
        (False, "must become no"),
    ]


def test_universe_and_exclusions_stand_in_the_way_too() -> None:
    rule = {"where": tier(1), "universe": CITY, "exclude": [{"list": "staff"}]}
    seen = world({1: {"tier": 1}}, lists={"staff": [1]})
    found = explained(rule, seen)
    changes = [step.change.words for step in found.flip.steps if step.change]
    assert changes == ["needs a value", 'must leave the list "staff"']
    seen = world({1: {"tier": 1, "city": "Pune"}})
    found = explained(rule, seen)
    assert found.flip.words == "1 condition would have to change"
    assert found.flip.steps[0].leaf.path == "$.where"


# -- against trying everything ---------------------------------------------------------------------

LEAVES: list[ResolvedLeaf] = [
    *(Test(Field(f"f{number}", FieldType.BOOLEAN), "eq", True) for number in range(4)),
    Bucket("s", "0", "0.5"),
]
nodes = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.builds(Conjunction, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Disjunction, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Negation, inner),
        st.builds(Threshold, st.integers(1, 3), st.lists(inner, min_size=1, max_size=4).map(tuple)),
    ),
    max_leaves=6,
)
truths = st.fixed_dictionaries(
    {leaf: st.sampled_from([True, False, None]) for leaf in LEAVES[:4]} | {LEAVES[4]: st.booleans()}
)


def smallest(node: Resolved, truth_of: dict[ResolvedLeaf, Truth], joins: bool) -> int | None:
    """Return the smallest number of leaves whose change flips a rule, by trying all."""
    for size in range(5):
        for chosen in combinations(LEAVES[:4], size):
            for values in product((True, False), repeat=size):
                tried = truth_of | dict(zip(chosen, values, strict=True))
                if (combine(node, tried.__getitem__) is True) is joins:
                    return size
    return None


def plan_of(node: Resolved, found: dict[ResolvedLeaf, Truth]) -> Plan:
    return fewest_changes(
        node, None, (), found.__getitem__, lambda truth_of: combine(node, truth_of) is True
    )


@given(nodes, truths)
def test_no_set_is_smaller_even_where_a_leaf_stands_twice(
    node: Resolved, found: dict[ResolvedLeaf, Truth]
) -> None:
    joins = combine(node, found.__getitem__) is not True
    plan = plan_of(node, found)
    assert (None if plan is None else len(plan)) == smallest(node, found, joins)
    if plan is not None:
        changed = found | {leaf: goal.wanted for leaf, goal in plan.items()}
        assert (combine(node, changed.__getitem__) is True) is joins
        assert not any(goal.met_by(found[leaf]) for leaf, goal in plan.items())


@given(nodes, truths)
def test_with_every_leaf_in_one_place_no_plan_is_smaller(
    node: Resolved, found: dict[ResolvedLeaf, Truth]
) -> None:
    node, found = apart(node, found)
    joins = combine(node, found.__getitem__) is not True
    plan = plan_of(node, found)
    free = [leaf for leaf in found if not isinstance(leaf, Bucket)]
    if len(free) > 6:
        return
    best = None
    for size in range(len(free) + 1):
        tries = (
            found | dict(zip(chosen, values, strict=True))
            for chosen in combinations(free, size)
            for values in product((True, False), repeat=size)
        )
        if any((combine(node, tried.__getitem__) is True) is joins for tried in tries):
            best = size
            break
    assert (None if plan is None else len(plan)) == best


def apart(
    node: Resolved, found: dict[ResolvedLeaf, Truth]
) -> tuple[Resolved, dict[ResolvedLeaf, Truth]]:
    """Give each place of a leaf a leaf of its own."""
    truth_of: dict[ResolvedLeaf, Truth] = {}

    def copied(one: Resolved) -> Resolved:
        match one:
            case Conjunction(children):
                return Conjunction(tuple(copied(child) for child in children))
            case Disjunction(children):
                return Disjunction(tuple(copied(child) for child in children))
            case Threshold(n, children):
                return Threshold(n, tuple(copied(child) for child in children))
            case Negation(child):
                return Negation(copied(child))
        fresh: ResolvedLeaf
        if isinstance(one, Bucket):
            fresh = Bucket(f"s{len(truth_of)}", "0", "0.5")
        else:
            fresh = Test(Field(f"g{len(truth_of)}", FieldType.BOOLEAN), "eq", True)
        truth_of[fresh] = found[one]  # type: ignore[index]
        return fresh

    return copied(node), truth_of


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal.TRUE, {True}),
        (Goal.FALSE, {False}),
        (Goal.NOT_TRUE, {False, None}),
        (Goal.NOT_FALSE, {True, None}),
    ],
)
def test_unknown_meets_only_the_weak_goals(goal: Goal, met: set[Truth]) -> None:
    assert {truth for truth in (True, False, None) if goal.met_by(truth)} == met
    assert goal.sure is (None not in met)
    assert goal.wanted is (True in met)
