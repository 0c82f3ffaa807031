"""The reference meaning of conditions on events: occurrences, aggregates, sequences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from muster.base.datamodel import Field, FieldType
from muster.rules.duration import shift_instant
from muster.rules.nodes import Count
from muster.rules.resolved import (
    Aggregate,
    Occurrence,
    Path,
    Resolved,
    ResolvedStep,
    Scan,
    Test,
)
from muster.rules.truth import Moment, Truth, in_range, judge
from muster.rules.windows import AllTime, Interval, Window, interval_of, window_length
from muster.rules.world import Key, Row, World


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as the evaluator sees it, with what orders it among events of the same time."""

    at: datetime
    source: str
    identity: str
    row: Row

    @property
    def order(self) -> tuple[Any, ...]:
        """Earlier first; ties by source name, then the id as text (none first)."""
        return (self.at, self.source, self.identity)


class EventView:
    """Answers questions about one entity's events at one moment."""

    def __init__(
        self, world: World, moment: Moment, filter_truth: Callable[[Resolved, Row], Truth]
    ) -> None:
        self._world = world
        self._moment = moment
        self._filter = filter_truth
        self._by_entity = {name: world.events_by_entity(name) for name in world.model.events}

    def interval(self, window: Window) -> Interval:
        """Return the instants of a window at this moment."""
        return interval_of(window, as_of_utc=self._moment.as_of, zone=self._moment.zone)

    def matching(self, scan: Scan, key: Key, interval: Interval | None = None) -> list[Happened]:
        """Return the entity's events of a scan, in order; ``interval`` replaces the window."""
        span = interval or self.interval(scan.window)
        found = []
        for source in scan.sources:
            spec = self._world.model.events[source]
            for row in self._by_entity[source].get(key, ()):
                at = row.get(spec.at)
                if at is None or not span.holds(at):
                    continue
                if scan.where is None or self._filter(scan.where, row) is True:
                    found.append(Happened(at, source, _identity(row), row))
        return sorted(found, key=lambda event: event.order)

    # -- occurrences ---------------------------------------------------------------------------

    def occurrence(self, node: Occurrence, key: Key, known_since: datetime | None) -> Truth:
        """Return the truth of "did", with the pattern and the guard on absence."""
        if node.pattern.kind != "plain":
            return self._pattern(node, key)
        number = self.number(node, key)
        if node.guard is None or self._observed(node, known_since):
            return node.count.holds(number)
        return _truth_of_lower_bound(node.count, number)

    def number(self, node: Occurrence, key: Key) -> int:
        """Return how many events (or distinct values, local days, weeks, months) there were."""
        events = self.matching(node.scan, key)
        if node.distinct is None:
            return len(events)
        if isinstance(node.distinct, Field):
            values = {event.row.get(node.distinct.name) for event in events}
            return len({value for value in values if value is not None and value == value})
        return len({self._period(node.distinct, event.at) for event in events})

    def _period(self, unit: str, at: datetime) -> Any:
        day = at.astimezone(self._moment.zone).date()
        if unit == "week":
            return day - timedelta(days=day.weekday())
        return (day.year, day.month) if unit == "month" else day

    def _observed(self, node: Occurrence, known_since: datetime | None) -> bool:
        assert node.guard is not None
        if node.guard.length is None:
            start = self.interval(node.scan.window).start
        else:
            start = shift_instant(
                self._moment.as_of, node.guard.length, zone=self._moment.zone, sign=-1
            )
        return start is None or (known_since is not None and known_since <= start)

    def _pattern(self, node: Occurrence, key: Key) -> bool:
        pattern = node.pattern
        if pattern.kind == "regular":
            periods = regular_periods(node, self._moment)
            hits = sum(1 for period in periods if self.matching(node.scan, key, period))
            return hits >= pattern.hit
        window = self.interval(node.scan.window)
        assert window.start is not None
        start = window.start
        inside = self.matching(node.scan, key, window)
        before = self.matching(node.scan, key, Interval(None, min(start, self._moment.as_of)))
        if pattern.kind == "first_time":
            return bool(inside) and not before
        if pattern.kind == "stopped":
            since = self._back(start, node)
            return not inside and any(since is None or event.at >= since for event in before)
        gap_start = self._back(start, node)
        assert gap_start is not None
        in_gap = any(event.at >= gap_start for event in before)
        return bool(inside) and bool(before) and not in_gap

    def _back(self, start: datetime, node: Occurrence) -> datetime | None:
        return pattern_edge(node, start, self._moment)

    # -- aggregates ----------------------------------------------------------------------------

    def value(self, aggregate: Aggregate, key: Key) -> Any:
        """Return an aggregate's value; None = unknown. An average is a Decimal or float."""
        events = self.matching(aggregate.scan, key)
        values = self._values(aggregate, events)
        found = self._aggregate(aggregate, events, values)
        return 0 if found is None and aggregate.empty_is_zero else found

    def ranked(self, aggregate: Aggregate, key: Key) -> Any:
        """Return what ranks an entity: the value, but an average as engines have it, a double."""
        if aggregate.name != "avg" or aggregate.of is None or not _exact(aggregate):
            return self.value(aggregate, key)
        values = self._values(aggregate, self.matching(aggregate.scan, key))
        if not values:
            return 0 if aggregate.empty_is_zero else None
        scaled = aggregate.of.type is not FieldType.INTEGER
        minor_units = 10**aggregate.of.scale if scaled else 1
        return float(int(sum(values) * minor_units)) / len(values) / minor_units

    def measure(self, aggregate: Aggregate, test: Test, key: Key) -> Truth:
        """Return the truth of a test on an aggregate; averages are compared without rounding."""
        if aggregate.name != "avg":
            return judge(test, self.value(aggregate, key), moment=self._moment)
        events = self.matching(aggregate.scan, key)
        values = self._values(aggregate, events)
        if not values:
            return judge(test, 0 if aggregate.empty_is_zero else None, moment=self._moment)
        return _average_truth(test, sum(values), len(values))

    def _values(self, aggregate: Aggregate, events: list[Happened]) -> list[Any]:
        if aggregate.of is None:
            return list(events)
        values = [_value(event.row, aggregate.of.name) for event in events]
        return [value for value in values if value is not None]

    def _aggregate(self, aggregate: Aggregate, events: list[Happened], values: list[Any]) -> Any:
        match aggregate.name:
            case "count":
                return len(events) or None  # of nothing: 0 or unknown, as `empty` says
            case "distinct":
                return len(set(values)) or None
            case "recency":
                return self._days_since(events[-1].at) if events else None
            case "first" | "last":
                return self._edge(aggregate, events)
        if not values:
            return None
        match aggregate.name:
            case "sum":
                return sum(values)
            case "avg":
                return sum(values) / (Decimal(len(values)) if _exact(aggregate) else len(values))
            case "min":
                return min(values)
            case "max":
                return max(values)
            case "mode":
                counts = Counter(values)
                return min(value for value in counts if counts[value] == max(counts.values()))
            case _:
                assert aggregate.quantile is not None
                place = math.ceil(aggregate.quantile * len(values))
                return sorted(values)[max(place, 1) - 1]

    def _edge(self, aggregate: Aggregate, events: list[Happened]) -> Any:
        """Return the first or last event's value; it may be None. Ties without id go by value."""
        if not events or aggregate.of is None:
            return None
        name = aggregate.of.name

        def full(event: Happened) -> tuple[Any, ...]:
            value = _value(event.row, name)
            return (*event.order, value is not None, 0 if value is None else value)

        chosen = min(events, key=full) if aggregate.name == "first" else max(events, key=full)
        return _value(chosen.row, name)

    def _days_since(self, at: datetime) -> int:
        return (self._moment.today - at.astimezone(self._moment.zone).date()).days

    # -- sequences -----------------------------------------------------------------------------

    def path(self, node: Path, key: Key) -> bool:
        """Whether the entity's events walk through the steps in order."""
        window = self.interval(node.window)
        per_step = [
            self.matching(Scan(step.sources, step.where, AllTime()), key, window)
            for step in node.steps
        ]
        starts = per_step[0]
        if node.start != "any" and starts:
            edge = starts[0 if node.start == "first" else -1].order
            starts = [event for event in starts if event.order == edge]
        walk = _Walk(node, per_step, window.end)
        return any(walk.fits(event) for event in starts)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Tries to walk a sequence from a starting event."""

    node: Path
    per_step: list[list[Happened]]
    end: datetime

    def fits(self, start: Happened) -> bool:
        same = self._fields(start)
        return None not in same and self._from(1, start, same, ())

    def _from(
        self, index: int, last: Happened, same: tuple[Any, ...], absent: tuple[int, ...]
    ) -> bool:
        """Whether the steps from ``index`` on fit after ``last``; ``absent`` steps are pending."""
        if index == len(self.node.steps):
            return all(self._none_until(step, last, same, None) for step in absent)
        step = self.node.steps[index]
        if step.absent:
            return self._from(index + 1, last, same, (*absent, index))
        return any(
            self._from(index + 1, event, same, ())
            for event in self.per_step[index]
            if _in_reach(step, last.at, event.at)
            and self._same(event, same)
            and all(self._none_until(pending, last, same, event.at) for pending in absent)
        )

    def _same(self, event: Happened, same: tuple[Any, ...]) -> bool:
        return self._fields(event) == same

    def _fields(self, event: Happened) -> tuple[Any, ...]:
        """Return the values that must be equal across steps."""
        return tuple(_value(event.row, name) for name in self.node.same)

    def _none_until(
        self, index: int, last: Happened, same: tuple[Any, ...], until: datetime | None
    ) -> bool:
        """Whether an absent step did not happen before ``until`` (None = the window's end).

        At the end of a sequence absence is only sure once its time has passed.
        """
        step = self.node.steps[index]
        ends = step.within and last.at + step.within.elapsed()
        if until is None and ends and ends > self.end:
            return False
        return not any(
            _in_reach(step, last.at, event.at)
            and (until is None or event.at < until)
            and self._same(event, same)
            for event in self.per_step[index]
        )


def _value(row: Row, name: str) -> Any:
    """Return a field's value; NaN is none."""
    value = row.get(name)
    return value if value == value else None


def _identity(row: Row) -> str:
    """Return an event's id as text with a mark in front, so that no id sorts before any id."""
    found = row.get("id")
    return "" if found is None else f"={found}"


def _in_reach(step: ResolvedStep, last: datetime, at: datetime) -> bool:
    """Whether ``at`` lies after ``last``, in [last + not_before, last + within)."""
    if at <= last:
        return False
    if step.not_before is not None and at < last + step.not_before.elapsed():
        return False
    return step.within is None or at < last + step.within.elapsed()


def _truth_of_lower_bound(count: Count, number: int) -> Truth:
    """Judge a count of which only a lower bound is known: the true number may be any larger one."""
    now = count.holds(number)
    bounds = [number, count.low - 1, count.low, count.low + 1, (count.high or count.low) + 1]
    later = {count.holds(larger) for larger in bounds if larger >= number}
    return now if len(later) == 1 else None


def _exact(aggregate: Aggregate) -> bool:
    return aggregate.of is not None and aggregate.of.type is not FieldType.NUMBER


def _average_truth(test: Test, total: Any, number: int) -> bool:
    """Compare total / number with the operand as total against operand * number."""
    operand: Any = test.operand
    match test.op:
        case "eq":
            return bool(total == operand * number)
        case "ne":
            return bool(total != operand * number)
        case "lt":
            return bool(total < operand * number)
        case "le":
            return bool(total <= operand * number)
        case "gt":
            return bool(total > operand * number)
        case "ge":
            return bool(total >= operand * number)
        case "in" | "not_in":
            hit = any(total == value * number for value in operand)
            return hit if test.op == "in" else not hit
        case _:
            span = type(operand)(
                None if operand.low is None else operand.low * number,
                None if operand.high is None else operand.high * number,
                operand.low_included,
                operand.high_included,
            )
            return in_range(span, total)


def pattern_edge(node: Occurrence, start: datetime, moment: Moment) -> datetime | None:
    """Return how far before the window a pattern looks; None = since ever (stopped only)."""
    length = node.pattern.length
    if length is None and node.pattern.kind == "restarted":
        length = window_length(node.scan.window)
    if length is None:
        return None
    return shift_instant(start, length, zone=moment.zone, sign=-1)


def regular_periods(node: Occurrence, moment: Moment) -> list[Interval]:
    """Return the periods of a "regular" pattern, newest first, ending at as_of (or midnight)."""
    pattern = node.pattern
    assert pattern.length is not None
    end = moment.as_of
    if pattern.whole_days:
        end = interval_of(AllTime(), as_of_utc=midnight(moment), zone=moment.zone).end
    periods = []
    for _ in range(pattern.of):
        start = shift_instant(end, pattern.length, zone=moment.zone, sign=-1)
        periods.append(Interval(start, end))
        end = start
    return periods


def midnight(moment: Moment) -> datetime:
    """Return the last local midnight at or before the moment."""
    today = moment.today
    local = datetime(today.year, today.month, today.day, tzinfo=moment.zone)
    return local.astimezone(moment.as_of.tzinfo)
