"""The reference evaluator: what a rule means, in plain Python over plain rows.

It is the law. It favours being obviously right over being fast; engines are tested against it, and
it explains one person's membership.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from hashlib import md5
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from muster.base.datamodel import Field, FieldType
from muster.rules.evaluate_events import EventView
from muster.rules.geo import inside_circle, inside_polygon
from muster.rules.nodes import Bucket, Member
from muster.rules.resolved import (
    Aggregate,
    Circle,
    Conjunction,
    Disjunction,
    InArea,
    Measure,
    Negation,
    Occurrence,
    Path,
    Resolved,
    ResolvedRule,
    Test,
    Threshold,
)
from muster.rules.truth import Moment, Truth, all_of, any_of, at_least, judge, negate
from muster.rules.windows import interval_of
from muster.rules.world import Key, Published, World


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome of a rule: each entity's truth, who was asked about, who is a member."""

    truths: dict[Key, Truth]
    universe: frozenset[Key]
    members: frozenset[Key]


def evaluate(rule: ResolvedRule, world: World, *, as_of: datetime) -> Evaluation:
    """Evaluate a rule for every entity at one instant (``as_of``, with a zone)."""
    evaluator = Evaluator(rule, world, as_of=as_of)
    truths = {key: evaluator.truth(rule.where, key) for key in world.entities}
    chosen = {key for key in evaluator.universe if truths[key] is True}
    if rule.limit is not None:
        chosen = set(evaluator.first(rule.limit.n, chosen))
    for member in rule.exclude:
        chosen -= {key for key in chosen if evaluator.truth(member, key) is True}
    return Evaluation(truths, evaluator.universe, frozenset(chosen))


class Evaluator:
    """Evaluates the nodes of one rule over one world at one instant."""

    def __init__(self, rule: ResolvedRule, world: World, *, as_of: datetime) -> None:
        self._rule = rule
        self._world = world
        self.moment = Moment(as_of.astimezone(UTC), ZoneInfo(rule.time_zone))
        self.events = EventView(world, self.moment, self.truth_of_event)
        self._ranks: dict[Aggregate, list[Any]] = {}

    @cached_property
    def universe(self) -> frozenset[Key]:
        """The entities the rule is asked about; those of which it is true."""
        node = self._rule.universe
        if node is None:
            return frozenset(self._world.entities)
        return frozenset(key for key in self._world.entities if self.truth(node, key) is True)

    def truth(self, node: Resolved, key: Key) -> Truth:
        """Return a node's truth for one entity."""
        match node:
            case Conjunction(children):
                return all_of(self.truth(child, key) for child in children)
            case Disjunction(children):
                return any_of(self.truth(child, key) for child in children)
            case Negation(child):
                return negate(self.truth(child, key))
            case Threshold(n, children):
                return at_least(n, [self.truth(child, key) for child in children])
            case Test():
                return self._judge(node, self._world.entities[key])
            case InArea():
                return _in_area(node, self._world.entities[key])
            case Occurrence():
                return self.events.occurrence(node, key, self._known_since(key))
            case Measure():
                return self._measure(node, key)
            case Path():
                return self.events.path(node, key)
            case Member():
                return self._member(node, key)
            case Bucket():
                return in_bucket(node, key)
            case _:
                assert_never(node)

    def truth_of_event(self, node: Resolved, row: Any) -> Truth:
        """Return the truth of an event filter for one event."""
        match node:
            case Conjunction(children):
                return all_of(self.truth_of_event(child, row) for child in children)
            case Disjunction(children):
                return any_of(self.truth_of_event(child, row) for child in children)
            case Negation(child):
                return negate(self.truth_of_event(child, row))
            case Threshold(n, children):
                return at_least(n, [self.truth_of_event(child, row) for child in children])
            case Test():
                return self._judge(node, row)
            case InArea():
                return _in_area(node, row)
            case _:
                raise AssertionError("not a condition on one event")

    def _judge(self, test: Test, row: Any) -> Truth:
        value = _value(test.field, row)
        other = _value(test.operand, row) if isinstance(test.operand, Field) else None
        return judge(test, value, other=other, moment=self.moment)

    def _known_since(self, key: Key) -> datetime | None:
        name = self._world.model.entity.created_at
        since = self._world.entities[key].get(name) if name else None
        if since is None or isinstance(since, datetime):
            return since
        return datetime(since.year, since.month, since.day, tzinfo=self.moment.zone)

    def _measure(self, node: Measure, key: Key) -> Truth:
        if node.rank == "value":
            return self.events.measure(node.aggregate, node.test, key)
        value = self.events.ranked(node.aggregate, key)
        if key not in self.universe or value is None:
            return None
        ranked = self._ranked(node.aggregate)
        if node.rank == "top_n":
            rank: Any = 1 + sum(1 for other in ranked if other > value)
        else:
            # Compared as count * 100 / size without rounding: both sides times size.
            smaller = sum(1 for other in ranked if other <= value)
            rank = Decimal(100 * smaller) / Decimal(len(ranked))
            return _percentile_truth(node.test, 100 * smaller, len(ranked), rank)
        return judge(node.test, rank, moment=self.moment)

    def _ranked(self, aggregate: Aggregate) -> list[Any]:
        if aggregate not in self._ranks:
            values = [self.events.ranked(aggregate, key) for key in self.universe]
            self._ranks[aggregate] = [value for value in values if value is not None]
        return self._ranks[aggregate]

    def _member(self, node: Member, key: Key) -> Truth:
        if node.listed is not None:
            return (key in self._world.lists.get(node.listed, frozenset())) is node.included
        versions = self._world.segments.get(str(node.segment), ())
        if node.changed is None:
            found = _version(versions, node.version)
            return (found is not None and key in found.members) is node.included
        interval = interval_of(
            node.changed.window, as_of_utc=self.moment.as_of, zone=self.moment.zone
        )
        entered = node.changed.kind == "entered"
        changed = any(
            (key in after) is entered and (key in before) is not entered
            for at, before, after in _steps(versions)
            if interval.holds(at)
        )
        return changed is node.included

    def first(self, n: int, members: Iterable[Key]) -> list[Key]:
        """Return the ``n`` members that rank first; no value ranks last, ties go by key."""
        limit = self._rule.limit
        assert limit is not None
        keys = sorted(members)  # one world has one key type
        values = {key: self._limit_value(limit.by, key) for key in keys}
        known = [key for key in keys if values[key] is not None]
        known.sort(key=lambda key: values[key], reverse=limit.descending)
        return [*known, *(key for key in keys if values[key] is None)][:n]

    def _limit_value(self, by: Aggregate | Field, key: Key) -> Any:
        if isinstance(by, Field):
            value = _value(by, self._world.entities[key])
            return None if isinstance(value, float) and value != value else value
        return self.events.ranked(by, key)


