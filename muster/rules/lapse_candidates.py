"""The instants after ``as_of`` at which one condition may change with no new data, in order.

For each kind of condition, all that its truth depends on besides the data is listed here: edges of
windows, local days, known lengths. Between two neighbouring candidates the truth is constant, so
whoever evaluates them in order misses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import groupby
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from muster.rules.duration import Duration, midnight_utc, shift_date, shift_instant
from muster.rules.evaluate_events import Happened, pattern_edge, regular_periods
from muster.rules.lapse_edges import TICK, Instants, Moving, crossings
from muster.rules.nodes import Member
from muster.rules.resolved import (
    Measure,
    Occurrence,
    Path,
    Range,
    Resolved,
    ResolvedLeaf,
    Scan,
    Test,
    leaves_of,
)
from muster.rules.truth import Moment
from muster.rules.windows import AllTime, Between, Calendar, Window, instant_of, interval_of
from muster.rules.world import Published

ANNIVERSARY_YEARS = 10
"""Anniversaries come back for ever; so far ahead they are looked for."""

_STEP = timedelta(days=5)
"""By how much one calendar shift may differ from another: 28 to 31 days, and a change of clocks."""
_CALENDAR = timedelta(days=800)
"""How far the edges of a calendar period lag behind: the previous year begins up to two ago."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the truth of one condition about one entity depends on, besides ``as_of``.

    Attributes:
        row: the entity's attributes.
        events: returns the events of a scan, whatever its window, that pass its filter; all of
            them where the filter itself depends on ``as_of``.
        known_since: since when the entity is known.
        published: versions of the segment a membership leaf speaks of.
    """

    zone: ZoneInfo
    row: Any
    events: Callable[[Scan], list[Happened]]
    known_since: datetime | None
    published: tuple[Published, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Instants in order, each once, complete from ``after`` up to ``until``."""

    instants: Iterator[datetime]
    until: datetime


def candidates(
    leaf: ResolvedLeaf, subject: Subject, *, after: datetime, until: datetime
) -> Candidates:
    """Return where a leaf's truth may change in (after, until).

    Complete because a leaf depends on ``as_of`` only by what is listed for its kind; attributes
    without a relative operator, areas, buckets and plain membership do not depend on it at all.
    """
    finder = _Finder(subject, after, until)
    parts = finder.of(leaf)
    return Candidates((instant for instant, _ in groupby(merge(*parts))), finder.until)


def depends_on_time(where: Resolved | None) -> bool:
    """Whether a filter on one event may change its mind as time goes by."""
    return where is not None and any(_is_relative(leaf) for leaf in leaves_of(where))


def _is_relative(leaf: ResolvedLeaf) -> bool:
    return isinstance(leaf, Test) and (isinstance(leaf.operand, Duration) or leaf.op == "age")


def window_edges(window: Window, zone: ZoneInfo) -> Moving:
    """Return a window's moving edges and ``as_of`` itself, which no window reaches past.

    Fixed ends are left out: they are passed by nobody.
    """
    if isinstance(window, AllTime | Between):
        return Moving(lambda as_of: (as_of,), zone, _STEP, _STEP)

    def at(as_of: datetime) -> Instants:
        interval = interval_of(window, as_of_utc=as_of, zone=zone)
        return interval.start, interval.end, as_of

    return Moving(at, zone, _CALENDAR if isinstance(window, Calendar) else _STEP, _STEP)


