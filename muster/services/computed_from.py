"""What a version is computed from: the tables and the parents that its rule looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from muster.compile.atoms import EventAtom, MemberAtom, PathAtom, RankAtom, atoms_of
from muster.compile.bind import BoundRule
from muster.services.wave import Catalog
from muster.store.segments import ComputedFrom


def member_atoms(rule: BoundRule) -> tuple[MemberAtom, ...]:
    """Return every membership a rule looks at, of segments and of lists."""
    formulas = [rule.where, *rule.exclude]
    if rule.universe is not None:
        formulas.append(rule.universe)
    atoms = (atom for formula in formulas for atom in atoms_of(formula))
    return tuple(atom for atom in atoms if isinstance(atom, MemberAtom))


def is_as_published(atom: MemberAtom, wave: Iterable[str]) -> bool:
    """Whether a membership is read from a published version, not from this wave's outcome."""
    member = atom.member
    if member.listed is not None:
        return False
    pinned = member.version is not None or member.changed is not None
    return pinned or str(member.segment) not in wave


def event_sources(rules: Iterable[BoundRule]) -> tuple[str, ...]:
    """Return the event sources that rules look at."""
    found: set[str] = set()
    for rule in rules:
        formulas = [rule.where] if rule.universe is None else [rule.where, rule.universe]
        for atom in (atom for formula in formulas for atom in atoms_of(formula)):
            if isinstance(atom, EventAtom | RankAtom):
                found |= set(atom.scan.sources)
            elif isinstance(atom, PathAtom):
                found |= {source for step in atom.steps for source in step.sources}
        if rule.limit is not None and rule.limit.scan is not None:
            found |= set(rule.limit.scan.sources)
    return tuple(sorted(found))


def computed_from(
    rule: BoundRule, catalog: Catalog, numbers: Mapping[str, int]
) -> tuple[ComputedFrom, ...]:
    """Return what a version is computed from: tables, and parents in their versions."""
    model = catalog.model
    tables = {model.entity.table} | {model.events[name].table for name in event_sources([rule])}
    parents: dict[str, int] = {}
    for atom in member_atoms(rule):
        member = atom.member
        if member.listed is not None:
            tables.add(model.lists[member.listed].table)
        elif str(member.segment) in numbers:
            name = str(member.segment)
            parents[name] = member.version or numbers[name]
    return (
        *(ComputedFrom("segment", name, number) for name, number in sorted(parents.items())),
        *(ComputedFrom("table", name) for name in sorted(tables)),
    )
