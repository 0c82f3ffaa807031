"""Tests on numbers as spans, compared with the reference value by value."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.base.datamodel import Field, FieldType
from muster.engines.index.ranges import HIGHEST, LOWEST, ranges_of, reals_of
from muster.rules.duration import Duration
from muster.rules.resolved import Operand, Range, Test
from muster.rules.truth import Moment, judge
from tests.engines.index.columns_of import unit_of

T = FieldType
MOMENT = Moment(datetime(2025, 6, 15, tzinfo=UTC), ZoneInfo("UTC"))
INTEGER = Field("level", T.INTEGER)
CENTS = Field("amount", T.MONEY, scale=2)
NUMBER = Field("score", T.NUMBER)
DAY = Field("born", T.DATE)
INSTANT = Field("seen", T.TIMESTAMP)
ACTIVE = Field("active", T.BOOLEAN)

COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")

decimals = st.one_of(
    st.decimals(-30, 30, places=1),
    st.decimals(-30, 30, places=4),
    st.sampled_from([Decimal(10**18), Decimal(-(10**18)), Decimal("1e-12"), Decimal(2**63)]),
)
moments = st.datetimes(datetime(1960, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
VALUES: dict[Field, st.SearchStrategy[Any]] = {
    INTEGER: st.integers(-40, 40) | st.sampled_from([LOWEST, HIGHEST]),
    CENTS: st.integers(-3000, 3000).map(lambda cents: Decimal(cents).scaleb(-2)),
    NUMBER: st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -0.0, 1.0]),
    DAY: st.dates(date(1960, 1, 1), date(2040, 1, 1)),
    INSTANT: moments,
    ACTIVE: st.booleans(),
}
OPERANDS: dict[Field, st.SearchStrategy[Any]] = {
    INTEGER: st.integers(-40, 40) | decimals | st.sampled_from([2**63, -(2**63) - 1, 10**40]),
    CENTS: decimals | st.integers(-30, 30),
    NUMBER: st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -0.0, 1.0]),
    DAY: VALUES[DAY],
    INSTANT: moments,
    ACTIVE: st.booleans(),
}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Test, list[Any]]:
    """Draw a test and values, some of them the operand itself and what lies next to it."""
    field = draw(st.sampled_from(sorted(VALUES, key=lambda field: field.name)))
    op = draw(st.sampled_from((*COMPARISONS, "within", "outside", "in", "not_in")))
    operands = draw(st.lists(OPERANDS[field], min_size=2, max_size=5))
    operand: Operand
    if op in COMPARISONS:
        operand = operands[0]
    elif op in ("in", "not_in"):
        operand = tuple(operands[1:])
    else:
        low, high = (draw(st.none() | st.just(end)) for end in operands[:2])
        operand = Range(low, high, draw(st.booleans()), draw(st.booleans()))
    values = draw(st.lists(VALUES[field], min_size=1, max_size=8))
    return Test(field, op, operand), values + _near(field, operands)


def _near(field: Field, operands: list[Any]) -> list[Any]:
    found: list[Any] = []
    for operand in operands:
        if field.type is T.NUMBER:
            found += [math.nextafter(operand, end) for end in (math.inf, -math.inf, operand)]
        elif field.type is T.DATE:
            found += [operand + timedelta(days=step) for step in (-1, 0, 1)]
        elif field.type is T.TIMESTAMP:
            found += [operand + timedelta(microseconds=step) for step in (-1, 0, 1)]
        elif field.type is not T.BOOLEAN and abs(operand) < 10**6:
            units = math.floor(operand * 10 ** (2 if field is CENTS else 0))
            near = [units + step for step in (-1, 0, 1, 2)]
            found += [Decimal(unit).scaleb(-2) for unit in near] if field is CENTS else near
    return found


@given(cases())
def test_a_value_is_in_the_spans_exactly_if_it_passes(case: tuple[Test, list[Any]]) -> None:
    test, values = case
    spans: Any
    if test.field is NUMBER:
        spans, places = reals_of(test), values
        assert ranges_of(test, NUMBER) is None
    else:
        spans, places = ranges_of(test, test.field), [unit_of(test.field, one) for one in values]
        assert reals_of(test) is None
    assert spans is not None
    for value, place in zip(values, places, strict=True):
        inside = any(low <= place <= high for low, high in spans)
        assert inside is (judge(test, value, moment=MOMENT) is True), (value, spans)


@given(cases())
def test_spans_ascend_and_leave_gaps_between_them(case: tuple[Test, list[Any]]) -> None:
    test, _ = case
    if test.field is NUMBER:
        return
    spans = ranges_of(test, test.field) or ()
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(LOWEST <= edge <= HIGHEST for edge in edges)
    assert all(right[0] - left[1] > 1 for left, right in pairwise(spans))


EXACT = [
    (Test(CENTS, "ge", Decimal("10.005")), ((1001, HIGHEST),)),
    (Test(CENTS, "gt", Decimal("10.005")), ((1001, HIGHEST),)),
    (Test(CENTS, "le", Decimal("-10.005")), ((LOWEST, -1001),)),
    (Test(CENTS, "lt", Decimal("10.00")), ((LOWEST, 999),)),
    (Test(CENTS, "eq", Decimal("10.005")), ()),
    (Test(CENTS, "ne", Decimal("10.005")), ((LOWEST, HIGHEST),)),
    (Test(CENTS, "ne", 10), ((LOWEST, 999), (1001, HIGHEST))),
    (Test(INTEGER, "in", (3, 1, 2, 7)), ((1, 3), (7, 7))),
    (Test(INTEGER, "not_in", ()), ((LOWEST, HIGHEST),)),
    (Test(INTEGER, "lt", 2**70), ((LOWEST, HIGHEST),)),
    (Test(INTEGER, "gt", 2**70), ()),
    (Test(INTEGER, "within", Range(3, 3, high_included=False)), ()),
    (Test(INTEGER, "outside", Range(3, 5)), ((LOWEST, 2), (6, HIGHEST))),
    (Test(CENTS, "within", Range(Decimal("9.995"), Decimal("10.015"))), ((1000, 1001),)),
    (Test(CENTS, "outside", Range(Decimal("9.995"), None, False)), ((LOWEST, 999),)),
    (Test(CENTS, "within", Range(None, Decimal("10.005"), True, False)), ((LOWEST, 1000),)),
    (Test(INTEGER, "exists", None), ((LOWEST, HIGHEST),)),
    (Test(INTEGER, "missing", None), ()),
    (Test(ACTIVE, "eq", True), ((1, 1),)),
    (Test(DAY, "le", date(1970, 1, 3)), ((LOWEST, 2),)),
    (Test(INSTANT, "lt", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)), ((LOWEST, -1000001),)),
]


@pytest.mark.parametrize(("test", "spans"), EXACT)
def test_spans_are_in_the_units_of_the_column(test: Test, spans: Any) -> None:
    assert ranges_of(test, test.field) == spans


UNSAYABLE = [
    Test(INTEGER, "eq", CENTS),
    Test(DAY, "anniversary", (101, 102)),
    Test(DAY, "in_last", Duration(days=3)),
    Test(DAY, "eq", datetime(2025, 1, 1, tzinfo=UTC)),
    Test(INSTANT, "eq", date(2025, 1, 1)),
    Test(INTEGER, "lt", "3"),
    Test(INTEGER, "lt", math.inf),
    Test(INTEGER, "in", (1, "2")),
    Test(INTEGER, "within", Range(1, "2")),
    Test(Field("name", T.STRING), "eq", "a"),
]


@pytest.mark.parametrize("test", UNSAYABLE)
def test_what_is_no_span_of_numbers_is_said_to_be_none(test: Test) -> None:
    assert ranges_of(test, test.field) is None


@pytest.mark.parametrize("operand", [math.inf, math.nan, 2**53 + 1, 10**400, Decimal("0.1"), "1"])
def test_an_operand_that_is_no_finite_double_has_no_spans_of_doubles(operand: Any) -> None:
    assert reals_of(Test(NUMBER, "lt", operand)) is None
