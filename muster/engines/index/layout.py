"""What an audience index holds in memory: columns over entity ordinals, and events by block.

A block is 65,536 neighbouring ordinals, one Roaring container: what a kernel adds up for a block
stays in the processor's cache. Inside a block events are sorted by partition value, then by time,
so a window is a binary search and a filter on the partition field is a choice of slices. Arrays
are memory-mapped and never written to.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import Field
from muster.engines.bits import Words
from muster.engines.entities import EntityDictionary

BLOCK = 65_536
"""Ordinals in a block."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Text (STRING, ENUM): code 0 is no value, code i is ``dictionary[i - 1]``, as stored."""

    field: Field
    codes: NDArray[np.unsignedinteger]
    dictionary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """Whole numbers: INTEGER; MONEY and DECIMAL in units of 10 ** -scale; BOOLEAN 0 or 1.

    DATE counts days and TIMESTAMP microseconds (UTC) since 1970-01-01. ``known`` is None if every
    row has a value; rows without one hold 0. ``magnitude`` is the sum of the absolute values.
    """

    field: Field
    values: NDArray[np.signedinteger]
    known: NDArray[np.bool_] | None
    magnitude: int


@dataclass(frozen=True, slots=True)
class Real:
    """NUMBER as float64; NaN is no value."""

    field: Field
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Points:
    """GEO in degrees; NaN is no value."""

    field: Field
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lists:
    """LIST of an entity: for each element of the dictionary the set of ordinals whose list has it.

    ``known``: ordinals whose list is not null; an empty list is known and in no element's set.
    """

    field: Field
    dictionary: tuple[str, ...]
    elements: NDArray[np.uint64]
    """Shape (elements, words)."""
    known: Words


Column = Codes | Whole | Real | Points | Lists


@dataclass(frozen=True, slots=True)
class EventIndex:
    """The events of one source, ordered by block, then partition code, then time.

    Attributes:
        partition: name of the Codes field that orders events inside a block; None: one partition.
        partitions: dictionary of that field; a run of code c (0: no value) is number
            ``block * (len(partitions) + 1) + c``. Without a partition field it is empty.
        offsets: int64, one more than there are runs: run r is rows ``offsets[r]:offsets[r + 1]``.
        entity: ordinal within the block, one per event.
        at: microseconds since 1970-01-01 UTC, ascending within a run. Rows without a time, or of an
            entity that is not in the dictionary, are left out.
        columns: by field name, in the order of events; the partition field and fields that do not
            suit an index are absent (the partition's value is the run's; ``at`` is beside).
        tied: whether two events of one entity happened at one instant.
    """

    source: str
    partition: Field | None
    partitions: tuple[str, ...]
    offsets: NDArray[np.int64]
    entity: NDArray[np.uint16]
    at: NDArray[np.int64]
    columns: Mapping[str, Column]
    tied: bool


@dataclass(frozen=True, slots=True)
class AudienceIndex:
    """One generation of an index; equal stamps mean equal data.

    Attributes:
        entities: the dictionary the ordinals are of; ``present`` says which are in the warehouse.
        attributes: by name; those that do not suit an index are absent.
        events: by source name; a source that could not be indexed is absent.
        stamp: of the warehouse the generation was made from.
        versions: a hash of the data by part: "entity" (keys and attributes) or a source's name.
    """

    generation: str
    stamp: str
    entities: EntityDictionary
    present: Words
    attributes: Mapping[str, Column]
    events: Mapping[str, EventIndex]
    versions: Mapping[str, str]
    built_at: datetime

    @property
    def size(self) -> int:
        """How many ordinals there are."""
        return self.entities.size

    @property
    def blocks(self) -> int:
        """How many blocks there are; the last may be short."""
        return -(-self.size // BLOCK)


def let_go(values: NDArray[Any], start: int, stop: int) -> None:
    """Take some rows of a mapped array out of the process's memory; a later look maps them again.

    They stay in the page cache of the system. An array that is not mapped stays as it is.
    """
    base: object = values
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, memoryview):
        base = base.obj
    if isinstance(base, mmap.mmap):
        page = mmap.PAGESIZE
        low = -(-start * values.itemsize // page) * page
        high = stop * values.itemsize // page * page
        if low < high:
            base.madvise(mmap.MADV_DONTNEED, low, high - low)
