"""What a rule refers to, and the graph that references between rules make.

A graph is a mapping of names to the names they are made of (their parents). Names that are only
parents, never keys, are taken as given: they are there already and are not part of any wave.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from muster.base.datamodel import Field
from muster.base.errors import Conflict
from muster.rules.members import members_in
from muster.rules.nodes import Definition
from muster.rules.resolved import (
    Aggregate,
    InArea,
    Measure,
    Occurrence,
    Path,
    Resolved,
    ResolvedRule,
    Scan,
    Test,
    leaves_of,
)

Edges = Mapping[str, Collection[str]]


def segments_in(
    definition: Definition, *, universes: Mapping[str, Any] | None = None
) -> tuple[str, ...]:
    """Return the segments a rule is made of, sorted: condition, universe and exclusions.

    Args:
        universes: the data model's universes (name -> rule JSON), so that one named by the rule is
            looked into as well; None = do not.

    Raises:
        InvalidRule: the named universe is malformed.
    """
    members = members_in(definition, universes=universes)
    return tuple(sorted({member.segment for member in members if member.segment is not None}))


def fields_in(rule: ResolvedRule) -> tuple[str, ...]:
    """Return the fields a rule reads, sorted: attributes by name, event fields as source.field."""
    found: set[str] = set()
    for leaf in _leaves(rule):
        match leaf:
            case Test() | InArea():
                found |= {field.name for field in _fields_of(leaf)}
            case Occurrence(scan, _, distinct):
                found |= _scan_fields(scan, distinct if isinstance(distinct, Field) else None)
            case Measure(aggregate):
                found |= _scan_fields(aggregate.scan, aggregate.of)
            case Path(steps, same):
                for step in steps:
                    found |= _event_fields(step.sources, step.where, same)
            case _:
                pass
    limit = rule.limit
    if limit is not None and isinstance(limit.by, Aggregate):
        found |= _scan_fields(limit.by.scan, limit.by.of)
    elif limit is not None and isinstance(limit.by, Field):
        found.add(limit.by.name)
    return tuple(sorted(found))


def events_in(rule: ResolvedRule) -> tuple[str, ...]:
    """Return the event sources a rule reads, sorted."""
    found: set[str] = set()
    for leaf in _leaves(rule):
        match leaf:
            case Occurrence(scan):
                found |= set(scan.sources)
            case Measure(aggregate):
                found |= set(aggregate.scan.sources)
            case Path(steps):
                found |= {source for step in steps for source in step.sources}
            case _:
                pass
    if rule.limit is not None and isinstance(rule.limit.by, Aggregate):
        found |= set(rule.limit.by.scan.sources)
    return tuple(sorted(found))


def _leaves(rule: ResolvedRule) -> Iterator[Resolved]:
    yield from leaves_of(rule.where)
    if rule.universe is not None:
        yield from leaves_of(rule.universe)


def _fields_of(leaf: Resolved) -> Iterator[Field]:
    if isinstance(leaf, Test | InArea):
        yield leaf.field
    if isinstance(leaf, Test) and isinstance(leaf.operand, Field):
        yield leaf.operand


def _scan_fields(scan: Scan, aggregated: Field | None) -> set[str]:
    return _event_fields(scan.sources, scan.where, (aggregated.name,) if aggregated else ())


def _event_fields(
    sources: Iterable[str], where: Resolved | None, others: Iterable[str]
) -> set[str]:
    names = set(others)
    for leaf in () if where is None else leaves_of(where):
        names |= {field.name for field in _fields_of(leaf)}
    return {f"{source}.{name}" for source in sources for name in names}


# -- the graph between rules -----------------------------------------------------------------------


def find_cycle(edges: Edges) -> tuple[str, ...] | None:
    """Return a cycle as the path that closes it, e.g. ("a", "b", "a"); None if there is none.

    The same graph always gives the same path, in whatever order it is written.
    """
    done: set[str] = set()
    for start in sorted(edges):
        if start in done:
            continue
        # Depth first without recursion: the names on the way, and what is left to try at each.
        path, on_path = [start], {start}
        left = [iter(sorted(edges[start]))]
        while path:
            parent = next(left[-1], None)
            if parent is None:
                left.pop()
                name = path.pop()
                on_path.remove(name)
                done.add(name)
            elif parent in on_path:
                return (*path[path.index(parent) :], parent)
            elif parent in edges and parent not in done:
                path.append(parent)
                on_path.add(parent)
                left.append(iter(sorted(edges[parent])))
    return None


def waves(edges: Edges) -> tuple[tuple[str, ...], ...]:
    """Return the names in waves: each after all its parents, as early as possible, sorted inside.

    Raises:
        Conflict: SEGMENT_CYCLE, with the cycle's path.
    """
    waiting = {name: {parent for parent in edges[name] if parent in edges} for name in edges}
    children = _children(edges)
    missing = {name: len(parents) for name, parents in waiting.items()}
    wave = sorted(name for name, number in missing.items() if number == 0)
    found: list[tuple[str, ...]] = []
    while wave:
        found.append(tuple(wave))
        ready = []
        for name in wave:
            for child in children.get(name, ()):
                missing[child] -= 1
                if missing[child] == 0:
                    ready.append(child)
        wave = sorted(ready)
    if sum(map(len, found)) < len(edges):
        cycle = " → ".join(find_cycle(edges) or ())
        raise Conflict("SEGMENT_CYCLE", f"Segments cannot be made of themselves: {cycle}.")
    return tuple(found)


def descendants(edges: Edges, names: Iterable[str]) -> tuple[str, ...]:
    """Return what is made of the named ones, directly or not, sorted; not themselves."""
    children = _children(edges)
    start = set(names)
    found: set[str] = set()
    queue = list(start)
    while queue:
        for child in children.get(queue.pop(), ()):
            if child not in found:
                found.add(child)
                queue.append(child)
    return tuple(sorted(found - start))


def _children(edges: Edges) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in edges:
        for parent in set(edges[name]):
            found.setdefault(parent, []).append(name)
    return found
