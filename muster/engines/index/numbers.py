"""The number an event atom compares, for every ordinal: what curves and pictures are drawn from."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import Field, FieldType
from muster.compile.atoms import Counted, EventAtom, Valued
from muster.engines import bits
from muster.engines.index.asking import Distinct, Measure, Rows, Total
from muster.engines.index.gathers import Extreme, extreme
from muster.engines.index.kernels import Numbers, answer, checked
from muster.engines.index.layout import BLOCK, AudienceIndex
from muster.engines.index.local_days import EPOCH_DAY, local_days
from muster.engines.index.parts import Scans
from muster.engines.index.questions import EventScan
from muster.engines.index.ranges import scale_of
from muster.engines.values import Values
from muster.rules.resolved import Aggregate

_COUNT = Field("count", FieldType.INTEGER)


def event_values(
    atom: EventAtom,
    index: AudienceIndex,
    scans: Scans,
    *,
    threads: int,
    gone: threading.Event | None,
) -> Values | None:
    """Return what a covered atom compares; None: it compares no number."""
    reader = _Reader(index, scans, threads, gone)
    match atom.having:
        case Counted(_, distinct):
            measure = Rows() if distinct is None else Distinct(distinct, atom.zone)
            (numbers,) = reader.numbers(atom, (measure,))
            return Values(numbers, reader.present, _COUNT)
        case Valued(aggregate, _):
            return reader.aggregate(atom, aggregate)
    return None


class _Reader:
    """Reads numbers of all ordinals."""

    def __init__(
        self, index: AudienceIndex, scans: Scans, threads: int, gone: threading.Event | None
    ) -> None:
        self._index = index
        self._scans = scans
        self._threads = threads
        self._gone = gone
        self.present = bits.to_flags(index.present, index.size)

    def aggregate(self, atom: EventAtom, aggregate: Aggregate) -> Values | None:
        """Return an aggregate's value; none counts as zero if the aggregate says so."""
        found = self._aggregate(atom, aggregate)
        if found is None:
            return None
        numbers, known = found
        if aggregate.empty_is_zero:
            numbers[~known] = 0
            known = self.present
        return Values(numbers, known & self.present, aggregate.output)

    def _aggregate(
        self, atom: EventAtom, aggregate: Aggregate
    ) -> tuple[NDArray[Any], NDArray[np.bool_]] | None:
        field = aggregate.of
        match aggregate.name, field:
            case "count", _:
                (rows,) = self.numbers(atom, (Rows(),))
                return rows, rows > 0
            case "recency", _:
                return self._recency(atom)
            case "sum", Field() if aggregate.empty_is_zero:
                (total,) = self.numbers(atom, (Total(field.name),))
                return total, self.present
            case "sum", Field():
                total, rows = self.numbers(atom, (Total(field.name), Rows()), valued=field)
                return total, rows > 0
            case "avg", Field():
                total, rows = self.numbers(atom, (Total(field.name), Rows()), valued=field)
                return total / np.maximum(rows, 1) / 10 ** scale_of(field), rows > 0
            case "distinct", Field():
                (number,) = self.numbers(atom, (Distinct(field, atom.zone),))
                return number, number > 0
            case (("min" | "max"), Field()):
                return self._extreme(atom, Extreme(field, aggregate.name == "max"))
        return None

    def numbers(
        self, atom: EventAtom, measures: tuple[Measure, ...], *, valued: Field | None = None
    ) -> list[NDArray[np.int64]]:
        """Return whole numbers about the atom's events, or those with a value in a field."""
        scan = EventScan(atom.scan, self._index.events)
        rows = scan.ask() if valued is None else scan.some_valued(valued)
        # No ranges: a count is wanted, not whether there is a row.
        asked = [replace(rows, measure=measure, ranges=()) for measure in measures]
        found = [np.zeros(self._index.size, dtype=np.int64) for _ in asked]

        def keep(place: int, block: int, numbers: Numbers) -> None:
            into = found[place][block * BLOCK : (block + 1) * BLOCK]
            into[:] = numbers[: len(into)]

        blocks = range(self._index.blocks)
        answer(asked, self._scans, keep, blocks=blocks, threads=self._threads, gone=self._gone)
        return found

    def _recency(self, atom: EventAtom) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        last, known = self._extreme(atom, Extreme(None, most=True))
        assert atom.today is not None
        today = atom.today.toordinal() - EPOCH_DAY
        days = np.zeros(len(last), dtype=np.int64)
        days[known] = today - local_days(last[known], atom.zone)
        return days, known

    def _extreme(self, atom: EventAtom, wanted: Extreme) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        scan = EventScan(atom.scan, self._index.events).ask()
        parts = self._scans.parts(scan.sources, scan.where)
        numbers: list[NDArray[Any]] = []
        known: list[NDArray[np.bool_]] = []
        for block in range(self._index.blocks):
            checked(self._gone)
            found = extreme(wanted, parts, block, scan.start, scan.end)
            numbers.append(found[0])
            known.append(found[1])
        if not numbers:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
        size = self._index.size
        return np.concatenate(numbers)[:size], np.concatenate(known)[:size]
