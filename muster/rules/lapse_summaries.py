"""What decides a leaf's truth, found faster than by the law: it only spares asking it.

A summary is a function of ``as_of`` whose value must change for the truth to change. Events are in
order of time, so the ones in a window are a slice, and a count is a difference of two places.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from muster.base.datamodel import Field, FieldType
from muster.rules.duration import shift_instant
from muster.rules.evaluate_events import Happened, pattern_edge, regular_periods
from muster.rules.explain_entity import Entity
from muster.rules.lapse_relative import bounds_of, depends_on_time
from muster.rules.resolved import Measure, Occurrence, ResolvedLeaf, Scan
from muster.rules.truth import Moment
from muster.rules.windows import Interval, interval_of

Summary = Callable[[datetime], Any]

_SUMMED = ("count", "sum", "avg")


def summary_of(leaf: ResolvedLeaf, entity: Entity) -> Summary | None:
    """Return a leaf's summary; None where there is no short cut."""
    if isinstance(leaf, Occurrence) and not depends_on_time(leaf.scan.where):
        if leaf.pattern.kind != "plain":
            return _pattern_summary(leaf, entity)
        return _observed_number(leaf, entity)
    if isinstance(leaf, Measure) and not depends_on_time(leaf.aggregate.scan.where):
        aggregate = leaf.aggregate
        exact = aggregate.of is None or aggregate.of.type is not FieldType.NUMBER
        if aggregate.name in _SUMMED and exact:
            return _sum_summary(leaf, entity)
        if aggregate.name == "distinct":
            return _Distinct(aggregate.scan, aggregate.of, entity)
    return None


class _Times:
    """The times of a scan's events, to be counted between two instants."""

    def __init__(self, scan: Scan, entity: Entity) -> None:
        self.events = entity.ever(scan)
        self._times = [event.at for event in self.events]
        self._window = scan.window
        self._zone = entity.moment.zone

    def interval(self, as_of: datetime) -> Interval:
        return interval_of(self._window, as_of_utc=as_of, zone=self._zone)

    def between(self, start: datetime | None, end: datetime) -> tuple[int, int]:
        """Return the places of the events in [start, end): the first, and the one after."""
        low = 0 if start is None else bisect_left(self._times, start)
        return low, max(low, bisect_left(self._times, end))

    def any(self, start: datetime | None, end: datetime) -> bool:
        low, high = self.between(start, end)
        return high > low


def _observed_number(leaf: Occurrence, entity: Entity) -> Summary:
    times = _Times(leaf.scan, entity)
    distinct = None if leaf.distinct is None else _Distinct(leaf.scan, leaf.distinct, entity)
    zone, guard, since = entity.moment.zone, leaf.guard, entity.known_since()
    enough = max(leaf.count.low, leaf.count.high or 0) + 2  # more than so many is all the same

    def summary(as_of: datetime) -> Any:
        interval = times.interval(as_of)
        low, high = times.between(interval.start, interval.end)
        number = min(high - low if distinct is None else distinct(as_of), enough)
        if guard is None:
            return number
        start = interval.start
        if guard.length is not None:
            start = shift_instant(as_of, guard.length, zone=zone, sign=-1)
        return number, start is None or (since is not None and since <= start)

    return summary


def _pattern_summary(leaf: Occurrence, entity: Entity) -> Summary:
    times = _Times(leaf.scan, entity)
    zone = entity.moment.zone

    def hits(as_of: datetime) -> Any:
        periods = regular_periods(leaf, Moment(as_of, zone))
        return sum(times.any(period.start, period.end) for period in periods)

    def parts(as_of: datetime) -> Any:
        interval = times.interval(as_of)
        if interval.start is None:
            return None
        start = min(interval.start, as_of)
        edge = pattern_edge(leaf, interval.start, Moment(as_of, zone))
        return (
            times.any(interval.start, interval.end),
            times.any(None, start),
            times.any(edge, start),
        )

    return hits if leaf.pattern.kind == "regular" else parts


def _sum_summary(leaf: Measure, entity: Entity) -> Summary:
    """On which side of each bound a count, sum or average lies, or that there is nothing."""
    aggregate = leaf.aggregate
    times = _Times(aggregate.scan, entity)
    numbers, sums = [0], [Decimal(0)]
    for event in times.events:
        value = 1 if aggregate.of is None else event.row.get(aggregate.of.name)
        numbers.append(numbers[-1] + (value is not None))
        sums.append(sums[-1] + (0 if value is None else value))
    bounds = [Decimal(bound) for bound in bounds_of(leaf.test)]
    average = aggregate.name == "avg"

    def summary(as_of: datetime) -> Any:
        interval = times.interval(as_of)
        low, high = times.between(interval.start, interval.end)
        number, total = numbers[high] - numbers[low], sums[high] - sums[low]
        if not number:
            return None
        edges = [bound * (number if average else 1) for bound in bounds]
        return [(total > edge, total == edge) for edge in edges]

    return summary


class _Distinct:
    """Counts different values in a window that slides: events come and go at both ends."""

    def __init__(self, scan: Scan, distinct: Field | str | None, entity: Entity) -> None:
        self._times = _Times(scan, entity)
        self._zone = entity.moment.zone
        self._distinct = distinct
        self._values = [self._value(event) for event in self._times.events]
        self._counts: Counter[Any] = Counter()
        self._low = self._high = 0

    def __call__(self, as_of: datetime) -> int:
        interval = self._times.interval(as_of)
        low, high = self._times.between(interval.start, interval.end)
        while self._high < high:
            self._add(self._high, 1)
            self._high += 1
        while self._low > low:
            self._low -= 1
            self._add(self._low, 1)
        while self._high > high:
            self._high -= 1
            self._add(self._high, -1)
        while self._low < low:
            self._add(self._low, -1)
            self._low += 1
        return len(self._counts)

    def _add(self, place: int, number: int) -> None:
        value = self._values[place]
        if value is None:
            return
        self._counts[value] += number
        if self._counts[value] == 0:
            del self._counts[value]

    def _value(self, event: Happened) -> Any:
        if isinstance(self._distinct, Field):
            value = event.row.get(self._distinct.name)
            return None if value != value else value
        day = event.at.astimezone(self._zone).date()
        if self._distinct == "week":
            return day - timedelta(days=day.weekday())
        return (day.year, day.month) if self._distinct == "month" else day
