"""Chooses how the fields of events are kept, and which of them orders events inside a block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import log2

import numpy as np

from muster.base.datamodel import Field, FieldType
from muster.engines.index.layout import Codes, EventIndex, Whole
from muster.engines.index.pieces import Shape, shape_of_texts
from muster.engines.index.reading import Extent, kind_of

_FEWEST_PARTITIONS = 2
MOST_PARTITIONS = 64


def shape_of(
    field: Field, extents: Mapping[str, Extent], counts: Mapping[str, Mapping[str, int]]
) -> Shape:
    """Return the narrowest shape of a field, from its extent or its distinct texts."""
    if kind_of(field) == "codes":
        return shape_of_texts(field, counts[field.name])
    if kind_of(field) != "whole":
        return Shape(field, np.dtype("float64"))
    extent = extents.get(field.name, Extent())
    return Shape(field, extent.dtype, wide=_is_wide(field, extent))


def _is_wide(field: Field, extent: Extent) -> bool:
    largest = max(abs(extent.low or 0), abs(extent.high or 0))
    return largest >= int(10 ** (18 - field.scale))


def grown_shape(
    field: Field,
    index: EventIndex,
    extents: Mapping[str, Extent],
    texts: Mapping[str, tuple[str, ...]],
) -> Shape:
    """Return the shape that holds both an earlier column and what is new."""
    match index.columns[field.name]:
        case Codes():
            return shape_of_texts(field, texts[field.name])
        case Whole() as column:
            fresh = shape_of(field, extents, {})
            return replace(fresh, dtype=np.promote_types(column.values.dtype, fresh.dtype))
        case _:
            return shape_of(field, extents, {})


def choose_partition(
    shapes: Iterable[Shape], counts: Mapping[str, Mapping[str, int]], rows: int
) -> Shape | None:
    """Choose the field that orders events inside a block: an ENUM if any, the most even one."""
    best: tuple[bool, float] | None = None
    chosen = None
    for shape in shapes:
        texts = counts.get(shape.field.name, {})
        if not _FEWEST_PARTITIONS <= len(texts) <= MOST_PARTITIONS:
            continue
        shares = [number / rows for number in texts.values()]
        shares.append(max(0.0, 1 - sum(shares)))
        bits = -sum(share * log2(share) for share in shares if share > 0)
        rank = (shape.field.type is FieldType.ENUM, bits)
        if best is None or rank > best:
            best, chosen = rank, shape
    return chosen
