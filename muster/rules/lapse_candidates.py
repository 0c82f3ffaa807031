"""The instants after ``as_of`` at which one condition may change with no new data, in order.

For each kind of condition, all that its truth depends on besides the data is listed here: edges of
windows, local days, known lengths. Between two neighbouring candidates the truth is constant, so
whoever evaluates them in order misses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import groupby
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from muster.base.datamodel import Field
from muster.rules.duration import shift_instant
from muster.rules.evaluate_events import Happened, pattern_edge, regular_periods
from muster.rules.lapse_edges import TICK, Instants, Moving
from muster.rules.lapse_relative import (
    SHIFT_SLACK,
    Search,
    bounds_of,
    days_later,
    is_relative,
    relative_candidates,
)
from muster.rules.nodes import Member
from muster.rules.resolved import Measure, Occurrence, Path, ResolvedLeaf, Scan, Test, leaves_of
from muster.rules.truth import Moment
from muster.rules.windows import AllTime, Between, Calendar, Window, instant_of, interval_of
from muster.rules.world import Published

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
    search = Search(subject.zone, after, until)
    parts = _Finder(subject, search).of(leaf)
    return Candidates((instant for instant, _ in groupby(merge(*parts))), search.until)


def window_edges(window: Window, zone: ZoneInfo) -> Moving:
    """Return a window's moving edges and ``as_of`` itself, which no window reaches past.

    Fixed ends are left out: they are passed by nobody.
    """
    if isinstance(window, AllTime | Between):
        return Moving(lambda as_of: (as_of,), zone, SHIFT_SLACK, SHIFT_SLACK)

    def at(as_of: datetime) -> Instants:
        interval = interval_of(window, as_of_utc=as_of, zone=zone)
        return interval.start, interval.end, as_of

    return Moving(at, zone, _CALENDAR if isinstance(window, Calendar) else SHIFT_SLACK, SHIFT_SLACK)


class _Finder:
    """Lists the candidates of one leaf."""

    def __init__(self, subject: Subject, search: Search) -> None:
        self._subject = subject
        self._search = search

    def of(self, leaf: ResolvedLeaf) -> list[Iterator[datetime]]:
        match leaf:
            case Test():
                return relative_candidates(
                    leaf, [self._subject.row.get(leaf.field.name)], self._search
                )
            case Occurrence():
                return self._occurrence(leaf)
            case Measure():
                return self._measure(leaf)
            case Path():
                return self._path(leaf)
            case Member(changed=changed) if changed is not None:
                edges = window_edges(changed.window, self._search.zone)
                return [self._search.cross(edges, [one.as_of for one in self._subject.published])]
            case _:
                return []

    # -- events --------------------------------------------------------------------------------

    def _scan(
        self, scan: Scan, moving: Moving, *, only_inside: bool = True
    ) -> list[Iterator[datetime]]:
        """Events enter and leave a window one by one, and may come to fit a relative filter.

        Args:
            only_inside: events that have left the window for good do not matter.
        """
        events = self._subject.events(scan)
        parts = [self._search.cross(moving, [event.at for event in events])]
        if only_inside:
            events = self._not_gone(events, scan.window, moving.back)
        for leaf in () if scan.where is None else leaves_of(scan.where):
            if isinstance(leaf, Test) and is_relative(leaf):
                parts += relative_candidates(leaf, _values(leaf.field, events), self._search)
        return parts

    def _not_gone(self, events: list[Happened], window: Window, back: timedelta) -> list[Happened]:
        search = self._search
        start = interval_of(window, as_of_utc=search.after, zone=search.zone).start
        if start is None or start < _EARLIEST + back:
            return events
        return [event for event in events if event.at >= start - back]

    def _occurrence(self, leaf: Occurrence) -> list[Iterator[datetime]]:
        window = leaf.scan.window
        if leaf.pattern.kind == "plain":
            parts = self._scan(leaf.scan, window_edges(window, self._search.zone))
            return parts if leaf.guard is None else [*parts, self._observed(leaf)]
        return self._scan(leaf.scan, self._pattern_edges(leaf), only_inside=False)

    def _pattern_edges(self, leaf: Occurrence) -> Moving:
        """A pattern looks at the window, at what lies before it, and how far before."""
        zone = self._search.zone
        edges = window_edges(leaf.scan.window, zone)
        if leaf.pattern.kind == "regular":

            def periods(as_of: datetime) -> Instants:
                found = regular_periods(leaf, Moment(as_of, zone))
                return (found[0].end, *(period.start for period in found))

            slack = SHIFT_SLACK * (leaf.pattern.of + 1)
            return Moving(periods, zone, slack, slack)
        if isinstance(leaf.scan.window, AllTime | Between):
            return edges

        def at(as_of: datetime) -> Instants:
            start, end, now = edges.at(as_of)
            assert start is not None
            return start, end, pattern_edge(leaf, start, Moment(as_of, zone)), now

        return Moving(at, zone, edges.ahead + SHIFT_SLACK, SHIFT_SLACK * 2)

    def _observed(self, leaf: Occurrence) -> Iterator[datetime]:
        """The guard holds once its instant reaches the one since when the entity is known."""
        since, guard = self._subject.known_since, leaf.guard
        assert guard is not None
        if since is None or since < _EARLIEST:
            return iter(())
        length = guard.length
        if length is None:
            moving = window_edges(leaf.scan.window, self._search.zone)
        else:
            required = length
            moving = Moving(
                lambda as_of: (shift_instant(as_of, required, zone=self._search.zone, sign=-1),),
                self._search.zone,
                SHIFT_SLACK,
                SHIFT_SLACK,
            )
        return self._search.cross(moving, [since - TICK])

    def _measure(self, leaf: Measure) -> list[Iterator[datetime]]:
        """A value changes with the events in the window; the days since the last one with days."""
        if leaf.rank != "value":
            return []
        scan = leaf.aggregate.scan
        parts = self._scan(scan, window_edges(scan.window, self._search.zone))
        events = self._subject.events(scan)
        if leaf.aggregate.name == "recency":
            parts.append(self._search.midnights(self._recency_days(leaf.test, events)))
        elif is_relative(leaf.test) and leaf.aggregate.of is not None:
            values = _values(leaf.aggregate.of, events)
            parts += relative_candidates(leaf.test, values, self._search)
        return parts

    def _recency_days(self, test: Test, events: list[Happened]) -> Iterator[date]:
        """Any event may be the last one; its days are compared with each bound."""
        bounds = [floor(bound) for bound in bounds_of(test)]
        for day in {event.at.astimezone(self._search.zone).date() for event in events}:
            for bound in bounds:
                for extra in (bound, bound + 1):
                    yield days_later(day, extra)

    def _path(self, leaf: Path) -> list[Iterator[datetime]]:
        """Steps are events of one window; absence at the end is sure once its time has passed."""
        edges = window_edges(leaf.window, self._search.zone)
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
        if isinstance(window, AllTime | Between):
            fixed = window.end if isinstance(window, Between) else None
            end = _LATEST if fixed is None else instant_of(fixed, self._search.zone)
            return self._search.instants(instant for instant in reached if instant <= end)
        moving = window_edges(window, self._search.zone)
        return self._search.cross(moving, [instant - TICK for instant in reached])


def _values(field: Field, events: list[Happened]) -> list[Any]:
    return [event.row.get(field.name) for event in events]


_EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
_LATEST = datetime.max.replace(tzinfo=UTC)
