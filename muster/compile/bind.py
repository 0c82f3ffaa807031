"""Binds a resolved rule to one moment: windows become instants, leaves become atoms and gates.

This is where "in the last 30 days" meets ``as_of``. Nothing here knows SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from muster.base.datamodel import DataModel, Field, FieldType
from muster.compile.atoms import (
    BoundScan,
    BoundStep,
    Counted,
    EntityAtom,
    EventAtom,
    FirstTime,
    Formula,
    Gate,
    Having,
    MemberAtom,
    ObservedAtom,
    PathAtom,
    RankAtom,
    Regular,
    Restarted,
    Stopped,
    Valued,
)
from muster.compile.bind_tests import bind_condition, bind_test
from muster.rules.duration import shift_instant
from muster.rules.evaluate_events import pattern_edge, regular_periods
from muster.rules.nodes import Bucket, Count, Member
from muster.rules.resolved import (
    Aggregate,
    Conjunction,
    Disjunction,
    Guard,
    InArea,
    Measure,
    Negation,
    Occurrence,
    Path,
    Resolved,
    ResolvedLeaf,
    ResolvedRule,
    Scan,
    Test,
    Threshold,
    leaves_of,
)
from muster.rules.truth import Moment
from muster.rules.windows import AllTime, Interval, Window, interval_of


@dataclass(frozen=True, slots=True)
class BoundLimit:
    """Keep the first ``n`` by an attribute or by an aggregate over a bound scan."""

    n: int
    by: Field | Aggregate
    scan: BoundScan | None
    descending: bool


@dataclass(frozen=True, slots=True)
class BoundRule:
    """One rule at one moment: formulas over atoms.

    ``leaves`` pairs every leaf the author wrote (in reading order) with its own formula.
    """

    name: str
    where: Formula
    universe: Formula | None
    limit: BoundLimit | None
    exclude: tuple[Formula, ...]
    leaves: tuple[tuple[ResolvedLeaf, Formula], ...]
    moment: Moment


def bind_rule(name: str, rule: ResolvedRule, model: DataModel, *, as_of: datetime) -> BoundRule:
    """Bind a rule to ``as_of`` (with a zone)."""
    moment = Moment(as_of, ZoneInfo(rule.time_zone))
    binder = _Binder(model, moment)
    universe = None if rule.universe is None else binder.formula(rule.universe)
    binder.universe = universe
    limit = None
    if rule.limit is not None:
        by = rule.limit.by
        scan = binder.scan(by.scan) if isinstance(by, Aggregate) else None
        limit = BoundLimit(
            rule.limit.n,
            _bare(by) if isinstance(by, Aggregate) else by,
            scan,
            rule.limit.descending,
        )
    return BoundRule(
        name,
        binder.formula(rule.where),
        universe,
        limit,
        tuple(binder.formula(member) for member in rule.exclude),
        tuple((leaf, binder.formula(leaf)) for leaf in leaves_of(rule.where)),
        moment,
    )


class _Binder:
    """Binds nodes of one rule; ``universe`` is what ranks count among."""

    def __init__(self, model: DataModel, moment: Moment) -> None:
        self._model = model
        self._moment = moment
        self.universe: Formula | None = None

    def formula(self, node: Resolved) -> Formula:
        match node:
            case Conjunction(children):
                return Gate("all", tuple(self.formula(child) for child in children))
            case Disjunction(children):
                return Gate("any", tuple(self.formula(child) for child in children))
            case Negation(child):
                return Gate("not", (self.formula(child),))
            case Threshold(n, children):
                return Gate("at_least", tuple(self.formula(child) for child in children), n)
            case Test():
                return EntityAtom(bind_test(node, self._moment))
            case InArea() | Bucket():
                return EntityAtom(node)
            case Occurrence():
                return self._occurrence(node)
            case Measure():
                return self._measure(node)
            case Path():
                return self._path(node)
            case Member():
                return self._member(node)
            case _:
                assert_never(node)

    def scan(self, scan: Scan) -> BoundScan:
        """Bind a scan's window and filter."""
        return BoundScan(scan.sources, self._where(scan.where), self.interval(scan.window))

    def interval(self, window: Window) -> Interval:
        """Return a window's instants at this moment."""
        return interval_of(window, as_of_utc=self._moment.as_of, zone=self._moment.zone)

    def _where(self, where: Resolved | None) -> Resolved | None:
        return None if where is None else bind_condition(where, self._moment)

    def _occurrence(self, node: Occurrence) -> Formula:
        if node.pattern.kind != "plain":
            return self._pattern(node)
        scan = self.scan(node.scan)
        if node.guard is None:
            return EventAtom(scan, Counted(node.count, node.distinct), self._zone(node.distinct))
        observed = self._observed(node.guard, scan.interval.start)
        return _guarded(node, scan, observed, self._zone(node.distinct))

    def _zone(self, days: object) -> str:
        """Return the rule's zone where local days matter, so that other questions stay equal."""
        return self._moment.zone.key if isinstance(days, str) else "UTC"

    def _observed(self, guard: Guard, start: datetime | None) -> Formula | None:
        """Return the atom "known long enough"; None = nothing can be too short."""
        if guard.length is not None:
            start = shift_instant(self._moment.as_of, guard.length, zone=self._moment.zone, sign=-1)
        name = self._model.entity.created_at
        if start is None or name is None:
            return None
        field = self._model.attributes[name]
        if field.type is not FieldType.DATE:
            return ObservedAtom(field, start)
        # A day began at or before the instant exactly if it is not later than the instant's day.
        day: date = start.astimezone(self._moment.zone).date()
        return ObservedAtom(field, day)

    def _pattern(self, node: Occurrence) -> Formula:
        interval = self.interval(node.scan.window)
        start = interval.start or self._moment.as_of
        earlier = Interval(None, interval.end)
        having: Having
        if node.pattern.kind == "regular":
            periods = tuple(regular_periods(node, self._moment))
            having = Regular(periods, node.pattern.hit)
            earlier = Interval(periods[-1].start, periods[0].end)
        elif node.pattern.kind == "first_time":
            having = FirstTime(start)
        elif node.pattern.kind == "stopped":
            having = Stopped(start, pattern_edge(node, start, self._moment))
        else:
            gap_start = pattern_edge(node, start, self._moment)
            having = Restarted(start, start if gap_start is None else gap_start)
        scan = BoundScan(node.scan.sources, self._where(node.scan.where), earlier)
        return EventAtom(scan, having)

    def _measure(self, node: Measure) -> Formula:
        scan = self.scan(node.aggregate.scan)
        test = bind_test(node.test, self._moment)
        recent = node.aggregate.name == "recency"
        zone = self._zone("day" if recent else None)
        if node.rank != "value":
            return RankAtom(_bare(node.aggregate), scan, node.rank, test, self.universe, zone)
        today = self._moment.today if recent else None
        return EventAtom(scan, Valued(_bare(node.aggregate), test), zone, today)

    def _path(self, node: Path) -> Formula:
        steps = tuple(
            BoundStep(
                step.sources,
                self._where(step.where),
                step.within.elapsed() if step.within else None,
                step.not_before.elapsed() if step.not_before else None,
                step.absent,
            )
            for step in node.steps
        )
        return PathAtom(steps, node.same, node.start, self.interval(node.window))

    def _member(self, node: Member) -> Formula:
        window = None if node.changed is None else self.interval(node.changed.window)
        atom = MemberAtom(replace(node, included=True, path="$"), window)
        return atom if node.included else Gate("not", (atom,))


