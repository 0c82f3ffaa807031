"""Sets of rows and keys as arrays: one parameter and one statement, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    TableValuedAlias,
    any_,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY


def among(member: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Return the condition that a column is one of many values."""
    return member == any_(literal(list(values), ARRAY(member.type)))


def unnested(columns: Sequence[Column[Any]], rows: Sequence[Mapping[str, Any]]) -> TableValuedAlias:
    """Return rows as a table ``given`` of a statement, with the types of these columns."""
    arrays = (literal([row[one.name] for row in rows], ARRAY(one.type)) for one in columns)
    named = (column(one.name, one.type) for one in columns)
    return func.unnest(*arrays).table_valued(*named).render_derived(name="given")


def update_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Set the named columns of rows, each of which also has its key, in one statement."""
    if not rows or not names:
        return
    keys = list(table.primary_key.columns)
    given = unnested([*keys, *(table.c[name] for name in names)], rows)
    connection.execute(
        update(table)
        .where(*(key == given.c[key.name] for key in keys))
        .values({name: given.c[name] for name in names})
    )


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns, in one statement."""
    if not rows:
        return
    columns = [table.c[name] for name in rows[0]]
    given = unnested(columns, rows)
    connection.execute(
        insert(table).from_select(
            [one.name for one in columns], select(*(given.c[one.name] for one in columns))
        )
    )


def delete_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Delete rows by key, in one statement."""
    if not rows:
        return
    keys = list(table.primary_key.columns)
    given = unnested(keys, rows)
    connection.execute(delete(table).where(*(key == given.c[key.name] for key in keys)))
