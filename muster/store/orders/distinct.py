"""The values that a field of orders really has, with how many orders have each."""

from __future__ import annotations

from sqlalchemy import Connection, FromClause, func, select

from muster.base.order_query import QueryField
from muster.store.orders import tables
from muster.store.orders.where import Where, filter_column, text_condition, text_key


def values_of(
    connection: Connection,
    where: Where,
    target: QueryField,
    *,
    prefix: str,
    limit: int,
) -> list[tuple[str, int]]:
    """Return values in the order of their letters with the number of orders that have each.

    Values that differ in case alone count as one, unless the field is an identifier. Where an
    index has that order, no more of it is read than the values that are wanted.
    """
    column = filter_column(target)
    key = text_key(target)
    sources: dict[str, FromClause] = {
        "order": tables.orders,
        "customer": tables.orders.join(
            tables.customers, tables.customers.c.customer_id == tables.orders.c.customer_id
        ),
        "item": tables.orders.join(
            tables.order_items, tables.order_items.c.order_id == tables.orders.c.order_id
        ),
    }
    number = (
        func.count() if target.source != "item" else func.count(tables.orders.c.order_id.distinct())
    )
    query = select(func.min(column), number).select_from(sources[target.source])
    query = query.where(where, key.is_not(None), key != "")
    if prefix:
        query = query.where(text_condition(target, "starts_with", prefix))
    found = connection.execute(query.group_by(key).order_by(key).limit(limit))
    return [(value, count) for value, count in found]