def _bare(aggregate: Aggregate) -> Aggregate:
    """Drop the unbound scan, which the bound one beside it replaces, so that equals are equal."""
    return replace(aggregate, scan=_NO_SCAN)


def _guarded(node: Occurrence, scan: BoundScan, observed: Formula | None, zone: str) -> Formula:
    """Say "the true count may be larger than the seen one unless observed" by gates.

    ``observed`` is true or unknown. A count that can only grow makes "at least n" safe when true
    (or-ed with not observed: unknown when false) and "at most n" safe when false (and-ed).
    """

    def growing(op: str, n: int) -> Formula:
        atom = EventAtom(scan, Counted(Count(op, n), node.distinct), zone)
        return atom if observed is None else Gate("any", (atom, Gate("not", (observed,))))

    def shrinking(op: str, n: int) -> Formula:
        atom = EventAtom(scan, Counted(Count(op, n), node.distinct), zone)
        return atom if observed is None else Gate("all", (atom, observed))

    def between(low: int, high: int) -> Formula:
        if low == 0:  # at least none says nothing
            return shrinking("<=", high)
        return Gate("all", (growing(">=", low), shrinking("<=", high)))

    count = node.count
    match count.op:
        case ">" | ">=":
            return growing(count.op, count.low)
        case "<" | "<=":
            return shrinking(count.op, count.low)
        case "between":
            high = count.low if count.high is None else count.high
            return between(count.low, high)
        case "=":
            return between(count.low, count.low)
        case _:
            return Gate("not", (between(count.low, count.low),))


_NO_SCAN = Scan((), None, AllTime())