class _Finder:
    """Lists the candidates of one leaf; lowers ``until`` where a source is not complete."""

    def __init__(self, subject: Subject, after: datetime, until: datetime) -> None:
        self._subject = subject
        self._zone = subject.zone
        self._after = after
        self.until = until

    def of(self, leaf: ResolvedLeaf) -> list[Iterator[datetime]]:
        match leaf:
            case Test():
                return self._test(leaf, [self._subject.row.get(leaf.field.name)])
            case Occurrence():
                return self._occurrence(leaf)
            case Measure():
                return self._measure(leaf)
            case Path():
                return self._path(leaf)
            case Member(changed=changed) if changed is not None:
                edges = window_edges(changed.window, self._zone)
                return [self._cross(edges, [one.as_of for one in self._subject.published])]
            case _:
                return []

    def _cross(self, moving: Moving, fixed: Iterable[datetime]) -> Iterator[datetime]:
        return crossings(moving, fixed, after=self._after, until=self.until)

    def _midnights(self, days: Iterable[date]) -> Iterator[datetime]:
        instants = sorted({midnight_utc(day, self._zone) for day in days})
        return (instant for instant in instants if self._after < instant < self.until)

    # -- events --------------------------------------------------------------------------------

    def _scan(self, scan: Scan, moving: Moving) -> list[Iterator[datetime]]:
        """Events enter and leave a window one by one, and may come to fit a relative filter."""
        events = self._subject.events(scan)
        parts = [self._cross(moving, [event.at for event in events])]
        for leaf in () if scan.where is None else leaves_of(scan.where):
            if isinstance(leaf, Test) and _is_relative(leaf):
                parts += self._test(leaf, [event.row.get(leaf.field.name) for event in events])
        return parts

    def _occurrence(self, leaf: Occurrence) -> list[Iterator[datetime]]:
        window = leaf.scan.window
        if leaf.pattern.kind == "plain":
            parts = self._scan(leaf.scan, window_edges(window, self._zone))
            return parts if leaf.guard is None else [*parts, self._observed(leaf)]
        return self._scan(leaf.scan, self._pattern_edges(leaf))

    def _pattern_edges(self, leaf: Occurrence) -> Moving:
        """A pattern looks at the window, at what lies before it, and how far before."""
        zone = self._zone
        edges = window_edges(leaf.scan.window, zone)
        if leaf.pattern.kind == "regular":

            def periods(as_of: datetime) -> Instants:
                found = regular_periods(leaf, Moment(as_of, zone))
                return (found[0].end, *(period.start for period in found))

            slack = _STEP * (leaf.pattern.of + 1)
            return Moving(periods, zone, slack, slack)
        if isinstance(leaf.scan.window, AllTime | Between):
            return edges

        def at(as_of: datetime) -> Instants:
            start, end, now = edges.at(as_of)
            assert start is not None
            return start, end, pattern_edge(leaf, start, Moment(as_of, zone)), now

        return Moving(at, zone, edges.ahead + _STEP, _STEP * 2)

    def _observed(self, leaf: Occurrence) -> Iterator[datetime]:
        """The guard holds once its instant reaches the one since when the entity is known."""
        since, guard = self._subject.known_since, leaf.guard
        assert guard is not None
        if since is None or since < _EARLIEST:
            return iter(())
        length = guard.length
        if length is None:
            moving = window_edges(leaf.scan.window, self._zone)
        else:
            required = length
            moving = Moving(
                lambda as_of: (shift_instant(as_of, required, zone=self._zone, sign=-1),),
                self._zone,
                _STEP,
                _STEP,
            )
        return self._cross(moving, [since - TICK])

    def _measure(self, leaf: Measure) -> list[Iterator[datetime]]:
        """A value changes with the events in the window; the days since the last one with days."""
        if leaf.rank != "value":
            return []
        scan = leaf.aggregate.scan
        parts = self._scan(scan, window_edges(scan.window, self._zone))
        events = self._subject.events(scan)
        if leaf.aggregate.name == "recency":
            parts.append(self._midnights(self._recency_days(leaf.test, events)))
        elif _is_relative(leaf.test) and leaf.aggregate.of is not None:
            name = leaf.aggregate.of.name
            parts += self._test(leaf.test, [event.row.get(name) for event in events])
        return parts

    def _recency_days(self, test: Test, events: list[Happened]) -> Iterator[date]:
        """Any event may be the last one; its days are compared with each bound."""
        bounds = [floor(bound) for bound in bounds_of(test)]
        for day in {event.at.astimezone(self._zone).date() for event in events}:
            for bound in bounds:
                for extra in (bound, bound + 1):
                    yield _days_later(day, extra)

    def _path(self, leaf: Path) -> list[Iterator[datetime]]:
        """Steps are events of one window; absence at the end is sure once its time has passed."""
        edges = window_edges(leaf.window, self._zone)
        parts: list[Iterator[datetime]] = []
        for step in leaf.steps:
            parts += self._scan(Scan(step.sources, step.where, leaf.window), edges)
        present = [index for index, step in enumerate(leaf.steps) if not step.absent]
        last = leaf.steps[present[-1]]
        ends = self._subject.events(Scan(last.sources, last.where, leaf.window))
        for step in leaf.steps[present[-1] + 1 :]:
            if step.within is not None:
                length = step.within.elapsed()
                sure = [event.at + length for event in ends if _LATEST - event.at > length]
                parts.append(self._window_end(leaf.window, sure))
        return parts

    def _window_end(self, window: Window, reached: list[datetime]) -> Iterator[datetime]:
        """The window's end comes to be at or after an instant; a fixed end never comes later."""
        if isinstance(window, Between) and window.end is not None:
            end = instant_of(window.end, self._zone)
            reached = [instant for instant in reached if instant <= end]
        moving = Moving(
            lambda as_of: (interval_of(window, as_of_utc=as_of, zone=self._zone).end,),
            self._zone,
            _CALENDAR if isinstance(window, Calendar) else _STEP,
            _STEP,
        )
        return self._cross(moving, [instant - TICK for instant in reached])

    # -- relative tests ------------------------------------------------------------------------

    def _test(self, test: Test, values: Iterable[Any]) -> list[Iterator[datetime]]:
        known = {value for value in values if value is not None} if _is_relative(test) else set()
        if not known:
            return []
        if test.op == "age":
            return [self._midnights(_birthdays(test.operand, known))]
        length = test.operand
        assert isinstance(length, Duration)
        if test.op == "anniversary_in":
            return [self._anniversaries(length, known)]
        instants = [value for value in known if isinstance(value, datetime)]
        if instants:
            return [self._cross(self._relative_edges(test.op, length), instants)]
        # A day is passed when an edge reaches it: one microsecond after the instant before it.
        marks = [_mark(day) - TICK for day in known if day > date.min]
        return [self._cross(self._relative_day_edges(test.op, length), marks)]

    def _relative_edges(self, op: str, length: Duration) -> Moving:
        sign = 1 if op == "in_next" else -1
        return Moving(
            lambda now: (shift_instant(now, length, zone=self._zone, sign=sign), now),
            self._zone,
            _STEP,
            _STEP,
        )

    def _relative_day_edges(self, op: str, length: Duration) -> Moving:
        sign = 1 if op == "in_next" else -1

        def at(as_of: datetime) -> Instants:
            today = as_of.astimezone(self._zone).date()
            return _mark(shift_date(today, length, sign=sign)), _mark(today)

        return Moving(at, self._zone, _STEP, _STEP)

    def _anniversaries(self, length: Duration, values: set[Any]) -> Iterator[datetime]:
        """Near each anniversary, and near the day that lies the length before it."""
        first = self._after.astimezone(self._zone).year
        last = first + ANNIVERSARY_YEARS
        if last + 1 > date.max.year:
            return iter(())
        self.until = min(self.until, midnight_utc(date(last, 1, 1), self._zone))
        days: set[date] = set()
        for value in values:
            born = value.astimezone(self._zone).date() if isinstance(value, datetime) else value
            for year in range(first - 1, last + 102):
                if year > date.max.year - 1:
                    break
                feast = date(year, born.month, min(born.day, _last_day(year, born.month)))
                begin = shift_date(feast, length, sign=-1)
                if begin.year <= last:
                    days |= set(_around(begin)) | set(_around(feast))
        return self._midnights(days)


