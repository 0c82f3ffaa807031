"""Puts parts of events, disjoint in time, together into one set of runs, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.engines.index.files import GenerationWriter
from muster.engines.index.layout import BLOCK
from muster.engines.index.manifest import StoredArray, StoredColumn
from muster.engines.index.pieces import AT, ENTITY, Layout, Part, Role
from muster.engines.index.reading import kind_of
from muster.engines.index.sums import magnitude_of

_THREADS = 2
_ENTITY_DTYPE = np.dtype("uint16")
_AT_DTYPE = np.dtype("int64")


@dataclass(frozen=True, slots=True)
class Assembled:
    """The files of one source."""

    arrays: dict[str, StoredArray]
    columns: dict[str, StoredColumn]
    rows: int
    newest: int | None


@dataclass(frozen=True, slots=True)
class _Slice:
    """Rows ``start:end`` of the part of a number."""

    part: int
    start: int
    end: int


class Assembler:
    """One source's parts on their way into files named ``<prefix>.…``."""

    def __init__(
        self, parts: Sequence[Part], layout: Layout, writer: GenerationWriter, *, prefix: str
    ) -> None:
        self._parts = parts
        self._layout = layout
        self._writer = writer
        self._prefix = prefix
        self._blocks, self._offsets = _plan(parts, layout)
        self._nulls = {role for part in parts for role in part.arrays if role[1] == "known"}

    def write(self) -> Assembled:
        """Write everything."""
        with ThreadPoolExecutor(_THREADS) as pool:
            at = pool.submit(self._array, AT, _AT_DTYPE)
            entity = pool.submit(self._array, ENTITY, _ENTITY_DTYPE)
            columns = list(pool.map(self._column, range(len(self._layout.shapes))))
        arrays = {
            "at": at.result()[0],
            "entity": entity.result()[0],
            "offsets": self._writer.whole(f"{self._prefix}.offsets", self._offsets),
        }
        found = {column.field.name: column for column in columns}
        return Assembled(arrays, found, int(self._offsets[-1]), at.result()[2])

    def _column(self, place: int) -> StoredColumn:
        shape = self._layout.shapes[place]
        field, kind = shape.field, kind_of(shape.field)
        arrays, magnitude = {}, 0
        for role in shape.roles:
            arrays[role[1]], magnitude, _ = self._array(role, shape.dtype, place=place)
        known = (field.name, "known")
        if known in self._nulls:
            arrays["known"], _, _ = self._array(known, np.dtype("bool"), place=place)
        if kind == "codes":
            name = f"{self._prefix}.{place}.dictionary"
            arrays["dictionary"] = self._writer.texts(name, shape.texts)
        return StoredColumn(kind, field, arrays, magnitude if kind == "whole" else 0)

    def _array(
        self, role: Role, dtype: np.dtype[Any], *, place: int | None = None
    ) -> tuple[StoredArray, int, int | None]:
        """Write one array; return it with the sum of its magnitudes and its largest value."""
        name = f"{self._prefix}.{role[1]}" if place is None else f"{self._prefix}.{place}.{role[1]}"
        writer = self._writer.open(name, dtype)
        magnitude, largest = 0, None
        summed = role[1] == "values" and dtype.kind == "i"
        arrays = [part.array(role) for part in self._parts]
        for slices in self._blocks:
            found = [_values(one, arrays[one.part]) for one in slices]
            if not found:
                continue
            values = found[0] if len(found) == 1 else np.concatenate(found)
            if summed:
                magnitude += magnitude_of(values)
            if role == AT and len(values):
                newest = int(values.max())
                largest = newest if largest is None else max(largest, newest)
            writer.write(values)
        return writer.close(), magnitude, largest


def _values(rows: _Slice, array: NDArray[Any] | None) -> NDArray[Any]:
    if array is None:  # a part without nulls
        return np.ones(rows.end - rows.start, dtype=np.bool_)
    return array[rows.start : rows.end]


def _plan(parts: Sequence[Part], layout: Layout) -> tuple[list[list[_Slice]], NDArray[np.int64]]:
    """Return, for each block, the slices that make it up, and where each run begins."""
    spans = sorted(
        (start, number, place)
        for number, part in enumerate(parts)
        for place, (start, _) in enumerate(_spans_of(part))
    )
    cuts = [_Cuts(part) for part in parts]
    offsets = np.zeros(layout.runs + 1, dtype=np.int64)
    blocks: list[list[_Slice]] = []
    for block in range(-(-layout.size // BLOCK)):
        slices: list[_Slice] = []
        for code in range(layout.codes):
            rows = 0
            edges = [one.edges(block, code) for one in cuts]
            for _, number, place in spans:
                start, end = edges[number][place]
                if end > start:
                    rows += end - start
                    slices.append(_Slice(number, start, end))
            offsets[block * layout.codes + code + 1] = rows
        blocks.append(slices)
    return blocks, np.cumsum(offsets)


def _spans_of(part: Part) -> Sequence[tuple[int, int]]:
    return ((part.start, 0),) if part.spans is None else part.spans


class _Cuts:
    """Finds the rows of a part's spans in each of its runs."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._at = None if part.spans is None else part.array(AT)
        self._blocks = (len(part.offsets) - 1) // part.codes
        self._nothing = ((0, 0),) * len(_spans_of(part))

    def edges(self, block: int, code: int) -> Sequence[tuple[int, int]]:
        """Return the first row of each span in a run, and the one after its last."""
        part = self._part
        if block >= self._blocks or code >= part.codes:
            return self._nothing
        run = block * part.codes + code
        start, end = int(part.offsets[run]), int(part.offsets[run + 1])
        if part.spans is None or self._at is None:
            return ((start, end),)
        found = np.searchsorted(self._at[start:end], np.asarray(part.spans))
        return [(start + int(first), start + int(last)) for first, last in found]
