"""What a warehouse holds, as plain data: the entity, its attributes, its events, its metrics.

`model/load.py` makes these from `model.yml`; rules are resolved against them and compiled to SQL.
Physical names (tables, columns) stand beside the logical ones that rules use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FieldType(StrEnum):
    """The type of a field's values; decides which operators a rule may use on it."""

    STRING = "string"
    ENUM = "enum"
    INTEGER = "integer"
    NUMBER = "number"  # binary floating point; NaN counts as no value
    DECIMAL = "decimal"
    MONEY = "money"  # decimal with a currency
    BOOLEAN = "boolean"
    DATE = "date"  # a local calendar day, no time of day
    TIMESTAMP = "timestamp"  # an instant
    LIST = "list"  # a list of strings
    GEO = "geo"  # a point: two columns, degrees


class Fold(StrEnum):
    """How text is compared: as it is, without case, or without case and accents."""

    NONE = "none"
    CASE = "case"
    CASE_ACCENT = "case_accent"


class PiiClass(StrEnum):
    """How personal a field is; anything but NONE is masked unless the role allows it."""

    NONE = "none"
    IDENTIFIER = "identifier"  # points at one person by itself: name, customer number
    CONTACT = "contact"  # reaches the person: e-mail, phone, postal address
    SENSITIVE = "sensitive"  # health, belief, exact location and the like


@dataclass(frozen=True, slots=True)
class Lookup:
    """A many-to-one join from the owner's table: ``owner.on = table.key`` (key unique)."""

    name: str
    table: str
    key: str
    on: str


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of the entity, or one field of an event.

    Attributes:
        column: physical column; for GEO unused (see ``latitude`` and ``longitude``).
        lookup: name of the owner's lookup the column comes from; None = the owner's table.
        scale: digits after the point for DECIMAL and MONEY.
        stored_as: for TIMESTAMP: "utc" (naive column in UTC), "instant" (column with zone),
            or an IANA zone name (naive column in that zone).
        values: allowed values of an ENUM when known; empty = not listed.
        guessed: names of the properties that `muster init` guessed and nobody confirmed.
    """

    name: str
    type: FieldType
    column: str = ""
    label: str = ""
    description: str = ""
    lookup: str | None = None
    currency: str | None = None
    scale: int = 2
    fold: Fold = Fold.NONE
    pii: PiiClass = PiiClass.NONE
    stored_as: str = "utc"
    values: tuple[str, ...] = ()
    top_values: tuple[str, ...] = ()
    latitude: str = ""
    longitude: str = ""
    guessed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """Who is counted. ``key`` is unique and never null; integers and strings both work.

    ``created_at`` names an attribute (date or timestamp): since when the entity is observed.
    """

    name: str
    table: str
    key: str
    label: str = ""
    created_at: str | None = None
    lookups: Mapping[str, Lookup] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventSource:
    """One table of events.

    Attributes:
        entity_key: column with the entity's key; rows with an unknown or null key count for nobody.
        id: column (or None) that identifies an event; ties in time are broken by it.
        at: name of the TIMESTAMP field in ``fields`` that says when it happened.
        ingested_at: name of the TIMESTAMP field that says when the row arrived, or None.
        keep_latest: several rows with one id are one event: the one ingested last.
    """

    name: str
    table: str
    entity_key: str
    at: str
    fields: Mapping[str, Field]
    id: str | None = None
    ingested_at: str | None = None
    label: str = ""
    keep_latest: bool = False
    lookups: Mapping[str, Lookup] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventUnion:
    """Several sources under one name; its fields are those all sources share with one type."""

    name: str
    sources: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """A named number (or value) about one entity, computed from its events.

    Attributes:
        aggregate: count, sum, avg, min, max, first, last, mode, distinct, percentile, recency.
        of: event field aggregated; None for count and recency.
        on: names of event sources or unions.
        where: rule node (JSON) on one event, or None.
        window: window (JSON), or None for all time.
        quantile: for percentile, 0 < q <= 1.
    """

    name: str
    aggregate: str
    on: tuple[str, ...]
    of: str | None = None
    where: Any = None
    window: Any = None
    quantile: str | None = None
    empty: str | None = None
    label: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A named circle on the globe: degrees and kilometres."""

    name: str
    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True, slots=True)
class EntityList:
    """A named list of entity keys in the warehouse, e.g. a suppression list."""

    name: str
    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Facets:
    """Which fields the advertiser's facets stand for.

    Attributes:
        age: attribute with whole years (INTEGER) or the birth date (DATE).
        locations: attributes a location value is looked for in, e.g. state and city.
        demographics: attributes allowed under ``demographics``; empty = every attribute.
        interests: LIST attribute, or None.
        interest_source / interest_field / interest_weight: events that show interest, the field
            that names it, and the field summed as affinity (None = number of events).
    """

    age: str | None = None
    locations: tuple[str, ...] = ()
    demographics: tuple[str, ...] = ()
    interests: str | None = None
    interest_source: str | None = None
    interest_field: str | None = None
    interest_weight: str | None = None


@dataclass(frozen=True, slots=True)
class DataModel:
    """Everything a rule may speak of in one workspace.

    Attributes:
        time_zone: IANA zone in which days, weeks and months are meant.
        observed: "window" = absence counts as known only if the entity is at least as old as the
            window (needs ``entity.created_at``); "off" = absence is always taken as known.
        universes: name -> rule node (JSON) that defines a named set of entities.
        synthetic: the data was generated; shown wherever it is shown.
    """

    entity: Entity
    attributes: Mapping[str, Field]
    events: Mapping[str, EventSource]
    unions: Mapping[str, EventUnion]
    metrics: Mapping[str, MetricDefinition]
    time_zone: str = "UTC"
    currency: str | None = None
    observed: str = "window"
    universes: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    lists: Mapping[str, EntityList] = field(default_factory=dict)
    facets: Facets = Facets()
    description: str = ""
    synthetic: bool = False

    def sources_of(self, name: str) -> tuple[EventSource, ...]:
        """Return the sources an event or union name stands for; KeyError if unknown."""
        if name in self.unions:
            return tuple(self.events[source] for source in self.unions[name].sources)
        return (self.events[name],)

    def shared_fields(self, sources: tuple[EventSource, ...]) -> dict[str, Field]:
        """Return the fields that every source has with one type (and currency and fold)."""
        first, *rest = sources
        return {
            name: found
            for name, found in first.fields.items()
            if all(
                name in other.fields and _comparable_as(other.fields[name]) == _comparable_as(found)
                for other in rest
            )
        }


def _comparable_as(field: Field) -> tuple[object, ...]:
    """Return what two sources' fields must have in common to be one field of their union."""
    return (field.type, field.currency, field.fold, field.scale)
