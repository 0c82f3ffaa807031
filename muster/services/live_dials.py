"""The numbers of a condition that can be turned, and for which values it is then true."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

from muster.base.datamodel import Field, FieldType
from muster.compile.bind_tests import bind_test
from muster.rules.duration import Duration
from muster.rules.nodes import Count
from muster.rules.resolved import Measure, Occurrence, Range, ResolvedLeaf, Scalar, Test
from muster.rules.truth import Moment, whole_years

Span = tuple[int | float | None, int | float | None]
"""Values from one to another in the field's unit, both included; None is open."""

_FIRST_DAY = date(1970, 1, 1)
_FIRST_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MANY_DIGITS = Context(prec=80)  # a rule's number has up to 30
_OLDEST = 150
_COMPARED = ("eq", "ne", "lt", "le", "gt", "ge")
_RELATIVE = ("in_last", "in_next", "older_than")
_SCALED = (FieldType.DECIMAL, FieldType.MONEY)
_WHOLE = (FieldType.INTEGER, FieldType.DATE, FieldType.TIMESTAMP, *_SCALED)


@dataclass(frozen=True, slots=True)
class Dial:
    """One number of a condition.

    Attributes:
        end: "value", or which end of a span: "low" or "high".
        unit: what the number counts where it is not the field's value: "years" or "days".
        present: what the rule says.
        turned: the condition with another number.
        number_at: the number at a value of the field, in the field's unit.
        allowed: whether a rule may say a number there.
    """

    end: str
    unit: str | None
    present: Scalar
    turned: Callable[[Any], ResolvedLeaf]
    number_at: Callable[[Any], Scalar]
    allowed: Callable[[Any], bool]


def dials(leaf: ResolvedLeaf, moment: Moment) -> tuple[Dial, ...]:
    """Return the numbers of a condition that decide how large a value must be; none in others."""
    match leaf:
        case Occurrence(pattern=pattern, count=count) if pattern.kind == "plain":
            return tuple(_count_dials(leaf, count))
        case Measure(rank="value", test=test):
            return tuple(
                replace(dial, turned=_within(leaf, dial.turned)) for dial in _dials(test, moment)
            )
        case Test():
            return tuple(_dials(leaf, moment))
        case _:
            return ()


def spans(leaf: ResolvedLeaf, moment: Moment, *, whole: bool) -> tuple[Span, ...]:
    """Return the values for which a condition is true, ascending and apart from each other.

    Args:
        whole: values are whole numbers of the field's unit, else doubles in it.
    """
    if isinstance(leaf, Occurrence):
        return _count_spans(leaf.count)
    test = leaf.test if isinstance(leaf, Measure) else leaf
    assert isinstance(test, Test)
    return _test_spans(bind_test(test, moment), whole)


def is_whole(field: Field) -> bool:
    """Whether a field's values are whole numbers of a unit."""
    return field.type in _WHOLE


def scalar_of(field: Field, number: Any) -> Scalar:
    """Return the value of a number in the field's unit; doubles to six digits."""
    match field.type:
        case FieldType.DATE:
            return _FIRST_DAY + timedelta(days=int(number))
        case FieldType.TIMESTAMP:
            return _FIRST_INSTANT + timedelta(microseconds=int(number))
        case FieldType.DECIMAL | FieldType.MONEY:
            return Decimal(int(number)).scaleb(-field.scale)
        case FieldType.INTEGER:
            return int(number)
        case _:
            return float(f"{number:.6g}")


