"""The orders a bulk edit is about, as far as what it may do to each depends on them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from muster.base.order_query import OrderQuery
from muster.store.orders.arrays import among
from muster.store.orders.tables import customers, order_status, orders
from muster.store.orders.where import condition

STATE = ("status", "held_from", "paid_at", "order_date", "shipped_at", "delivered_at")
"""What the legality of a change depends on."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How somebody's query is read: in which zone, at which instant, with personal words or not."""

    time_zone: str
    now: datetime
    sees_personal: bool


def matched(
    connection: Connection,
    chosen: Collection[int] | OrderQuery,
    seen: Seen,
    *,
    fields: Sequence[str],
    most: int,
    lock: bool,
) -> Sequence[Row[Any]]:
    """Return ``order_id``, `STATE` and some fields of the orders that are meant, by number.

    Args:
        chosen: numbers, or what finds them.
        most: rows at most.
        lock: keep others from changing these orders until the transaction ends.
    """
    if isinstance(chosen, OrderQuery):
        wanted = condition(chosen, seen.time_zone, seen.now, sees_personal=seen.sees_personal)
    else:
        wanted = among(orders.c.order_id, chosen)
    names = dict.fromkeys((*STATE, *fields))
    query = (
        select(orders.c.order_id, *(orders.c[name] for name in names))
        .where(wanted)
        .order_by(orders.c.order_id)
        .limit(most)
    )
    return connection.execute(query.with_for_update(key_share=True) if lock else query).all()


def open_orders(connection: Connection) -> int:
    """Return how many orders are in a status that is open."""
    is_open = orders.c.status.in_(select(order_status.c.status).where(order_status.c.open))
    return connection.execute(select(func.count()).select_from(orders).where(is_open)).scalar_one()


def has_customer(connection: Connection, customer_id: str) -> bool:
    """Return whether the desk knows a customer."""
    asked = select(customers.c.customer_id).where(customers.c.customer_id == customer_id)
    return connection.execute(asked).first() is not None


def database_time(connection: Connection) -> datetime:
    """Return what the database's clock says now, by which rows are stamped."""
    found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found
