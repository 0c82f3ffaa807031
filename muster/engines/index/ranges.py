"""Tests on numbers as spans: the closed intervals of a column's values for which a test is true.

`rules/truth.py` is the law. Operands are exact and may lie between two values of the column or
beyond all of them: a MONEY column of scale 2 is at least 10.005 from 1001 cents on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Generic, TypeVar

from muster.base.datamodel import Field, FieldType
from muster.rules.resolved import Range, Test
from muster.rules.truth import utc

N = TypeVar("N", int, float)
Spans = tuple[tuple[N, N], ...]
"""Closed intervals: ascending, apart from each other, none empty."""

WHOLE = frozenset(
    {
        *(FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.BOOLEAN),
        *(FieldType.DATE, FieldType.TIMESTAMP),
    }
)
LOWEST, HIGHEST = -(2**63), 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


def ranges_of(test: Test, field: Field) -> Spans[int] | None:
    """Return the whole numbers, in the units of `layout.Whole`, that pass a bound test.

    Args:
        test: of a value that is there; whether nulls count is not looked at.
        field: whose type and scale say what the column's units are.

    Returns:
        Closed intervals of int64, ascending and apart; None: the test is not one on numbers, or
        cannot be said by intervals.
    """
    if field.type not in WHOLE:
        return None
    return _spans(test, lambda value: place_of(value, field), _WHOLE_LINE)


def reals_of(test: Test) -> Spans[float] | None:
    """Return the doubles that pass a bound test on a NUMBER; NaN is in no interval."""
    if test.field.type is not FieldType.NUMBER:
        return None
    return _spans(test, _real_place, _REAL_LINE)


def place_of(value: Any, field: Field) -> tuple[int, int] | None:
    """Return the whole numbers at or next to a value: at or below it, at or above it.

    None: the value is not of the field's type.
    """
    if field.type is FieldType.DATE:
        if not isinstance(value, date) or isinstance(value, datetime):
            return None
        return (value.toordinal() - _EPOCH_DAY,) * 2
    if field.type is FieldType.TIMESTAMP:
        if not isinstance(value, datetime):
            return None
        return ((utc(value) - _EPOCH) // timedelta(microseconds=1),) * 2
    if not isinstance(value, int | float | Decimal) or not _is_finite(value):
        return None
    exact = Fraction(value) * 10 ** scale_of(field)
    return math.floor(exact), math.ceil(exact)


def scale_of(field: Field) -> int:
    """Return how many digits after the point a column's whole numbers have."""
    return field.scale if field.type in (FieldType.DECIMAL, FieldType.MONEY) else 0


def _is_finite(value: int | float | Decimal) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _real_place(value: Any) -> tuple[float, float] | None:
    """An operand that is no double itself (a whole number beyond 2 ** 53) has no place."""
    if not isinstance(value, int | float | Decimal) or not _is_finite(value):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return (found, found) if found == value else None


@dataclass(frozen=True, slots=True)
class _Line(Generic[N]):
    """Ordered values: the ends, and the neighbours of a value."""

    lowest: N
    highest: N
    before: Callable[[N], N]
    after: Callable[[N], N]


_WHOLE_LINE: _Line[int] = _Line(LOWEST, HIGHEST, lambda value: value - 1, lambda value: value + 1)
_REAL_LINE: _Line[float] = _Line(
    -math.inf,
    math.inf,
    lambda value: math.nextafter(value, -math.inf),
    lambda value: math.nextafter(value, math.inf),
)


def _spans(
    test: Test, place: Callable[[Any], tuple[N, N] | None], line: _Line[N]
) -> Spans[N] | None:
    operand = test.operand
    match test.op:
        case "exists":
            return ((line.lowest, line.highest),)
        case "missing":
            return ()
        case "within" | "outside" if isinstance(operand, Range):
            found = _between(operand, place, line)
        case "in" | "not_in" if isinstance(operand, tuple):
            places = [place(item) for item in operand]
            if None in places:
                return None
            found = [spot for spot in places if spot is not None and spot[0] == spot[1]]
        case _:
            spot = place(operand)
            return None if spot is None else _compared(test.op, spot, line)
    if found is None:
        return None
    return _ordered(found, line) if test.op in ("within", "in") else _outside(found, line)


def _between(
    span: Range, place: Callable[[Any], tuple[N, N] | None], line: _Line[N]
) -> list[tuple[N, N]] | None:
    low, high = line.lowest, line.highest
    if span.low is not None:
        spot = place(span.low)
        if spot is None:
            return None
        low = spot[1] if span.low_included else line.after(spot[0])
    if span.high is not None:
        spot = place(span.high)
        if spot is None:
            return None
        high = spot[0] if span.high_included else line.before(spot[1])
    return [(low, high)]


def _compared(op: str, place: tuple[N, N], line: _Line[N]) -> Spans[N] | None:
    below, above = place
    match op:
        case "eq":
            return _ordered([place] if below == above else [], line)
        case "ne":
            return _outside([place] if below == above else [], line)
        case "lt":
            return _ordered([(line.lowest, line.before(above))], line)
        case "le":
            return _ordered([(line.lowest, below)], line)
        case "gt":
            return _ordered([(line.after(below), line.highest)], line)
        case "ge":
            return _ordered([(above, line.highest)], line)
    return None


def _ordered(spans: Sequence[tuple[N, N]], line: _Line[N]) -> Spans[N]:
    """Cut spans to the line, drop empty ones, join those that touch."""
    found: list[tuple[N, N]] = []
    for low, high in sorted(spans):
        low, high = max(low, line.lowest), min(high, line.highest)
        if low > high:
            continue
        if found and low <= line.after(found[-1][1]):
            low, high = found[-1][0], max(high, found.pop()[1])
        found.append((low, high))
    return tuple(found)


def _outside(spans: Sequence[tuple[N, N]], line: _Line[N]) -> Spans[N]:
    """Return what lies between spans."""
    inner = _ordered(spans, line)
    if not inner:
        return ((line.lowest, line.highest),)
    found: list[tuple[N, N]] = []
    if inner[0][0] > line.lowest:
        found.append((line.lowest, line.before(inner[0][0])))
    found += [(line.after(left[1]), line.before(right[0])) for left, right in pairwise(inner)]
    if inner[-1][1] < line.highest:
        found.append((line.after(inner[-1][1]), line.highest))
    return tuple(found)
