"""Lays a world out as DuckDB tables, the way its data model says they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from struct import pack, unpack
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import duckdb

from muster.base.datamodel import Field, FieldType, Lookup
from muster.rules.world import Key, World

T = FieldType
_DATABASE = "world"
_WHOLE = "whole number"
_TYPES = {
    T.STRING: "VARCHAR",
    T.ENUM: "VARCHAR",
    T.INTEGER: _WHOLE,
    T.NUMBER: "DOUBLE",
    T.BOOLEAN: "BOOLEAN",
    T.DATE: "DATE",
    T.LIST: "VARCHAR[]",
    T.GEO: "DOUBLE",
}


@dataclass
class Table:
    """One physical table: column types in order, and rows that may lack columns."""

    types: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def statements(self, name: str) -> list[str]:
        """Return the CREATE and the INSERT."""
        types = {
            column: _physical_type(
                column, kind, [row[column] for row in self.rows if row.get(column) is not None]
            )
            for column, kind in self.types.items()
        }
        columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in types.items())
        found = [f"CREATE TABLE {_table_name(name)} ({columns})"]
        if "." in name:
            schema = quoted(name.rpartition(".")[0])
            found.insert(0, f"CREATE SCHEMA IF NOT EXISTS {schema}")
        rows = [
            "(" + ", ".join(_literal(row.get(column), kind) for column, kind in types.items()) + ")"
            for row in self.rows
        ]
        if rows:
            found.append(f"INSERT INTO {_table_name(name)} VALUES {', '.join(rows)}")
        return found


def load_world(world: World, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the world's tables in a fresh database inside the connection, replacing the last one."""
    attached = connection.execute("SELECT database_name FROM duckdb_databases()").fetchall()
    if (_DATABASE,) in attached:
        connection.execute(f"USE memory; DETACH {_DATABASE}").fetchall()
    connection.execute(f"ATTACH ':memory:' AS {_DATABASE}; USE {_DATABASE}").fetchall()
    for statement in world_statements(world):
        connection.execute(statement).fetchall()


def world_statements(world: World) -> list[str]:
    """Return the SQL that makes and fills the tables of a world."""
    model = world.model
    tables: dict[str, Table] = {}
    key_type = key_type_of(world)
    entity = tables.setdefault(model.entity.table, Table({model.entity.key: key_type}))
    _add_rows(
        tables,
        entity,
        model.attributes,
        model.entity.lookups,
        [({model.entity.key: key}, row) for key, row in world.entities.items()],
    )
    for name, source in model.events.items():
        table = tables.setdefault(source.table, Table({source.entity_key: key_type}))
        rows = world.events.get(name, ())
        if source.id is not None:
            texts = any(isinstance(row.get("id"), str) for _, row in rows)
            table.types[source.id] = "VARCHAR" if texts else "BIGINT"
        physical = [
            (
                {source.entity_key: key} | ({source.id: row.get("id")} if source.id else {}),
                row,
            )
            for key, row in rows
        ]
        _add_rows(tables, table, source.fields, source.lookups, physical)
    for name, spec in model.lists.items():
        members = sorted(world.lists.get(name, ()), key=str)
        # A list may name somebody twice, and nobody.
        keys: list[Key | None] = [*members, *members[:1], None]
        tables[spec.table] = Table({spec.key: key_type}, [{spec.key: key} for key in keys])
    return [text for name, table in tables.items() for text in table.statements(name)]


def key_type_of(world: World) -> str:
    """Return the SQL type of the entity's key."""
    keys: list[Key | None] = list(world.entities)
    keys += [key for rows in world.events.values() for key, _ in rows]
    keys += [key for members in world.lists.values() for key in members]
    texts = any(isinstance(key, str) for key in keys)
    return "VARCHAR" if texts else "BIGINT"


def keys_table(name: str, column: str, kind: str, keys: Iterable[Key]) -> list[str]:
    """Return the SQL that makes a table of keys."""
    return Table({column: kind}, [{column: key} for key in keys]).statements(name)


def _physical_type(column: str, kind: str, values: Sequence[Any]) -> str:
    """Choose, by the column's name, among the types a warehouse may keep such values in."""
    choice = crc32(column.encode()) % 3
    if kind in (_WHOLE, "BIGINT"):  # keys are BIGINT: wider ones would be text to the engine
        small = all(abs(value) < 2**31 for value in values)
        wide = "HUGEINT" if kind == _WHOLE else "BIGINT"
        return ("INTEGER" if small else "BIGINT", "BIGINT", wide)[choice]
    if kind == "TIMESTAMP" and choice:
        whole = all(value.microsecond == 0 for value in values)
        old = any(value.year < 1900 for value in values)
        return "TIMESTAMP_S" if whole else (kind if old else "TIMESTAMP_NS")
    if kind == "DOUBLE" and choice == 1 and all(_is_single(value) for value in values):
        return "FLOAT"
    if kind.startswith("DECIMAL") and choice:
        # Cents of amounts that small survive a double.
        return "DOUBLE" if all(abs(value) < 10**6 for value in values) else kind
    if kind == "DATE" and choice == 1:
        return "TIMESTAMP"
    return kind


