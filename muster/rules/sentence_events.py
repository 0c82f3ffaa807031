"""Conditions on events in words: occurrences, metrics, sequences."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from muster.base.datamodel import Field, FieldType
from muster.rules.nodes import Count
from muster.rules.operators import TIMES
from muster.rules.resolved import (
    Aggregate,
    Guard,
    Measure,
    Occurrence,
    Path,
    Resolved,
    ResolvedStep,
    Scan,
)
from muster.rules.sentence_leaves import phrase
from muster.rules.sentence_words import Words, enumerate_words, label_of, quantity, spaced
from muster.rules.windows import Last, Window

_UNITS = {
    "day": "on {n} different days",
    "week": "in {n} different weeks",
    "month": "in {n} different months",
}
_TIMES = {
    Count(">=", 1): "happened at least once",
    Count("=", 0): "never happened",
    Count("=", 1): "happened exactly once",
}
_AGGREGATES = {
    "sum": "total {field} of {events}",
    "avg": "average {field} of {events}",
    "min": "smallest {field} of {events}",
    "max": "largest {field} of {events}",
    "first": "first {field} of {events}",
    "last": "last {field} of {events}",
    "mode": "most frequent {field} of {events}",
    "distinct": "number of different {field} of {events}",
    "percentile": "{percent} percentile of {field} of {events}",
    "count": "number of {events}",
    "recency": "days since the last of {events}",
}
_OF_TIMES = {"min": "earliest {field} of {events}", "max": "latest {field} of {events}"}


class EventSentences:
    """Says conditions on events; ``clause`` says the filter on one event."""

    def __init__(self, words: Words, clause: Callable[[Resolved], str]) -> None:
        self._words = words
        self._clause = clause

    def occurrence(self, node: Occurrence, *, absence_matters: bool = False) -> str:
        """Say what happened how often; the guard only where absence can make it true."""
        if node.pattern.kind != "plain":
            return self._pattern(node)
        how_often = _how_often(node.count, node.distinct)
        text = f"{self._events(node.scan)} {how_often} {self._words.window(node.scan.window)}"
        if node.guard is None or not (absence_matters or node.count.holds(0)):
            return text
        return f"{text} ({self._guard(node.guard, node.scan.window)})"

    def _events(self, scan: Scan) -> str:
        return self._filtered(scan.sources, scan.where)

    def _filtered(self, sources: tuple[str, ...], where: Resolved | None) -> str:
        events = self._words.events(sources)
        return events if where is None else f"{events} (where {self._clause(where)})"

    def _guard(self, guard: Guard, window: Window) -> str:
        entities = self._words.entities.lower()
        length = guard.length
        if length is None and isinstance(window, Last) and not window.whole_days:
            length = window.length
        if length is None:
            return f"counting only {entities} known since before that time"
        return f"counting only {entities} known for at least {length.words()}"

    def _pattern(self, node: Occurrence) -> str:
        pattern, events = node.pattern, self._events(node.scan)
        when = self._words.window(node.scan.window)
        length = pattern.length.words() if pattern.length else ""
        match pattern.kind:
            case "first_time":
                return f"{events} happened for the first time {when}"
            case "stopped":
                before = f"in the {length} before that" if length else "before that"
                return f"{events} stopped: none {when}, but some {before}"
            case "restarted":
                gap = f"the {length}" if length else "a time of the same length"
                return (
                    f"{events} happened again {when}, after none in {gap} before but some earlier"
                )
            case _:
                ending = ", the last one ending with yesterday" if pattern.whole_days else ""
                periods = f"{pattern.hit} of the last {pattern.of} periods of {length}{ending}"
                return f"{events} happened in at least {periods}"

    # -- metrics -------------------------------------------------------------------------------

    def measure(self, node: Measure) -> str:
        """Say a test on a metric, or on its rank."""
        metric, test = self.aggregate(node.aggregate), node.test
        asked = phrase(self._words, test)
        if node.rank == "percentile":
            return f"the percentile rank (0 to 100) of {metric} {asked}"
        if node.rank == "top_n" and test.op == "le":
            return f"{metric} is among the {test.operand} highest"
        if node.rank == "top_n":
            return f"the rank (1 is the highest) of {metric} {asked}"
        return f"{metric} {asked}"

    def aggregate(self, node: Aggregate) -> str:
        """Name an aggregate: by its label, or by what it computes; with its window."""
        when = self._words.window(node.scan.window)
        known = {found.label or spaced(found.name) for found in self._words.model.metrics.values()}
        if node.output.label not in known:
            return f"{self._computed(node)} {when}{self._when_empty(node)}"
        where = ""
        if node.scan.where is not None:
            where = f" (of events where {self._clause(node.scan.where)})"
        return f"{node.output.label}{where} {when}{self._when_empty(node)}"

    def _computed(self, node: Aggregate) -> str:
        of_times = node.of is not None and node.of.type in TIMES
        template = (_AGGREGATES | (_OF_TIMES if of_times else {}))[node.name]
        return template.format(
            field=label_of(node.of) if node.of else "",
            events=self._events(node.scan),
            percent=_ordinal(node.quantile) if node.quantile else "",
        )

    def _when_empty(self, node: Aggregate) -> str:
        if node.empty_is_zero == (node.name in ("count", "distinct", "sum")):
            return ""
        zero = self._words.value(node.output, 0) if node.output.type is FieldType.MONEY else "0"
        return f" (none counts as {zero})" if node.empty_is_zero else " (none counts as unknown)"

    # -- sequences -----------------------------------------------------------------------------

    def path(self, node: Path) -> str:
        """Say events in order."""
        parts = [self._step(step) for step in node.steps]
        when = self._words.window(node.window)
        text = f"these happened {when} in this order: {', then '.join(parts)}"
        if node.same:
            same = [self._shared_label(node.steps[0], name) for name in node.same]
            text += f", all with the same {enumerate_words(same, 'and')}"
        if node.start != "any":
            text += f", counted from the {node.start} {self._words.events(node.steps[0].sources)}"
        return text

    def _step(self, step: ResolvedStep) -> str:
        events = self._filtered(step.sources, step.where)
        limits = []
        if step.not_before is not None:
            limits.append(f"not before {step.not_before.words()}")
        if step.within is not None:
            limits.append(f"within {step.within.words()}")
        text = f"no {events}" if step.absent else events
        return f"{text} {' and '.join(limits)}" if limits else text

    def _shared_label(self, step: ResolvedStep, name: str) -> str:
        return label_of(self._words.model.events[step.sources[0]].fields[name])


def _how_often(count: Count, distinct: Field | str | None) -> str:
    if isinstance(distinct, Field):
        return f"happened with {quantity(count)} different values of {label_of(distinct)}"
    if distinct is not None:
        return f"happened {_UNITS[distinct].format(n=quantity(count))}"
    return _TIMES.get(count) or f"happened {quantity(count)} times"


def _ordinal(quantile: Decimal) -> str:
    """Return 0.9 as 90th, 0.995 as 99.5th."""
    percent = format((quantile * 100).normalize(), "f")
    last = percent[-1] if not percent.endswith(("11", "12", "13")) else "0"
    return percent + {"1": "st", "2": "nd", "3": "rd"}.get(last, "th")
