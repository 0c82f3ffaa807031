"""When tests on relative times may change: lengths before and after now, ages, anniversaries."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from muster.rules.duration import Duration, midnight_utc, shift_date, shift_instant
from muster.rules.lapse_edges import TICK, Instants, Moving, crossings
from muster.rules.resolved import Range, Resolved, ResolvedLeaf, Test, leaves_of

ANNIVERSARY_YEARS = 10
"""Anniversaries come back for ever; so far ahead they are looked for."""

SHIFT_SLACK = timedelta(days=5)
"""By how much one calendar shift may differ from another: 28 to 31 days, and a change of clocks."""


@dataclass(slots=True)
class Search:
    """What is looked through: the instants in (after, until), in the days of a zone.

    ``until`` comes nearer where a source of candidates is not complete so far ahead.
    """

    zone: ZoneInfo
    after: datetime
    until: datetime

    def cross(self, moving: Moving, fixed: Iterable[datetime]) -> Iterator[datetime]:
        """Yield when edges pass instants that stand still."""
        return crossings(moving, fixed, after=self.after, until=self.until)

    def midnights(self, days: Iterable[date]) -> Iterator[datetime]:
        """Return the beginnings of local days, in order."""
        return self.instants(midnight_utc(day, self.zone) for day in days)

    def instants(self, found: Iterable[datetime]) -> Iterator[datetime]:
        """Return the instants that lie in the span, in order."""
        return iter(sorted({one for one in found if self.after < one < self.until}))


def is_relative(leaf: ResolvedLeaf) -> bool:
    """Whether a test's meaning moves with ``as_of``."""
    return isinstance(leaf, Test) and (isinstance(leaf.operand, Duration) or leaf.op == "age")


def depends_on_time(where: Resolved | None) -> bool:
    """Whether a filter on one event may change its mind as time goes by."""
    return where is not None and any(is_relative(leaf) for leaf in leaves_of(where))


def relative_candidates(
    test: Test, values: Iterable[Any], search: Search
) -> list[Iterator[datetime]]:
    """Return when a test may change for any of some values; nothing for one that is not relative.

    Complete because an age changes on birthdays alone, an anniversary comes near or passes within
    days of itself or of the day that lies the length before it, and the other operators compare the
    value with now and with one edge.
    """
    known = {value for value in values if value is not None} if is_relative(test) else set()
    if not known:
        return []
    if test.op == "age":
        return [search.midnights(_birthdays(test.operand, known))]
    length = test.operand
    assert isinstance(length, Duration)
    if test.op == "anniversary_in":
        return [_anniversaries(length, known, search)]
    sign = 1 if test.op == "in_next" else -1
    instants = [value for value in known if isinstance(value, datetime)]
    if instants:
        return [search.cross(_instant_edges(length, sign, search.zone), instants)]
    # A day is passed when an edge reaches it: one microsecond after the instant before it.
    marks = [_mark(day) - TICK for day in known if day > date.min]
    return [search.cross(_day_edges(length, sign, search.zone), marks)]


def bounds_of(test: Test) -> list[Any]:
    """Return the values at which a test on a number may change its mind."""
    operand: Any = test.operand
    if isinstance(operand, Range):
        return [bound for bound in (operand.low, operand.high) if bound is not None]
    if isinstance(operand, tuple):
        return list(operand)
    return [] if operand is None else [operand]


def _instant_edges(length: Duration, sign: int, zone: ZoneInfo) -> Moving:
    def at(as_of: datetime) -> Instants:
        return shift_instant(as_of, length, zone=zone, sign=sign), as_of

    return Moving(at, zone, SHIFT_SLACK, SHIFT_SLACK)


def _day_edges(length: Duration, sign: int, zone: ZoneInfo) -> Moving:
    def at(as_of: datetime) -> Instants:
        today = as_of.astimezone(zone).date()
        return _mark(shift_date(today, length, sign=sign)), _mark(today)

    return Moving(at, zone, SHIFT_SLACK, SHIFT_SLACK)


def _mark(day: date) -> datetime:
    """Return a day as an instant on a scale of its own, so that days can be compared as such."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _anniversaries(length: Duration, values: set[Any], search: Search) -> Iterator[datetime]:
    if length.months * 28 + length.days >= 366:
        return iter(())  # a year holds every anniversary
    first = search.after.astimezone(search.zone).year
    last = first + ANNIVERSARY_YEARS
    if last + 102 > date.max.year:
        search.until = search.after
        return iter(())
    search.until = min(search.until, midnight_utc(date(last, 1, 1), search.zone))
    days: set[date] = set()
    for born in {_local_day(value, search.zone) for value in values}:
        for year in range(first - 1, last + 102):
            feast = _feast(born, year)
            begin = shift_date(feast, length, sign=-1)
            if begin.year > last:
                break
            for day in (*_around(begin), *_around(feast)):
                if _is_near(born, day, length) is not _is_near(born, _before(day), length):
                    days.add(day)
    return search.midnights(days)


def _local_day(value: date, zone: ZoneInfo) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _birthdays(ages: Any, born: set[date]) -> Iterator[date]:
    """Return the days on which someone comes of, and grows out of, an age."""
    years = [ages.low, *([] if ages.high is None else [ages.high + 1])]
    for day in born:
        for year in (day.year + age for age in years):
            if year <= date.max.year:
                leap_child = day.day > _last_day(year, day.month)
                yield date(year, 3, 1) if leap_child else date(year, day.month, day.day)


def _feast(born: date, year: int) -> date:
    """Return the anniversary in a year; of 29 February it is 28 February where there is none."""
    return date(year, born.month, min(born.day, _last_day(year, born.month)))


def _is_near(born: date, day: date, length: Duration) -> bool:
    """Whether an anniversary lies in [day, day + length), by its next one."""
    feast = _feast(born, day.year)
    following = feast if feast >= day else _feast(born, day.year + 1)
    return following < shift_date(day, length, sign=1)


def _last_day(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _around(day: date) -> Iterator[date]:
    """Return the days about a day; lengths in months are counted from both ends, days apart."""
    return (days_later(day, offset) for offset in range(-4, 6))


def _before(day: date) -> date:
    return day - timedelta(days=1)


def days_later(day: date, days: int) -> date:
    """Move a day; days before year 1 or after 9999 stop at the ends of the calendar."""
    number = day.toordinal() + days
    return date.fromordinal(min(max(number, date.min.toordinal()), date.max.toordinal()))
