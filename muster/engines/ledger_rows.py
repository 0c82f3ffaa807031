"""The +1/-1 ledger of one question: events enter its window and leave it, day after day.

What an entity's events add up to is kept as a running number; a day touches only the entities of
the events that come and go. Windows move by any step, but never back. What is no
sum over events (distinct values, the first or last event) is asked again on each day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.engines.bits import Words, from_flags
from muster.engines.index.asking import (
    LEAST,
    MOST,
    Balance,
    Question,
    Ranges,
    Rows,
    Total,
)
from muster.engines.index.gathers import answer_at_once
from muster.engines.index.layout import BLOCK, Whole
from muster.engines.index.parts import Part, Parts, Scans

_Amounts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """One question whose window moves: ``starts`` and ``ends`` have one instant for each day."""

    question: Question
    parts: Parts
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @property
    def days(self) -> int:
        """How often it is asked."""
        return len(self.starts)


def moving(asked: Sequence[Question], scans: Scans) -> Moving | None:
    """Return questions that differ in their windows alone as one that moves.

    Returns:
        None if they differ in more, if windows move back, or if the answer is no sum over events.
    """
    first = asked[0]
    if not isinstance(first.measure, Rows | Total | Balance) or not scans.covers(first):
        return None
    same = (first.sources, first.where, first.measure, first.ranges)
    if any((one.sources, one.where, one.measure, one.ranges) != same for one in asked):
        return None
    starts = np.array([one.start for one in asked], dtype=np.int64)
    ends = np.array([one.end for one in asked], dtype=np.int64)
    if (starts[1:] < starts[:-1]).any() or (ends[1:] < ends[:-1]).any():
        return None
    return Moving(first, scans.parts(first.sources, first.where), starts, ends)


@dataclass(frozen=True, slots=True, eq=False)
class Stepping:
    """One question for each day that no running number answers: values told apart, an edge."""

    questions: tuple[Question, ...]
    scans: Scans


def stepping(asked: Sequence[Question], scans: Scans) -> Stepping | None:
    """Return questions to be asked day by day; None if the index does not cover one of them."""
    questions = tuple(asked)
    return Stepping(questions, scans) if all(map(scans.covers, set(questions))) else None


def answers(found: Moving | Stepping, block: int) -> Words:
    """Return for each day which ordinals of a block have a number within the ranges.

    Returns:
        Shape (days, words of a block).
    """
    if isinstance(found, Moving):
        return _moved(found, block)
    once = {question: _at_once(question, found.scans, block) for question in set(found.questions)}
    return np.stack([once[question] for question in found.questions])


def _at_once(question: Question, scans: Scans, block: int) -> Words:
    alone = moving([question], scans)
    if alone is not None:
        found: Words = _moved(alone, block)[0]
        return found
    parts = scans.parts(question.sources, question.where)
    numbers = answer_at_once(question, parts, block, scans.test_of(question))
    return from_flags(_within(numbers, question.ranges))


def _moved(found: Moving, block: int) -> Words:
    days, ordinals, amounts = _ledger(found, block)
    order = np.argsort(days, kind="stable")
    ordinals, amounts = ordinals[order], amounts[order]
    bounds = np.searchsorted(days[order], np.arange(found.days + 1)).tolist()
    ranges = found.question.ranges
    numbers = np.zeros(BLOCK, dtype=np.int64)
    flags = _within(numbers, ranges)
    packed = np.empty((found.days, BLOCK // 8), dtype=np.uint8)
    for day in range(found.days):
        first, last = bounds[day], bounds[day + 1]
        if first == last and day > 0:
            packed[day] = packed[day - 1]
            continue
        touched = ordinals[first:last]
        np.add.at(numbers, touched, amounts[first:last])
        flags[touched] = _within(numbers[touched], ranges)
        packed[day] = np.packbits(flags, bitorder="little")
    return packed.view(np.uint64)


def _ledger(found: Moving, block: int) -> tuple[NDArray[np.uint16], _Amounts, _Amounts]:
    """Return entries: on which day, whose number, how much more."""
    enters, leaves, ordinals, amounts = [], [], [], []
    for part in found.parts:
        for rows, code in _runs(part, block, int(found.starts[0]), int(found.ends[-1])):
            at = part.events.at[rows]
            first = np.searchsorted(found.ends, at, side="right").astype(np.uint16)
            beyond = np.searchsorted(found.starts, at, side="right").astype(np.uint16)
            kept = first < beyond
            if part.condition is not None:
                kept &= part.condition.true(rows, code)
            enters.append(first[kept])
            leaves.append(beyond[kept])
            ordinals.append(part.events.entity[rows][kept].astype(np.int64))
            amounts.append(_amounts(found.question, part, rows)[kept])
    if not enters:
        nothing = np.empty(0, dtype=np.int64)
        return nothing.astype(np.uint16), nothing, nothing
    whose, amount = np.concatenate(ordinals), np.concatenate(amounts)
    return (
        np.concatenate([*enters, *leaves]),
        np.concatenate([whose, whose]),
        np.concatenate([amount, -amount]),
    )


def _runs(part: Part, block: int, start: int, end: int) -> Iterator[tuple[slice, int | None]]:
    """Yield the rows of each run that happened in [start, end), and the run's partition code."""
    events = part.events
    first = block * (len(events.partitions) + 1)
    for code in part.codes:
        low, high = events.offsets[first + code : first + code + 2].tolist()
        ends = np.searchsorted(events.at[low:high], [start, end])
        rows = slice(low + int(ends[0]), low + int(ends[1]))
        if rows.start < rows.stop:
            yield rows, None if events.partition is None else code


def _amounts(question: Question, part: Part, rows: slice) -> _Amounts:
    measure = question.measure
    if isinstance(measure, Total | Balance):
        column = part.events.columns[measure.field]
        assert isinstance(column, Whole)
        values = column.values[rows].astype(np.int64)
        if isinstance(measure, Total):
            return values
        return values * measure.times - measure.less
    return np.ones(rows.stop - rows.start, dtype=np.int64)


def _within(numbers: _Amounts, ranges: Ranges) -> NDArray[np.bool_]:
    found = np.zeros(len(numbers), dtype=np.bool_)
    for low, high in ranges:
        inside = np.ones(len(numbers), dtype=np.bool_)
        if low > LEAST:
            inside &= numbers >= low
        if high < MOST:
            inside &= numbers <= high
        found |= inside
    return found
