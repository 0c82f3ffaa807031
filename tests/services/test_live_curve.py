"""Curves of a condition among others: quantiles, averages, absences that are not sure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from muster.base.datamodel import Field, FieldType
from muster.engines import bits
from muster.engines.bits import Mask, Words
from muster.engines.values import Values
from muster.rules.nodes import Count, Member
from muster.rules.resolved import (
    Aggregate,
    Conjunction,
    Disjunction,
    Guard,
    Measure,
    Negation,
    Occurrence,
    Resolved,
    ResolvedLimit,
    ResolvedRule,
    Scan,
    Test,
)
from muster.rules.truth import Moment
from muster.rules.windows import AllTime
from muster.services.live_curve import MOST_POINTS, Curves, Question, curves, no_curve
from muster.services.live_tree import LiveRule, grown

MOMENT = Moment(datetime(2026, 1, 10, tzinfo=UTC), ZoneInfo("UTC"))
AGE = Field("age", FieldType.INTEGER)
SCAN = Scan(("card",), None, AllTime())
GOLD = Test(Field("gold", FieldType.BOOLEAN), "eq", True, path="$[1]")


def flags(*found: Any) -> Words:
    return bits.from_flags(np.array(found, dtype=np.bool_))


def rule_of(where: Resolved, leaves: list[Mask], size: int, **more: Any) -> LiveRule:
    everyone = flags(*[True] * size)
    rule = ResolvedRule(where, None, more.pop("limit", None), more.pop("exclude", ()), "UTC")
    branch = grown(where, leaves, everyone)
    return LiveRule(rule, branch, everyone, everyone, more.pop("exclusions", ()), branch.mask.true)


def whole(numbers: Any, field: Field = AGE, known: Any = None) -> Values:
    found = np.asarray(numbers)
    return Values(found, np.ones(len(found), np.bool_) if known is None else known, field)


def sizes(found: Curves) -> dict[Any, int]:
    (curve,) = found.curves
    return {point.number: point.size for point in curve.points}


def test_many_values_give_so_many_points_and_the_present_one() -> None:
    ages = np.arange(10_000) % 997
    leaf = Test(AGE, "ge", 500, path="$")
    mask = Mask(flags(*ages >= 500), flags(*ages < 500))
    live = rule_of(leaf, [mask], len(ages))
    found = curves(live, Question(leaf, whole(ages), None, MOMENT))
    (curve,) = found.curves
    assert MOST_POINTS - 5 <= len(curve.points) <= MOST_POINTS
    assert curve.present == 500
    for point in curve.points:
        assert point.size == (ages >= point.number).sum()
    numbers = [point.number for point in curve.points]
    assert numbers == sorted(numbers)
    assert numbers[0] <= 20
    assert numbers[-1] >= 976


def test_only_those_whom_the_number_decides_give_points() -> None:
    leaf = Test(AGE, "ge", 30, path="$[0]")
    ages = [10, 20, 30, 40, 50]
    gold = [True, False, True, None, True]
    masks = [
        Mask(flags(*[age >= 30 for age in ages]), flags(*[age < 30 for age in ages])),
        Mask(flags(*[one is True for one in gold]), flags(*[one is False for one in gold])),
    ]
    both = rule_of(Conjunction((leaf, GOLD)), masks, 5)
    question = Question(leaf, whole(ages), None, MOMENT)
    assert sizes(curves(both, question)) == {10: 3, 30: 2, 50: 1}
    either = rule_of(Disjunction((leaf, GOLD)), masks, 5)
    assert sizes(curves(either, question)) == {20: 5, 30: 4, 40: 4}


@pytest.mark.parametrize("negated", [False, True])
def test_an_absence_that_is_not_observed_stays_unknown(negated: bool) -> None:
    """At most n of what was seen may be more: false above n, else unknown; never true."""
    seen, observed = [0, 1, 2, 0, 1, 2], [True, True, True, False, False, False]
    leaf = Occurrence(SCAN, Count("<=", 1), guard=Guard(None), path="$")
    true = [number <= 1 and sure for number, sure in zip(seen, observed, strict=True)]
    mask = Mask(flags(*true), flags(*[number > 1 for number in seen]))
    live = rule_of(Negation(leaf) if negated else leaf, [mask], 6)
    question = Question(leaf, whole(seen), flags(*observed), MOMENT)
    expected = {0: 4, 1: 2, 2: 0} if negated else {0: 1, 1: 2, 2: 3}
    assert sizes(curves(live, question)) == expected


def test_who_has_no_value_counts_as_now_whatever_the_number() -> None:
    leaf = Test(AGE, "ge", 2, nulls_included=True, path="$")
    mask = Mask(flags(False, True, True), flags(True, False, False))
    live = rule_of(leaf, [mask], 3)
    question = Question(leaf, whole([1, 2, 0], known=np.array([True, True, False])), None, MOMENT)
    assert sizes(curves(live, question)) == {1: 3, 2: 2}


def test_averages_are_compared_as_if_they_had_never_been_rounded() -> None:
    spent = Field("spent", FieldType.MONEY, scale=2)
    mean = replace(spent, name="mean")
    leaf = Measure(
        Aggregate("avg", SCAN, spent, None, False, mean),
        Test(mean, "ge", Decimal("0.30")),
        path="$",
    )
    averages = [0.1 + 0.2, 0.3, 1 / 3, 0.29]  # the first is 0.30000000000000004
    mask = Mask(flags(True, True, True, False), flags(False, False, False, True))
    live = rule_of(leaf, [mask], 4)
    found = curves(live, Question(leaf, whole(averages, mean), None, MOMENT))
    assert sizes(found) == {Decimal("0.29"): 4, Decimal("0.30"): 3, Decimal("0.33"): 1}


def test_averages_too_large_for_a_double_are_counted_but_give_no_points() -> None:
    spent = Field("spent", FieldType.MONEY, scale=2)
    aggregate = Aggregate("avg", SCAN, spent, None, False, spent)
    leaf = Measure(aggregate, Test(spent, "ge", Decimal("2.00")), path="$")
    mask = Mask(flags(False, True, True), flags(True, False, False))
    live = rule_of(leaf, [mask], 3)
    found = curves(live, Question(leaf, whole([1.0, 3.0, 2.5e15], spent), None, MOMENT))
    assert sizes(found) == {Decimal("1.00"): 3, Decimal("2.00"): 2, Decimal("3.00"): 2}


def test_values_that_do_not_give_the_present_size_give_no_curve() -> None:
    leaf = Test(AGE, "ge", 30, path="$")
    live = rule_of(leaf, [Mask(flags(True, True), flags(False, False))], 2)
    found = curves(live, Question(leaf, whole([10, 40]), None, MOMENT))
    assert (found.reason, found.curves) == ("The values are not known exactly enough.", ())


def test_a_limit_caps_the_sizes_and_with_exclusions_leaves_them_unknown() -> None:
    leaf = Test(AGE, "ge", 20, path="$")
    ages = [10, 20, 30]
    mask = Mask(flags(False, True, True), flags(True, False, False))
    limited = rule_of(leaf, [mask], 3, limit=ResolvedLimit(1, AGE, True))
    assert sizes(curves(limited, Question(leaf, whole(ages), None, MOMENT))) == {
        10: 1,
        20: 1,
        30: 1,
    }
    assert no_curve(limited, "$", MOMENT) is None
    both = replace(
        limited,
        rule=replace(limited.rule, exclude=(Member(listed="no"),)),
        exclusions=(flags(True, False, False),),
    )
    assert "limit" in str(no_curve(both, "$", MOMENT))


def test_conditions_that_stand_at_one_place_have_no_curve() -> None:
    bands = Disjunction((Test(AGE, "ge", 1, path="$.ages"), Test(AGE, "le", 0, path="$.ages")))
    mask = Mask(flags(True), flags(False))
    assert "together" in str(no_curve(rule_of(bands, [mask, mask], 1), "$.ages", MOMENT))
    live = rule_of(GOLD, [mask], 1)
    assert "no number" in str(no_curve(live, "$[1]", MOMENT))
