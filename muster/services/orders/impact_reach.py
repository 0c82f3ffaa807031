"""Which rules a change can touch, for which customers, and what they then have to be told.

Only those customers are looked at of whom something changed that a rule reads; nobody else can
enter or leave, unless the rule ranks everybody: of such a rule nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from muster.base.datamodel import DataModel
from muster.base.recent import Recent
from muster.base.records import Rule
from muster.rules.explain_needs import needs_of
from muster.rules.nodes import Member
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import Measure, Resolved, ResolvedRule, leaves_of
from muster.rules.world import Key
from muster.services.needed import definition_of, text_hash
from muster.services.orders.snapshots import Differences, Readable, reads

_RESOLVED: Recent[tuple[str, str], ResolvedRule] = Recent(kept=2048)


@dataclass(frozen=True, slots=True)
class Reach:
    """The published rules of a workspace, and what a change can do to them.

    Attributes:
        fingerprint: of the data model.
        published: by name.
    """

    readable: Readable
    fingerprint: str
    published: Mapping[str, Rule]
    changed: Differences
    as_of: datetime
    _affected: dict[str, frozenset[Key]] = field(default_factory=dict)
    _obstacles: dict[str, str | None] = field(default_factory=dict)

    @property
    def model(self) -> DataModel:
        """The data model that rules speak of."""
        return self.readable.model

    def rule(self, name: str) -> ResolvedRule:
        """Return a rule that is ready to evaluate.

        Raises:
            InvalidRule: it does not fit the data model.
        """
        rule = self.published[name]
        return _RESOLVED.get(
            (self.fingerprint, text_hash(rule)),
            lambda: resolve_rule(definition_of(rule), self.model),
        )

    def affected(self, name: str) -> frozenset[Key]:
        """Return the customers of whom something changed that a rule reads, itself or by others."""
        if name not in self._affected:
            rule = self.rule(name)
            asked = reads(rule, self.model, as_of=self.as_of)
            found = frozenset[Key]().union(*(self.changed.get(one, ()) for one in asked))
            parents = (self.affected(parent) for parent in self.parents(rule))
            self._affected[name] = found.union(*parents)
        return self._affected[name]

    def parents(self, rule: ResolvedRule) -> Iterator[str]:
        """Yield the segments that a refresh of everything computes together with a rule."""
        return (str(member.segment) for member in members_in(rule) if self.in_wave(member))

    def in_wave(self, member: Member) -> bool:
        """Whether a segment is taken as it is computed now, not as it was published."""
        pinned = member.version is not None or member.changed is not None
        return not pinned and member.segment in self.published

    def obstacle(self, name: str) -> str | None:
        """Return why a rule's answer needs more than what the desk has of these customers."""
        if name not in self._obstacles:
            self._obstacles[name] = self._obstacle(self.rule(name))
        return self._obstacles[name]

    def needs(self, names: Iterable[str]) -> dict[str, datetime | None]:
        """Return the event sources that rules and what they are made of look at, from when on."""
        found: dict[str, datetime | None] = {}
        seen: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            rule = self.rule(name)
            waiting += [one for one in self.parents(rule) if self.obstacle(one) is None]
            for source, since in needs_of(rule, self.model, as_of=self.as_of).sources.items():
                known = found.get(source, since)
                found[source] = None if known is None or since is None else min(known, since)
        return found

    def _obstacle(self, rule: ResolvedRule) -> str | None:
        if rule.limit is not None or any(_ranks(leaf) for leaf in leaves(rule)):
            return "It ranks all customers, so everybody's place may change."
        missing = self.readable.missing(reads(rule, self.model, as_of=self.as_of))
        if missing:
            return f"It reads {missing[0]}, which the order desk does not hold."
        for parent in self.parents(rule):
            obstacle = self.obstacle(parent) if self.affected(parent) else None
            if obstacle is not None:
                return f'It is made of the segment "{parent}": {obstacle}'
        return None


def leaves(rule: ResolvedRule) -> tuple[Resolved, ...]:
    """Return all conditions of a rule: its own, the universe's, the exclusions."""
    universe = () if rule.universe is None else leaves_of(rule.universe)
    return (*leaves_of(rule.where), *universe, *rule.exclude)


def members_in(rule: ResolvedRule) -> Iterator[Member]:
    """Yield the conditions on segments and lists."""
    return (leaf for leaf in leaves(rule) if isinstance(leaf, Member))


def _ranks(leaf: Resolved) -> bool:
    return isinstance(leaf, Measure) and leaf.rank != "value"
