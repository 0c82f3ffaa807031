"""Guesses what each table of a warehouse is: the entity, events, lookups."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from muster.base.datamodel import Lookup
from muster.base.inspection import ColumnFacts, PhysicalType, TableFacts, WarehouseFacts
from muster.model.names import logical_name, singular

_PEOPLE = re.compile(
    r"(^|_)(user|customer|profile|household|member|subscriber|viewer|person|people|client|contact|"
    r"guest|player|student|patient|visitor|shopper|audience|account)(_|$)"
)
_CREATED = re.compile(r"creat|sign_?up|signed_up|regist|joined|join_date|member_since|first_seen")
_INGESTED = re.compile(
    r"(^|_)(ingest|load|insert|import|arriv|receiv|etl|process)[a-z]*_?(at|on|time|date|ts)?$"
)
_NOT_WHEN = re.compile(
    r"updat|modif|delet|deliver|shipp|return|cancel|expir|(^|_)(end|due|valid)(_|$)"
)

_TIMES = (PhysicalType.NAIVE_TIMESTAMP, PhysicalType.ZONED_TIMESTAMP)


@dataclass(frozen=True, slots=True)
class Referrer:
    """A table whose column holds keys of the entity; ``proven``: nearly all exist there."""

    table: TableFacts
    column: str
    proven: bool


def entity_table(facts: WarehouseFacts) -> tuple[TableFacts, str] | None:
    """Return the table of those who are counted, and why; None if no table can be it.

    A table named after people goes before others; then the one that most tables with a time refer
    to.
    """
    best: tuple[tuple[bool, bool, int, int], TableFacts] | None = None
    for table in facts.tables:
        if table.primary_key is None:
            continue
        found = referrers(facts, table)
        if not found:
            continue
        proven = [one for one in found if one.proven]
        timed = sum(time_column(one.table) is not None for one in found)
        people = _PEOPLE.search(logical_name(singular(table.name))) is not None
        named_after_key = any(
            _PEOPLE.search(logical_name(column)) for column in (table.primary_key,)
        )
        score = (people or named_after_key, bool(proven), timed, len(found))
        if best is None or score > best[0]:
            best = (score, table)
    if best is None:
        return None
    (people, _, timed, count), table = best
    named = "its name is that of people, and " if people else ""
    tables = "1 table refers" if count == 1 else f"{count} tables refer"
    return table, f"{named}{tables} to it, {timed} of them with a time"


def referrers(facts: WarehouseFacts, entity: TableFacts) -> list[Referrer]:
    """Return the tables that refer to a table: by a foreign key, else by a column named alike."""
    assert entity.primary_key is not None
    key = entity.column(entity.primary_key)
    found: list[Referrer] = []
    for table in facts.tables:
        if table.name == entity.name:
            continue
        columns = [
            foreign.column
            for foreign in table.foreign_keys
            if (foreign.table, foreign.other) == (entity.name, entity.primary_key)
        ]
        if columns:
            named = [column for column in columns if column == entity.primary_key]
            found.append(Referrer(table, (named or columns)[0], proven=True))
            continue
        alike = _column_like(table, entity.primary_key, key)
        if alike is not None and not _is_key_of_another(table, alike):
            found.append(Referrer(table, alike, proven=False))
    return found


def lookups_of(
    table: TableFacts, facts: WarehouseFacts, *, without: Collection[str]
) -> dict[str, Lookup]:
    """Return the many-to-one joins from a table, by name; ``without`` names tables left out."""
    found: dict[str, Lookup] = {}
    for key in table.foreign_keys:
        target = facts.table(key.table)
        if target is None or key.table in {table.name, *without} or key.other != target.primary_key:
            continue
        name = logical_name(singular(key.table))
        if name in found:
            name = re.sub(r"_(id|key)$", "", logical_name(key.column))
        if name not in found:
            found[name] = Lookup(name, table=key.table, key=key.other, on=key.column)
    return found


def time_column(table: TableFacts) -> str | None:
    """Return the column that says when a row happened; None if the table has no such column."""
    candidates = [
        (
            column.type is PhysicalType.DATE,
            _NOT_WHEN.search(name) is not None or _INGESTED.search(name) is not None,
            column.nulls > 0,
            position,
        )
        for position, column in enumerate(table.columns)
        if column.type in (*_TIMES, PhysicalType.DATE)
        and (column.nulls < table.rows or table.rows == 0)
        for name in [logical_name(column.name)]
    ]
    return table.columns[min(candidates)[3]].name if candidates else None


def ingested_column(table: TableFacts, at: str) -> str | None:
    """Return the column that says when a row arrived, other than the one of its time."""
    return next(
        (
            column.name
            for column in table.columns
            if column.type in _TIMES
            and column.name != at
            and _INGESTED.search(logical_name(column.name))
        ),
        None,
    )


def created_column(table: TableFacts) -> str | None:
    """Return the column that says since when an entity is known."""
    return next(
        (
            column.name
            for column in table.columns
            if column.type in (*_TIMES, PhysicalType.DATE)
            and _CREATED.search(logical_name(column.name))
        ),
        None,
    )


def _column_like(table: TableFacts, key_name: str, key: ColumnFacts | None) -> str | None:
    return next(
        (
            column.name
            for column in table.columns
            if column.name.lower() == key_name.lower()
            and key_name.lower() != "id"
            and key is not None
            and column.type is key.type
            and column.distinct > 0
        ),
        None,
    )


def _is_key_of_another(table: TableFacts, column: str) -> bool:
    return any(key.column == column for key in table.foreign_keys)
