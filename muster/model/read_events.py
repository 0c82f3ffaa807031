"""Reads event sources and unions from model.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from muster.base.datamodel import EventSource, EventUnion, Field, FieldType
from muster.model.names import did_you_mean, logical_name
from muster.model.read_fields import read_fields, read_lookups, read_zone
from muster.model.section import Section


def read_events(
    root: Section, *, currency: str | None
) -> tuple[dict[str, EventSource], dict[str, EventUnion]]:
    """Read ``events``: those with a table and those that unite others.

    Args:
        currency: of money fields that name none.
    """
    sources: dict[str, EventSource] = {}
    unions: dict[str, EventUnion] = {}
    sections = dict(root.named("events"))
    for name, section in sections.items():
        if "union" in section.values:
            section.allow("union", "label")
            unions[name] = EventUnion(name, section.texts("union"), section.text("label"))
        else:
            sources[name] = _read_source(name, section, currency)
    for name, union in unions.items():
        _check_union(sections[name], union, sources, unions)
    return sources, unions


def _read_source(name: str, section: Section, currency: str | None) -> EventSource:
    section.allow(
        "table",
        "entity_key",
        "id",
        "at",
        "at_stored_as",
        "ingested_at",
        "keep_latest",
        "label",
        "lookups",
        "fields",
    )
    lookups = read_lookups(section)
    fields = read_fields(section, "fields", lookups=lookups, currency=currency)
    stored_as = read_zone(section, "at_stored_as", also=("utc", "instant"))
    at = _time_field(section, "at", fields, stored_as=stored_as)
    if not section.has("at"):
        section.missing("at", "Name the column that says when the event happened.")
    ingested_at = _time_field(section, "ingested_at", fields, stored_as="")
    event_id = section.text("id") or None
    keep_latest = section.flag("keep_latest")
    if keep_latest and (event_id is None or not ingested_at):
        section.faults.add(
            "MISSING_KEY",
            section.at("keep_latest"),
            '"keep_latest" needs "id" and "ingested_at".',
            "They say which rows are one event, and which of them came last.",
        )
    return EventSource(
        name=name,
        table=section.required_text("table"),
        entity_key=section.required_text("entity_key"),
        at=at,
        fields=fields,
        id=event_id,
        ingested_at=ingested_at or None,
        label=section.text("label"),
        keep_latest=keep_latest,
        lookups=lookups,
    )


def _time_field(section: Section, key: str, fields: dict[str, Field], *, stored_as: str) -> str:
    """Return the name of the TIMESTAMP field for the column at ``key``, adding it if need be."""
    column = section.text(key)
    if not column:
        return ""
    declared = next(
        (field for field in fields.values() if field.column == column and field.lookup is None),
        None,
    )
    if declared is None:
        name = logical_name(column)
        if name in fields:
            section.faults.add(
                "NAME_CLASH",
                section.at(key),
                f'The field "{name}" stands for another column than "{column}".',
                f'Declare a timestamp field with "column: {column}" under another name.',
            )
        else:
            fields[name] = Field(
                name, FieldType.TIMESTAMP, column=column, stored_as=stored_as or "utc"
            )
        return name
    path = f"{section.at('fields')}.{declared.name}"
    if declared.type is not FieldType.TIMESTAMP and not section.faults.within(path):
        section.faults.add(
            "UNFIT_TYPE",
            f"{path}.type",
            f'The field of "{key}" must be a timestamp, not {declared.type}.',
        )
    elif stored_as and declared.stored_as not in ("utc", stored_as):
        section.faults.add(
            "BAD_VALUE",
            section.at("at_stored_as"),
            f'The field "{declared.name}" says it is stored as {declared.stored_as}.',
            "Say it in one of the two places.",
        )
    elif stored_as:
        fields[declared.name] = replace(declared, stored_as=stored_as)
    return declared.name


def _check_union(
    section: Section,
    union: EventUnion,
    sources: Mapping[str, EventSource],
    unions: Mapping[str, EventUnion],
) -> None:
    path = section.at("union")
    if not union.sources and not section.faults.within(path):
        section.faults.add("MISSING_KEY", path, "A union needs at least one event source.")
    for position, source in enumerate(union.sources):
        if source in unions:
            section.faults.add(
                "UNKNOWN_SOURCE",
                f"{path}[{position}]",
                f'"{source}" is a union itself.',
                "List its sources instead.",
            )
        elif source not in sources:
            section.faults.add(
                "UNKNOWN_SOURCE",
                f"{path}[{position}]",
                f'There is no event source "{source}".',
                did_you_mean(source, sources),
            )
