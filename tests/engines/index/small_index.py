"""Makes an audience index of a small world straight from its rows, and asks the reference.

`engines/index/build.py` makes one from a warehouse; this stands beside it so that a kernel's test
says itself which rows lie in which block and run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from muster.base.datamodel import EventSource, FieldType
from muster.compile.atoms import Atom, EventAtom, Formula, Gate, ObservedAtom
from muster.engines import bits
from muster.engines.bits import Mask
from muster.engines.entities import EntityDictionary
from muster.engines.index.executor import IndexExecutor
from muster.engines.index.layout import BLOCK, AudienceIndex, Column, EventIndex, Whole
from muster.rules.truth import Truth
from muster.rules.world import Key, Row, World
from tests.engines.index.columns_of import column_of

T = FieldType
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BUILT = datetime(2026, 1, 1, tzinfo=UTC)


def index_of(
    world: World,
    *,
    partitions: Mapping[str, str] | None = None,
    ordinals: Sequence[int] | None = None,
    size: int | None = None,
) -> AudienceIndex:
    """Return the index of a world.

    Args:
        partitions: the field that orders the events of a source.
        ordinals: of the entities, in the order of the world; by default 0, 1, 2, ….
        size: how many ordinals there are.
    """
    places = list(ordinals) if ordinals is not None else list(range(len(world.entities)))
    number = size or max(places, default=-1) + 1
    ordinal_of = dict(zip(world.entities, places, strict=True))
    flags = np.zeros(number, dtype=np.bool_)
    flags[places] = True
    return AudienceIndex(
        generation="1",
        stamp="1",
        entities=EntityDictionary(np.arange(number)),
        present=bits.from_flags(flags),
        attributes=_since_when(world, places, number),
        events={
            name: _events(world, source, ordinal_of, number, (partitions or {}).get(name))
            for name, source in world.model.events.items()
        },
        versions={},
        built_at=BUILT,
    )


def _since_when(world: World, places: Sequence[int], number: int) -> dict[str, Column]:
    """Return the one attribute that conditions on events look at: how long somebody is known."""
    name = world.model.entity.created_at
    if name is None:
        return {}
    column = column_of(
        world.model.attributes[name], [row.get(name) for row in world.entities.values()]
    )
    assert isinstance(column, Whole)
    values = np.zeros(number, dtype=np.int64)
    known = np.zeros(number, dtype=np.bool_)
    values[places] = column.values
    known[places] = True if column.known is None else column.known
    return {name: Whole(column.field, values, known, column.magnitude)}


def _events(
    world: World,
    source: EventSource,
    ordinal_of: Mapping[Key, int],
    number: int,
    partition: str | None,
) -> EventIndex:
    field = None if partition is None else source.fields[partition]
    found = [
        (ordinal_of[key], _us(row[source.at]), row)
        for key, rows in world.events_by_entity(source.name).items()
        for row in rows
        if row.get(source.at) is not None
    ]
    texts = sorted(
        {row[partition] for *_, row in found if partition and row.get(partition) is not None}
    )
    codes = {text: code for code, text in enumerate(texts, start=1)} | {None: 0}

    def run_of(event: tuple[int, int, Row]) -> int:
        code = codes[event[2].get(partition)] if partition else 0
        return event[0] // BLOCK * (len(texts) + 1) + code

    found.sort(key=lambda event: (run_of(event), event[1]))
    runs = -(-number // BLOCK) * (len(texts) + 1)
    edges = np.searchsorted([run_of(event) for event in found], np.arange(runs + 1))
    columns = {
        name: column_of(spec, [row.get(name) for *_, row in found])
        for name, spec in source.fields.items()
        if name not in (partition, source.at) and spec.type not in (T.LIST, T.GEO)
    }
    times = {(ordinal, at) for ordinal, at, _ in found}
    return EventIndex(
        source.name,
        field,
        tuple(texts),
        edges.astype(np.int64),
        np.array([ordinal % BLOCK for ordinal, *_ in found], dtype=np.uint16),
        np.array([at for _, at, _ in found], dtype=np.int64),
        columns,
        tied=len(times) < len(found),
    )


def _us(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)


# -- answers ---------------------------------------------------------------------------------------


def is_covered(formula: Formula, executor: IndexExecutor) -> bool:
    """Whether every atom of a formula is an event's or an observation and covered."""
    if isinstance(formula, Gate):
        return all(is_covered(child, executor) for child in formula.children)
    return isinstance(formula, EventAtom | ObservedAtom) and executor.covers(formula)


def combined(formula: Formula, masks: Mapping[Atom, Mask], present: bits.Words) -> Mask:
    """Return a formula's truths from those of its atoms."""
    if not isinstance(formula, Gate):
        return masks[formula]
    children = [combined(child, masks, present) for child in formula.children]
    match formula.kind:
        case "all":
            return bits.every(children)
        case "any":
            return bits.some(children)
        case "not":
            return bits.opposite(children[0])
        case _:
            return bits.at_least(formula.n, children, present)


def truths(mask: Mask, world: World, ordinals: Sequence[int], size: int) -> dict[Key, Truth]:
    """Return the truth for each entity; nobody else may be in the mask."""
    true = set(bits.to_ordinals(mask.true, size).tolist())
    false = set(bits.to_ordinals(mask.false, size).tolist())
    assert not true & false
    assert true | false <= set(ordinals)
    return {
        key: True if place in true else (False if place in false else None)
        for key, place in zip(world.entities, ordinals, strict=True)
    }
