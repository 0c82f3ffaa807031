"""Whether some value can pass several tests on one field; if none can, they contradict each other.

Only certain contradictions count: a test that is not understood is taken to be passed by anything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from muster.base.datamodel import Field, FieldType
from muster.rules.duration import Duration
from muster.rules.resolved import Range, Test
from muster.rules.truth import Moment, in_range, judge

_ANY_MOMENT = Moment(datetime(2000, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))
_RELATIVE = ("in_last", "in_next", "older_than", "anniversary_in")


def possible(tests: Sequence[Test]) -> bool:
    """Whether a value, or the lack of one, may pass all the tests; the field is not a list."""
    if all(test.op == "missing" or _passed_by_none(test) for test in tests):
        return True
    if any(test.op == "missing" for test in tests):
        return False
    asked = [test for test in tests if test.op != "exists" and not isinstance(test.operand, Field)]
    return _relative_possible(asked) and _absolute_possible(
        [test for test in asked if test.op not in _RELATIVE]
    )


def _passed_by_none(test: Test) -> bool:
    return test.nulls_included and test.op != "exists"


def _absolute_possible(tests: Sequence[Test]) -> bool:
    listed = [_candidates(test) for test in tests if test.op in ("eq", "in")]
    if listed:
        # Whatever passes is among the values of the first list; the tests themselves decide.
        return any(_passes_all(tests, value) for value in listed[0])
    span = _Span()
    for test in tests:
        span = span.narrowed(test)
    if span.low is None or span.high is None:
        return True
    if span.low == span.high:
        return span.closed and _passes_all(tests, span.low)
    return bool(span.low < span.high)


def _candidates(test: Test) -> tuple[Any, ...]:
    return test.operand if isinstance(test.operand, tuple) else (test.operand,)


def _passes_all(tests: Sequence[Test], value: Any) -> bool:
    return all(_passes(test, value) for test in tests)


def _passes(test: Test, value: Any) -> bool:
    if test.field.type is FieldType.INTEGER and not isinstance(value, int):
        return False  # no whole number equals 1.5
    if test.op == "age":
        assert isinstance(test.operand, Range)
        return in_range(test.operand, value)
    return judge(test, value, moment=_ANY_MOMENT) is True


@dataclass(frozen=True, slots=True)
class _Span:
    """What comparisons leave of a line; whole numbers and days have closed ends."""

    low: Any = None
    high: Any = None
    low_included: bool = True
    high_included: bool = True

    @property
    def closed(self) -> bool:
        return self.low_included and self.high_included

    def narrowed(self, test: Test) -> _Span:
        span, operand = self, test.operand
        whole = test.op == "age" or test.field.type in (FieldType.INTEGER, FieldType.DATE)
        if isinstance(operand, Range) and test.op in ("within", "age"):
            if operand.low is not None:
                span = span._above(operand.low, operand.low_included, whole)
            if operand.high is not None:
                span = span._below(operand.high, operand.high_included, whole)
        elif test.op in ("gt", "ge"):
            span = span._above(operand, test.op == "ge", whole)
        elif test.op in ("lt", "le"):
            span = span._below(operand, test.op == "le", whole)
        return span

    def _above(self, value: Any, included: bool, whole: bool) -> _Span:
        if whole:
            value, included = _first_whole(value, included), True
        tighter = self.low is None or value > self.low or (value == self.low and not included)
        return _Span(value, self.high, included, self.high_included) if tighter else self

    def _below(self, value: Any, included: bool, whole: bool) -> _Span:
        if whole:
            value, included = _last_whole(value, included), True
        tighter = self.high is None or value < self.high or (value == self.high and not included)
        return _Span(self.low, value, self.low_included, included) if tighter else self


def _first_whole(value: Any, included: bool) -> Any:
    """Return the first whole number (or day) at or after an end."""
    if isinstance(value, date):
        return value if included or value == date.max else value + timedelta(days=1)
    return math.ceil(value) if included else math.floor(value) + 1


def _last_whole(value: Any, included: bool) -> Any:
    if isinstance(value, date):
        return value if included or value == date.min else value - timedelta(days=1)
    return math.floor(value) if included else math.ceil(value) - 1


def _relative_possible(tests: Sequence[Test]) -> bool:
    """Whether "in the last", "in the next" and "ago" leave room for each other."""
    lengths: dict[str, list[Duration]] = {}
    for test in tests:
        if isinstance(test.operand, Duration):
            lengths.setdefault(test.op, []).append(test.operand)
    if "in_next" in lengths and ("in_last" in lengths or "older_than" in lengths):
        return False
    return not any(
        _not_longer(recent, ago)
        for recent in lengths.get("in_last", ())
        for ago in lengths.get("older_than", ())
    )


def _not_longer(first: Duration, second: Duration) -> bool:
    """Whether a length never reaches farther back than another, whatever the calendar."""
    parts = zip(
        (first.months, first.days, first.seconds),
        (second.months, second.days, second.seconds),
        strict=True,
    )
    if all(one <= other for one, other in parts):
        return True
    if first.whole_days and second.whole_days:
        return first.months * 31 + first.days <= second.months * 28 + second.days
    return _seconds(first, month_days=31, day_hours=25) <= _seconds(
        second, month_days=28, day_hours=23
    )


def _seconds(length: Duration, *, month_days: int, day_hours: int) -> int:
    return (length.months * month_days + length.days) * day_hours * 3600 + length.seconds
