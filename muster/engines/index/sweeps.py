"""Plans how many questions about events are answered in few passes over their rows.

A sweep walks back in time from one end over the rows of one scan, adding each row once: after every
step it stands at the beginning of some question's window. A window that ends earlier rides along
where the sweep counts all of its rows anyway: its number is what was added since that end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from muster.engines.index.asking import SOME, Balance, Question, Rows, Total
from muster.engines.index.parts import Parts, Scans
from muster.rules.resolved import Resolved


@dataclass(frozen=True, slots=True)
class Asking:
    """A question, its place among the answers, and the end (``since``) it counts back from."""

    question: Question
    place: int
    since: int


@dataclass(slots=True)
class Sweep:
    """One pass: ``rows``, ``flags`` and ``totals`` say how far back each is needed.

    Attributes:
        rows: the earliest start for which rows are counted; None: for none.
        flags: the earliest start for which it is enough to know whether there is a row.
        totals: by field, the earliest start for which it is summed.
    """

    parts: Parts
    end: int
    askings: list[Asking] = field(default_factory=list)
    rows: int | None = None
    flags: int | None = None
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def edges(self) -> list[int]:
        """Return the instants at which the sweep stops, latest first; the first is its end."""
        found = {self.end}
        for asking in self.askings:
            found |= {asking.question.start, asking.since}
        return sorted(found, reverse=True)

    def covers(self, question: Question) -> bool:
        """Whether every row of a window, that ends no later, is counted and summed anyway."""
        measure, start = question.measure, question.start
        if isinstance(measure, Rows | Balance) and (self.rows is None or self.rows > start):
            return False
        if isinstance(measure, Total | Balance):
            return self.totals.get(measure.field, start + 1) <= start
        return True

    def add(self, question: Question, place: int, *, counted: bool) -> None:
        """Take a question; ``counted``: rows are counted for it even if one would do."""
        self.askings.append(Asking(question, place, question.end))
        measure, start = question.measure, question.start
        if isinstance(measure, Total | Balance):
            self.totals[measure.field] = min(start, self.totals.get(measure.field, start))
        if isinstance(measure, Balance) or (isinstance(measure, Rows) and counted):
            self.rows = start if self.rows is None else min(start, self.rows)
        elif isinstance(measure, Rows):
            self.flags = start if self.flags is None else min(start, self.flags)


def is_swept(question: Question) -> bool:
    """Whether a sweep can answer a question; others look at all their rows at once."""
    return isinstance(question.measure, Rows | Total | Balance)


def sweeps_of(questions: Sequence[Question], scans: Scans) -> list[Sweep]:
    """Return the sweeps that answer the questions a sweep can; places are those in the list."""
    families: dict[tuple[tuple[str, ...], Resolved | None], list[int]] = {}
    for place, question in enumerate(questions):
        if is_swept(question):
            families.setdefault((question.sources, question.where), []).append(place)
    found: list[Sweep] = []
    for (sources, where), places in families.items():
        asked = [(questions[place], place) for place in places]
        found += _family(asked, scans.parts(sources, where))
    return found


def _family(asked: Iterable[tuple[Question, int]], parts: Parts) -> list[Sweep]:
    by_end: dict[int, list[tuple[Question, int]]] = {}
    for question, place in asked:
        by_end.setdefault(question.end, []).append((question, place))
    found: list[Sweep] = []
    for end in sorted(by_end, reverse=True):
        own = Sweep(parts, end)
        counted = any(_counts(question) for question, _ in by_end[end])
        for question, place in by_end[end]:
            host = next((sweep for sweep in found if sweep.covers(question)), own)
            host.add(question, place, counted=counted or host is not own)
        if own.askings:
            found.append(own)
    return found


def _counts(question: Question) -> bool:
    """Whether one row is not as good as many."""
    if isinstance(question.measure, Rows):
        return question.ranges != SOME
    return isinstance(question.measure, Balance)
