"""Short questions to a warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.base.datamodel import DataModel, Entity, EventSource, Field
from muster.engines.duckdb import DuckDBWarehouse


def rows_of(warehouse: DuckDBWarehouse, query: str) -> list[tuple[Any, ...]]:
    """Return all rows of a query."""
    return warehouse.connection.execute(query).fetchall()


def value_of(warehouse: DuckDBWarehouse, query: str) -> Any:
    """Return the one value of a query."""
    [(value,)] = rows_of(warehouse, query)
    return value


def checksums(warehouse: DuckDBWarehouse) -> dict[str, tuple[int, int]]:
    """Return row count and a hash of content and order of every table."""
    tables = rows_of(warehouse, "SELECT table_name FROM duckdb_tables() WHERE NOT temporary")
    return {
        name: rows_of(warehouse, f'SELECT count(*), bit_xor(hash(rowid, t)) FROM "{name}" AS t')[0]
        for (name,) in tables
    }


def missing_columns(model: DataModel, warehouse: DuckDBWarehouse) -> list[str]:
    """Return the columns (table.column) that a model names and a warehouse has not."""
    there = {
        name
        for (name,) in rows_of(
            warehouse, "SELECT table_name || '.' || column_name FROM duckdb_columns()"
        )
    }
    named = [f"{model.entity.table}.{model.entity.key}"]
    named += [f"{listed.table}.{listed.key}" for listed in model.lists.values()]
    for event in model.events.values():
        named += [f"{event.table}.{column}" for column in (event.entity_key, event.id) if column]
    owners: list[tuple[Entity | EventSource, Mapping[str, Field]]]
    owners = [(model.entity, model.attributes), *((e, e.fields) for e in model.events.values())]
    for owner, fields in owners:
        for lookup in owner.lookups.values():
            named += [f"{lookup.table}.{lookup.key}", f"{owner.table}.{lookup.on}"]
        for field in fields.values():
            table = owner.lookups[field.lookup].table if field.lookup else owner.table
            columns = [field.column] if field.column else [field.latitude, field.longitude]
            named += [f"{table}.{column}" for column in columns]
    return sorted(set(named) - there)
