"""The plan of a wave: which scans answer all the rules together. Frozen data, nothing runs here.

Equal questions of different rules are one atom; atoms of one scan (same events, filter, window)
share one pass, and long windows ride along in longer ones. On DuckDB that beats one wide query with
a filter per aggregate, which evaluates every filter on every row (docs/concepts/performance.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from muster.compile.aggregates import fields_needed, is_mode
from muster.compile.atoms import (
    Atom,
    BoundScan,
    EntityAtom,
    EventAtom,
    Formula,
    MemberAtom,
    ObservedAtom,
    PathAtom,
    RankAtom,
    atoms_of,
)
from muster.compile.bind import BoundRule
from muster.compile.nesting import ScanGroup, nest, nominal_length

MAX_ENTITY_ATOMS = 100
MAX_EVENT_ATOMS = 16


@dataclass(frozen=True, slots=True)
class IndexStage:
    """What the audience index answers by itself, without a word to the warehouse."""

    atoms: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class EntityStage:
    """One pass over the entity table for many tests."""

    atoms: tuple[EntityAtom | ObservedAtom, ...]


@dataclass(frozen=True, slots=True)
class EventStage:
    """One pass over the events of one scan for all that is asked of them, or of a part of them."""

    scan: BoundScan
    atoms: tuple[EventAtom, ...]


@dataclass(frozen=True, slots=True)
class PathStage:
    """One sequence."""

    atom: PathAtom


@dataclass(frozen=True, slots=True)
class RankStage:
    """One ranking; runs once its universe is known."""

    atom: RankAtom


@dataclass(frozen=True, slots=True)
class MemberStage:
    """Members of a segment (published, or just computed in this wave) or of a list."""

    atom: MemberAtom


Stage = IndexStage | EntityStage | EventStage | PathStage | RankStage | MemberStage


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one wave does: scans first, then the rules in order, parents before children.

    ``asked`` is the number of atoms as the rules ask them; ``distinct`` after sharing.
    """

    as_of: datetime
    rules: tuple[BoundRule, ...]
    stages: tuple[Stage, ...]
    asked: int
    distinct: int

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """Return the distinct atoms of all rules, in reading order."""
        return tuple(self.user_counts())

    def user_counts(self) -> dict[Atom, int]:
        """Return how many rules need each atom."""
        counts: Counter[Atom] = Counter()
        for rule in self.rules:
            counts.update(atoms_of_rule(rule))
        return dict(counts)

    def users_of(self, atom: Atom) -> tuple[str, ...]:
        """Return the names of the rules that need an atom."""
        return tuple(rule.name for rule in self.rules if atom in atoms_of_rule(rule))


def plan_rules(rules: Sequence[BoundRule], *, as_of: datetime) -> Plan:
    """Plan one wave; ``rules`` are in order, parents before children."""
    uses: Counter[Atom] = Counter()
    for rule in rules:
        uses.update(atoms_of_rule(rule))
    return Plan(as_of, tuple(rules), stages_of(tuple(uses)), sum(uses.values()), len(uses))


def stages_of(atoms: Sequence[Atom]) -> tuple[Stage, ...]:
    """Return the scans by which a warehouse answers distinct atoms."""
    # The widest scan needs most memory, so it runs first, while little else is held.
    return (*_event_stages(atoms), *_entity_stages(atoms), *_single_stages(atoms))


def routed(plan: Plan, covers: Callable[[Atom], bool], known: Mapping[Atom, object]) -> Plan:
    """Return the plan with what an index covers taken out of the scans, and what is known dropped.

    Args:
        covers: whether the audience index answers an atom, exactly.
        known: atoms whose answers are at hand already.
    """
    wanted = [atom for atom in plan.atoms if atom not in known]
    covered = tuple(atom for atom in wanted if covers(atom))
    taken = frozenset(covered)
    rest = stages_of([atom for atom in wanted if atom not in taken])
    return replace(plan, stages=((IndexStage(covered), *rest) if covered else rest))


def atoms_of_stage(stage: Stage) -> tuple[Atom, ...]:
    """Return the atoms a stage answers."""
    if isinstance(stage, IndexStage | EntityStage | EventStage):
        return stage.atoms
    return (stage.atom,)


def atoms_of_rule(rule: BoundRule) -> tuple[Atom, ...]:
    """Return the distinct atoms a rule asks: condition, universe, exclusions."""
    formulas: list[Formula] = [rule.where, *rule.exclude]
    if rule.universe is not None:
        formulas.append(rule.universe)
    found: dict[Atom, None] = {}
    for formula in formulas:
        found |= dict.fromkeys(atoms_of(formula))
    return tuple(found)


def _entity_stages(atoms: Sequence[Atom]) -> list[EntityStage]:
    found = [atom for atom in atoms if isinstance(atom, EntityAtom | ObservedAtom)]
    return [
        EntityStage(tuple(found[start : start + MAX_ENTITY_ATOMS]))
        for start in range(0, len(found), MAX_ENTITY_ATOMS)
    ]


def _event_stages(atoms: Sequence[Atom]) -> list[EventStage]:
    """Group event atoms by scan; counting by value first ("mode") needs a pass per field."""
    groups: dict[ScanGroup, list[EventAtom]] = {}
    for atom in atoms:
        if isinstance(atom, EventAtom):
            field = fields_needed(atom.having)[0] if is_mode(atom.having) else None
            groups.setdefault((atom.scan, field), []).append(atom)
    scans = sorted(nest(groups).items(), key=_width, reverse=True)
    return [
        EventStage(scan, tuple(found[start : start + MAX_EVENT_ATOMS]))
        for (scan, _), found in scans
        for start in range(0, len(found), MAX_EVENT_ATOMS)
    ]


def _width(group: tuple[ScanGroup, Sequence[EventAtom]]) -> tuple[bool, timedelta]:
    """Order scans by how many rows they are likely to group: those without a filter are wider."""
    (scan, _), _ = group
    return scan.where is None, nominal_length(scan.interval)


def _single_stages(atoms: Sequence[Atom]) -> list[Stage]:
    stages: list[Stage] = []
    for atom in atoms:
        match atom:
            case PathAtom():
                stages.append(PathStage(atom))
            case RankAtom():
                stages.append(RankStage(atom))
            case MemberAtom():
                stages.append(MemberStage(atom))
            case _:
                continue
    return stages
