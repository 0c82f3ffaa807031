"""Questions about events that the kernels can answer: a number per entity, within ranges.

`questions.py` makes them of atoms; `sweeps.py` and `gathers.py` answer them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from muster.base.datamodel import Field
from muster.rules.resolved import Resolved, Test
from muster.rules.truth import Truth

LEAST: Final = -(2**63)
MOST: Final = 2**63 - 1
Ranges = tuple[tuple[int, int], ...]
SOME: Final[Ranges] = ((1, MOST),)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rows:
    """How many events there are."""


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a whole-number field, in its unit; no value adds nothing."""

    field: str


@dataclass(frozen=True, slots=True)
class Balance:
    """``times`` * sum - ``less`` * events: positive where the average is above less / times."""

    field: str
    times: int
    less: int


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many values of a field there are, or local days, weeks or months in a zone."""

    of: Field | str
    zone: str


@dataclass(frozen=True, slots=True)
class Periods:
    """How many of neighbouring periods have an event; ``starts`` ascend, in microseconds."""

    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """Whether (1 or 0) the first or last event passes a test."""

    last: bool
    test: Test


Measure = Rows | Total | Balance | Distinct | Periods | Edge


@dataclass(frozen=True, slots=True)
class Question:
    """For each entity: is the number within the ranges (closed intervals)?

    ``start`` and ``end`` (half-open) are microseconds since 1970-01-01 UTC.
    """

    sources: tuple[str, ...]
    where: Resolved | None
    start: int
    end: int
    measure: Measure = Rows()
    ranges: Ranges = SOME


@dataclass(frozen=True, slots=True)
class Join:
    """``kind``: all, any or not; all of nothing is true."""

    kind: str
    children: tuple[Asked, ...]


Asked = Question | Join
ALWAYS: Final = Join("all", ())


@dataclass(frozen=True, slots=True)
class Answer:
    """True where ``holds`` and ``known``; where not ``known`` (None: it always is), ``empty``."""

    holds: Asked
    known: Asked | None
    empty: Truth


def questions_in(asked: Asked | None) -> Iterator[Question]:
    """Yield the questions of a tree."""
    if isinstance(asked, Question):
        yield asked
    elif asked is not None:
        for child in asked.children:
            yield from questions_in(child)


def microseconds(instant: datetime) -> int:
    """Return an instant as microseconds since 1970-01-01 UTC."""
    return (instant - _EPOCH) // _MICROSECOND
