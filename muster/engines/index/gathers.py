"""Questions that need all their rows of a block at once: distinct values, the first or last event.

Rarer and dearer than what `kernels.py` adds up row by row; nothing is shared between two of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import Field
from muster.engines.index.asking import LEAST, MOST, Distinct, Edge, Periods, Question
from muster.engines.index.conditions import RowCondition
from muster.engines.index.layout import BLOCK, Codes, Real, Whole
from muster.engines.index.local_days import local_periods
from muster.engines.index.parts import Part, Parts

_NARROW = 16
_WIDE = 47
_ROWS_A_FLAG = 1000
"""Sorting so many rows costs as much as a flag for each ordinal of a block."""
_MOST_FLAGS = 256


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least or most value of a field, or time of an event (None), of each ordinal."""

    of: Field | None
    most: bool


@dataclass(frozen=True, slots=True)
class _Slice:
    """Neighbouring rows of one run, and which of them pass (None: all)."""

    part: Part
    code: int
    rows: slice
    passing: NDArray[np.bool_] | None

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the rows of a column that pass."""
        found = values[self.rows]
        return found if self.passing is None else found[self.passing]

    @property
    def entity(self) -> NDArray[np.uint16]:
        return self.of(self.part.events.entity)

    @property
    def at(self) -> NDArray[np.int64]:
        return self.of(self.part.events.at)


def answer_at_once(
    question: Question, parts: Parts, block: int, test: RowCondition | None
) -> NDArray[np.int64]:
    """Return a question's number for every ordinal of a block; ``test`` is that of an `Edge`."""
    slices = list(_slices(parts, block, question.start, question.end))
    match question.measure:
        case Distinct(of, zone):
            return _distinct(slices, of, zone)
        case Periods(starts):
            edges = np.array(starts, dtype=np.int64)
            periods = [np.searchsorted(edges, found.at, side="right") for found in slices]
            return _count_pairs([found.entity for found in slices], periods)
        case Edge(last, _):
            assert test is not None
            return _edge(slices, last, test)
        case _:
            raise AssertionError("a sweep answers this")


def extreme(
    wanted: Extreme, parts: Parts, block: int, start: int, end: int
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return the least or most value for every ordinal of a block, and where there is one."""
    numbers: NDArray[Any] | None = None
    known = np.zeros(BLOCK, dtype=np.bool_)
    add = np.maximum if wanted.most else np.minimum
    for found in _slices(parts, block, start, end):
        values, some = _numbers(found, wanted.of)
        entity = found.entity[some].astype(np.intp)
        if numbers is None:
            real = values.dtype == np.float64
            ends = (-np.inf, np.inf) if real else (LEAST, MOST)
            numbers = np.full(BLOCK, ends[not wanted.most], dtype=values.dtype)
        add.at(numbers, entity, values[some])
        known[entity] = True
    if numbers is None:
        numbers = np.zeros(BLOCK, dtype=np.int64)
    numbers[~known] = 0
    return numbers, known


def _numbers(found: _Slice, field: Field | None) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return a field of the rows as int64 or float64, and which of them have a value."""
    if field is None:
        return found.at, np.ones(len(found.at), dtype=np.bool_)
    column = found.part.events.columns[field.name]
    if isinstance(column, Real):
        values = found.of(column.values)
        return values, ~np.isnan(values)
    assert isinstance(column, Whole)
    whole = found.of(column.values).astype(np.int64)
    known = column.known
    return whole, np.ones(len(whole), dtype=np.bool_) if known is None else found.of(known)


def _slices(parts: Parts, block: int, start: int, end: int) -> Iterator[_Slice]:
    for part in parts:
        runs = len(part.events.partitions) + 1
        for code in part.codes:
            run = block * runs + code
            low, high = int(part.events.offsets[run]), int(part.events.offsets[run + 1])
            edges = np.searchsorted(part.events.at[low:high], (start, end)) + low
            rows = slice(int(edges[0]), int(edges[1]))
            if rows.start < rows.stop:
                condition = part.condition
                passing = None if condition is None else condition.true(rows, code)
                yield _Slice(part, code, rows, passing)


# -- distinct values -------------------------------------------------------------------------------


def _distinct(slices: list[_Slice], of: Field | str, zone: str) -> NDArray[np.int64]:
    entities: list[NDArray[np.uint16]] = []
    values: list[NDArray[np.int64]] = []
    for found in slices:
        value, some = _comparable(found, of, zone)
        entity = found.entity
        entities.append(entity if some is None else entity[some])
        values.append(value if some is None else value[some])
    return _count_pairs(entities, values)


def _comparable(
    found: _Slice, of: Field | str, zone: str
) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None]:
    """Return numbers that are equal where values are, and which rows have one (None: all)."""
    if isinstance(of, str):
        return local_periods(found.at, of, zone), None
    column = found.part.events.columns.get(of.name)
    match column:
        case None:  # the partition field: one value in the whole run
            entity = found.entity
            same = np.full(len(entity), found.code, dtype=np.int64)
            return same, None if found.code else np.zeros(len(entity), dtype=np.bool_)
        case Codes():
            codes = found.of(column.codes).astype(np.int64)
            return codes, codes != 0
        case Whole():
            known = column.known
            return found.of(column.values).astype(np.int64), (
                None if known is None else found.of(known)
            )
        case Real():
            real = found.of(column.values) + 0.0  # one zero, not two
            return real.view(np.int64), ~np.isnan(real)
        case _:
            raise AssertionError("not a field that can be counted")


