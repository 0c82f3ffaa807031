"""Three-valued logic and single tests, on plain Python values: the law that engines must match.

A truth is True, False or None (unknown), after Kleene.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from muster.base.datamodel import Field, FieldType, Fold
from muster.rules.duration import Duration, shift_date, shift_instant
from muster.rules.fold import fold_text
from muster.rules.regex import portable_regex
from muster.rules.resolved import Range, Test

Truth = bool | None


def all_of(truths: Iterable[Truth]) -> Truth:
    """False if any is false, else unknown if any is unknown, else true."""
    found = list(truths)
    if False in found:
        return False
    return None if None in found else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """True if any is true, else unknown if any is unknown, else false."""
    found = list(truths)
    if True in found:
        return True
    return None if None in found else False


def negate(truth: Truth) -> Truth:
    """Swap true and false; unknown stays unknown."""
    return None if truth is None else not truth


def at_least(n: int, truths: Iterable[Truth]) -> Truth:
    """True if ``n`` are true, false if they cannot become so, else unknown."""
    found = list(truths)
    if found.count(True) >= n:
        return True
    return None if len(found) - found.count(False) >= n else False


@dataclass(frozen=True, slots=True)
class Moment:
    """When a rule is evaluated: one instant for the whole run, and the zone its days are in."""

    as_of: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The local day of the run."""
        return self.as_of.astimezone(self.zone).date()


def judge(test: Test, value: Any, *, other: Any = None, moment: Moment) -> Truth:
    """Apply one test to one value; ``other`` is the value of the field compared with, if any."""
    truth = _test(test, value, other, moment)
    return True if truth is None and test.nulls_included else truth


def _test(test: Test, value: Any, other: Any, moment: Moment) -> Truth:
    if isinstance(value, float) and value != value:  # NaN is no value
        value = None
    if test.op == "exists":
        return value is not None
    if test.op == "missing":
        return value is None
    if value is None:
        return None
    if test.field.type is FieldType.LIST:
        return _test_list(test, [item for item in value if item is not None])
    if isinstance(test.operand, Field):
        if other is None or other != other:
            return None
        if isinstance(value, float) or isinstance(other, float):
            value, other = float(value), float(other)  # beside a double, 0.10 is 0.1
        return _compare(test.op, _folded(value, test.fold), _folded(other, test.fold))
    return _test_scalar(test, _folded(value, test.fold), moment)


def _folded(value: Any, fold: Fold) -> Any:
    return fold_text(value, fold) if isinstance(value, str) else value


def _test_list(test: Test, elements: list[str]) -> Truth:
    """Test a list: has_* look at the whole, any other operator at each element by quantifier."""
    folded = [fold_text(element, test.fold) for element in elements]
    operand = test.operand
    if test.op in ("has_any", "has_all", "has_none"):
        assert isinstance(operand, tuple)
        hits = [wanted in folded for wanted in operand]
        if test.op == "has_all":
            return all(hits)
        return any(hits) if test.op == "has_any" else not any(hits)
    truths = [_text_test(test, element) for element in folded]
    if test.quantifier == "all":
        return all(truths)
    return any(truths) if test.quantifier == "any" else not any(truths)


def _test_scalar(test: Test, value: Any, moment: Moment) -> Truth:
    operand = test.operand
    match test.op:
        case "within":
            assert isinstance(operand, Range)
            return in_range(operand, value)
        case "outside":
            assert isinstance(operand, Range)
            return not in_range(operand, value)
        case "in_last" | "in_next" | "older_than" | "anniversary_in":
            assert isinstance(operand, Duration)
            return _relative(test.op, value, operand, moment)
        case "age":
            assert isinstance(operand, Range)
            return in_range(operand, whole_years(value, moment.today))
        case _:
            return _text_test(test, value)


