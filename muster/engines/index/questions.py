"""An event atom as questions that kernels can answer: each is a number per entity within ranges.

`rules/evaluate_events.py` is the law. What is not said here exactly has no answer (None): text in
order, sums of doubles, percentiles, modes, sums that might overflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from muster.base.datamodel import Field
from muster.compile.aggregates import empty_truth
from muster.compile.atoms import (
    BoundScan,
    Counted,
    EventAtom,
    FirstTime,
    Regular,
    Restarted,
    Stopped,
    Valued,
)
from muster.engines.index.asking import (
    ALWAYS,
    LEAST,
    MOST,
    SOME,
    Answer,
    Asked,
    Balance,
    Distinct,
    Edge,
    Join,
    Measure,
    Periods,
    Question,
    Ranges,
    Rows,
    Total,
    microseconds,
)
from muster.engines.index.layout import EventIndex, Real, Whole
from muster.engines.index.local_days import day_begins
from muster.engines.index.ranges import ranges_of, scale_of
from muster.rules.nodes import Count
from muster.rules.resolved import Aggregate, Conjunction, Range, Resolved, Test
from muster.rules.truth import Moment

_SAFE: Final = 2**62
_ROWS: Final = Rows()
_OPPOSITE_ENDS: Final = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge"}


def answer_of(atom: EventAtom, events: Mapping[str, EventIndex]) -> Answer | None:
    """Return how an atom is answered from these events; None if it cannot be, exactly."""
    if not all(source in events for source in atom.scan.sources):
        return None
    scan = EventScan(atom.scan, events)
    match atom.having:
        case Counted(count, distinct):
            measure = Rows() if distinct is None else Distinct(distinct, atom.zone)
            if not scan.can_measure(measure):
                return None
            return Answer(scan.ask(measure, _count_ranges(count)), None, None)
        case Valued(aggregate, test):
            return _Value(scan, aggregate, test, atom).answer()
        case FirstTime(start):
            return Answer(_all(scan.some(start), _not(scan.some(None, start))), None, None)
        case Stopped(start, since):
            return Answer(_all(scan.some(since, start), _not(scan.some(start))), None, None)
        case Restarted(start, gap):
            quiet = _not(scan.some(gap, start))
            return Answer(_all(scan.some(start), scan.some(None, gap), quiet), None, None)
        case Regular(periods, hit):
            starts = [LEAST if each.start is None else microseconds(each.start) for each in periods]
            held = scan.ask(Periods(tuple(sorted(starts))), ((hit, MOST),))
            return Answer(held, None, None)


def _all(*children: Asked) -> Join:
    return Join("all", children)


def _any(*children: Asked) -> Join:
    return Join("any", children)


def _not(child: Asked) -> Join:
    return Join("not", (child,))


def _count_ranges(count: Count) -> Ranges:
    low = count.low
    match count.op:
        case "=":
            return ((low, low),)
        case "!=":
            return ((LEAST, low - 1), (low + 1, MOST))
        case ">":
            return ((low + 1, MOST),)
        case ">=":
            return ((low, MOST),)
        case "<":
            return ((LEAST, low - 1),)
        case "<=":
            return ((LEAST, low),)
        case _:
            return () if count.high is None else ((low, count.high),)


class EventScan:
    """Asks questions about the events of one scan."""

    def __init__(self, scan: BoundScan, events: Mapping[str, EventIndex]) -> None:
        self._scan = scan
        self._events = tuple(events[source] for source in scan.sources)

    def ask(
        self, measure: Measure = _ROWS, ranges: Ranges = SOME, where: Test | None = None
    ) -> Question:
        """Ask about the whole scan; ``where`` narrows it further."""
        interval, condition = self._scan.interval, _narrowed(self._scan.where, where)
        end = microseconds(interval.end)
        start = LEAST if interval.start is None else min(microseconds(interval.start), end)
        return Question(self._scan.sources, condition, start, end, measure, ranges)

    def some(self, start: datetime | None = None, end: datetime | None = None) -> Question:
        """Ask for any event at or after ``start`` and before ``end``, within the scan."""
        return self.some_between(
            LEAST if start is None else microseconds(start),
            MOST if end is None else microseconds(end),
        )

    def some_between(self, start: int, end: int) -> Question:
        """Ask for any event between two instants in microseconds, within the scan."""
        whole = self.ask()
        end = min(end, whole.end)
        return replace(whole, start=min(max(start, whole.start), end), end=end)

    def some_valued(self, field: Field) -> Question:
        """Ask for any event with a value in a field."""
        columns = [events.columns.get(field.name) for events in self._events]
        if all(isinstance(column, Whole) and column.known is None for column in columns):
            return self.ask()
        return self.ask(where=Test(field, "exists", None))

    def can_add(self, field: Field, *, times: int = 1, less: int = 0) -> bool:
        """Whether ``times`` * any sum of the field - ``less`` * any count fits 64 bits."""
        most = 0
        for events in self._events:
            column = events.columns.get(field.name)
            if not isinstance(column, Whole):
                return False
            most += column.magnitude * abs(times) + len(events.entity) * abs(less)
        return most < _SAFE

    def can_measure(self, measure: Measure) -> bool:
        """Whether a number can be had from what is indexed."""
        match measure:
            case Distinct(Field() as field, _):
                return self._comparable(field)
            case Edge():
                return len(self._events) == 1 and not self._events[0].tied
            case _:
                return True

    def _comparable(self, field: Field) -> bool:
        """Whether equal values of a field are equal numbers in every source."""
        if len(self._events) == 1:
            events = self._events[0]
            return field.name in events.columns or _named(events.partition) == field.name
        columns = [events.columns.get(field.name) for events in self._events]
        return all(isinstance(column, Whole) for column in columns) or all(
            isinstance(column, Real) for column in columns
        )


def _narrowed(where: Resolved | None, further: Test | None) -> Resolved | None:
    if where is None or further is None:
        return where if further is None else further
    parts = where.children if isinstance(where, Conjunction) else (where,)
    return Conjunction((*parts, further))


@dataclass(frozen=True, slots=True)
class _Value:
    """An aggregate's value against a test."""

    scan: EventScan
    aggregate: Aggregate
    test: Test
    atom: EventAtom

    def answer(self) -> Answer | None:
        zone = ZoneInfo(self.atom.zone)
        moment = Moment(self.atom.scan.interval.end, zone)  # a bound test does not look at it
        empty = empty_truth(self.atom.having, moment)
        known = self._known()
        if known is None:
            return None
        if self.test.op in ("exists", "missing"):
            return Answer(ALWAYS if self.test.op == "exists" else _not(ALWAYS), known, empty)
        holds = self._holds(known)
        if holds is None:
            return None
        if self.aggregate.empty_is_zero and self.aggregate.name in ("count", "sum", "distinct"):
            return Answer(holds, None, None)  # zero is what nothing adds up to
        return Answer(holds, known, empty)

    def _known(self) -> Asked | None:
        """Return whether there is a value; None if that cannot be said."""
        name, field = self.aggregate.name, self.aggregate.of
        if name in ("count", "recency"):
            return self.scan.ask()
        if field is None or name in ("percentile", "mode"):
            return None
        if name not in ("first", "last"):
            return self.scan.some_valued(field)
        return self._edge(Test(field, "exists", None))

    def _edge(self, test: Test) -> Question | None:
        measure = Edge(self.aggregate.name == "last", test)
        return self.scan.ask(measure) if self.scan.can_measure(measure) else None

    def _holds(self, known: Asked) -> Asked | None:
        field = self.aggregate.of
        match self.aggregate.name:
            case "count":
                return self._within(Rows())
            case "recency":
                return self._recency(known)
        if field is None:
            return None
        match self.aggregate.name:
            case "sum":
                return self._within(Total(field.name)) if self.scan.can_add(field) else None
            case "avg":
                return self._average(field)
            case "min" | "max":
                return self._extreme(field, self.test.op, self.test.operand)
            case "distinct":
                return self._within(Distinct(field, self.atom.zone))
            case _:
                return self._edge(replace(self.test, field=field))

    def _within(self, measure: Measure) -> Asked | None:
        ranges = ranges_of(self.test, self.aggregate.output)
        if ranges is None or not self.scan.can_measure(measure):
            return None
        return self.scan.ask(measure, tuple(ranges))

    # -- averages: the sum against operand * count, in whole numbers -------------------------------

    def _average(self, field: Field) -> Asked | None:
        operand: Any = self.test.operand
        if isinstance(operand, Range):
            ends = [
                (operand.low, "ge" if operand.low_included else "gt"),
                (operand.high, "le" if operand.high_included else "lt"),
            ]
            parts = [self._balance(field, op, end) for end, op in ends if end is not None]
            return None if None in parts else _all(*(part for part in parts if part is not None))
        if isinstance(operand, tuple):
            hits = [self._balance(field, "eq", item) for item in operand]
            if None in hits:
                return None
            among = _any(*(hit for hit in hits if hit is not None))
            return among if self.test.op == "in" else _not(among)
        return self._balance(field, self.test.op, operand)

    def _balance(self, field: Field, op: str, operand: Any) -> Asked | None:
        ranges: dict[str, Ranges] = {
            "eq": ((0, 0),),
            "ne": ((LEAST, -1), (1, MOST)),
            "lt": ((LEAST, -1),),
            "le": ((LEAST, 0),),
            "gt": ((1, MOST),),
            "ge": ((0, MOST),),
        }
        if op not in ranges or isinstance(operand, Field | float) or not self.scan.can_add(field):
            return None
        bound = Fraction(operand) * 10 ** scale_of(field)
        times, less = bound.denominator, bound.numerator
        if not self.scan.can_add(field, times=times, less=less):
            return None
        asked = self.scan.ask(Balance(field.name, times, less), ranges[op])
        return replace(asked, where=self.scan.some_valued(field).where)

    # -- least and most: whether there is a value beyond -------------------------------------------

    def _extreme(self, field: Field, op: str, operand: Any) -> Asked | None:
        if isinstance(operand, Field):
            return None
        if isinstance(operand, Range):
            if op not in ("within", "outside"):
                return None
            low = "ge" if operand.low_included else "gt"
            high = "le" if operand.high_included else "lt"
            parts = [
                self._extreme(field, end_op, end)
                for end_op, end in ((low, operand.low), (high, operand.high))
                if end is not None
            ]
            inside = _all(*(part for part in parts if part is not None))
            return inside if op == "within" else _not(inside)
        if isinstance(operand, tuple):
            if op not in ("in", "not_in"):
                return None
            hits = [self._extreme(field, "eq", item) for item in operand]
            among = _any(*(hit for hit in hits if hit is not None))
            return among if op == "in" else _not(among)
        return self._beside(field, op, operand)

    def _beside(self, field: Field, op: str, operand: Any) -> Asked | None:
        """The most is at least v if any is; the least is at least v if none is below."""

        def some(end: str) -> Question:
            return self.scan.ask(where=Test(field, end, operand))

        outward, at_least = ("gt", "ge") if self.aggregate.name == "max" else ("lt", "le")
        if op in ("eq", "ne"):
            equal = _all(some(at_least), _not(some(outward)))
            return equal if op == "eq" else _not(equal)
        if op not in _OPPOSITE_ENDS:
            return None
        return some(op) if op in (outward, at_least) else _not(some(_OPPOSITE_ENDS[op]))

    # -- recency: days back from today ------------------------------------------------------------

    def _recency(self, known: Asked) -> Asked | None:
        """A last event at most n days back is any event since the day n days ago began."""
        ranges = ranges_of(self.test, self.aggregate.output)
        if ranges is None or self.atom.today is None:
            return None
        parts: list[Asked] = []
        for low, high in ranges:
            sides: list[Asked] = [known]
            for days, inside in ((high, True), (low - 1, False)):
                since = self._since(days)
                if since is None:
                    return None
                some = self.scan.some_between(since, MOST)
                sides.append(some if inside else _not(some))
            parts.append(_all(*sides))
        return _any(*parts)

    def _since(self, days: int) -> int | None:
        """Return when the day so many days ago began; None if it did not begin just once."""
        assert self.atom.today is not None
        if days < 0:
            return MOST
        back = self.atom.today.toordinal() - days
        return LEAST if back <= 1 else day_begins(back, self.atom.zone)


def _named(field: Field | None) -> str | None:
    return None if field is None else field.name
