"""Who enters and who leaves which segment when orders change, by the reference evaluator."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate
from typing import Literal

import numpy as np

from muster.base.errors import InvalidInput, MusterError
from muster.base.records import Rule, Segment
from muster.compile.bind import bind_rule
from muster.compile.listed_keys import listed_keys
from muster.compile.statement import Statement
from muster.engines.entities import read_entities
from muster.rules.evaluate import evaluate
from muster.rules.nodes import Member
from muster.rules.references import events_in
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Negation,
    Resolved,
    ResolvedRule,
    Threshold,
)
from muster.rules.world import Key, Row, World
from muster.services.computed_from import member_atoms
from muster.services.context import WorkspaceContext
from muster.services.members import stored_members
from muster.services.orders.impact_reach import Reach, members_in
from muster.services.orders.opening import open_desk
from muster.services.orders.snapshots import (
    OwnedRow,
    Readable,
    Snapshot,
    differences,
    events_beside,
)
from muster.services.workspaces import model_in
from muster.store import rules as rule_store
from muster.store import segments as segment_store
from muster.store.orders.customer_rows import Values, weights

MOST_CUSTOMERS = 2_000
_MOST_ROWS = 100_000
_AT_ONCE = 200
_ALL_ROWS = 1_000_000
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
    """What a change of some orders touches, before and after it."""

    readable: Readable
    order_ids: tuple[int, ...]
    before: Snapshot
    after: Snapshot
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a change does to segments.

    Attributes:
        segments: those that change, the most first.
        not_measured: those of which nothing can be said.
        looked_at, concerned: customers who were evaluated, and who would have to be.
    """

    segments: tuple[SegmentImpact, ...]
    not_measured: tuple[Unmeasured, ...]
    looked_at: int
    concerned: int


def foreseen(context: WorkspaceContext, watched: Watched, *, seconds: float) -> Foreseen:
    """Return what a change does to every segment of the workspace.

    Args:
        seconds: how long it may take; what is left then is not measured.
    """
    ends = time.monotonic() + seconds
    with context.transaction() as connection:
        fingerprint, _ = model_in(connection, context)
        published = rule_store.published(connection, context.workspace.id)
        segments = {one.name: one for one in segment_store.every(connection, context.workspace.id)}
    changed = differences(watched.readable, watched.before, watched.after)
    by_name = {rule.name: rule for rule in published}
    reach = Reach(watched.readable, fingerprint, by_name, changed, watched.as_of)
    not_measured: list[Unmeasured] = []
    asked: list[str] = []
    for name in by_name:
        try:
            obstacle = reach.obstacle(name) if reach.affected(name) else None
        except MusterError as error:
            obstacle = error.sentence
        if obstacle is not None:
            not_measured.append(Unmeasured(name, obstacle))
        elif reach.affected(name):
            asked.append(name)
    concerned = frozenset[Key]().union(*map(reach.affected, asked))
    chosen, beside = _beside(context, watched, reach, asked, concerned)
    measuring = _Measuring(context, reach, chosen, _both_sides(watched, beside, chosen))
    found: list[SegmentImpact] = []
    for name in asked:
        try:
            entered, left = measuring.moved(name, ends)
        except MusterError as error:
            not_measured.append(Unmeasured(name, error.sentence))
        else:
            if (entered or left) and name in segments:
                found.append(_segment_impact(segments[name], by_name[name], entered, left))
    found.sort(key=lambda one: (-one.entered - one.left, one.name))
    return Foreseen(tuple(found), tuple(not_measured), len(chosen), len(concerned))


def _segment_impact(segment: Segment, rule: Rule, entered: int, left: int) -> SegmentImpact:
    size = None if segment.current is None else segment.current.size
    return SegmentImpact(segment.id, rule.name, rule.title or rule.name, entered, left, size)


def _beside(
    context: WorkspaceContext,
    watched: Watched,
    reach: Reach,
    asked: Iterable[str],
    concerned: Collection[Key],
) -> tuple[frozenset[Key], dict[str, list[OwnedRow]]]:
    """Return the customers to look at (all, or some by chance), and their other orders' events."""
    if not concerned:
        return frozenset(), {}
    with open_desk(context) as (connection, _):
        found = weights(connection, [str(key) for key in concerned])
        running = accumulate(found.values())
        chosen = [
            key
            for place, (key, rows) in enumerate(zip(found, running, strict=True))
            if place < MOST_CUSTOMERS and (rows <= _MOST_ROWS or place == 0)
        ]
        beside = events_beside(
            connection,
            watched.readable,
            reach.needs(asked),
            customer_ids=chosen,
            but=dict.fromkeys(watched.before.events, watched.order_ids),
        )
    return frozenset(chosen), beside


@dataclass(frozen=True, slots=True)
class _Customers:
    """The chosen customers on one side of the change, as rules see them."""

    rows: Mapping[Key, Row]
    events: Mapping[str, Mapping[Key, list[Row]]]


