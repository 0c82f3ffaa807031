"""Turns the text of model.yml into a DataModel, or says everything that is wrong with it."""

from __future__ import annotations

from muster.base.datamodel import DataModel, Entity, Field, FieldType
from muster.base.errors import InvalidModel
from muster.model.names import LOGICAL_NAME, child
from muster.model.read_events import read_events
from muster.model.read_extras import read_facets, read_lists, read_places, read_universes
from muster.model.read_fields import (
    TEMPORAL,
    read_currency,
    read_fields,
    read_lookups,
    read_zone,
)
from muster.model.read_metrics import read_metrics
from muster.model.section import Faults, Section
from muster.model.yaml_text import read_yaml

VERSION = 1


def load_model(text: str) -> DataModel:
    """Read a data model from the text of model.yml.

    Rule nodes inside it (universes, metric filters, windows) are kept as raw JSON: dates as ISO
    text, fractions as Decimal.

    Raises:
        InvalidModel: the document is at fault; ``problems`` lists every fault with its JSON path.
    """
    value, problems = read_yaml(text)
    faults = Faults(list(problems))
    root = Section.of(value, "$", faults)
    model = _read(root) if isinstance(value, dict) else None
    if faults.problems or model is None:
        raise InvalidModel.of("INVALID_MODEL", "The data model", faults.problems)
    return model


def _read(root: Section) -> DataModel:
    root.allow(
        "version",
        "description",
        "synthetic",
        "time_zone",
        "currency",
        "observed",
        "entity",
        "attributes",
        "events",
        "metrics",
        "universes",
        "places",
        "lists",
        "facets",
    )
    version = root.values.get("version")
    if version is not None and (isinstance(version, bool) or version != VERSION):
        root.faults.add(
            "BAD_VERSION",
            root.at("version"),
            f"This Muster reads version {VERSION} of the document only.",
        )
    if not root.has("time_zone"):
        root.missing("time_zone", "Name the zone in which days are meant, e.g. Europe/Vienna.")
    if not root.has("entity"):
        root.missing("entity", "Say who is counted: name, table and key.")
    currency = read_currency(root)
    entity = _read_entity(root.section("entity"))
    attributes = read_fields(root, "attributes", lookups=entity.lookups, currency=currency)
    _add_created_at(root, entity, attributes)
    sources, unions = read_events(root, currency=currency)
    metrics = read_metrics(root, sources=sources, unions=unions)
    for name in metrics:
        if name in attributes:
            root.faults.add(
                "NAME_CLASH",
                child(root.at("metrics"), name),
                f'"{name}" is the name of an attribute and of a metric.',
                "A rule may name either, so rename one of them.",
            )
    return DataModel(
        entity=entity,
        attributes=attributes,
        events=sources,
        unions=unions,
        metrics=metrics,
        time_zone=read_zone(root, "time_zone") or "UTC",
        currency=currency,
        observed=_read_observed(root, entity),
        universes=read_universes(root),
        places=read_places(root),
        lists=read_lists(root),
        facets=read_facets(root, attributes=attributes, sources=sources, unions=unions),
        description=root.text("description"),
        synthetic=root.flag("synthetic"),
    )


def _read_entity(section: Section) -> Entity:
    section.allow("name", "label", "table", "key", "created_at", "lookups")
    if not section.values:
        return Entity("", table="", key="")
    name = section.required_text("name")
    if name:
        section.check_name(name, section.at("name"))
    return Entity(
        name=name,
        table=section.required_text("table"),
        key=section.required_text("key"),
        label=section.text("label"),
        created_at=section.text("created_at") or None,
        lookups=read_lookups(section),
    )


def _add_created_at(root: Section, entity: Entity, attributes: dict[str, Field]) -> None:
    """Declare the attribute that ``created_at`` names, if nobody did; check it otherwise."""
    name = entity.created_at
    path = root.section("entity").at("created_at")
    if name is None or root.faults.within(child(root.at("attributes"), name)):
        return
    if name not in attributes and LOGICAL_NAME.fullmatch(name):
        attributes[name] = Field(name, FieldType.TIMESTAMP, column=name)
    elif name not in attributes:
        root.faults.add(
            "UNKNOWN_ATTRIBUTE",
            path,
            f'There is no attribute "{name}".',
            f'Declare a timestamp attribute with "column: {name}" and name it here.',
        )
    elif attributes[name].type not in TEMPORAL:
        root.faults.add(
            "UNFIT_TYPE",
            path,
            f'"{name}" is of type {attributes[name].type}; it must be a date or a timestamp.',
        )


def _read_observed(root: Section, entity: Entity) -> str:
    """Read ``observed``; unless written, absence is judged by age where the age is known."""
    found = root.text("observed")
    if not found:
        return "window" if entity.created_at else "off"
    if found not in ("window", "off"):
        root.not_one_of("observed", found, ("window", "off"))
    elif found == "window" and not entity.created_at and root.has("entity"):
        root.faults.add(
            "MISSING_KEY",
            root.at("observed"),
            '"observed: window" needs to know how old an entity is.',
            "Name the attribute under entity.created_at, or write `observed: off`.",
        )
    return found
