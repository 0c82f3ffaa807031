"""Makes columns and indexes of a few plain rows, as the reference evaluator sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from muster.base.datamodel import Field, FieldType
from muster.engines import bits
from muster.engines.entities import EntityDictionary
from muster.engines.index.layout import (
    AudienceIndex,
    Codes,
    Column,
    Lists,
    Points,
    Real,
    Whole,
)
from muster.rules.world import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def columns_of(fields: Mapping[str, Field], rows: Sequence[Row | None]) -> dict[str, Column]:
    """Return a column for each field; a row that is None (an absent ordinal) has no values."""
    return {
        name: column_of(field, [None if row is None else row.get(name) for row in rows])
        for name, field in fields.items()
    }


def index_of(fields: Mapping[str, Field], rows: Sequence[Row | None]) -> AudienceIndex:
    """Return an index without events whose ordinals are the rows; None is an absent one."""
    present = bits.from_flags(np.array([row is not None for row in rows], dtype=np.bool_))
    keys = EntityDictionary(np.arange(len(rows)))
    columns = columns_of(fields, rows)
    return AudienceIndex("1", "stamp", keys, present, columns, {}, {}, _EPOCH)


def column_of(field: Field, values: Sequence[Any]) -> Column:
    """Return one column; None is no value."""
    match field.type:
        case FieldType.STRING | FieldType.ENUM:
            dictionary = tuple(sorted({value for value in values if value is not None}))
            codes = [0 if value is None else dictionary.index(value) + 1 for value in values]
            return Codes(field, np.array(codes, dtype=np.uint8), dictionary)
        case FieldType.NUMBER:
            reals = [np.nan if value is None else value for value in values]
            return Real(field, np.array(reals, dtype=np.float64))
        case FieldType.GEO:
            pairs = [(None, None) if value is None else value for value in values]
            latitude, longitude = (
                np.array([pair[axis] for pair in pairs], dtype=np.float64) for axis in (0, 1)
            )
            return Points(field, latitude, longitude)
        case FieldType.LIST:
            return _lists(field, values)
    known = np.array([value is not None for value in values], dtype=np.bool_)
    units = [0 if value is None else unit_of(field, value) for value in values]
    narrow = next(
        kind
        for kind in (np.int8, np.int16, np.int32, np.int64)
        if all(np.iinfo(kind).min <= unit <= np.iinfo(kind).max for unit in units)
    )
    magnitude = sum(abs(unit) for unit in units)
    return Whole(field, np.array(units, dtype=narrow), None if known.all() else known, magnitude)


def unit_of(field: Field, value: Any) -> int:
    """Return a value as the whole number that a column holds."""
    if field.type is FieldType.DATE:
        return int((value - date(1970, 1, 1)).days)
    if field.type is FieldType.TIMESTAMP:
        return int((value - _EPOCH) // timedelta(microseconds=1))
    exact = field.type in (FieldType.DECIMAL, FieldType.MONEY)
    return int(value.scaleb(field.scale)) if exact else int(value)


def _lists(field: Field, values: Sequence[Any]) -> Lists:
    dictionary = tuple(
        sorted({item for value in values for item in value or () if item is not None})
    )
    elements = [
        bits.from_flags(np.array([item in (value or ()) for value in values], dtype=np.bool_))
        for item in dictionary
    ]
    known = bits.from_flags(np.array([value is not None for value in values], dtype=np.bool_))
    shaped = np.array(elements, dtype=np.uint64).reshape(len(dictionary), len(known))
    return Lists(field, dictionary, shaped, known)
