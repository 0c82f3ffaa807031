"""The rows of a scan in the index: partition codes whose runs are read, and a condition on rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from muster.engines.index.asking import Edge, Question
from muster.engines.index.conditions import (
    RowCondition,
    compile_condition,
    split_partition,
)
from muster.engines.index.layout import EventIndex
from muster.rules.resolved import Resolved


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one source that a scan looks at: those of some partition codes that pass."""

    events: EventIndex
    codes: tuple[int, ...]
    condition: RowCondition | None


Parts = tuple[Part, ...]


class Scans:
    """Compiles the filters of scans, each once."""

    def __init__(self, events: Mapping[str, EventIndex]) -> None:
        self.events = events
        self._parts: dict[tuple[str, Resolved | None], Part | None] = {}
        self._tests: dict[tuple[str, Resolved], RowCondition | None] = {}

    def covers(self, question: Question) -> bool:
        """Whether every condition of a question can be looked at here."""
        if any(self._part(source, question.where) is None for source in question.sources):
            return False
        return not isinstance(question.measure, Edge) or self.test_of(question) is not None

    def parts(self, sources: tuple[str, ...], where: Resolved | None) -> Parts:
        """Return the rows of a scan; it must be covered."""
        found = [self._part(source, where) for source in sources]
        assert None not in found
        return tuple(part for part in found if part is not None and part.codes)

    def test_of(self, question: Question) -> RowCondition | None:
        """Return the test on the first or last event, if that is what a question is about."""
        if not isinstance(question.measure, Edge):
            return None
        return self._condition(self.events[question.sources[0]], question.measure.test)

    def _condition(self, events: EventIndex, node: Resolved) -> RowCondition | None:
        key = (events.source, node)
        if key not in self._tests:
            partition = None if events.partition is None else (events.partition, events.partitions)
            self._tests[key] = compile_condition(node, events.columns, partition=partition)
        return self._tests[key]

    def _part(self, source: str, where: Resolved | None) -> Part | None:
        key = (source, where)
        if key not in self._parts:
            self._parts[key] = self._compiled(self.events[source], where)
        return self._parts[key]

    def _compiled(self, events: EventIndex, where: Resolved | None) -> Part | None:
        codes = tuple(range(len(events.partitions) + 1))
        if where is None:
            return Part(events, codes, None)
        rest: Resolved | None = where
        if events.partition is not None:
            passing, rest = split_partition(where, (events.partition, events.partitions))
            codes = codes if passing is None else tuple(sorted(passing))
        if rest is None or not codes:
            return Part(events, codes, None)
        condition = self._condition(events, rest)
        return None if condition is None else Part(events, codes, condition)
