"""Every table and column a data model names, each with its path in model.yml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from muster.base.datamodel import DataModel, Field, FieldType, Lookup
from muster.model.names import child


class TableRole(StrEnum):
    """What a table is to the model; one table may have several roles."""

    ENTITY = "entity"
    LOOKUP = "lookup"
    EVENTS = "events"
    LIST = "list"


class ColumnRole(StrEnum):
    """What a column is to the model."""

    ENTITY_KEY = "entity_key"  # of the entity's own table: unique, never null
    EVENT_ENTITY_KEY = "event_entity_key"  # of events: refers to the entity's key
    LIST_KEY = "list_key"  # of a list: refers to the entity's key
    LOOKUP_KEY = "lookup_key"  # unique
    LOOKUP_ON = "lookup_on"  # refers to a lookup's key
    EVENT_ID = "event_id"
    FIELD = "field"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"


@dataclass(frozen=True, slots=True)
class TableReference:
    """A table, and where the model names it."""

    table: str
    path: str
    role: TableRole
    name: str


@dataclass(frozen=True, slots=True)
class ColumnReference:
    """A column, and where the model names it.

    Attributes:
        owner: name of the event source the column belongs to; None = the entity.
        field: the field that stands for it, for the roles FIELD, LATITUDE and LONGITUDE.
        lookup: the lookup it belongs to, for LOOKUP_KEY and LOOKUP_ON.
    """

    table: str
    column: str
    path: str
    role: ColumnRole
    owner: str | None = None
    field: Field | None = None
    lookup: Lookup | None = None


def table_references(model: DataModel) -> Iterator[TableReference]:
    """Yield every table, in the order of the document."""
    entity = model.entity
    yield TableReference(entity.table, "$.entity.table", TableRole.ENTITY, entity.name)
    yield from _lookup_tables(entity.lookups, "$.entity")
    for name, source in model.events.items():
        path = child("$.events", name)
        yield TableReference(source.table, f"{path}.table", TableRole.EVENTS, name)
        yield from _lookup_tables(source.lookups, path)
    for name, found in model.lists.items():
        path = f"{child('$.lists', name)}.table"
        yield TableReference(found.table, path, TableRole.LIST, name)


def column_references(model: DataModel) -> Iterator[ColumnReference]:
    """Yield every column, in the order of the document."""
    entity = model.entity
    yield ColumnReference(entity.table, entity.key, "$.entity.key", ColumnRole.ENTITY_KEY)
    yield from _lookup_columns(entity.lookups, entity.table, "$.entity", None)
    yield from _field_columns(model.attributes, entity.lookups, entity.table, "$.attributes", None)
    for name, source in model.events.items():
        path = child("$.events", name)
        yield ColumnReference(
            source.table,
            source.entity_key,
            f"{path}.entity_key",
            ColumnRole.EVENT_ENTITY_KEY,
            owner=name,
        )
        if source.id is not None:
            yield ColumnReference(
                source.table, source.id, f"{path}.id", ColumnRole.EVENT_ID, owner=name
            )
        yield from _lookup_columns(source.lookups, source.table, path, name)
        times = {source.ingested_at: f"{path}.ingested_at"} | {source.at: f"{path}.at"}
        for reference in _field_columns(
            source.fields, source.lookups, source.table, f"{path}.fields", name
        ):
            # The reader makes these fields from the named column; they need not be written.
            time_path = times.get(reference.field.name) if reference.field else None
            yield replace(reference, path=time_path) if time_path else reference
    for name, found in model.lists.items():
        path = f"{child('$.lists', name)}.key"
        yield ColumnReference(found.table, found.key, path, ColumnRole.LIST_KEY)


def _lookup_tables(lookups: Mapping[str, Lookup], path: str) -> Iterator[TableReference]:
    for name, lookup in lookups.items():
        own = f"{child(f'{path}.lookups', name)}.table"
        yield TableReference(lookup.table, own, TableRole.LOOKUP, name)


def _lookup_columns(
    lookups: Mapping[str, Lookup], table: str, path: str, owner: str | None
) -> Iterator[ColumnReference]:
    for name, lookup in lookups.items():
        own = child(f"{path}.lookups", name)
        yield ColumnReference(
            lookup.table, lookup.key, f"{own}.key", ColumnRole.LOOKUP_KEY, owner, lookup=lookup
        )
        yield ColumnReference(
            table, lookup.on, f"{own}.on", ColumnRole.LOOKUP_ON, owner, lookup=lookup
        )


def _field_columns(
    fields: Mapping[str, Field],
    lookups: Mapping[str, Lookup],
    table: str,
    path: str,
    owner: str | None,
) -> Iterator[ColumnReference]:
    for name, field in fields.items():
        of_table = table if field.lookup is None else lookups[field.lookup].table
        own = child(path, name)
        if field.type is FieldType.GEO:
            for role in (ColumnRole.LATITUDE, ColumnRole.LONGITUDE):
                column = field.latitude if role is ColumnRole.LATITUDE else field.longitude
                yield ColumnReference(of_table, column, f"{own}.{role}", role, owner, field)
        else:
            written = own if field.column == name else f"{own}.column"
            yield ColumnReference(of_table, field.column, written, ColumnRole.FIELD, owner, field)
