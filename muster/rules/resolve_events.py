"""Resolves the conditions on events: occurrences, metrics, sequences."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from muster.base.datamodel import EventSource, Field, FieldType, MetricDefinition
from muster.rules.nodes import AdHocMetric, Attribute, Did, Metric, Node, Sequence
from muster.rules.operators import DISTINCT_UNITS, NUMBERS, OPERATORS, TIMES
from muster.rules.parse import read_definition
from muster.rules.read_windows import read_window
from muster.rules.reader import Reader, nearest
from muster.rules.resolve_tests import resolve_test
from muster.rules.resolved import (
    Aggregate,
    Conjunction,
    Guard,
    Measure,
    Occurrence,
    Path,
    Range,
    Resolved,
    ResolvedStep,
    Scan,
    Test,
)
from muster.rules.values import comparable
from muster.rules.windows import AllTime, Between, Window, window_length

if TYPE_CHECKING:
    from muster.rules.resolve import Resolver

_NUMERIC = ("sum", "avg", "percentile")
_ORDERED = ("min", "max")
_FIELDLESS = ("count", "recency")


class EventResolver:
    """Resolves conditions on events for one `Resolver`."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._reader: Reader = resolver.reader
        self._model = resolver.model

    def did(self, node: Did) -> Resolved | None:
        """Resolve an occurrence condition."""
        found = self._sources(node.events, node.path)
        if found is None:
            return None
        names, fields = found
        where, sound = self._where(node.where, fields)
        window = self._window(node.window)
        distinct: Field | str | None = node.distinct
        if distinct is not None and distinct not in DISTINCT_UNITS:
            distinct = self._resolver.field(
                str(distinct), fields, f"{node.path}.distinct", "event field"
            )
            sound = sound and isinstance(distinct, Field) and self._countable(distinct, node.path)
        if node.pattern.kind != "plain" and not self._pattern_fits(node, window):
            return None
        if not sound:
            return None
        scan = Scan(names, where, window)
        return Occurrence(
            scan, node.times, distinct, node.pattern, self._guard(node, window), node.path
        )

    def _countable(self, field: Field, path: str) -> bool:
        if field.type in (FieldType.LIST, FieldType.GEO):
            self._reader.fault(
                "TYPE_MISMATCH",
                f"{path}.distinct",
                f'"{field.name}" is {field.type.value}; its values cannot be counted.',
            )
            return False
        return True

    def _pattern_fits(self, node: Did, window: Window) -> bool:
        kind = node.pattern.kind
        unbounded = isinstance(window, AllTime) or (
            isinstance(window, Between) and window.start is None
        )
        if kind in ("first_time", "stopped", "restarted") and unbounded:
            self._reader.fault(
                "MISSING_WINDOW", node.path, f'"{kind}" needs a window with a beginning.'
            )
            return False
        if kind == "restarted" and node.pattern.length is None and window_length(window) is None:
            self._reader.fault(
                "MISSING", node.path, 'Say how long the gap was: "restarted": {"gap": "P30D"}.'
            )
            return False
        return True

    def _guard(self, node: Did, window: Window) -> Guard | None:
        """Absence counts only when observed: by the rule's word, else by the model's default."""
        if node.pattern.kind != "plain":
            return None
        if self._model.entity.created_at is None:
            if node.observed is not None and node.observed.required:
                self._reader.fault(
                    "NOT_OBSERVABLE",
                    f"{node.path}.observed",
                    "The data model does not say since when an entity is known.",
                    "Set entity.created_at in model.yml.",
                )
            return None
        bounded = not isinstance(window, AllTime) and not (
            isinstance(window, Between) and window.start is None
        )
        if node.observed is not None:
            if not node.observed.required:
                return None
            has_length = node.observed.length is not None
            return Guard(node.observed.length) if has_length or bounded else None
        return Guard(None) if bounded and self._model.observed == "window" else None

    def metric(self, node: Metric) -> Resolved | None:
        """Resolve a metric test, named or spelled out."""
        if isinstance(node.metric, AdHocMetric):
            aggregate = self._ad_hoc(node, node.metric)
        else:
            name = self._resolver.local_name(node.metric)
            aggregate = self.named(name, node.window, node.where, node.path, node.empty)
        if aggregate is None:
            return None
        if node.rank != "value":
            return self._ranked(node, aggregate)
        if aggregate.output.type not in OPERATORS[node.op].types:
            self._reader.fault(
                "BAD_OPERATOR",
                f"{node.path}.op",
                f'"{node.op}" does not apply to {aggregate.output.label}, '
                f"which is {aggregate.output.type.value}.",
            )
            return None
        test = self._value_test(node, aggregate.output)
        if aggregate.name == "avg" and node.op in ("exists", "missing"):
            aggregate = replace(aggregate, name="max")  # there is an average where there is a most
        return None if test is None else Measure(aggregate, test, "value", node.path)

    def _value_test(self, node: Metric, output: Field) -> Any:
        attribute = Attribute(output.name, node.op, node.value, bounds=node.bounds, path=node.path)
        return resolve_test(self._reader, attribute, output, other=None, zone=self._resolver.zone)

    def _ranked(self, node: Metric, aggregate: Aggregate) -> Resolved | None:
        if aggregate.output.type not in NUMBERS | TIMES:
            self._reader.fault(
                "TYPE_MISMATCH", f"{node.path}.rank", "Only numbers and times can be ranked."
            )
            return None
        kind = FieldType.DECIMAL if node.rank == "percentile" else FieldType.INTEGER
        rank = Field(node.rank, kind, label=node.rank.replace("_", " "))
        test = self._value_test(node, rank)
        if test is None or node.rank == "top_n":
            return None if test is None else Measure(aggregate, test, node.rank, node.path)
        if isinstance(test.operand, tuple):
            self._reader.fault(
                "BAD_OPERATOR", f"{node.path}.op", f'"{node.op}" does not apply to a percentile.'
            )
            return None
        parts = tuple(
            Measure(aggregate, part, node.rank, node.path) for part in _single_comparisons(test)
        )
        return parts[0] if len(parts) == 1 else Conjunction(parts)

    def named(
        self,
        name: str,
        window: Window | None,
        where: Node | None,
        path: str,
        empty: str | None = None,
    ) -> Aggregate | None:
        """Resolve a metric of the data model, narrowed by an extra filter or window."""
        definition = self._model.metrics.get(name)
        if definition is None:
            self._reader.fault(
                "UNKNOWN_METRIC",
                f"{path}.metric",
                f'The data model has no metric "{name[:60]}".',
                nearest(name, self._model.metrics),
            )
            return None
        own_window = self._model_window(definition)
        if own_window is not None and window is not None:
            self._reader.fault(
                "METRIC_HAS_WINDOW",
                f"{path}.window",
                f'The metric "{name}" has a window of its own.',
                "Spell the metric out, or use one without a window.",
            )
            return None
        return self._aggregate(
            definition.aggregate,
            definition.on,
            definition.of,
            (self._model_where(definition), where),
            own_window or window,
            definition.quantile,
            empty or definition.empty,
            path,
            label=definition.label or name.replace("_", " "),
        )

    def _model_window(self, definition: MetricDefinition) -> Window | None:
        if definition.window is None:
            return None
        return read_window(self._reader, definition.window, f"model.metrics.{definition.name}")

    def _model_where(self, definition: MetricDefinition) -> Node | None:
        if definition.where is None:
            return None
        path = f"model.metrics.{definition.name}.where"
        found = read_definition(self._reader, definition.where, path)
        return None if found is None else found.where

    def _ad_hoc(self, node: Metric, metric: AdHocMetric) -> Aggregate | None:
        windows = [found for found in (metric.window, node.window) if found is not None]
        if len(windows) > 1:
            self._reader.fault("AMBIGUOUS", f"{node.path}.window", "The window is given twice.")
        label = metric.aggregate + (f" of {metric.of}" if metric.of else "")
        return self._aggregate(
            metric.aggregate,
            metric.on,
            metric.of,
            (metric.where, node.where),
            windows[0] if windows else None,
            metric.quantile,
            node.empty,
            f"{node.path}.metric",
            label=f"{label} ({', '.join(metric.on)})",
        )

    def _aggregate(
        self,
        name: str,
        on: tuple[str, ...],
        of: str | None,
        wheres: tuple[Node | None, ...],
        window: Window | None,
        quantile: str | None,
        empty: str | None,
        path: str,
        *,
        label: str,
    ) -> Aggregate | None:
        found = self._sources(on, path)
        if found is None:
            return None
        names, fields = found
        filters = [self._where(where, fields) for where in wheres if where is not None]
        kept = tuple(where for where, _ in filters if where is not None)
        field = self._aggregated_field(name, of, fields, path)
        if not all(sound for _, sound in filters) or (field is None and name not in _FIELDLESS):
            return None
        if name == "percentile" and quantile is None:
            self._reader.fault("MISSING", path, 'percentile needs "quantile", e.g. "0.9".')
            return None
        output = _output(name, field, label)
        zero = empty == "zero" if empty else name in ("count", "sum", "distinct")
        if empty == "zero" and output.type not in NUMBERS:
            self._reader.fault("BAD_EMPTY", path, f"No {label} cannot count as zero.")
        scan = Scan(
            names,
            kept[0] if len(kept) == 1 else (Conjunction(kept) if kept else None),
            self._window(window),
        )
        number = None if quantile is None else Decimal(quantile)
        return Aggregate(name, scan, field, number, zero, output)

    def _aggregated_field(
        self, name: str, of: str | None, fields: dict[str, Field], path: str
    ) -> Field | None:
        if name in _FIELDLESS:
            if of is not None:
                self._reader.fault("UNWANTED_VALUE", f"{path}.of", f"{name} takes no field.")
            return None
        if of is None:
            self._reader.fault("MISSING", path, f'"of" is missing: the field to {name}.')
            return None
        field = self._resolver.field(of, fields, f"{path}.of", "event field")
        if field is None:
            return None
        wrong = (
            (name in _NUMERIC and field.type not in NUMBERS)
            or (name in _ORDERED and field.type not in NUMBERS | TIMES)
            or field.type in (FieldType.LIST, FieldType.GEO)
        )
        if wrong:
            self._reader.fault(
                "TYPE_MISMATCH",
                f"{path}.of",
                f'"{of}" is {field.type.value}; {name} does not apply to it.',
            )
            return None
        return field

    def sequence(self, node: Sequence) -> Resolved | None:
        """Resolve a sequence; the fields in ``same`` must exist in every step's events."""
        steps: list[ResolvedStep] = []
        shared: list[list[Field]] = []
        for step in node.steps:
            found = self._sources(step.events, node.path)
            if found is None:
                continue
            names, fields = found
            where, sound = self._where(step.where, fields)
            same = [
                self._resolver.field(name, fields, f"{node.path}.same", "event field")
                for name in node.same
            ]
            if sound and None not in same:
                shared.append([field for field in same if field is not None])
                steps.append(ResolvedStep(names, where, step.within, step.not_before, step.absent))
        if len(steps) != len(node.steps) or not self._same_fits(shared, f"{node.path}.same"):
            return None
        return Path(tuple(steps), node.same, node.start, self._window(node.window), node.path)

    def _same_fits(self, steps: list[list[Field]], path: str) -> bool:
        """Whether the fields that must be equal across steps can be compared."""
        before = len(self._reader.problems)
        for fields in steps:
            for first, field in zip(steps[0], fields, strict=True):
                # A double equals a decimal only by chance.
                mixed = (first.type is FieldType.NUMBER) is not (field.type is FieldType.NUMBER)
                if mixed or not comparable(first, field):
                    self._reader.fault(
                        "TYPE_MISMATCH",
                        path,
                        f'"{field.name}" ({first.type.value}, {field.type.value}) '
                        "cannot be compared from step to step.",
                    )
        return len(self._reader.problems) == before

    def _sources(
        self, events: tuple[str, ...], path: str
    ) -> tuple[tuple[str, ...], dict[str, Field]] | None:
        """Return the physical source names behind event names, and the fields they share."""
        sources: dict[str, EventSource] = {}
        known = [*self._model.events, *self._model.unions]
        for event in events:
            if event not in known:
                self._reader.fault(
                    "UNKNOWN_EVENT",
                    path,
                    f'There is no event "{event[:60]}".',
                    nearest(event, known) or f"Known: {', '.join(sorted(known)[:20])}.",
                )
                return None
            sources |= {source.name: source for source in self._model.sources_of(event)}
        return tuple(sorted(sources)), self._model.shared_fields(tuple(sources.values()))

    def _where(self, node: Node | None, fields: dict[str, Field]) -> tuple[Resolved | None, bool]:
        if node is None:
            return None, True
        resolved = self._resolver.on_event(node, fields)
        return resolved, resolved is not None

    def _window(self, window: Window | None) -> Window:
        return window or self._resolver.default_window or AllTime()


def _single_comparisons(test: Test) -> tuple[Test, ...]:
    """Split "between" into its two ends: percentiles are compared without dividing, one by one."""
    span = test.operand
    if not isinstance(span, Range):
        return (test,)
    low, high = "ge" if span.low_included else "gt", "le" if span.high_included else "lt"
    return (replace(test, op=low, operand=span.low), replace(test, op=high, operand=span.high))


def _output(name: str, field: Field | None, label: str) -> Field:
    """Describe an aggregate's value as a field."""
    key = "metric"
    if name in ("count", "distinct", "recency") or field is None:
        return Field(key, FieldType.INTEGER, label=label)
    if name == "avg" and field.type is FieldType.INTEGER:
        return Field(key, FieldType.DECIMAL, label=label, scale=6)
    return Field(
        key,
        field.type,
        label=label,
        currency=field.currency,
        scale=field.scale,
        fold=field.fold,
        values=field.values,
    )