def _value(field: Field, row: Any) -> Any:
    value = row.get(field.name)
    if field.type is FieldType.GEO and value is not None:
        # A missing or NaN coordinate is no point.
        return None if any(part is None or part != part for part in value) else value
    return value


def _in_area(node: InArea, row: Any) -> Truth:
    point = _value(node.field, row)
    if point is None:
        return None
    if isinstance(node.area, Circle):
        centre = (node.area.latitude, node.area.longitude)
        return inside_circle(point[0], point[1], centre=centre, km=node.area.km)
    return inside_polygon(point[0], point[1], node.area.corners)


def _percentile_truth(test: Test, scaled: int, size: int, rank: Decimal) -> Truth:
    """Compare scaled / size with the operand exactly, by comparing scaled with operand * size."""
    operand = test.operand
    assert isinstance(operand, Decimal | int)
    wanted = operand * size
    outcomes = {
        "eq": scaled == wanted,
        "ne": scaled != wanted,
        "lt": scaled < wanted,
        "le": scaled <= wanted,
        "gt": scaled > wanted,
        "ge": scaled >= wanted,
    }
    assert rank >= 0
    return outcomes[test.op]


def _version(versions: tuple[Published, ...], number: int | None) -> Published | None:
    if number is None:
        return versions[-1] if versions else None
    return next((version for version in versions if version.number == number), None)


def _steps(
    versions: tuple[Published, ...],
) -> list[tuple[datetime, frozenset[Key], frozenset[Key]]]:
    """Return (as_of, members before, members after) of each version."""
    before: frozenset[Key] = frozenset()
    steps = []
    for version in versions:
        steps.append((version.as_of, before, version.members))
        before = version.members
    return steps


def bucket_bounds(bucket: Bucket) -> tuple[str, str | None]:
    """Return the bucket as 8-digit hexadecimal text [low, high); None = up to the end.

    A share s becomes ceil(s * 2^32), so that neighbouring buckets neither overlap nor gap, and text
    order equals number order in every engine. "g" lies after every hash.
    """
    low, high = (
        int((Decimal(share) * 2**32).to_integral_value(rounding=ROUND_CEILING))
        for share in (bucket.low, bucket.high)
    )
    return "g" if low >= 2**32 else f"{low:08x}", None if high >= 2**32 else f"{high:08x}"


def in_bucket(bucket: Bucket, key: Key) -> bool:
    """Whether a key's hash, the first 8 hexadecimal digits of md5(salt:key), is in the bucket."""
    digest = md5(f"{bucket.salt}:{key}".encode(), usedforsecurity=False).hexdigest()[:8]
    low, high = bucket_bounds(bucket)
    return digest >= low and (high is None or digest < high)