def _text_test(test: Test, value: Any) -> bool:
    operand: Any = test.operand
    match test.op:
        case "in":
            return value in operand
        case "not_in":
            return value not in operand
        case "contains":
            return operand in value
        case "not_contains":
            return operand not in value
        case "starts":
            return bool(value.startswith(operand))
        case "ends":
            return bool(value.endswith(operand))
        case "like":
            return re.fullmatch(_like(operand), value, re.DOTALL) is not None
        case "regex":
            return re.search(portable_regex(operand, end=r"\Z"), value) is not None
        case _:
            return _compare(test.op, value, operand)


def _compare(op: str, value: Any, operand: Any) -> bool:
    match op:
        case "eq":
            return bool(value == operand)
        case "ne":
            return bool(value != operand)
        case "lt":
            return bool(value < operand)
        case "le":
            return bool(value <= operand)
        case "gt":
            return bool(value > operand)
        case "ge":
            return bool(value >= operand)
    raise AssertionError(f"unknown operator {op}")


def in_range(span: Range, value: Any) -> bool:
    """Whether a value lies in a span."""
    low: Any = span.low
    high: Any = span.high
    above = low is None or (value >= low if span.low_included else value > low)
    below = high is None or (value <= high if span.high_included else value < high)
    return bool(above and below)


@lru_cache(maxsize=64)  # one pattern meets many values
def _like(pattern: str) -> str:
    """Turn a LIKE pattern (% any text, _ one letter, backslash escapes) into an expression."""
    out, index = "", 0
    while index < len(pattern):
        letter = pattern[index]
        if letter == "\\" and index + 1 < len(pattern):
            index += 1
            out += re.escape(pattern[index])
        else:
            out += {"%": ".*", "_": "."}.get(letter, re.escape(letter))
        index += 1
    return out


def _relative(op: str, value: Any, length: Duration, moment: Moment) -> bool:
    if op == "anniversary_in":
        day = value.astimezone(moment.zone).date() if isinstance(value, datetime) else value
        return (day.month, day.day) in anniversary_days(moment.today, length)
    if not isinstance(value, datetime):
        return _relative_day(op, value, length, moment.today)
    if op == "in_next":
        end = shift_instant(moment.as_of, length, zone=moment.zone, sign=1)
        return moment.as_of <= value < end
    start = shift_instant(moment.as_of, length, zone=moment.zone, sign=-1)
    return start <= value < moment.as_of if op == "in_last" else value < start


def _relative_day(op: str, value: date, length: Duration, today: date) -> bool:
    """Days are whole: "in the last" ends with today, "in the next" begins tomorrow."""
    if op == "in_next":
        return today < value <= shift_date(today, length, sign=1)
    start = shift_date(today, length, sign=-1)
    return start < value <= today if op == "in_last" else value <= start


def anniversary_days(today: date, length: Duration) -> frozenset[tuple[int, int]]:
    """Return (month, day) of every anniversary in [today, today + length).

    29 February is kept on 28 February in years that have none.
    """
    end = shift_date(today, length, sign=1)
    days = min((end - today).days, 366)
    found: set[tuple[int, int]] = set()
    for offset in range(days):
        day = today + timedelta(days=offset)
        found.add((day.month, day.day))
        leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
        if (day.month, day.day) == (2, 28) and not leap:
            found.add((2, 29))
    return frozenset(found)


def whole_years(born: date, today: date) -> int:
    """Return the age in whole years; who is born on 29 February ages on 1 March otherwise."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def age_bounds(years: Range, today: date) -> Range:
    """Return the birth dates of ages ``low`` to ``high`` (both included) as a span of days."""
    assert isinstance(years.low, int)
    latest = _years_before(today, years.low)
    if years.high is None:
        return Range(None, latest)
    assert isinstance(years.high, int)
    return Range(_years_before(today, years.high + 1), latest, low_included=False)


def _years_before(today: date, years: int) -> date:
    """Return the last birth date whose bearer is ``years`` old today."""
    return shift_date(today, Duration(months=12 * years), sign=-1)


def utc(instant: datetime) -> datetime:
    """Return an instant in UTC; a naive one is taken to be UTC already."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