def _count_pairs(
    entities_by_slice: list[NDArray[np.uint16]], values_by_slice: list[NDArray[np.int64]]
) -> NDArray[np.int64]:
    """Return how many different values each entity has."""
    if not any(map(len, values_by_slice)):
        return np.zeros(BLOCK, dtype=np.int64)
    entities, values = np.concatenate(entities_by_slice), np.concatenate(values_by_slice)
    low, span = int(values.min()), int(values.max()) - int(values.min())
    if span < min(len(values) // _ROWS_A_FLAG, _MOST_FLAGS):
        seen = np.zeros((span + 1, BLOCK), dtype=np.uint8)
        seen.reshape(-1)[(values - low) * BLOCK + entities] = 1
        number: NDArray[np.int64] = seen.sum(axis=0, dtype=np.uint16).astype(np.int64)
        return number
    if span >= 1 << _WIDE:
        values, low = np.unique(values, return_inverse=True)[1], 0
    if span < 1 << _NARROW:
        shift = _NARROW
        pairs: NDArray[Any] = entities.astype(np.uint32) << np.uint32(shift)
        pairs |= (values - low).astype(np.uint32)
    else:
        shift = _WIDE
        pairs = (entities.astype(np.int64) << shift) | (values - low)
    pairs.sort()
    fresh = np.empty(len(pairs), dtype=np.bool_)
    fresh[0] = True
    np.not_equal(pairs[1:], pairs[:-1], out=fresh[1:])
    return np.bincount((pairs[fresh] >> shift).astype(np.intp), minlength=BLOCK)


# -- the first and the last event ------------------------------------------------------------------


def _edge(slices: list[_Slice], last: bool, test: RowCondition) -> NDArray[np.int64]:
    """Return 1 where the first or last event passes; no two events of an entity are at one time."""
    edges = np.full(BLOCK, LEAST if last else MOST, dtype=np.int64)
    add = np.maximum if last else np.minimum
    taken = [(found.entity.astype(np.intp), found.at) for found in slices]
    for entity, at in taken:
        add.at(edges, entity, at)
    passed = np.zeros(BLOCK, dtype=np.int64)
    for found, (entity, at) in zip(slices, taken, strict=True):
        true = test.true(found.rows, found.code)
        if found.passing is not None:
            true = true[found.passing]
        passed[entity[true & (edges[entity] == at)]] = 1
    return passed
