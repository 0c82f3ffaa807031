"""How often a field has each of its values: from the audience index, else by SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from muster.base.datamodel import DataModel, EventSource, Field, FieldType
from muster.compile.statement import Statement
from muster.engines import bits
from muster.engines.base import Warehouse
from muster.engines.index.layout import AudienceIndex, Codes, EventIndex, Lists, Whole
from muster.engines.index.reading import Relation, at_row, entity_relation, event_relation
from muster.engines.templates import fill, named

Value = bool | int | float | Decimal | str | date | datetime

_UNCOUNTED = frozenset({FieldType.GEO, FieldType.TIMESTAMP})
_NARROW = 1_000_000
"""Whole numbers that span less are counted by their place, without sorting."""


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """The values of a field, the most frequent first, then in the order of their text.

    Attributes:
        values: each with the number of rows (entities or events) that have it; of a list, each of
            its elements. An enum's are texts, a decimal's exact.
        distinct: how many different ones there are, also of those left out.
    """

    values: tuple[tuple[Value, int], ...]
    distinct: int


def is_counted(field: Field) -> bool:
    """Whether a field's values come back often enough to be worth counting: no points, instants."""
    return field.type not in _UNCOUNTED


def indexed_counts(
    field: Field, owner: DataModel | EventSource, index: AudienceIndex, *, most: int
) -> ValueCounts | None:
    """Count the values of an attribute (``owner``: the model) or of a source's field in the index.

    The events of keys that are nobody's are not in it.

    Returns:
        None if the field is not there in a way that counts.
    """
    if isinstance(owner, DataModel):
        return _of_entity(field, index, most)
    events = index.events.get(owner.name)
    return None if events is None else _of_events(field, events, most)


def counted_by_sql(
    warehouse: Warehouse,
    field: Field,
    owner: DataModel | EventSource,
    *,
    most: int,
    containing: str = "",
) -> ValueCounts:
    """Count the values of an attribute (``owner``: the model) or of a source's field by SQL.

    Args:
        containing: only values whose text holds this, in letters of any case.

    Raises:
        EngineFailed: the warehouse failed.
    """
    tree = _tree(field, relation_of(field, owner), most, containing)
    statement = Statement.of(tree, dialect=warehouse.dialect, purpose=f"values of {field.name}")
    rows = warehouse.rows(statement, limit=most).rows
    return ValueCounts(tuple((row[0], int(row[1])) for row in rows), int(rows[0][2]) if rows else 0)


def relation_of(field: Field, owner: DataModel | EventSource) -> Relation:
    """Return the rows of an entity or of a source, with one of their fields."""
    if isinstance(owner, DataModel):
        return entity_relation(owner, {field.name: field})
    return event_relation(owner, {field.name: field})


def joined(parts: Sequence[ValueCounts], *, most: int) -> ValueCounts:
    """Add up the counts of several sources.

    ``distinct`` is exact if no part left values out, else the least it can be.
    """
    if len(parts) == 1:
        return parts[0]
    total: dict[Value, int] = {}
    for part in parts:
        for value, number in part.values:
            total[value] = total.get(value, 0) + number
    found = _chosen(total.items(), most)
    return ValueCounts(found.values, max(found.distinct, *(part.distinct for part in parts)))


def _of_entity(field: Field, index: AudienceIndex, most: int) -> ValueCounts | None:
    column = index.attributes.get(field.name)
    if isinstance(column, Lists):
        sizes = [bits.count(words & index.present) for words in column.elements]
        return _chosen(zip(column.dictionary, sizes, strict=True), most)
    present = bits.to_ordinals(index.present, index.size)
    if isinstance(column, Codes):
        return _of_codes(np.asarray(column.codes)[present], column.dictionary, most)
    if isinstance(column, Whole) and _is_plain(field):
        known = slice(None) if column.known is None else column.known[present]
        return _of_whole(column.values[present][known], field, most)
    return None


def _of_events(field: Field, events: EventIndex, most: int) -> ValueCounts | None:
    if events.partition is not None and events.partition.name == field.name:
        runs = np.diff(events.offsets).reshape(-1, len(events.partitions) + 1).sum(axis=0)
        return _chosen(zip(events.partitions, runs[1:].tolist(), strict=True), most)
    column = events.columns.get(field.name)
    if isinstance(column, Codes):
        return _of_codes(column.codes, column.dictionary, most)
    if isinstance(column, Whole) and _is_plain(field):
        known = slice(None) if column.known is None else column.known
        return _of_whole(column.values[known], field, most)
    return None


def _is_plain(field: Field) -> bool:
    """Whether a whole column holds the values themselves: no days, no money in cents."""
    return field.type in (FieldType.BOOLEAN, FieldType.INTEGER)


def _of_codes(codes: NDArray[Any], dictionary: Sequence[str], most: int) -> ValueCounts:
    sizes = np.bincount(codes, minlength=len(dictionary) + 1)[1:]
    return _chosen(zip(dictionary, sizes.tolist(), strict=True), most)


def _of_whole(values: NDArray[Any], field: Field, most: int) -> ValueCounts:
    if len(values) == 0:
        return ValueCounts((), 0)
    low = int(values.min())
    if int(values.max()) - low < _NARROW:
        sizes = np.bincount(values.astype(np.int64) - low)
        different = np.flatnonzero(sizes)
        sizes, different = sizes[different], different + low
    else:
        different, sizes = np.unique(values, return_counts=True)
    kept = np.argsort(-sizes, kind="stable")[:most]
    pairs = zip(different[kept].tolist(), sizes[kept].tolist(), strict=True)
    if field.type is FieldType.BOOLEAN:
        return _chosen(((bool(value), number) for value, number in pairs), most)
    return ValueCounts(tuple(pairs), len(different))


def _chosen(counted: Iterable[tuple[Value, int]], most: int) -> ValueCounts:
    found = [(value, number) for value, number in counted if number]
    found.sort(key=lambda one: (-one[1], str(one[0])))
    return ValueCounts(tuple(found[:most]), len(found))


def _tree(field: Field, relation: Relation, most: int, containing: str) -> exp.Select:
    value = at_row(f"f_{field.name}")
    if field.type is FieldType.LIST:
        each = exp.Anonymous(this="LIST_DISTINCT", expressions=[value])
        value = exp.Unnest(expressions=[each])
    rows = relation.select([named(value, "value")]).subquery("t")
    tree = fill(
        """SELECT value, n, COUNT(*) OVER () AS different FROM (
            SELECT value, COUNT(*) AS n FROM $rows WHERE value IS NOT NULL
            AND ($words = '' OR CONTAINS(LOWER(CAST(value AS VARCHAR)), LOWER($words)))
            GROUP BY value
        ) ORDER BY n DESC, CAST(value AS VARCHAR)""",
        rows=rows,
        words=containing,
    )
    assert isinstance(tree, exp.Select)
    return tree.limit(most)
