"""Rows about some customers, in the shape in which the warehouse holds them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    cast,
    func,
    null,
    select,
    type_coerce,
)
from sqlalchemy.types import DateTime, Text, TypeDecorator, TypeEngine

from muster.base.datamodel import Field, FieldType, Lookup
from muster.store.column_types import Instant
from muster.store.orders.arrays import among
from muster.store.orders.tables import orders
from muster.store.orders.warehouse_shape import shapes

_NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.DECIMAL, FieldType.MONEY})
_TEXTS = frozenset({FieldType.STRING, FieldType.ENUM})
_FITTING: Mapping[type, frozenset[FieldType]] = {
    str: _TEXTS,
    int: _NUMBERS | _TEXTS,
    Decimal: _NUMBERS,
    float: frozenset({FieldType.NUMBER, FieldType.GEO}),
    bool: frozenset({FieldType.BOOLEAN}),
    datetime: frozenset({FieldType.TIMESTAMP}),
    date: frozenset({FieldType.DATE, FieldType.TIMESTAMP}),
    list: frozenset({FieldType.LIST}),
}


Values: TypeAlias = Sequence[Any]
"""Owner, identity and the fields' values of one row; a point has two values."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table of the data model: whose its rows are (``key``), and what is read of it."""

    table: str
    key: str
    identity: str | None
    lookups: Mapping[str, Lookup]

    def readable(self, field: Field) -> bool:
        """Whether the desk has a field, in a type that the field's values can be made of."""
        if field.stored_as not in ("utc", "instant"):
            return False
        table = self.table
        if field.lookup is not None:
            lookup = self.lookups[field.lookup]
            if _column(self.table, lookup.on) is None or _column(lookup.table, lookup.key) is None:
                return False
            table = lookup.table
        return all(_fits(field, _column(table, name)) for name in columns_of(field))

    @property
    def known(self) -> bool:
        """Whether the desk has the table, and its rows are of customers and of orders."""
        names = (self.key, self.identity, "order_id")
        return all(name is not None and _column(self.table, name) is not None for name in names)


def columns_of(field: Field) -> tuple[str, ...]:
    """Return a field's columns; a point has two."""
    if field.type is FieldType.GEO:
        return (field.latitude, field.longitude)
    return (field.column,)


def rows_of_customers(
    connection: Connection, source: Source, fields: Sequence[Field], customer_ids: Collection[str]
) -> list[Values]:
    """Return the customers' own rows."""
    query, owner = _query(source, fields)
    return _all(connection, query.where(among(owner.c[source.key], customer_ids)))


def rows_of_orders(
    connection: Connection, source: Source, fields: Sequence[Field], order_ids: Collection[int]
) -> list[Values]:
    """Return the rows that belong to some orders."""
    query, owner = _query(source, fields)
    return _all(connection, query.where(among(owner.c.order_id, order_ids)))


def other_rows(
    connection: Connection,
    source: Source,
    fields: Sequence[Field],
    *,
    customer_ids: Collection[str],
    but: Collection[int],
    since: tuple[str, datetime] | None,
) -> list[Values]:
    """Return the rows of some customers that belong to other orders.

    Args:
        since: a column and from when on its rows are wanted; None: all.
    """
    query, owner = _query(source, fields)
    query = query.where(among(owner.c[source.key], customer_ids), ~among(owner.c.order_id, but))
    if since is not None:
        query = query.where(owner.c[since[0]] >= since[1])
    return _all(connection, query)


def _all(connection: Connection, query: Select[Any]) -> list[Values]:
    return [tuple(row) for row in connection.execute(query).all()]


def _query(source: Source, fields: Sequence[Field]) -> tuple[Select[Any], FromClause]:
    """Select owner, identity (as text) and the fields' values; return also the table itself."""
    owner = shapes()[source.table].alias("owner")
    joined: dict[str, FromClause] = {}
    tree: FromClause = owner
    for name in dict.fromkeys(field.lookup for field in fields if field.lookup is not None):
        lookup = source.lookups[name]
        joined[name] = shapes()[lookup.table].alias(f"lookup_{len(joined)}")
        tree = tree.outerjoin(joined[name], owner.c[lookup.on] == joined[name].c[lookup.key])
    identity = null() if source.identity is None else cast(owner.c[source.identity], Text)
    values = [
        _plain((owner if field.lookup is None else joined[field.lookup]).c[name]).label(
            f"v{place}_{part}"
        )
        for place, field in enumerate(fields)
        for part, name in enumerate(columns_of(field))
    ]
    key = owner.c[source.key].label("owner_key")
    return select(key, identity.label("identity"), *values).select_from(tree), owner


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return an instant as the driver reads it, in UTC: there are hundreds of thousands."""
    if isinstance(column.type, Instant):
        return type_coerce(column, DateTime(timezone=True))
    return column


def weights(connection: Connection, customer_ids: Collection[str]) -> dict[str, int]:
    """Return about how many rows each customer has, in a random order that is always the same."""
    key = orders.c.customer_id
    # an order, its lines, and about three changes of its status
    weight = func.sum(orders.c.item_count) + 4 * func.count()
    query = (
        select(key, weight).where(key.in_(customer_ids)).group_by(key).order_by(func.md5(key), key)
    )
    found = {str(name): int(rows) for name, rows in connection.execute(query)}
    return found | dict.fromkeys(sorted(set(customer_ids) - found.keys()), 1)


def _column(table: str, name: str) -> ColumnElement[Any] | None:
    shape = shapes().get(table)
    return None if shape is None else shape.c.get(name)


def _fits(field: Field, column: ColumnElement[Any] | None) -> bool:
    if column is None:
        return False
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    return field.type in _FITTING.get(kind.python_type, frozenset())
