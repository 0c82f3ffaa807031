"""Reads metrics from model.yml; their rule nodes stay raw (the rules layer checks them)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from muster.base.datamodel import EventSource, EventUnion, Field, FieldType, MetricDefinition
from muster.model.names import child, did_you_mean
from muster.model.read_fields import NUMERIC, TEMPORAL
from muster.model.section import Section

_ANY_VALUE = frozenset(FieldType) - {FieldType.GEO, FieldType.LIST}
AGGREGATES: Mapping[str, frozenset[FieldType]] = {
    "count": frozenset(),
    "sum": NUMERIC,
    "avg": NUMERIC,
    "min": NUMERIC | TEMPORAL,
    "max": NUMERIC | TEMPORAL,
    "first": _ANY_VALUE,
    "last": _ANY_VALUE,
    "mode": _ANY_VALUE,
    "distinct": _ANY_VALUE,
    "percentile": NUMERIC,
    "recency": frozenset(),
}
"""What each aggregate can be taken of; empty = of the events themselves, not of a field."""


def read_metrics(
    root: Section,
    *,
    sources: Mapping[str, EventSource],
    unions: Mapping[str, EventUnion],
) -> dict[str, MetricDefinition]:
    """Read ``metrics`` and check that their sources and fields exist and fit."""
    found: dict[str, MetricDefinition] = {}
    for name, section in root.named("metrics"):
        metric = _read_metric(name, section)
        if metric is not None:
            found[name] = metric
            _check_metric(section, metric, root, sources, unions)
    return found


def _read_metric(name: str, section: Section) -> MetricDefinition | None:
    section.allow(*AGGREGATES, "of", "where", "window", "quantile", "empty", "label", "description")
    aggregates = [key for key in section.values if key in AGGREGATES]
    if len(aggregates) != 1:
        section.faults.add(
            "BAD_METRIC",
            section.path,
            "A metric has exactly one aggregate"
            + (f", not {' and '.join(aggregates)}." if aggregates else "."),
            "One of: " + ", ".join(AGGREGATES) + ".",
        )
        return None
    aggregate = aggregates[0]
    of: str | None = None
    if AGGREGATES[aggregate]:
        of = section.required_text(aggregate)
    elif section.values[aggregate] is not True:
        section.faults.add(
            "WRONG_TYPE",
            section.at(aggregate),
            f'"{aggregate}" counts events, so it takes no field.',
            f"Write `{aggregate}: true`.",
        )
    empty = section.text("empty")
    if empty and empty not in ("zero", "unknown"):
        section.not_one_of("empty", empty, ("zero", "unknown"))
    return MetricDefinition(
        name=name,
        aggregate=aggregate,
        on=section.texts("of"),
        of=of,
        where=_raw(section, "where", (list, dict)),
        window=_raw(section, "window", (dict, str)),
        quantile=_read_quantile(section, aggregate),
        empty=empty or None,
        label=section.text("label"),
        description=section.text("description"),
    )


def _raw(section: Section, key: str, kinds: tuple[type, ...]) -> Any:
    value = section.values.get(key)
    if value is not None and not isinstance(value, kinds):
        section.faults.add("WRONG_TYPE", section.at(key), f'"{key}" is not written as expected.')
        return None
    return value


def _read_quantile(section: Section, aggregate: str) -> str | None:
    value = section.values.get("quantile")
    path = section.at("quantile")
    if aggregate != "percentile":
        if value is not None:
            section.faults.add("UNFIT_KEY", path, '"quantile" belongs to percentile metrics only.')
        return None
    if value is None:
        section.missing("quantile", 'For example "0.9".')
        return None
    try:
        quantile = Decimal(str(value))
        fits = 0 < quantile <= 1
    except InvalidOperation:
        fits = False
    if isinstance(value, bool) or not fits:
        section.faults.add("BAD_RANGE", path, '"quantile" must be above 0 and at most 1.')
        return None
    return str(value)


def _check_metric(
    section: Section,
    metric: MetricDefinition,
    root: Section,
    sources: Mapping[str, EventSource],
    unions: Mapping[str, EventUnion],
) -> None:
    if not metric.on:
        if not section.faults.within(section.at("of")):
            section.missing("of", "Name the events the metric is taken over.")
        return
    used: list[EventSource] = []
    for position, name in enumerate(metric.on):
        if name in sources:
            used.append(sources[name])
        elif name in unions:
            used.extend(sources[source] for source in unions[name].sources if source in sources)
        else:
            several = isinstance(section.values.get("of"), list)
            section.faults.add(
                "UNKNOWN_SOURCE",
                child(section.at("of"), position) if several else section.at("of"),
                f'There are no events "{name}".',
                did_you_mean(name, [*sources, *unions]),
            )
            return
    if metric.of is None or section.faults.within(section.at(metric.aggregate)):
        return
    first: EventSource | None = None
    for source in used:
        if not section.faults.within(_field_path(root, source, metric.of)):  # else said already
            first = first or source
            _check_field(section, metric.aggregate, metric.of, source, first)


def _field_path(root: Section, source: EventSource, name: str) -> str:
    return child(child(child(root.at("events"), source.name), "fields"), name)


def _check_field(
    section: Section, aggregate: str, name: str, source: EventSource, first: EventSource
) -> None:
    path = section.at(aggregate)
    field = source.fields.get(name)
    if field is None:
        section.faults.add(
            "UNKNOWN_FIELD",
            path,
            f'The events "{source.name}" have no field "{name}".',
            did_you_mean(name, source.fields),
        )
    elif field.type not in AGGREGATES[aggregate]:
        section.faults.add(
            "UNFIT_TYPE",
            path,
            f'"{aggregate}" cannot be taken of "{name}", which is of type {field.type}.',
            "It takes: " + ", ".join(sorted(AGGREGATES[aggregate])) + ".",
        )
    elif not _same_kind(field, first.fields.get(name)):
        section.faults.add(
            "UNFIT_TYPE",
            path,
            f'"{name}" is not the same in "{first.name}" and "{source.name}": '
            "type, currency and fold must agree.",
        )


def _same_kind(field: Field, other: Field | None) -> bool:
    return other is None or (field.type, field.currency, field.fold) == (
        other.type,
        other.currency,
        other.fold,
    )
