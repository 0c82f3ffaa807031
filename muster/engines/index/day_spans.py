"""Which spans of time of which part of a source's events make up its next generation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from numpy.typing import NDArray

from muster.engines.index.layout import Codes, EventIndex, Points, Real, Whole
from muster.engines.index.pieces import AT, ENTITY, Held, Layout, Part, Piece, Role
from muster.engines.index.reading import DAY_MICROSECONDS

_FOREVER = 2**63 - 1


def spans_of(days: Iterable[int]) -> list[tuple[int, int]]:
    """Return days as half-open spans of microseconds, neighbours joined."""
    found: list[tuple[int, int]] = []
    for day in sorted(days):
        start = day * DAY_MICROSECONDS
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], start + DAY_MICROSECONDS)
        else:
            found.append((start, start + DAY_MICROSECONDS))
    return found


def spans_in(spans: Sequence[tuple[int, int]], piece: Piece) -> tuple[tuple[int, int], ...]:
    """Return the part of spans that a piece covers, by the days it has rows of."""
    if not piece.known:
        return ()
    first = min(piece.known) * DAY_MICROSECONDS
    last = (max(piece.known) + 1) * DAY_MICROSECONDS
    cut = ((max(start, first), min(end, last)) for start, end in spans)
    return tuple((start, end) for start, end in cut if start < end)


def old_part(index: EventIndex, layout: Layout, gone: Sequence[tuple[int, int]]) -> Part:
    """Return what was there, without the spans that are read again or no longer there."""
    arrays: dict[Role, NDArray[Any] | Held] = {
        ENTITY: index.entity,
        AT: index.at,
    }
    for shape in layout.shapes:
        name = shape.field.name
        match index.columns[name]:
            case Codes() as column:
                arrays[name, "codes"] = column.codes
            case Whole() as column:
                arrays[name, "values"] = column.values
                if column.known is not None:
                    arrays[name, "known"] = column.known
            case Real() as column:
                arrays[name, "values"] = column.values
            case Points() as column:
                arrays[name, "latitude"] = column.latitude
                arrays[name, "longitude"] = column.longitude
    edges = [-_FOREVER, *(edge for span in gone for edge in span), _FOREVER]
    spans = tuple(zip(edges[::2], edges[1::2], strict=True))
    codes = 1 if index.partition is None else len(index.partitions) + 1
    return Part(codes, index.offsets, arrays, spans, -_FOREVER)
