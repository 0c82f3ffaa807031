"""Rows of the grid as they are read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from muster.base.order_query import SortKey
from muster.base.order_rows import OrderRow
from muster.store.orders.tables import orders
from muster.store.orders.where import Where, sort_expression

_BATCH = 2_000
COLUMNS: tuple[Column[Any], ...] = tuple(orders.c[field.name] for field in fields(OrderRow))
"""What makes an `OrderRow`, in its order."""


def rows_by_id(connection: Connection, order_ids: Collection[int]) -> dict[int, OrderRow]:
    """Return the orders of some numbers, by number; those that do not exist are left out."""
    query = select(*COLUMNS).where(is_one_of(order_ids))
    return {row[0]: OrderRow(*row) for row in connection.execute(query)}


def is_one_of(order_ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that an order has one of some numbers."""
    return orders.c.order_id == any_(literal(list(order_ids), ARRAY(BigInteger)))


def matching(connection: Connection, where: Where, order_ids: Collection[int]) -> set[int]:
    """Return which of some orders a condition finds."""
    query = select(orders.c.order_id).where(is_one_of(order_ids), where)
    return set(connection.scalars(query))


def stream_rows(
    connection: Connection, where: Where, order: Sequence[SortKey], names: Sequence[str]
) -> Iterator[Sequence[Sequence[Any]]]:
    """Yield some columns of all orders that a condition finds, in order, a batch at a time.

    The server keeps the rows that are still to come: memory holds one batch.
    """
    ordering = [
        sort_expression(key.field).desc() if key.descending else sort_expression(key.field).asc()
        for key in order
    ]
    query = select(*(orders.c[name] for name in names)).where(where).order_by(*ordering)
    with connection.execute(query, execution_options={"yield_per": _BATCH}) as found:
        yield from found.partitions()
