"""Which numbers of a condition can be turned, and for which values it is true."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from muster.base.datamodel import Field, FieldType
from muster.rules.duration import Duration
from muster.rules.nodes import Bucket, Count, Pattern
from muster.rules.resolved import Aggregate, Measure, Occurrence, Range, Scan, Test
from muster.rules.truth import Moment
from muster.rules.windows import AllTime
from muster.services.live_dials import dials, in_units, scalar_of, spans

T = FieldType
MOMENT = Moment(datetime(2026, 1, 10, 12, tzinfo=UTC), ZoneInfo("Europe/London"))
AGE = Field("age", T.INTEGER)
SPENT = Field("spent", T.MONEY, scale=2)
SCORE = Field("score", T.NUMBER)
BORN = Field("born", T.DATE)
SEEN = Field("seen", T.TIMESTAMP)
SCAN = Scan(("card",), None, AllTime())


def day(value: str) -> int:
    return (date.fromisoformat(value) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (Test(AGE, "eq", 5), ((5, 5),)),
        (Test(AGE, "eq", Decimal("5.5")), ()),
        (Test(AGE, "ne", 5), ((None, 4), (6, None))),
        (Test(AGE, "lt", 5), ((None, 4),)),
        (Test(AGE, "le", 5), ((None, 5),)),
        (Test(AGE, "gt", Decimal("5.5")), ((6, None),)),
        (Test(AGE, "lt", Decimal("5.5")), ((None, 5),)),
        (Test(SPENT, "ge", Decimal("10.005")), ((1001, None),)),
        (Test(SPENT, "gt", Decimal("10.00")), ((1001, None),)),
        (Test(SPENT, "le", Decimal("-0.01")), ((None, -1),)),
        (Test(AGE, "within", Range(2, 5)), ((2, 5),)),
        (Test(AGE, "within", Range(2, 5, False, False)), ((3, 4),)),
        (Test(AGE, "within", Range(4, 5, False, False)), ()),
        (Test(AGE, "outside", Range(2, 5)), ((None, 1), (6, None))),
        (Test(AGE, "outside", Range(2, 5, True, False)), ((None, 1), (5, None))),
        (Test(AGE, "outside", Range(2, 5, False, True)), ((None, 2), (6, None))),
        (Test(AGE, "outside", Range(None, 5)), ((6, None),)),
        (Test(AGE, "outside", Range(2, None)), ((None, 1),)),
        (Test(BORN, "gt", date(1990, 5, 1)), ((day("1990-05-02"), None),)),
        # 20 on the day before 2006-01-11, 30 until 1995-01-11
        (Test(BORN, "age", Range(20, 30)), ((day("1995-01-11"), day("2006-01-10")),)),
        (Test(BORN, "older_than", Duration(days=10)), ((None, day("2025-12-31")),)),
        (
            Test(SEEN, "in_last", Duration(days=1)),
            ((1767960000 * 10**6, 1768046400 * 10**6 - 1),),
        ),
        (Test(SCORE, "ge", 1.5), ((1.5, None),)),
        (Test(SCORE, "gt", 1.5), ((math.nextafter(1.5, 2), None),)),
        (Test(SCORE, "lt", 1.5), ((None, math.nextafter(1.5, 1)),)),
    ],
    ids=str,
)
def test_a_test_is_true_of_these_values(test: Test, expected: Any) -> None:
    assert spans(test, MOMENT, whole=test.field is not SCORE) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (Count("=", 3), ((3, 3),)),
        (Count("!=", 3), ((0, 2), (4, None))),
        (Count("!=", 0), ((1, None),)),
        (Count(">", 3), ((4, None),)),
        (Count(">=", 3), ((3, None),)),
        (Count("<", 3), ((0, 2),)),
        (Count("<", 0), ()),
        (Count("<=", 3), ((0, 3),)),
        (Count("between", 1, 3), ((1, 3),)),
    ],
    ids=str,
)
def test_a_count_is_true_of_these_numbers(count: Count, expected: Any) -> None:
    assert spans(Occurrence(SCAN, count), MOMENT, whole=True) == expected


TOTAL = Aggregate("sum", SCAN, SPENT, None, True, SPENT)


@pytest.mark.parametrize(
    ("leaf", "ends"),
    [
        (Test(AGE, "ge", 5), [("value", None, 5)]),
        (Test(AGE, "within", Range(2, 5)), [("low", None, 2), ("high", None, 5)]),
        (Test(AGE, "within", Range(None, 5)), [("high", None, 5)]),
        (Test(BORN, "age", Range(20, None)), [("low", "years", 20)]),
        (Test(BORN, "in_last", Duration(days=30)), [("value", "days", 30)]),
        (Test(BORN, "in_last", Duration(months=1)), []),
        (Test(SEEN, "in_last", Duration(seconds=3600)), []),
        (Test(BORN, "anniversary_in", Duration(days=30)), []),
        (Test(AGE, "in", (1, 2)), []),
        (Test(AGE, "exists", None), []),
        (Test(AGE, "ge", SPENT), []),
        (Test(Field("city", T.STRING), "ge", "A"), []),
        (Test(Field("vip", T.BOOLEAN), "eq", True), []),
        (Occurrence(SCAN, Count(">=", 2)), [("value", None, 2)]),
        (Occurrence(SCAN, Count("between", 2, 4)), [("low", None, 2), ("high", None, 4)]),
        (Occurrence(SCAN, Count(">=", 1), pattern=Pattern("first_time")), []),
        (Measure(TOTAL, Test(SPENT, "ge", Decimal(5))), [("value", None, Decimal(5))]),
        (Measure(TOTAL, Test(SPENT, "le", 5), "top_n"), []),
        (Bucket("a", "0", "0.5"), []),
    ],
    ids=str,
)
def test_the_numbers_of_a_condition(leaf: Any, ends: list[Any]) -> None:
    assert [(one.end, one.unit, one.present) for one in dials(leaf, MOMENT)] == ends


def test_a_turned_condition_says_the_other_number_and_nothing_else_differs() -> None:
    low, high = dials(Test(AGE, "within", Range(2, 5, False, True), nulls_included=True), MOMENT)
    assert low.turned(3) == Test(AGE, "within", Range(3, 5, False, True), nulls_included=True)
    assert high.turned(9) == Test(AGE, "within", Range(2, 9, False, True), nulls_included=True)
    (value,) = dials(Measure(TOTAL, Test(SPENT, "ge", Decimal(5))), MOMENT)
    assert value.turned(Decimal(7)) == Measure(TOTAL, Test(SPENT, "ge", Decimal(7)))
    (length,) = dials(Test(BORN, "in_last", Duration(days=30)), MOMENT)
    assert length.turned(7) == Test(BORN, "in_last", Duration(days=7))
    first, last = dials(Occurrence(SCAN, Count("between", 2, 4)), MOMENT)
    assert first.turned(1) == Occurrence(SCAN, Count("between", 1, 4))
    assert last.turned(9) == Occurrence(SCAN, Count("between", 2, 9))


def test_only_numbers_that_a_rule_may_say_are_allowed() -> None:
    low, high = dials(Test(AGE, "within", Range(2, 5)), MOMENT)
    assert [low.allowed(number) for number in (-1, 5, 6)] == [True, True, False]
    assert [high.allowed(number) for number in (1, 2)] == [False, True]
    (low, _) = dials(Test(AGE, "within", Range(2, 5, True, False)), MOMENT)
    assert not low.allowed(5)
    (years,) = dials(Test(BORN, "age", Range(20, None)), MOMENT)
    assert [years.allowed(number) for number in (-1, 0, 150, 151)] == [False, True, True, False]
    (count,) = dials(Occurrence(SCAN, Count(">=", 2)), MOMENT)
    assert [count.allowed(number) for number in (-1, 0)] == [False, True]


def test_a_value_has_its_number() -> None:
    (years,) = dials(Test(BORN, "age", Range(20, None)), MOMENT)
    assert years.number_at(day("1996-01-11")) == 29
    (length,) = dials(Test(BORN, "in_last", Duration(days=30)), MOMENT)
    assert length.number_at(day("2026-01-03")) == 7
    (ahead,) = dials(Test(SEEN, "in_next", Duration(days=30)), MOMENT)
    assert ahead.number_at(1768046400 * 10**6 + 3 * 86_400 * 10**6) == 3


@pytest.mark.parametrize(
    ("field", "number", "value"),
    [
        (AGE, 7, 7),
        (SPENT, 1234, Decimal("12.34")),
        (BORN, 0, date(1970, 1, 1)),
        (SEEN, 1_500_000, datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)),
        (SCORE, 1.5, 1.5),
    ],
)
def test_numbers_become_values_and_back(field: Field, number: Any, value: Any) -> None:
    assert scalar_of(field, number) == value
    assert in_units(field, value) == number


def test_no_digit_of_a_long_number_is_lost() -> None:
    long = Decimal("123456789012345678.123456789012")
    assert in_units(SPENT, long) == Decimal("12345678901234567812.3456789012")
