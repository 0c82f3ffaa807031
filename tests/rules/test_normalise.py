"""Spellings of one meaning become one; nothing else is touched."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from muster.rules.evaluate_events import _truth_of_lower_bound
from muster.rules.nodes import Count, Definition, children_of
from muster.rules.normalise import normalise, normalise_node, simplest
from muster.rules.parse import parse_definition, parse_node
from muster.rules.truth import all_of, any_of, at_least, negate

A = {"field": "a", "op": "=", "value": 1}
B = {"field": "b", "op": "=", "value": 2}
C = {"field": "c", "op": "=", "value": 3}


def did(**members: Any) -> dict[str, Any]:
    return {"did": "card", **members}


def metric(**members: Any) -> dict[str, Any]:
    return {"metric": {"agg": "sum", "of": "x", "on": "card"}, "op": ">", "value": 1, **members}


SAME: list[tuple[Any, Any]] = [
    # groups
    ([A], A),
    ({"any": [A]}, A),
    ({"all": [A, A]}, A),
    ({"any": [A, B, A]}, {"any": [B, A]}),
    ([A, [B, [C]]], [C, B, A]),
    ({"any": [A, {"any": [B, C]}]}, {"any": [A, B, C]}),
    ([A, {"any": [B]}], [A, B]),
    ({"not": {"not": A}}, A),
    ({"not": {"not": {"not": A}}}, {"not": A}),
    ({"not": [{"not": A}]}, A),
    ({"count": {"n": 1}, "of": [A, B]}, {"any": [A, B]}),
    ({"count": {"n": 2}, "of": [A, B]}, {"all": [A, B]}),
    ({"count": {"n": 2}, "of": [A, B, C]}, {"count": {"n": 2}, "of": [C, A, B]}),
    ([A, {"count": {"n": 2}, "of": [B, C]}], [A, B, C]),
    ({"not": {"segment": "x"}}, {"segment": "x", "in": False}),
    ({"not": {"list": "x", "in": False}}, {"list": "x"}),
    # fields
    ({"field": "a", "op": "in", "value": [2, 1, 2]}, {"field": "a", "op": "in", "value": [1, 2]}),
    (
        {"field": "a", "op": "has_all", "value": ["b", "a"], "quant": "all"},
        {"field": "a", "op": "has_all", "value": ["a", "b"]},
    ),
    ({"field": "a", "op": "exists", "nulls": "include"}, {"field": "a", "op": "exists"}),
    ({"field": "a", "op": "=", "value": 1, "bounds": "()"}, A),
    # occurrences
    (did(did=["upi", "card", "upi"]), did(did=["card", "upi"])),
    (did(window="all_time"), did()),
    (did(times={"op": ">", "n": 2}), did(times=3)),
    (did(times={"op": "!=", "n": 0}), did()),
    (did(times={"op": "<", "n": 1}), did(times={"op": "=", "n": 0})),
    (did(times={"op": "between", "n": [0, 0]}), did(times={"op": "=", "n": 0})),
    (did(where=[A]), did(where=A)),
    (did(where={"not": {"not": A}}), did(where=A)),
    (did(observed={"min": "P3D", "else": "include"}), did(observed={"else": "include"})),
    (
        did(window={"from": "2025-01-01T00:00:00+05:30"}),
        did(window={"from": "2024-12-31T18:30:00Z"}),
    ),
    # metrics
    (metric(empty="zero"), metric()),
    (
        metric(where=A, window={"last": "P3D"}),
        {
            "metric": {
                **{"agg": "sum", "of": "x", "on": ["card"], "where": [A]},
                "window": {"last": "P3D"},
            },
            **{"op": ">", "value": 1},
        },
    ),
    (
        {"metric": "m", "op": "not_in", "value": [3, 1, 3]},
        {"metric": "m", "op": "not_in", "value": [1, 3]},
    ),
    # the rest
    (
        {"sequence": [{"did": ["b", "a"]}, {"did": "c", "where": [A]}], "same": ["y", "x", "y"]},
        {"sequence": [{"did": ["a", "b"]}, {"did": "c", "where": A}], "same": ["x", "y"]},
    ),
    (
        {"age_bands": ["65+", "25-34", "65+"], "demographics": {"b": [2, 1], "a": 1}},
        {"age_bands": ["25-34", "65+"], "demographics": {"a": [1], "b": [1, 2]}},
    ),
    (
        {"interests": {"any": ["b", "a"], "none": ["d", "c"]}},
        {"interests": {"none": ["c", "d"], "any": ["a", "b"]}},
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME, ids=str)
def test_two_spellings_become_one(one: Any, other: Any) -> None:
    assert normalise_node(parse_node(one)) == normalise_node(parse_node(other))


DIFFERENT: list[tuple[Any, Any]] = [
    ({"count": {"n": 2}, "of": [A, A, B]}, {"count": {"n": 2}, "of": [A, B, C]}),
    ({"count": {"n": 2}, "of": [A, A, B]}, {"count": {"n": 2}, "of": [A, B]}),
    ({"field": "a", "op": "=", "value": "1"}, A),
    (
        {"field": "a", "op": "between", "value": [1, 2]},
        {"field": "a", "op": "between", "value": [2, 1]},
    ),
    ({"field": "a", "op": "in", "value": [1]}, A),
    ({"not": A}, {"field": "a", "op": "!=", "value": 1}),
    (did(window="all_time", times={"op": "=", "n": 0}), did(window={"last": "P3D"}, times=0)),
    (metric(empty="unknown"), metric()),
    (
        {"metric": {"agg": "count", "on": "c"}, "op": "=", "value": 0, "empty": "unknown"},
        {"metric": {"agg": "count", "on": "c"}, "op": "=", "value": 0},
    ),
    (
        {"metric": "m", "op": ">", "value": 1, "window": "all_time"},
        {"metric": "m", "op": ">", "value": 1},
    ),
    ({"sequence": [{"did": "a"}, {"did": "b"}]}, {"sequence": [{"did": "b"}, {"did": "a"}]}),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=str)
def test_two_meanings_stay_two(one: Any, other: Any) -> None:
    assert normalise_node(parse_node(one)) != normalise_node(parse_node(other))


@pytest.mark.parametrize("written", [one for pair in SAME + DIFFERENT for one in pair], ids=str)
def test_once_is_enough(written: Any) -> None:
    once = normalise_node(parse_node(written))
    assert normalise_node(once) == once


def definition(**members: Any) -> Definition:
    return normalise(parse_definition({"where": A, **members}))


def test_all_time_is_kept_where_the_rule_has_dates_of_its_own() -> None:
    dated = {"start_date": "2025-01-01"}
    every = normalise(parse_definition({"where": did(window="all_time"), **dated}))
    inside = normalise(parse_definition({"where": did(), **dated}))
    assert every != inside


def test_exclusions_are_a_set() -> None:
    one = definition(exclude=[{"list": "b"}, {"list": "a"}, {"list": "b"}])
    assert one == definition(exclude=[{"list": "a"}, {"list": "b"}])


def test_a_universe_is_tidied_like_a_condition() -> None:
    assert definition(universe=[[B]]) == definition(universe=B)
    assert definition(universe="users.adults") == definition(universe="adults")


def test_true_and_one_are_two_conditions() -> None:
    found = normalise_node(parse_node([A, {**A, "value": True}]))
    assert [child.value for child in children_of(found)] == [True, 1]  # type: ignore[union-attr]


def test_an_ambiguous_metric_is_left_for_the_resolver_to_refuse() -> None:
    twice = {
        "metric": {"agg": "count", "on": "card", "window": {"last": "P1D"}},
        **{"op": ">", "value": 1, "window": {"last": "P2D"}},
    }
    assert normalise_node(parse_node(twice)) == parse_node(twice)


COUNTS = [
    *(Count(op, n) for op in ("=", "!=", ">", ">=", "<", "<=") for n in range(4)),
    *(Count("between", low, high) for low in range(4) for high in range(low, 4)),
]


@pytest.mark.parametrize("count", COUNTS, ids=str)
def test_a_count_keeps_its_meaning(count: Count) -> None:
    short = simplest(count)
    assert [count.holds(n) for n in range(8)] == [short.holds(n) for n in range(8)]
    # and the meaning of "at least so many, perhaps more": what a guard on absence leaves
    lower_bounds = [_truth_of_lower_bound(count, n) for n in range(8)]
    assert lower_bounds == [_truth_of_lower_bound(short, n) for n in range(8)]


def test_counts_of_one_meaning_have_one_spelling() -> None:
    meanings = {tuple(count.holds(n) for n in range(9)) for count in COUNTS}
    assert len({simplest(count) for count in COUNTS}) == len(meanings)


TRUTHS = (True, None, False)


@pytest.mark.parametrize("truths", list(product(TRUTHS, repeat=3)), ids=str)
def test_the_rewrites_hold_in_three_valued_logic(truths: tuple[Any, ...]) -> None:
    a, b, c = truths
    assert all_of([a, all_of([b, c])]) == all_of([a, b, c])
    assert any_of([a, any_of([b, c])]) == any_of([a, b, c])
    assert all_of([a, a, b]) == all_of([b, a])
    assert any_of([a, a, b]) == any_of([b, a])
    assert all_of([a]) == any_of([a]) == a
    assert negate(negate(a)) == a
    assert at_least(1, truths) == any_of(truths)
    assert at_least(3, truths) == all_of(truths)
