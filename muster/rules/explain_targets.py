"""Values near the edge of a test: what a field would have to become to pass or to fail it.

Only proposals: who uses them asks the law which of them give the wanted truth.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from muster.base.datamodel import Field, FieldType
from muster.rules.duration import Duration, shift_date, shift_instant
from muster.rules.lapse_edges import TICK
from muster.rules.lapse_relative import bounds_of
from muster.rules.resolved import Range, Test
from muster.rules.truth import Moment, age_bounds, judge

_DAY = Duration(days=1)
_LARGEST = 10**30


def targets(test: Test, value: Any, *, other: Any, moment: Moment) -> list[Any]:
    """Return values that may give a test another truth, likeliest first; they fit the field."""
    field = test.field
    if test.op in ("exists", "missing"):
        return []
    match field.type:
        case FieldType.LIST:
            return list(_lists(test, value or [], moment))
        case FieldType.BOOLEAN:
            return [True, False]
        case FieldType.STRING | FieldType.ENUM:
            return list(dict.fromkeys(_texts(test, value, other)))
    bounds = _bounds(test, value, other, moment)
    return list(dict.fromkeys(near for bound in bounds for near in _around(field, bound)))


def _bounds(test: Test, value: Any, other: Any, moment: Moment) -> list[Any]:
    if isinstance(test.operand, Field):
        return [] if other is None or other != other else [other]
    if isinstance(test.operand, Duration):
        return list(_relative_bounds(test, value, test.operand, moment))
    return _age_days(test, moment) if test.op == "age" else bounds_of(test)


def _around(field: Field, bound: Any) -> Iterator[Any]:
    """Return the bound as a value of the field, and its neighbours on both sides."""
    if isinstance(bound, datetime):
        yield bound
        if datetime.min.replace(tzinfo=bound.tzinfo) < bound:
            yield bound - TICK
        if bound < datetime.max.replace(tzinfo=bound.tzinfo):
            yield bound + TICK
    elif isinstance(bound, date):
        yield bound
        yield shift_date(bound, _DAY, sign=-1)
        yield shift_date(bound, _DAY, sign=1)
    elif field.type is FieldType.NUMBER:
        number = float(bound)
        yield from (number, math.nextafter(number, -math.inf), math.nextafter(number, math.inf))
    elif abs(bound) < _LARGEST:
        yield from _on_grid(field, Decimal(bound))


def _on_grid(field: Field, bound: Decimal) -> Iterator[Any]:
    """Return the field's values next to a number: whole ones, or those of its scale."""
    whole = field.type is FieldType.INTEGER
    step = Decimal(1) if whole else Decimal(1).scaleb(-field.scale)
    low = (bound / step).to_integral_value(ROUND_FLOOR) * step
    high = (bound / step).to_integral_value(ROUND_CEILING) * step
    for number in (high, low, high + step, low - step):
        yield int(number) if whole else number


def _age_days(test: Test, moment: Moment) -> list[date]:
    assert isinstance(test.operand, Range)
    span = age_bounds(test.operand, moment.today)
    return [day for day in (span.high, span.low) if isinstance(day, date)]


def _relative_bounds(test: Test, value: Any, length: Duration, moment: Moment) -> Iterator[Any]:
    sign = 1 if test.op == "in_next" else -1
    if test.op == "anniversary_in":
        yield from _anniversaries(test, value, length, moment)
    elif test.field.type is FieldType.DATE:
        yield shift_date(moment.today, length, sign=sign)
        yield moment.today
    else:
        yield shift_instant(moment.as_of, length, zone=moment.zone, sign=sign)
        yield moment.as_of


def _anniversaries(test: Test, value: Any, length: Duration, moment: Moment) -> Iterator[Any]:
    """Return days at the beginning and the end of the span, in the year of the value."""
    end = shift_date(moment.today, length, sign=1)
    instants = test.field.type is FieldType.TIMESTAMP
    for day in (moment.today, end):
        year = day.year if value is None else value.year
        leap = (day.month, day.day) == (2, 29)
        wanted = date(year, day.month, 28 if leap else day.day)
        if instants:
            base = moment.as_of if value is None else value
            yield base + (wanted - base.astimezone(moment.zone).date())
        else:
            yield wanted


def _texts(test: Test, value: Any, other: Any = None) -> Iterator[str]:
    operand: Any = test.operand
    now = value or ""
    if isinstance(operand, Field):
        operand = other or ""
    wholes = operand if isinstance(operand, tuple) else [operand]
    if test.op != "regex":
        yield from wholes
    yield from test.field.values
    if isinstance(operand, str) and test.op != "regex":
        yield from (now + operand, operand + now)
        yield operand.replace("%", "").replace("\\", "")
    yield from ("", "-", f"{now}-")


def _lists(test: Test, items: list[Any], moment: Moment) -> Iterator[list[Any]]:
    """Return the list with elements added, with offending or with passing elements removed."""
    operand: Any = test.operand
    known = [item for item in items if item is not None]
    if test.op.startswith("has_"):
        missing = [wanted for wanted in operand if not _has(test, known, wanted)]
        yield from ([*items, wanted] for wanted in missing[:1])
        yield [*items, *missing]
        for wanted in operand[:1]:
            yield [item for item in known if not _same(test, item, wanted)]
        yield [item for item in known if not any(_same(test, item, one) for one in operand)]
        return
    element = Field("element", FieldType.STRING)
    one = Test(element, test.op, operand, fold=test.fold)
    passing = [item for item in known if judge(one, item, moment=moment)]
    failing = [item for item in known if item not in passing]
    yield from ([*items, text] for text in _texts(one, None))
    yield passing
    yield failing


def _has(test: Test, items: list[Any], wanted: Any) -> bool:
    return any(_same(test, item, wanted) for item in items)


def _same(test: Test, item: Any, wanted: Any) -> bool:
    found = Field("element", FieldType.STRING)
    return bool(judge(Test(found, "eq", wanted, fold=test.fold), item, moment=_NEVER))


_NEVER: Any = None  # equality of text does not depend on the moment