def bounds_of(test: Test) -> list[Any]:
    """Return the values at which a test on a number may change its mind."""
    operand: Any = test.operand
    if isinstance(operand, Range):
        return [bound for bound in (operand.low, operand.high) if bound is not None]
    return list(operand) if isinstance(operand, tuple) else [operand]


def _birthdays(ages: Any, born: set[date]) -> Iterator[date]:
    """Return the days on which someone comes of, and grows out of, an age."""
    years = [ages.low, *([] if ages.high is None else [ages.high + 1])]
    for day in born:
        for age in years:
            year = day.year + age
            if year > date.max.year:
                continue
            leap_child = day.day > _last_day(year, day.month)
            yield date(year, 3, 1) if leap_child else date(year, day.month, day.day)


def _last_day(year: int, month: int) -> int:
    following = shift_date(date(year, month, 1), Duration(months=1), sign=1)
    return (following - timedelta(days=1)).day


def _around(day: date) -> Iterator[date]:
    for offset in range(-4, 6):
        yield _days_later(day, offset)


def _days_later(day: date, days: int) -> date:
    number = day.toordinal() + days
    return date.fromordinal(min(max(number, date.min.toordinal()), date.max.toordinal()))


def _mark(day: date) -> datetime:
    """Return a day as an instant on a scale of its own, so that days can be compared as such."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


_EARLIEST = _mark(date.min) + timedelta(days=1)
_LATEST = _mark(date.max)
