"""Reads universes, places, lists and facets from model.yml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.base.datamodel import (
    EntityList,
    EventSource,
    EventUnion,
    Facets,
    Field,
    FieldType,
    Place,
)
from muster.model.names import child, did_you_mean
from muster.model.read_fields import NUMERIC, TEXTUAL
from muster.model.section import Section

HALF_EQUATOR_KM = 20_038  # no two points on the globe are farther apart

_AGE = frozenset({FieldType.INTEGER, FieldType.DATE})
_DEMOGRAPHIC = frozenset(FieldType) - {FieldType.GEO, FieldType.TIMESTAMP}


def read_universes(root: Section) -> dict[str, Any]:
    """Read ``universes``: rule nodes, kept raw."""
    found: dict[str, Any] = {}
    for name, node in root.named_raw("universes"):
        if isinstance(node, list | dict) and node:
            found[name] = node
        else:
            root.faults.add(
                "WRONG_TYPE",
                child(root.at("universes"), name),
                "A universe is a rule: a list of conditions or a mapping.",
            )
    return found


def read_places(root: Section) -> dict[str, Place]:
    """Read ``places``: circles on the globe, degrees and kilometres."""
    found: dict[str, Place] = {}
    for name, section in root.named("places"):
        section.allow("latitude", "longitude", "km")
        found[name] = Place(
            name,
            latitude=section.required_number("latitude", low=-90, high=90),
            longitude=section.required_number("longitude", low=-180, high=180),
            km=section.required_number("km", low=0, high=HALF_EQUATOR_KM),
        )
    return found


def read_lists(root: Section) -> dict[str, EntityList]:
    """Read ``lists``: tables of entity keys."""
    found: dict[str, EntityList] = {}
    for name, section in root.named("lists"):
        section.allow("table", "key")
        found[name] = EntityList(
            name, table=section.required_text("table"), key=section.required_text("key")
        )
    return found


def read_facets(
    root: Section,
    *,
    attributes: Mapping[str, Field],
    sources: Mapping[str, EventSource],
    unions: Mapping[str, EventUnion],
) -> Facets:
    """Read ``facets`` and check that the fields they stand for exist and fit."""
    section = root.section("facets")
    section.allow("age", "locations", "demographics", "interests")
    interests = section.section("interests")
    interests.allow("attribute", "events")
    events = interests.section("events")
    events.allow("source", "field", "weight")
    found = Facets(
        age=section.text("age") or None,
        locations=section.texts("locations"),
        demographics=section.texts("demographics"),
        interests=interests.text("attribute") or None,
        interest_source=events.text("source") or None,
        interest_field=events.text("field") or None,
        interest_weight=events.text("weight") or None,
    )
    _check_attribute(section.at("age"), found.age, _AGE, attributes, root)
    for key, names, types in (
        ("locations", found.locations, TEXTUAL),
        ("demographics", found.demographics, _DEMOGRAPHIC),
    ):
        several = isinstance(section.values.get(key), list)
        for position, name in enumerate(names):
            path = child(section.at(key), position) if several else section.at(key)
            _check_attribute(path, name, types, attributes, root)
    _check_attribute(
        interests.at("attribute"),
        found.interests,
        frozenset({FieldType.LIST}),
        attributes,
        root,
    )
    if events.values:
        _check_interest_events(events, found, sources, unions)
    return found


def _check_attribute(
    path: str,
    name: str | None,
    types: frozenset[FieldType],
    attributes: Mapping[str, Field],
    root: Section,
) -> None:
    if name is None or root.faults.within(child(root.at("attributes"), name)):
        return
    field = attributes.get(name)
    if field is None:
        root.faults.add(
            "UNKNOWN_ATTRIBUTE",
            path,
            f'There is no attribute "{name}".',
            did_you_mean(name, attributes),
        )
    elif field.type not in types:
        _unfit(root, path, name, field.type, types)


def _check_interest_events(
    events: Section,
    facets: Facets,
    sources: Mapping[str, EventSource],
    unions: Mapping[str, EventUnion],
) -> None:
    if facets.interest_source is None or facets.interest_field is None:
        events.missing("source" if facets.interest_source is None else "field")
        return
    name = facets.interest_source
    if name not in sources and name not in unions:
        events.faults.add(
            "UNKNOWN_SOURCE",
            events.at("source"),
            f'There are no events "{name}".',
            did_you_mean(name, [*sources, *unions]),
        )
        return
    used = (
        [sources[name]]
        if name in sources
        else [sources[source] for source in unions[name].sources if source in sources]
    )
    for source in used:
        for key, field_name, types in (
            ("field", facets.interest_field, TEXTUAL),
            ("weight", facets.interest_weight, NUMERIC),
        ):
            if field_name is None or events.faults.within(events.at(key)):
                continue
            field = source.fields.get(field_name)
            if field is None:
                events.faults.add(
                    "UNKNOWN_FIELD",
                    events.at(key),
                    f'The events "{source.name}" have no field "{field_name}".',
                    did_you_mean(field_name, source.fields),
                )
            elif field.type not in types:
                _unfit(events, events.at(key), field_name, field.type, types)


def _unfit(
    section: Section, path: str, name: str, found: FieldType, types: frozenset[FieldType]
) -> None:
    section.faults.add(
        "UNFIT_TYPE",
        path,
        f'"{name}" is of type {found}, which does not fit here.',
        "It must be one of: " + ", ".join(sorted(types)) + ".",
    )
