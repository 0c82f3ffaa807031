"""What the desk holds of the orders, customers and products that rows of a file name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Text, func, select, type_coerce

from muster.base.orders import CUSTOMER_FIELDS, FIELDS
from muster.store.database import Transaction
from muster.store.orders.arrays import among
from muster.store.orders.tables import customers, order_items, orders, products

_ORDER_COLUMNS = (
    *(orders.c[name] for name, field in FIELDS.items() if field.entity == "order"),
    orders.c.held_from,
)
_CUSTOMER_COLUMNS = tuple(customers.c[name] for name in ("customer_id", *CUSTOMER_FIELDS))


@dataclass(frozen=True, slots=True)
class HeldItem:
    """A line as it is."""

    line_no: int
    product_id: str
    quantity: int
    unit_price: Decimal


def find_orders(
    connection: Transaction, *, column: str, values: Collection[Any], lock: bool
) -> dict[Any, dict[str, Any]]:
    """Return the orders whose number or reference is one of the values, by it.

    Args:
        lock: nobody else may change them until the transaction ends.
    """
    query = select(*_ORDER_COLUMNS).where(among(orders.c[column], values))
    query = query.order_by(orders.c.order_id)  # everybody locks in this order
    if lock:
        query = query.with_for_update()
    return {row[column]: dict(row) for row in connection.execute(query).mappings()}


def find_items(
    connection: Transaction, order_ids: Collection[int]
) -> defaultdict[int, list[HeldItem]]:
    """Return the lines of orders, in order."""
    query = (
        select(order_items)
        .where(among(order_items.c.order_id, order_ids))
        .order_by(order_items.c.order_id, order_items.c.line_no)
    )
    found: defaultdict[int, list[HeldItem]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.order_id].append(
            HeldItem(row.line_no, row.product_id, row.quantity, row.unit_price)
        )
    return found


def find_customers(
    connection: Transaction, *, ids: Collection[str], emails: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Return customers by their number: the named ones and those with one of the addresses.

    Args:
        emails: in small letters.
    """
    matches = among(customers.c.customer_id, ids)
    if emails:
        matches = matches | among(type_coerce(func.lower(customers.c.email), Text), emails)
    query = select(*_CUSTOMER_COLUMNS).where(matches)
    return {row["customer_id"]: dict(row) for row in connection.execute(query).mappings()}


def find_prices(connection: Transaction, ids: Collection[str]) -> dict[str, Decimal | None]:
    """Return the products that exist, with what they cost."""
    query = select(products.c.product_id, products.c.price).where(among(products.c.product_id, ids))
    return {row.product_id: row.price for row in connection.execute(query)}


def taken_references(connection: Transaction, references: Collection[str]) -> dict[str, int]:
    """Return which order has each of the references."""
    query = select(orders.c.reference, orders.c.order_id).where(
        among(orders.c.reference, references)
    )
    return {row.reference: row.order_id for row in connection.execute(query)}
