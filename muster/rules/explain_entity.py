"""One entity as the reference evaluator sees it, now and at later instants with the same data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from muster.base.datamodel import DataModel
from muster.base.errors import NotFound
from muster.rules.duration import LAST_INSTANT, midnight_utc
from muster.rules.evaluate import Evaluator
from muster.rules.evaluate_events import Happened
from muster.rules.explain_records import Rank
from muster.rules.explain_walk import Walker
from muster.rules.lapse_candidates import Subject
from muster.rules.lapse_relative import depends_on_time
from muster.rules.nodes import Member
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Measure,
    Negation,
    Occurrence,
    Path,
    Resolved,
    ResolvedLeaf,
    ResolvedRule,
    Scan,
    Threshold,
)
from muster.rules.truth import Moment, Truth, all_of, any_of, at_least, negate
from muster.rules.windows import AllTime, Interval
from muster.rules.world import Key, Published, Row, World

_EVER = Interval(None, LAST_INSTANT)

Ranks = Mapping[Measure, Rank]


class Entity:
    """Answers for one entity: truths of leaves, its events, its truths at other instants."""

    def __init__(
        self,
        rule: ResolvedRule,
        world: World,
        key: Key,
        *,
        as_of: datetime,
        ranks: Ranks | None = None,
    ) -> None:
        if key not in world.entities:
            raise NotFound("UNKNOWN_ENTITY", f"There is no {world.model.entity.name} {key!r}.")
        self.key = key
        self.ranks: Ranks = ranks or {}
        self.moment = Moment(as_of.astimezone(UTC), ZoneInfo(rule.time_zone))
        self.world = _alone(world, key)
        # Ranks come from the caller, so who else is in the universe is not asked.
        self._rule = replace(rule, universe=None, limit=None, exclude=())
        self.evaluator = Evaluator(self._rule, self.world, as_of=as_of)
        self._events: dict[tuple[tuple[str, ...], Resolved | None], list[Happened]] = {}

    @property
    def model(self) -> DataModel:
        """The data model."""
        return self.world.model

    @property
    def row(self) -> Row:
        """The entity's attributes."""
        return self.world.entities[self.key]

    def truth(self, leaf: ResolvedLeaf) -> Truth:
        """Return a leaf's truth now; a rank's is what the caller said, else unknown."""
        if isinstance(leaf, Measure) and leaf.rank != "value":
            rank = self.ranks.get(leaf)
            return None if rank is None else rank.truth
        return _truth(self.evaluator, leaf, self.key)

    def ever(self, scan: Scan) -> list[Happened]:
        """Return the events of a scan, whatever its window, in order.

        Those that pass its filter; all of them where the filter depends on the time.
        """
        where = None if depends_on_time(scan.where) else scan.where
        wanted = (scan.sources, where)
        if wanted not in self._events:
            anywhen = Scan(scan.sources, where, AllTime())
            self._events[wanted] = self.evaluator.events.matching(anywhen, self.key, _EVER)
        return self._events[wanted]

    def without(self, event: Happened) -> Entity:
        """Return the same entity as if an event had never been."""
        events = {
            source: [(key, row) for key, row in rows if row is not event.row]
            for source, rows in self.world.events.items()
        }
        world = replace(self.world, events=events)
        as_of = self.moment.as_of
        return Entity(self._rule, world, self.key, as_of=as_of, ranks=self.ranks)

    def known_since(self) -> datetime | None:
        """Return since when the entity is known; a day means its local midnight."""
        name = self.model.entity.created_at
        since = self.row.get(name) if name else None
        if since is None or isinstance(since, datetime):
            return since
        return midnight_utc(since, self.moment.zone)

    def published(self, member: Member) -> tuple[Published, ...]:
        """Return the published versions of the segment a leaf speaks of, oldest first."""
        return self.world.segments.get(str(member.segment), ())

    def subject(self, leaf: ResolvedLeaf) -> Subject:
        """Return what a leaf's truth depends on."""
        published = self.published(leaf) if isinstance(leaf, Member) else ()
        return Subject(self.moment.zone, self.row, self.ever, self.known_since(), published)

    def truth_over_time(self, leaf: ResolvedLeaf) -> Callable[[datetime], Truth]:
        """Return a function of ``as_of`` that evaluates a leaf by the law, with the same data.

        The law sees only the events that can matter, so that it need not filter them each time.
        """
        smaller, events = self.narrowed(leaf)
        rows: dict[str, list[tuple[Key | None, Row]]] = {}
        for event in events:
            rows.setdefault(event.source, []).append((self.key, event.row))
        world = replace(self.world, events=rows)

        def truth(as_of: datetime) -> Truth:
            return _truth(Evaluator(self._rule, world, as_of=as_of), smaller, self.key)

        return truth

    def narrowed(self, leaf: ResolvedLeaf) -> tuple[ResolvedLeaf, list[Happened]]:
        """Return the leaf without its filter, and the events that pass it."""
        match leaf:
            case Occurrence(scan):
                return replace(leaf, scan=_unfiltered(scan)), self.ever(scan)
            case Measure(aggregate):
                bare = replace(aggregate, scan=_unfiltered(aggregate.scan))
                return replace(leaf, aggregate=bare), self.ever(aggregate.scan)
            case Path(steps):
                found: dict[tuple[str, int], Happened] = {}
                for step in steps:
                    for event in self.ever(Scan(step.sources, step.where, leaf.window)):
                        found[event.source, id(event.row)] = event
                return leaf, list(found.values())
            case _:
                return leaf, []


def _truth(evaluator: Evaluator, leaf: ResolvedLeaf, key: Key) -> Truth:
    """Return what the law says; of a sequence by way of a walker that remembers."""
    if isinstance(leaf, Path):
        return Walker(leaf, evaluator.events, key).walk()[0]
    return evaluator.truth(leaf, key)


def combine(node: Resolved, truth_of: Callable[[ResolvedLeaf], Truth]) -> Truth:
    """Return a node's truth from its leaves'."""
    match node:
        case Conjunction(children):
            return all_of(combine(child, truth_of) for child in children)
        case Disjunction(children):
            return any_of(combine(child, truth_of) for child in children)
        case Negation(child):
            return negate(combine(child, truth_of))
        case Threshold(n, children):
            return at_least(n, [combine(child, truth_of) for child in children])
        case _:
            return truth_of(node)


def _unfiltered(scan: Scan) -> Scan:
    return scan if depends_on_time(scan.where) else replace(scan, where=None)


def _alone(world: World, key: Key) -> World:
    """Return the world with one entity and its events, corrections already made."""
    events = {
        name: [(key, row) for row in world.events_by_entity(name).get(key, ())]
        for name in world.model.events
        if world.events.get(name)
    }
    return replace(world, entities={key: world.entities[key]}, events=events)
