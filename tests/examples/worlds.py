"""Reads a warehouse into plain rows, for the reference evaluator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from muster.base.datamodel import DataModel, Field, FieldType, Lookup
from muster.engines.duckdb import DuckDBWarehouse
from muster.rules.world import World
from tests.examples.asking import rows_of


def read_world(model: DataModel, warehouse: DuckDBWarehouse) -> World:
    """Read everything a rule can see; nothing is published."""
    entity = model.entity
    people = _rows(warehouse, entity.table, entity.key, None, model.attributes, entity.lookups)
    events = {
        name: tuple(
            _rows(warehouse, event.table, event.entity_key, event.id, event.fields, event.lookups)
        )
        for name, event in model.events.items()
    }
    lists = {
        name: frozenset(
            key for (key,) in rows_of(warehouse, f"SELECT {listed.key} FROM {listed.table}")
        )
        for name, listed in model.lists.items()
    }
    return World(model, dict(people), events, lists)


def _rows(
    warehouse: DuckDBWarehouse,
    table: str,
    key: str,
    identity: str | None,
    fields: Mapping[str, Field],
    lookups: Mapping[str, Lookup],
) -> list[tuple[Any, dict[str, Any]]]:
    columns = [f"own.{key}", f"own.{identity}" if identity else "NULL"]
    for field in fields.values():
        owner = field.lookup or "own"
        if field.type is FieldType.GEO:
            columns.append(f"[{owner}.{field.latitude}, {owner}.{field.longitude}]")
        else:
            columns.append(f"{owner}.{field.column}")
    joins = "".join(
        f" LEFT JOIN {lookup.table} AS {name} ON {name}.{lookup.key} = own.{lookup.on}"
        for name, lookup in lookups.items()
    )
    found = []
    for who, number, *values in rows_of(
        warehouse, f"SELECT {', '.join(columns)} FROM {table} AS own{joins}"
    ):
        row = {
            name: _plain(value, field)
            for (name, field), value in zip(fields.items(), values, strict=True)
        }
        if identity:
            row["id"] = number
        found.append((who, row))
    return found


def _plain(value: Any, field: Field) -> Any:
    if isinstance(value, datetime):
        assert field.stored_as == "utc"
        return value.replace(tzinfo=UTC)
    return tuple(value) if field.type is FieldType.GEO else value
