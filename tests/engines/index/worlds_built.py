"""Reads an audience index back as plain rows, and says which rows of a world it should hold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from muster.base.datamodel import Field, FieldType
from muster.engines import bits
from muster.engines.index.layout import (
    BLOCK,
    AudienceIndex,
    Codes,
    Column,
    EventIndex,
    Lists,
    Points,
    Real,
    Whole,
)
from muster.rules.world import Key, World

T = FieldType
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Rows = dict[Key, Any]


def entity_rows(index: AudienceIndex) -> Rows:
    """Return the attributes of everybody present, by key."""
    columns = {name: column_values(column, index.size) for name, column in index.attributes.items()}
    return {
        index.entities.keys[ordinal]: {name: column[ordinal] for name, column in columns.items()}
        for ordinal in bits.to_ordinals(index.present, index.size)
    }


def event_rows(index: AudienceIndex, source: str) -> dict[Key, Counter[Any]]:
    """Return the events of everybody present, by key, as multisets of sorted items."""
    events = index.events[source]
    columns = {
        name: column_values(column, len(events.at)) for name, column in events.columns.items()
    }
    present = set(bits.to_ordinals(index.present, index.size).tolist())
    found: dict[Key, Counter[Any]] = {}
    for block, code, row in rows_of(events):
        ordinal = block * BLOCK + int(events.entity[row])
        if ordinal not in present:
            continue
        values = {name: column[row] for name, column in columns.items()}
        if events.partition is not None:
            values[events.partition.name] = events.partitions[code - 1] if code else None
        item = (instant(int(events.at[row])), tuple(sorted(values.items())))
        found.setdefault(index.entities.keys[ordinal], Counter())[item] += 1
    return found


def rows_of(events: EventIndex) -> list[tuple[int, int, int]]:
    """Return (block, code, row) of every event, checking that each run ascends in time."""
    stride = len(events.partitions) + 1
    assert events.offsets[0] == 0
    assert events.offsets[-1] == len(events.at) == len(events.entity)
    assert (len(events.offsets) - 1) % stride == 0
    found = []
    for run in range(len(events.offsets) - 1):
        start, end = int(events.offsets[run]), int(events.offsets[run + 1])
        assert (np.diff(events.at[start:end]) >= 0).all()
        found += [(run // stride, run % stride, row) for row in range(start, end)]
    return found


def column_values(column: Column, size: int) -> list[Any]:
    """Return a column's values as the reference has them."""
    match column:
        case Codes():
            texts = (None, *column.dictionary)
            return [texts[code] for code in column.codes]
        case Whole():
            known = np.ones(size, bool) if column.known is None else column.known
            assert column.magnitude == sum(abs(int(value)) for value in column.values)
            assert (column.values[~known] == 0).all()
            return [
                whole_value(column.field, int(value)) if there else None
                for value, there in zip(column.values, known, strict=True)
            ]
        case Real():
            return [None if math.isnan(value) else float(value) for value in column.values]
        case Points():
            return [
                tuple(None if math.isnan(one) else float(one) for one in pair)
                for pair in zip(column.latitude, column.longitude, strict=True)
            ]
        case Lists():
            sets = [set(bits.to_ordinals(row, size).tolist()) for row in column.elements]
            known_lists = set(bits.to_ordinals(column.known, size).tolist())
            return [
                frozenset(
                    text
                    for text, members in zip(column.dictionary, sets, strict=True)
                    if ordinal in members
                )
                if ordinal in known_lists
                else None
                for ordinal in range(size)
            ]


def whole_value(field: Field, value: int) -> Any:
    match field.type:
        case T.MONEY | T.DECIMAL:
            return Decimal(value).scaleb(-field.scale)
        case T.BOOLEAN:
            return bool(value)
        case T.DATE:
            return date(1970, 1, 1) + timedelta(days=value)
        case T.TIMESTAMP:
            return instant(value)
        case _:
            return value


def instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def expected_value(field: Field, value: Any) -> Any:
    """Return a world's value in the form that `column_values` gives."""
    match field.type:
        case T.NUMBER:
            return None if value is None or math.isnan(value) else value
        case T.GEO:
            pair = (None, None) if value is None else value
            return tuple(None if one is None or math.isnan(one) else one for one in pair)
        case T.LIST:
            return None if value is None else frozenset(one for one in value if one is not None)
        case _:
            return value


def expected_entities(world: World, index: AudienceIndex) -> Rows:
    """Return the attributes that the index has, of everybody in the world."""
    return {
        key: {
            name: expected_value(column.field, row.get(name))
            for name, column in index.attributes.items()
        }
        for key, row in world.entities.items()
    }


def expected_events(world: World, index: AudienceIndex, source: str) -> dict[Key, Counter[Any]]:
    """Return the events that have a time, by key, with the fields that the index has."""
    spec = world.model.events[source]
    events = index.events[source]
    fields: Mapping[str, Field] = {
        name: column.field for name, column in events.columns.items()
    } | ({events.partition.name: events.partition} if events.partition else {})
    found: dict[Key, Counter[Any]] = {}
    for key, rows in world.events_by_entity(source).items():
        for row in rows:
            at = row.get(spec.at)
            if at is None:
                continue
            values = {name: expected_value(one, row.get(name)) for name, one in fields.items()}
            found.setdefault(key, Counter())[(at, tuple(sorted(values.items())))] += 1
    return found


def is_tied(world: World, source: str) -> bool:
    """Whether somebody in the world has two events at one instant."""
    at = world.model.events[source].at
    return any(
        count > 1
        for rows in world.events_by_entity(source).values()
        for count in Counter(row.get(at) for row in rows if row.get(at) is not None).values()
    )


def assert_holds(index: AudienceIndex, world: World) -> None:
    """Fail unless the index says what the world does."""
    assert entity_rows(index) == expected_entities(world, index)
    for source in index.events:
        assert event_rows(index, source) == expected_events(world, index, source)
        # who is known but not present may be tied as well
        assert index.events[source].tied or not is_tied(world, source)
