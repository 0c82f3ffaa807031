"""The bins into which everybody falls by one attribute, made once for a state of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import Field, FieldType
from muster.engines import bits
from muster.engines.bits import Words
from muster.engines.texts import Texts
from muster.engines.values import Values
from muster.rules.duration import midnight_utc
from muster.rules.resolved import Range, Scalar
from muster.rules.truth import age_bounds
from muster.services.live_dials import in_units, scalar_of

MOST_BINS: Final = 20
_RANGES = 10
_AGES = (0, 18, 25, 35, 45, 55, 65)


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin.

    Attributes:
        kind: value, range, other (any other value) or missing (no value).
        label: the value, the years of age, the year; None where the ends say it.
        above, to: ends of a range, the first not included; None is open.
    """

    kind: str
    label: str | None = None
    above: Scalar | None = None
    to: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """The bins of one attribute, and who is in each.

    ``codes[i]`` is 1 + the bin of ordinal i, 0 of who is not in the warehouse. In a list's bins one
    may be several times, or not at all: then ``sets`` holds them, and ``codes`` is None.
    ``everyone``: how many are in each bin.
    """

    field: Field
    bins: tuple[Bin, ...]
    codes: NDArray[np.uint8] | None
    sets: tuple[Words, ...]
    everyone: tuple[int, ...]

    def sizes(self, members: Words, ordinals: NDArray[np.int64]) -> tuple[int, ...]:
        """Return how many of some present entities are in each bin; ``ordinals`` are theirs."""
        if self.codes is None:
            return tuple(bits.count(members & words) for words in self.sets)
        found = np.bincount(self.codes[ordinals], minlength=len(self.bins) + 1)
        return tuple(found[1:].tolist())


def text_axis(field: Field, found: Texts, present: Words, size: int) -> Axis:
    """Return the frequent texts as bins, then all others, then none."""
    values = tuple(Bin("value", text) for text in found.texts)
    if found.places is None:
        return Axis(field, values, None, found.sets, tuple(map(bits.count, found.sets)))
    bins = [*values, Bin("other"), Bin("missing")]
    places = np.array([len(bins), *range(1, len(values) + 1), len(bins) - 1], dtype=np.uint8)
    return _partition(field, bins, places[found.places], present, size)


def number_axis(values: Values, present: Words, *, ages: bool, zone: ZoneInfo, today: date) -> Axis:
    """Return a number's bins: its values where they are few, else tenths of everybody.

    Days and instants go by year; ``ages``: whole years, or birth dates, go by bands of age.
    """
    field, size = values.field, len(values.known)
    inside = bits.to_ordinals(bits.from_flags(values.known) & present, size)
    numbers = values.numbers[inside]
    if ages and field.type in (FieldType.DATE, FieldType.INTEGER):
        bins, edges = _age_bins(field, today)
    elif len(numbers) == 0:
        bins, edges = [Bin("other")], []
    elif field.type in (FieldType.DATE, FieldType.TIMESTAMP):
        bins, edges = _year_bins(field, numbers, zone)
    else:
        bins, edges = _number_bins(field, numbers)
    # edge i is the largest number in bin i; who was born earlier is older
    places = np.searchsorted(np.asarray(edges, dtype=numbers.dtype), numbers, "left")
    if ages and field.type is FieldType.DATE:
        places = len(edges) - places
    found = np.full(size, len(bins) + 1, dtype=np.uint8)
    found[inside] = 1 + places
    return _partition(field, [*bins, Bin("missing")], found, present, size)


def _partition(
    field: Field, bins: Sequence[Bin], codes: NDArray[np.uint8], present: Words, size: int
) -> Axis:
    """Return the axis without the bins that nobody is in."""
    codes = np.where(bits.to_flags(present, size), codes, 0).astype(np.uint8)
    sizes = np.bincount(codes, minlength=len(bins) + 1)
    kept = [place for place in range(1, len(bins) + 1) if sizes[place]]
    renamed = np.zeros(len(bins) + 1, dtype=np.uint8)
    renamed[kept] = np.arange(1, len(kept) + 1)
    return Axis(
        field,
        tuple(bins[place - 1] for place in kept),
        renamed[codes],
        (),
        tuple(int(sizes[place]) for place in kept),
    )


def _age_bins(field: Field, today: date) -> tuple[list[Bin], list[Any]]:
    """Return bins by age, and the last age of each, or the last birth date from the oldest on."""
    last = [age - 1 for age in _AGES[1:]]
    labels = [f"{low}-{high}" for low, high in zip(_AGES, last, strict=False)] + [f"{_AGES[-1]}+"]
    bins = [Bin("range", label) for label in labels]
    if field.type is FieldType.INTEGER:
        return bins, last
    latest = [age_bounds(Range(age, None), today).high for age in reversed(_AGES[1:])]
    return bins, [int(in_units(field, day)) for day in latest if day is not None]


def _year_bins(field: Field, numbers: NDArray[Any], zone: ZoneInfo) -> tuple[list[Bin], list[Any]]:
    first, last = (_year(field, number, zone) for number in (numbers.min(), numbers.max()))
    start = max(first, last - MOST_BINS + 2)
    bins = [Bin("range", f"before {start}")] if start > first else []
    bins += [Bin("range", str(year)) for year in range(start, last + 1)]
    begins = range(start + (start == first), last + 1)
    return bins, [_begin(field, year, zone) - 1 for year in begins]


def _year(field: Field, number: Any, zone: ZoneInfo) -> int:
    found = scalar_of(field, number)
    assert isinstance(found, date)
    return found.year if field.type is FieldType.DATE else _local_year(found, zone)


def _local_year(instant: Any, zone: ZoneInfo) -> int:
    try:
        year: int = instant.astimezone(zone).year
    except OverflowError:  # the first or the last day there is
        year = instant.year
    return year


def _begin(field: Field, year: int, zone: ZoneInfo) -> int:
    day = date(year, 1, 1)
    return int(in_units(field, day if field.type is FieldType.DATE else midnight_utc(day, zone)))


def _number_bins(field: Field, numbers: NDArray[Any]) -> tuple[list[Bin], list[Any]]:
    ordered = np.sort(numbers)
    places = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    if len(places) <= MOST_BINS:
        values = ordered[places].tolist()
        return [Bin("value", _said(scalar_of(field, value))) for value in values], values[:-1]
    tenths = np.linspace(0, len(ordered), _RANGES + 1)[1:-1].astype(np.int64)
    edges = np.unique(ordered[tenths]).tolist()
    ends = [None, *(scalar_of(field, edge) for edge in edges), None]
    bins = [Bin("range", None, above, to) for above, to in pairwise(ends)]
    return bins, edges


def _said(value: Scalar) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)
