"""Who enters and who leaves which segment when customers change, by the reference evaluator.

Only those customers are looked at of whom something changed that a rule reads; nobody else can
enter or leave, unless the rule ranks everybody: of such a rule nothing is said.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidInput, MusterError
from muster.base.recent import Recent
from muster.base.records import Rule, Segment
from muster.compile.bind import bind_rule
from muster.compile.listed_keys import listed_keys
from muster.compile.statement import Statement
from muster.engines.entities import read_entities
from muster.rules.evaluate import evaluate
from muster.rules.nodes import Member
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Measure,
    Negation,
    Resolved,
    ResolvedRule,
    Threshold,
    leaves_of,
)
from muster.rules.world import Key, World
from muster.services.computed_from import member_atoms
from muster.services.context import WorkspaceContext
from muster.services.members import stored_members
from muster.services.needed import definition_of
from muster.services.orders.snapshots import Readable, Snapshot, differences, reads
from muster.store import rules as rule_store
from muster.store import segments as segment_store

_AT_ONCE = 200
_RESOLVED: Recent[tuple[str, str], ResolvedRule] = Recent(kept=1024)
Side = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class SegmentImpact:
    """How many customers enter and leave a segment; its size now, None before its first run."""

    segment_id: int
    name: str
    title: str
    entered: int
    left: int
    size_before: int | None


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A segment that may change but could not be foreseen, and why."""

    segment: str
    why: str


@dataclass(frozen=True, slots=True)
class Watched:
    """Customers before and after a change that is not to stay, or not yet."""

    readable: Readable
    before: Snapshot
    after: Snapshot
    as_of: datetime


def foreseen(
    context: WorkspaceContext, watched: Watched, *, seconds: float
) -> tuple[tuple[SegmentImpact, ...], tuple[Unmeasured, ...]]:
    """Return the segments that change, the most first, and those of which nothing can be said.

    Args:
        seconds: how long it may take; what is left then is not measured.
    """
    ends = time.monotonic() + seconds
    with context.transaction() as connection:
        published = rule_store.published(connection, context.workspace.id)
        segments = {one.name: one for one in segment_store.every(connection, context.workspace.id)}
    measuring = _Measuring(context, watched, {rule.name: rule for rule in published})
    found: list[SegmentImpact] = []
    not_measured: list[Unmeasured] = []
    for rule in published:
        try:
            moved = measuring.moved(rule.name, ends)
        except MusterError as error:
            not_measured.append(Unmeasured(rule.name, error.sentence))
        else:
            if moved != (0, 0) and rule.name in segments:
                found.append(_segment_impact(segments[rule.name], rule, *moved))
    found.sort(key=lambda one: (-one.entered - one.left, one.name))
    return tuple(found), tuple(not_measured)


def _segment_impact(segment: Segment, rule: Rule, entered: int, left: int) -> SegmentImpact:
    size = None if segment.current is None else segment.current.size
    return SegmentImpact(segment.id, rule.name, rule.title or rule.name, entered, left, size)