def in_units(field: Field, value: Scalar) -> Decimal | float:
    """Return a value as a number of the field's unit, exactly."""
    if isinstance(value, datetime):
        return Decimal((value - _FIRST_INSTANT) // _MICROSECOND)
    if isinstance(value, date):
        return Decimal((value - _FIRST_DAY).days)
    if isinstance(value, float):
        return value
    assert isinstance(value, int | Decimal)
    return Decimal(value).scaleb(field.scale if field.type in _SCALED else 0, _MANY_DIGITS)


# -- which numbers ---------------------------------------------------------------------------------


def _count_dials(leaf: Occurrence, count: Count) -> Iterator[Dial]:
    def turned(low: int, high: int | None) -> ResolvedLeaf:
        return replace(leaf, count=Count(count.op, low, high))

    low, high = count.low, count.high
    if high is None:
        yield Dial("value", None, low, lambda n: turned(n, None), int, lambda n: n >= 0)
        return
    yield Dial("low", None, low, lambda n: turned(n, high), int, lambda n: 0 <= n <= high)
    yield Dial("high", None, high, lambda n: turned(low, n), int, lambda n: n >= low)


def _within(leaf: Measure, turned: Callable[[Any], ResolvedLeaf]) -> Callable[[Any], ResolvedLeaf]:
    def found(number: Any) -> ResolvedLeaf:
        test = turned(number)
        assert isinstance(test, Test)
        return replace(leaf, test=test)

    return found


def _dials(test: Test, moment: Moment) -> Iterator[Dial]:
    field, operand = test.field, test.operand
    if not is_whole(field) and field.type is not FieldType.NUMBER:
        return
    if isinstance(operand, Duration):
        if test.op in _RELATIVE and not operand.months and operand.whole_days:
            yield _days_dial(test, operand, moment)
        return
    if test.op in _COMPARED and not isinstance(operand, Field):
        assert isinstance(operand, int | float | Decimal | date)
        yield Dial(
            "value",
            None,
            operand,
            lambda value: replace(test, operand=value),
            lambda number: scalar_of(field, number),
            lambda _: True,
        )
    elif isinstance(operand, Range):
        yield from _range_dials(test, operand, moment)


def _range_dials(test: Test, operand: Range, moment: Moment) -> Iterator[Dial]:
    unit = "years" if test.op == "age" else None

    def number_at(number: Any) -> Scalar:
        value = scalar_of(test.field, number)
        if unit is None:
            return value
        assert isinstance(value, date)
        return whole_years(value, moment.today)

    low: Any = operand.low
    high: Any = operand.high

    def ordered(first: Any, last: Any) -> bool:
        """Whether a span holds something: rules refuse empty ones, and ages of nobody."""
        if unit and not all(end is None or 0 <= end <= _OLDEST for end in (first, last)):
            return False
        narrow = operand.low_included and operand.high_included
        return first is None or last is None or first < last or (narrow and first == last)

    if low is not None:
        yield Dial(
            "low",
            unit,
            low,
            lambda value: replace(test, operand=replace(operand, low=value)),
            number_at,
            lambda value: ordered(value, high),
        )
    if high is not None:
        yield Dial(
            "high",
            unit,
            high,
            lambda value: replace(test, operand=replace(operand, high=value)),
            number_at,
            lambda value: ordered(low, value),
        )


def _days_dial(test: Test, length: Duration, moment: Moment) -> Dial:
    forward = test.op == "in_next"

    def days(number: Any) -> int:
        value = scalar_of(test.field, number)
        assert isinstance(value, date)
        passed: timedelta = (
            moment.as_of - value if isinstance(value, datetime) else moment.today - value
        )
        return math.floor((-passed if forward else passed) / timedelta(days=1))

    return Dial(
        "value",
        "days",
        length.days,
        lambda number: replace(test, operand=Duration(days=number)),
        days,
        lambda number: 1 <= number <= 36_500,
    )


# -- for which values ------------------------------------------------------------------------------


def _count_spans(count: Count) -> tuple[Span, ...]:
    low, high = count.low, count.high
    match count.op:
        case "=":
            return _between(low, low)
        case "!=":
            return (*_between(0, low - 1), (low + 1, None))
        case ">":
            return ((low + 1, None),)
        case ">=":
            return ((low, None),)
        case "<":
            return _between(0, low - 1)
        case "<=":
            return _between(0, low)
        case _:
            return _between(low, low if high is None else high)


def _between(low: int, high: int) -> tuple[Span, ...]:
    return ((low, high),) if low <= high else ()


def _test_spans(test: Test, whole: bool) -> tuple[Span, ...]:
    """Return the spans of a test that does not depend on the moment any more."""
    operand = test.operand
    field = test.field

    def least(value: Scalar, included: bool) -> int | float:
        return _next(in_units(field, value), included, whole, up=True)

    def largest(value: Scalar, included: bool) -> int | float:
        return _next(in_units(field, value), included, whole, up=False)

    if isinstance(operand, Range):
        outside = test.op == "outside"
        low: int | float | None = None
        high: int | float | None = None
        if operand.low is not None:
            low = (largest if outside else least)(operand.low, operand.low_included != outside)
        if operand.high is not None:
            high = (least if outside else largest)(operand.high, operand.high_included != outside)
        if not outside:
            return _kept((low, high))
        below: tuple[Span, ...] = () if low is None else ((None, low),)
        return below if high is None else (*below, (high, None))
    assert isinstance(operand, int | float | Decimal | date)
    match test.op:
        case "eq":
            return _kept((least(operand, True), largest(operand, True)))
        case "ne":
            return ((None, largest(operand, False)), (least(operand, False), None))
        case "lt" | "le":
            return ((None, largest(operand, test.op == "le")),)
        case _:
            return ((least(operand, test.op == "ge"), None),)


def _kept(span: Span) -> tuple[Span, ...]:
    low, high = span
    return () if low is not None and high is not None and low > high else (span,)


def _next(value: Decimal | float, included: bool, whole: bool, *, up: bool) -> int | float:
    """Return the first number that can be held, from a value on upwards or downwards."""
    if not whole:
        near = float(value)
        return near if included else math.nextafter(near, math.inf if up else -math.inf)
    exact = Decimal(value)
    found = int(exact.to_integral_value(ROUND_CEILING if up else ROUND_FLOOR))
    if found == exact and not included:
        return found + 1 if up else found - 1
    return found
