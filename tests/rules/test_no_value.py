"""What holds no value: NaN, half a point, nothing but nulls; and fields no step can share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.rules.sample import UNGUARDED, event, resolve_faults, truths, world

NAN = float("nan")


@pytest.mark.parametrize("point", [(NAN, 5.0), (5.0, NAN), (None, 5.0), None])
def test_a_point_without_both_coordinates_is_missing(point: Any) -> None:
    seen = world({1: {"home": point}, 2: {"home": (1.0, 2.0)}})
    assert truths({"field": "home", "op": "exists"}, seen) == [False, True]
    assert truths({"field": "home", "op": "missing"}, seen) == [True, False]


def test_steps_do_not_share_nan() -> None:
    rule = {"sequence": [{"did": "card"}, {"did": "card"}], "same": ["weight"]}
    events = [event(1, "2026-05-01", weight=NAN), event(1, "2026-05-02", weight=NAN)]
    assert truths(rule, world([1], card=events)) == [False]
    events = [event(1, "2026-05-01", weight=1.5), event(1, "2026-05-02", weight=1.5)]
    assert truths(rule, world([1], card=events)) == [True]


@pytest.mark.parametrize("weights", [(NAN, 2.0), (2.0, NAN)])
@pytest.mark.parametrize(("aggregate", "expected"), [("first", None), ("last", True)])
def test_of_events_at_one_time_those_without_a_value_come_first(
    weights: tuple[float, float], aggregate: str, expected: bool | None
) -> None:
    events = [event(1, "2026-05-01", weight=weight) for weight in weights]
    rule = {"metric": {"agg": aggregate, "of": "weight", "on": "card"}, "op": "=", "value": 2}
    assert truths(rule, world([1], card=events)) == [expected]


@pytest.mark.parametrize("metric", [{"agg": "count", "on": "card"}, {"agg": "distinct"}])
def test_a_number_of_nothing_is_zero_or_unknown_as_the_rule_says(metric: dict[str, Any]) -> None:
    metric = {"on": "card", **metric} | ({"of": "product"} if metric["agg"] == "distinct" else {})
    rule = {"metric": metric, "op": "=", "value": 0}
    seen = world([1], model=UNGUARDED)
    assert truths(rule, seen) == [True]
    assert truths({**rule, "empty": "unknown"}, seen) == [None]


def test_a_number_of_nulls_is_the_number_of_nothing() -> None:
    rule = {"metric": {"agg": "distinct", "of": "weight", "on": "card"}, "op": "<", "value": 5}
    seen = world([1], card=[event(1, "2026-05-01", weight=NAN), event(1, "2026-05-02")])
    assert truths(rule, seen) == [True]
    assert truths({**rule, "empty": "unknown"}, seen) == [None]


def test_beside_a_double_other_numbers_are_compared_as_doubles() -> None:
    entities = {
        1: {"score": 0.1, "ratio": Decimal("0.10"), "tier": 0},
        2: {"score": 2.0, "tier": 2},
    }
    seen = world(entities)
    assert truths({"field": "score", "op": "=", "value_field": "ratio"}, seen) == [True, None]
    assert truths({"field": "ratio", "op": "=", "value_field": "score"}, seen) == [True, None]
    assert truths({"field": "tier", "op": ">=", "value_field": "score"}, seen) == [False, True]


@pytest.mark.parametrize("field", ["labels", "spot"])
def test_steps_cannot_share_what_cannot_be_compared(field: str) -> None:
    rule = {"sequence": [{"did": "card"}, {"did": "card"}], "same": [field]}
    assert resolve_faults(rule) == [("TYPE_MISMATCH", "$.same")]