def _both_sides(
    watched: Watched, beside: Mapping[str, list[OwnedRow]], chosen: frozenset[Key]
) -> dict[Side, _Customers]:
    """Return both sides; what did not change is made once and stands on both."""
    made: dict[tuple[str, str], tuple[Values, Row]] = {}

    def event(source: str, values: Values) -> Row:
        known = made.get((source, values[1]))
        if known is None or known[0] != values:
            known = values, watched.readable.events[source].row(values)
            made[source, values[1]] = known
        return known[1]

    def side(snapshot: Snapshot) -> _Customers:
        own = chosen & snapshot.customers.keys()
        rows = {key: watched.readable.entity.row(snapshot.customers[key]) for key in own}
        events: dict[str, dict[Key, list[Row]]] = {}
        for source, others in beside.items():
            owned = events.setdefault(source, {})
            for key, other in others:
                owned.setdefault(key, []).append(other)
            for values in snapshot.events.get(source, {}).values():
                if values[0] in chosen:
                    owned.setdefault(values[0], []).append(event(source, values))
        return _Customers(rows, events)

    return {"before": side(watched.before), "after": side(watched.after)}


@dataclass(frozen=True, slots=True)
class _Measuring:
    """Evaluates rules about the chosen customers, each no more often than is needed."""

    context: WorkspaceContext
    reach: Reach
    chosen: frozenset[Key]
    sides: Mapping[Side, _Customers]
    _members: dict[tuple[str, Side], dict[Key, bool]] = field(default_factory=dict)
    _fixed: dict[tuple[str, Member], frozenset[Key]] = field(default_factory=dict)

    def moved(self, name: str, ends: float) -> tuple[int, int]:
        """Return how many customers enter and leave a segment.

        Raises:
            InvalidInput: NOT_FORESEEN, the time is over.
            MusterError: a segment or a list it is made of cannot be read.
        """
        ordered = sorted(self.reach.affected(name) & self.chosen, key=str)
        entered = left = 0
        for start in range(0, len(ordered), _AT_ONCE):
            if time.monotonic() > ends:
                raise InvalidInput("NOT_FORESEEN", "The time for a preview was over.")
            keys = ordered[start : start + _AT_ONCE]
            before = self._members_among("before", name, keys)
            after = self._members_among("after", name, keys)
            entered += len(after - before)
            left += len(before - after)
        return entered, left

    def _members_among(self, side: Side, name: str, keys: Collection[Key]) -> set[Key]:
        known = self._members.setdefault((name, side), {})
        fresh = [key for key in keys if key not in known]
        if fresh:
            members = self._evaluated(side, name, fresh)
            known.update({key: key in members for key in fresh})
        return {key for key in keys if known[key]}

    def _evaluated(self, side: Side, name: str, keys: Collection[Key]) -> frozenset[Key]:
        rule, known = self.reach.rule(name), self.sides[side]
        members = dict.fromkeys(members_in(rule))
        world = World(
            self.reach.model,
            {key: known.rows[key] for key in keys if key in known.rows},
            {
                source: [(key, row) for key in keys for row in known.events[source].get(key, ())]
                for source in events_in(rule)
            },
            {_list_name(member): self._holding(side, name, member, keys) for member in members},
        )
        return evaluate(_with_lists(rule), world, as_of=self.reach.as_of).members

    def _holding(
        self, side: Side, name: str, member: Member, keys: Collection[Key]
    ) -> frozenset[Key]:
        """Return who among some customers is in a segment or on a list."""
        parent = str(member.segment)
        if self.reach.in_wave(member) and self.reach.obstacle(parent) is None:
            return frozenset(self._members_among(side, parent, keys))
        if (name, member) not in self._fixed:
            self._fixed[name, member] = self._as_published(name, member)
        return self._fixed[name, member]

    def _as_published(self, name: str, member: Member) -> frozenset[Key]:
        """Return who of the chosen is on a list of the warehouse, or in what was published."""
        keys = [str(key) for key in self.chosen]
        if member.listed is not None:
            tree = listed_keys(self.reach.model.lists[member.listed], keys)
            with self.context.open_warehouse() as warehouse:
                what = f"list {member.listed}"
                statement = Statement.of(tree, dialect=warehouse.dialect, purpose=what)
                rows = warehouse.rows(statement, limit=_ALL_ROWS).rows
            return frozenset(row[0] for row in rows)
        bound = bind_rule(name, self.reach.rule(name), self.reach.model, as_of=self.reach.as_of)
        alike = replace(member, included=True, path="$")
        atom = next(atom for atom in member_atoms(bound) if atom.member == alike)
        ordinals = stored_members(self.context)(atom)
        entities = read_entities(self.context.folder)
        if not entities.is_text:
            raise InvalidInput("NOT_FORESEEN", "The warehouse numbers customers otherwise.")
        asked = np.array(keys, dtype=object)
        return frozenset(asked[np.isin(entities.ordinals_of(asked), ordinals)].tolist())


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