def _is_single(value: float) -> bool:
    """Whether single precision holds a number exactly."""
    return abs(value) < 1e38 and unpack("f", pack("f", value)) == (value,)


def _table_name(name: str) -> str:
    """Return a table's name in double quotes, its schema too."""
    schema, _, table = name.rpartition(".")
    return f"{quoted(schema)}.{quoted(table)}" if schema else quoted(table)


def quoted(name: str) -> str:
    """Return an identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def _add_rows(
    tables: dict[str, Table],
    table: Table,
    fields: Mapping[str, Field],
    lookups: Mapping[str, Lookup],
    rows: Sequence[tuple[dict[str, Any], Mapping[str, Any]]],
) -> None:
    """Add rows of an owner's table: own columns to it, looked-up ones to the tables they are in."""
    own = [spec for spec in fields.values() if spec.lookup is None]
    for spec in own:
        for column, kind in _columns(spec):
            table.types.setdefault(column, kind)
    physical = [dict(given) for given, _ in rows]
    for line, (_, row) in zip(physical, rows, strict=True):
        for spec in own:
            line |= _stored(spec, row.get(spec.name))
    for name, lookup in lookups.items():
        looked_up = [spec for spec in fields.values() if spec.lookup == name]
        table.types[lookup.on] = "BIGINT"
        references = _fill_lookup(tables, lookup, looked_up, [row for _, row in rows])
        for line, reference in zip(physical, references, strict=True):
            line[lookup.on] = reference
    table.rows += physical


def _fill_lookup(
    tables: dict[str, Table],
    lookup: Lookup,
    fields: Sequence[Field],
    rows: Sequence[Mapping[str, Any]],
) -> list[int | None]:
    """Add one row per distinct looked-up values and return, per owner's row, its key.

    Where all values are missing the key is null, or dangles, or its row holds nothing but nulls.
    """
    table = tables.setdefault(lookup.table, Table({lookup.key: "BIGINT"}))
    for spec in fields:
        for column, kind in _columns(spec):
            table.types.setdefault(column, kind)
    known: dict[str, int] = {}
    found: list[int | None] = []
    for index, row in enumerate(rows):
        line: dict[str, Any] = {}
        for spec in fields:
            line |= _stored(spec, row.get(spec.name))
        empty = all(value is None for value in line.values())
        if empty and index % 3 != 2:
            found.append(None if index % 3 == 0 else 10**9)
            continue
        signature = repr(line)
        if signature not in known:
            known[signature] = len(table.rows) * 3 + 1
            table.rows.append({lookup.key: known[signature], **line})
        found.append(known[signature])
    if table.rows:  # somebody whom nothing refers to
        table.rows.append({**table.rows[0], lookup.key: len(table.rows) * 3 + 2})
    return found


def _columns(spec: Field) -> list[tuple[str, str]]:
    if spec.type is T.GEO:
        return [(spec.latitude, "DOUBLE"), (spec.longitude, "DOUBLE")]
    if spec.type in (T.DECIMAL, T.MONEY):
        return [(spec.column, f"DECIMAL(18,{spec.scale})")]
    if spec.type is T.TIMESTAMP:
        return [(spec.column, "TIMESTAMPTZ" if spec.stored_as == "instant" else "TIMESTAMP")]
    return [(spec.column, _TYPES[spec.type])]


def _stored(spec: Field, value: Any) -> dict[str, Any]:
    if spec.type is T.GEO:
        latitude, longitude = (None, None) if value is None else value
        return {spec.latitude: latitude, spec.longitude: longitude}
    if spec.type is T.TIMESTAMP and value is not None and spec.stored_as != "instant":
        zone = UTC if spec.stored_as == "utc" else ZoneInfo(spec.stored_as)
        value = value.astimezone(zone).replace(tzinfo=None)
    return {spec.column: value}


def _literal(value: Any, kind: str) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
        case float():
            return f"'{value!r}'::DOUBLE"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime() | date():
            return f"'{value.isoformat()}'::{kind}"
        case list():
            return "[" + ", ".join(_literal(item, "VARCHAR") for item in value) + "]::VARCHAR[]"
    raise TypeError(f"no SQL literal for {value!r}")