class _Measuring:
    """Evaluates rules about the watched customers, each no more often than is needed."""

    def __init__(
        self, context: WorkspaceContext, watched: Watched, published: Mapping[str, Rule]
    ) -> None:
        self._context = context
        self._watched = watched
        self._published = published
        self._differences = differences(watched.before, watched.after)
        self._sides = {"before": watched.before, "after": watched.after}
        self._rules: dict[str, ResolvedRule] = {}
        self._affected: dict[str, frozenset[Key]] = {}
        self._members: dict[tuple[str, Side], dict[Key, bool]] = {}
        self._fixed: dict[tuple[str, Member], frozenset[Key]] = {}

    @property
    def _model(self) -> DataModel:
        return self._watched.readable.model

    def moved(self, name: str, ends: float) -> tuple[int, int]:
        """Return how many customers enter and leave a segment.

        Raises:
            InvalidInput: it depends on more than these customers, or the time is over.
        """
        affected = self._affected_by(name)
        if not affected:
            return 0, 0
        obstacle = self._obstacle(name)
        if obstacle is not None:
            raise InvalidInput("NOT_FORESEEN", obstacle)
        entered = left = 0
        ordered = sorted(affected, key=str)
        for start in range(0, len(ordered), _AT_ONCE):
            keys = ordered[start : start + _AT_ONCE]
            if time.monotonic() > ends:
                raise InvalidInput("NOT_FORESEEN", "The time for a preview was over.")
            before = self._members_among("before", name, keys)
            after = self._members_among("after", name, keys)
            entered += len(after - before)
            left += len(before - after)
        return entered, left

    # -- what a rule depends on ----------------------------------------------------------------

    def _rule(self, name: str) -> ResolvedRule:
        if name not in self._rules:
            definition = definition_of(self._published[name])
            self._rules[name] = resolve_rule(definition, self._model)
        return self._rules[name]

    def _affected_by(self, name: str) -> frozenset[Key]:
        """Return the customers of whom something changed that a rule reads, itself or by others."""
        if name not in self._affected:
            rule = self._rule(name)
            found: set[Key] = set()
            for field in reads(rule, self._model, as_of=self._watched.as_of):
                found |= self._differences.get(field, frozenset())
            for parent in self._parents(rule):
                found |= self._affected_by(parent)
            self._affected[name] = frozenset(found)
        return self._affected[name]

    def _parents(self, rule: ResolvedRule) -> Iterator[str]:
        """Yield the segments that a refresh of everything computes together with a rule."""
        for member in _members_in(rule):
            if self._in_wave(member):
                yield str(member.segment)

    def _in_wave(self, member: Member) -> bool:
        pinned = member.version is not None or member.changed is not None
        return not pinned and member.segment in self._published

    def _obstacle(self, name: str) -> str | None:
        """Return why a rule's answer needs more than what the desk has of these customers."""
        rule = self._rule(name)
        if rule.limit is not None or any(
            isinstance(leaf, Measure) and leaf.rank != "value" for leaf in _leaves(rule)
        ):
            return "It ranks all customers, so everybody's place may change."
        names = reads(rule, self._model, as_of=self._watched.as_of)
        missing = self._watched.readable.missing(names)
        if missing:
            return f"It reads {missing[0]}, which the order desk does not hold."
        for parent in self._parents(rule):
            obstacle = self._obstacle(parent) if self._affected_by(parent) else None
            if obstacle is not None:
                return f'It is made of the segment "{parent}": {obstacle}'
        return None

    # -- evaluating ----------------------------------------------------------------------------

    def _members_among(self, side: Side, name: str, keys: Collection[Key]) -> set[Key]:
        known = self._members.setdefault((name, side), {})
        fresh = [key for key in keys if key not in known]
        if fresh:
            members = self._evaluated(side, name, fresh)
            known.update({key: key in members for key in fresh})
        return {key for key in keys if known[key]}

    def _evaluated(self, side: Side, name: str, keys: Collection[Key]) -> frozenset[Key]:
        rule, snapshot = self._rule(name), self._sides[side]
        members = dict.fromkeys(_members_in(rule))
        world = World(
            self._model,
            {key: snapshot.entities[key] for key in keys if key in snapshot.entities},
            {
                source: [(key, row) for key in keys for row in owned.get(key, ())]
                for source, owned in snapshot.events.items()
            },
            {_list_name(member): self._holding(side, name, member, keys) for member in members},
        )
        return evaluate(_with_lists(rule), world, as_of=self._watched.as_of).members

    def _holding(
        self, side: Side, name: str, member: Member, keys: Collection[Key]
    ) -> frozenset[Key]:
        """Return who among some customers is in a segment or on a list."""
        parent = str(member.segment)
        if self._in_wave(member) and self._obstacle(parent) is None:
            return frozenset(self._members_among(side, parent, keys))
        if (name, member) not in self._fixed:
            everybody = self._watched.before.entities.keys() | self._watched.after.entities.keys()
            self._fixed[name, member] = self._as_published(name, member, everybody)
        return self._fixed[name, member]

    def _as_published(self, name: str, member: Member, keys: Collection[Key]) -> frozenset[Key]:
        """Return who is on a list of the warehouse, or in what was published."""
        if member.listed is not None:
            tree = listed_keys(self._model.lists[member.listed], map(str, keys))
            with self._context.open_warehouse() as warehouse:
                what = f"list {member.listed}"
                statement = Statement.of(tree, dialect=warehouse.dialect, purpose=what)
                rows = warehouse.rows(statement, limit=1_000_000).rows
            return frozenset(row[0] for row in rows)
        bound = bind_rule(name, self._rule(name), self._model, as_of=self._watched.as_of)
        alike = replace(member, included=True, path="$")
        atom = next(atom for atom in member_atoms(bound) if atom.member == alike)
        ordinals = stored_members(self._context)(atom)
        entities = read_entities(self._context.folder)
        if not entities.is_text:
            raise InvalidInput("NOT_FORESEEN", "The warehouse numbers customers otherwise.")
        asked = np.array([str(key) for key in keys], dtype=object)
        inside = np.isin(entities.ordinals_of(asked), ordinals)
        return frozenset(asked[inside].tolist())


def _leaves(rule: ResolvedRule) -> tuple[Resolved, ...]:
    universe = () if rule.universe is None else leaves_of(rule.universe)
    return (*leaves_of(rule.where), *universe, *rule.exclude)


def _members_in(rule: ResolvedRule) -> Iterator[Member]:
    return (leaf for leaf in _leaves(rule) if isinstance(leaf, Member))


def _list_name(member: Member) -> str:
    return repr(replace(member, included=True, path="$"))


def _with_lists(rule: ResolvedRule) -> ResolvedRule:
    """Return the rule with a list of who is in it in place of each segment and list."""
    return replace(
        rule,
        where=_listed(rule.where),
        universe=None if rule.universe is None else _listed(rule.universe),
        exclude=tuple(_as_list(member) for member in rule.exclude),
    )


def _listed(node: Resolved) -> Resolved:
    match node:
        case Member():
            return _as_list(node)
        case Conjunction(children) | Disjunction(children) | Threshold(_, children):
            return replace(node, children=tuple(map(_listed, children)))
        case Negation(child):
            return Negation(_listed(child))
        case _:
            return node


def _as_list(member: Member) -> Member:
    return Member(listed=_list_name(member), included=member.included)
