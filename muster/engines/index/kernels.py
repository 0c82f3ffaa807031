"""Answers questions about events block by block; what it adds up stays in the processor's cache.

A block's rows are walked sweep by sweep. Positions of all windows in all runs are found at once;
then rows are brought into one small buffer, their ordinals cast once, and added by one call per
number wanted. Threads take blocks where there is more to do than adding.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from muster.base.errors import Busy
from muster.engines.index.asking import LEAST, MOST, Balance, Question, Ranges, Total
from muster.engines.index.gathers import answer_at_once
from muster.engines.index.layout import BLOCK, EventIndex, Whole, let_go
from muster.engines.index.parts import Part, Scans
from muster.engines.index.sweeps import Sweep, is_swept, sweeps_of

_CHUNK: Final = 131_072
"""Rows in the buffer: ordinals and values of so many stay in the processor's cache."""


_MANY_INSTANTS: Final = 8

Numbers = NDArray[np.int64] | NDArray[np.bool_]
Sink = Callable[[int, int, Numbers], None]
"""Given (place of the question, block, a number or flag for each ordinal of the block)."""


def answer(
    questions: Sequence[Question],
    scans: Scans,
    sink: Sink,
    *,
    blocks: Sequence[int],
    threads: int,
    gone: threading.Event | None = None,
) -> None:
    """Work out the number of each question for every ordinal of some blocks.

    A question's numbers stop being its own when the sink returns. Of a question that asks for some
    row, flags may come in place of counts.

    Raises:
        Busy: CLIENT_GONE, ``gone`` was set.
    """
    if not questions or not blocks:
        return
    sweeps = sweeps_of(questions, scans)
    others = [
        (place, question, scans.parts(question.sources, question.where), scans.test_of(question))
        for place, question in enumerate(questions)
        if not is_swept(question)
    ]
    edges = _edges_by_source(sweeps)
    waiting = iter(blocks)
    lock = threading.Lock()

    def take() -> Iterator[int]:
        while True:
            with lock:
                block = next(waiting, None)
            if block is None:
                return
            checked(gone)
            yield block

    def work() -> None:
        worker = _Worker(sink)
        for block in take():
            positions = {
                source: _positions(events, block, instants, codes)
                for source, (events, instants, codes) in edges.items()
            }
            for sweep in sweeps:
                worker.sweep(sweep, block, positions)
            for place, question, parts, test in others:
                sink(place, block, answer_at_once(question, parts, block, test))

    # Adding up holds the interpreter: two threads need a fifth more time than one; sorting lets go.
    workers = min(threads, len(blocks)) if others else 1
    if workers <= 1:
        work()
        return
    with ThreadPoolExecutor(workers) as pool:
        for running in [pool.submit(work) for _ in range(workers)]:
            running.result()


def checked(gone: threading.Event | None) -> None:
    """Raise if nobody waits for the answer any more.

    Raises:
        Busy: CLIENT_GONE.
    """
    if gone is not None and gone.is_set():
        raise Busy(
            "CLIENT_GONE",
            "Nobody waits for the answer any more.",
            hint="Ask again if it is still wanted.",
        )


_Edges = dict[str, tuple[EventIndex, NDArray[np.int64], list[int]]]
_Positions = dict[str, tuple[dict[int, int], NDArray[np.int64]]]


def _edges_by_source(sweeps: Sequence[Sweep]) -> _Edges:
    """Return, by source, every instant that a sweep stops at and every partition code looked at."""
    instants: dict[str, set[int]] = {}
    codes: dict[str, set[int]] = {}
    events: dict[str, EventIndex] = {}
    for sweep in sweeps:
        for part in sweep.parts:
            events[part.events.source] = part.events
            instants.setdefault(part.events.source, set()).update(sweep.edges)
            codes.setdefault(part.events.source, set()).update(part.codes)
    return {
        source: (found, np.array(sorted(instants[source]), dtype=np.int64), sorted(codes[source]))
        for source, found in events.items()
    }


def _positions(
    events: EventIndex, block: int, instants: NDArray[np.int64], codes: Sequence[int]
) -> tuple[dict[int, int], NDArray[np.int64]]:
    """Return the column of each instant, and by code the first row at or after each instant."""
    runs = len(events.partitions) + 1
    offsets = events.offsets[block * runs : (block + 1) * runs + 1].tolist()
    found = np.zeros((runs, len(instants)), dtype=np.int64)
    for code in codes:
        low, high = offsets[code], offsets[code + 1]
        found[code] = np.searchsorted(events.at[low:high], instants) + low
    if len(instants) >= _MANY_INSTANTS:
        # Times are searched once a block; their pages would be a third of all that is held.
        let_go(events.at, offsets[0], offsets[-1])
    columns = {instant: column for column, instant in enumerate(instants.tolist())}
    return columns, found


class _Worker:
    """What one thread works in: a buffer of rows, and numbers of one block."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._entity = np.empty(_CHUNK, dtype=np.intp)
        self._values: dict[str, NDArray[np.int64]] = {}
        self._filled = 0
        self._rows = np.empty(BLOCK, dtype=np.int64)
        self._flags = np.empty(BLOCK, dtype=np.bool_)
        self._totals: dict[str, NDArray[np.int64]] = {}
        # What is added up in the step at hand.
        self._counting = self._flagging = False
        self._summing: list[str] = []

    def sweep(self, sweep: Sweep, block: int, positions: _Positions) -> None:
        """Walk one sweep over one block."""
        self._begin(sweep)
        edges = sweep.edges
        ends = {asking.since for asking in sweep.askings} - {sweep.end}
        starts: dict[int, list[int]] = {}
        for number, asking in enumerate(sweep.askings):
            starts.setdefault(asking.question.start, []).append(number)
        before: dict[int, dict[str | None, NDArray[np.int64]]] = {}
        later = edges[0]
        for edge in edges:
            if edge < later:
                self._step(sweep, edge, later, positions)
                later = edge
            if edge in ends:
                before[edge] = self._copies(sweep)
            for number in starts.get(edge, ()):
                asking = sweep.askings[number]
                found = self._number(asking.question, sweep, before.get(asking.since))
                self._sink(asking.place, block, found)

    def _begin(self, sweep: Sweep) -> None:
        if sweep.rows is not None:
            self._rows.fill(0)
        if sweep.flags is not None:
            self._flags.fill(False)
        for name in sweep.totals:
            if name not in self._totals:
                self._values[name] = np.empty(_CHUNK, dtype=np.int64)
                self._totals[name] = np.empty(BLOCK, dtype=np.int64)
            self._totals[name].fill(0)

    def _step(self, sweep: Sweep, start: int, end: int, positions: _Positions) -> None:
        """Add the rows at or after ``start`` and before ``end``."""
        self._counting = sweep.rows is not None and sweep.rows <= start
        self._flagging = sweep.flags is not None and sweep.flags <= start
        self._summing = [name for name, until in sweep.totals.items() if until <= start]
        for part in sweep.parts:
            columns, rows = positions[part.events.source]
            codes = list(part.codes)
            lows = rows[codes, columns[start]].tolist()
            highs = rows[codes, columns[end]].tolist()
            for code, low, high in zip(codes, lows, highs, strict=True):
                for first in range(low, high, _CHUNK):
                    self._bring(part, code, first, min(first + _CHUNK, high))
        self._flush()

    def _bring(self, part: Part, code: int, low: int, high: int) -> None:
        """Bring rows that pass into the buffer."""
        entity: NDArray[Any] = part.events.entity[low:high]
        passing: NDArray[np.intp] | None = None
        if part.condition is not None:
            passing = np.flatnonzero(part.condition.true(slice(low, high), code))
            entity = entity.take(passing)
        number = len(entity)
        if self._filled + number > _CHUNK:
            self._flush()
        into = slice(self._filled, self._filled + number)
        self._entity[into] = entity
        for name in self._summing:
            column = part.events.columns[name]
            assert isinstance(column, Whole)
            values = column.values[low:high]
            self._values[name][into] = values if passing is None else values.take(passing)
        self._filled += number

    def _flush(self) -> None:
        """Add what is in the buffer."""
        rows = slice(0, self._filled)
        entity = self._entity[rows]
        # Beside operands of equal types and one dimension, `add.at` runs a plain loop.
        if self._counting:
            np.add.at(self._rows, entity, 1)
        if self._flagging:
            self._flags[entity] = True
        for name in self._summing:
            np.add.at(self._totals[name], entity, self._values[name][rows])
        self._filled = 0

    def _copies(self, sweep: Sweep) -> dict[str | None, NDArray[np.int64]]:
        copies: dict[str | None, NDArray[np.int64]] = {
            name: self._totals[name].copy() for name in sweep.totals
        }
        if sweep.rows is not None:
            copies[None] = self._rows.copy()
        return copies

    def _number(
        self,
        question: Question,
        sweep: Sweep,
        before: dict[str | None, NDArray[np.int64]] | None,
    ) -> Numbers:
        """Return a question's number now, less what had been added at its end (``before``)."""

        def since(name: str | None, now: NDArray[np.int64]) -> NDArray[np.int64]:
            return now if before is None else now - before[name]

        match question.measure:
            case Total(name):
                return since(name, self._totals[name])
            case Balance(name, times, less):
                total = since(name, self._totals[name])
                return total * times - since(None, self._rows) * less
            case _:
                return self._flags if sweep.rows is None else since(None, self._rows)


def within(numbers: Numbers, ranges: Ranges) -> NDArray[np.bool_]:
    """Return whether each number lies in one of the ranges; a flag counts as 1 or 0."""
    if numbers.dtype == np.bool_:
        held = [any(low <= flag <= high for low, high in ranges) for flag in (0, 1)]
        if held == [False, True]:
            return numbers.astype(np.bool_, copy=False)
        numbers = numbers.astype(np.int64)
    found: NDArray[np.bool_] | None = None
    for low, high in ranges:
        inside = _between(numbers, low, high)
        found = inside if found is None else found | inside
    return np.zeros(len(numbers), dtype=np.bool_) if found is None else found


def _between(numbers: Numbers, low: int, high: int) -> NDArray[np.bool_]:
    low, high = max(low, LEAST), min(high, MOST)
    if low > high:
        return np.zeros(len(numbers), dtype=np.bool_)
    if low == high:
        same: NDArray[np.bool_] = numbers == low
        return same
    if high == MOST:
        return numbers >= low
    if low == LEAST:
        return numbers <= high
    return (numbers >= low) & (numbers <= high)
