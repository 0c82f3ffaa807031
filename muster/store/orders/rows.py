"""Locks the rows a deed touches, always in the same order, and reads them before and after it.

Customers come before orders, each by key, and an order before its lines: two deeds that touch the
same rows wait for each other, they do not stand in each other's way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, String, cast, func, or_, select

from muster.store.orders.arrays import among
from muster.store.orders.tables import (
    changes,
    customers,
    order_items,
    order_status_history,
    orders,
    products,
)

ORDER_COLUMNS = (
    "order_id",
    "reference",
    "kind",
    "customer_id",
    "order_date",
    "status",
    "held_from",
    "total_amount",
    "item_count",
    "quantity",
    "channel",
    "payment_method",
    "coupon",
    "note",
    "paid_at",
    "shipped_at",
    "delivered_at",
    "created_at",
    "row_version",
)
ITEM_COLUMNS = (
    "order_id",
    "line_no",
    "order_item_id",
    "product_id",
    "quantity",
    "unit_price",
    "created_at",
    "row_version",
)
CUSTOMER_COLUMNS = (
    "customer_id",
    "name",
    "email",
    "phone",
    "address",
    "city",
    "state",
    "country",
    "row_version",
)
Row = dict[str, Any]
ItemKey = tuple[int, int]


@dataclass(slots=True)
class Held:
    """Rows that this transaction has locked, as they are: by column, keys as the tables have them.

    Of an order that is in ``items``, all lines are.
    """

    orders: dict[int, Row] = field(default_factory=dict)
    items: dict[ItemKey, Row] = field(default_factory=dict)
    customers: dict[str, Row] = field(default_factory=dict)
    _lines: dict[int, list[Row]] = field(default_factory=dict)

    def lines_of(self, order_id: int) -> list[Row]:
        """Return an order's lines, in order."""
        if not self._lines:
            for key, row in self.items.items():
                self._lines.setdefault(key[0], []).append(row)
        return self._lines.get(order_id, [])


def customers_of(connection: Connection, order_ids: Collection[int]) -> dict[int, str | None]:
    """Return whose orders these are, without locking anything."""
    if not order_ids:
        return {}
    asked = select(orders.c.order_id, orders.c.customer_id).where(
        among(orders.c.order_id, order_ids)
    )
    return {row.order_id: row.customer_id for row in connection.execute(asked)}


def lock(
    connection: Connection,
    *,
    edited: Collection[str],
    referred: Collection[str],
    renamed: Collection[str],
    order_ids: Collection[int],
) -> None:
    """Lock customers, then orders.

    Args:
        edited: customers that are to change.
        referred: customers that orders are to point to; nobody may rename them meanwhile.
        renamed: of the edited, those whose name or e-mail all their orders repeat.
    """
    # one mode for all, in one order: two modes could wait for each other crosswise
    named = customers.c.customer_id
    asked = select(named).where(among(named, {*edited, *referred})).order_by(named)
    if edited:
        connection.execute(asked.with_for_update(key_share=True)).all()
    elif referred:
        connection.execute(asked.with_for_update(read=True)).all()
    conditions: list[ColumnElement[bool]] = []
    if order_ids:
        conditions.append(among(orders.c.order_id, order_ids))
    if renamed:
        conditions.append(among(orders.c.customer_id, renamed))
    if conditions:
        found = select(orders.c.order_id).where(or_(*conditions)).order_by(orders.c.order_id)
        connection.execute(found.with_for_update(key_share=True)).all()


def read(
    connection: Connection,
    *,
    order_ids: Collection[int],
    with_items: Collection[int],
    customer_ids: Collection[str],
) -> Held:
    """Return rows as they are now.

    Args:
        with_items: the orders whose lines are wanted.
    """
    held = Held()
    if order_ids:
        asked = select(*(orders.c[name] for name in ORDER_COLUMNS)).where(
            among(orders.c.order_id, order_ids)
        )
        held.orders = {row[0]: _row(ORDER_COLUMNS, row) for row in connection.execute(asked)}
    if with_items:
        asked = (
            select(*(order_items.c[name] for name in ITEM_COLUMNS))
            .where(among(order_items.c.order_id, with_items))
            .order_by(order_items.c.order_id, order_items.c.line_no)
        )
        held.items = {
            (row[0], row[1]): _row(ITEM_COLUMNS, row) for row in connection.execute(asked)
        }
    if customer_ids:
        asked = select(*(customers.c[name] for name in CUSTOMER_COLUMNS)).where(
            among(customers.c.customer_id, customer_ids)
        )
        held.customers = {row[0]: _row(CUSTOMER_COLUMNS, row) for row in connection.execute(asked)}
    return held


def prices(connection: Connection, product_ids: Collection[str]) -> dict[str, Decimal | None]:
    """Return what products cost today; those there are not are left out."""
    if not product_ids:
        return {}
    asked = select(products.c.product_id, products.c.price).where(
        among(products.c.product_id, product_ids)
    )
    return {row.product_id: row.price for row in connection.execute(asked)}


def holders(
    connection: Connection, *, references: Collection[str], emails: Collection[str]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return who has these references (order) and e-mail addresses in small letters (customer)."""
    by_reference: dict[str, int] = {}
    by_email: dict[str, str] = {}
    if references:
        asked = select(orders.c.reference, orders.c.order_id).where(
            among(orders.c.reference, references)
        )
        by_reference = {row.reference: row.order_id for row in connection.execute(asked)}
    if emails:
        address = func.lower(customers.c.email, type_=String)
        found = select(address.label("address"), customers.c.customer_id).where(
            among(address, {one.lower() for one in emails})
        )
        by_email = {row.address: row.customer_id for row in connection.execute(found)}
    return by_reference, by_email


def last_lines(connection: Connection, order_ids: Collection[int]) -> dict[int, int]:
    """Return the highest line number each order ever had, so that none is given twice."""
    if not order_ids:
        return {}
    present = select(order_items.c.order_id, order_items.c.line_no).where(
        among(order_items.c.order_id, order_ids)
    )
    told = select(
        changes.c.order_id, cast(func.split_part(changes.c.key, "/", 2), Integer).label("line_no")
    ).where(among(changes.c.order_id, order_ids), changes.c.entity == "item")
    every = present.union_all(told).subquery()
    asked = select(every.c.order_id, func.max(every.c.line_no)).group_by(every.c.order_id)
    return {row[0]: row[1] for row in connection.execute(asked)}


def totals(connection: Connection, order_ids: Collection[int]) -> dict[int, Row]:
    """Return what orders' lines add up to, as the orders' columns; nothing of one without lines."""
    asked = (
        select(
            order_items.c.order_id,
            func.sum(order_items.c.subtotal).label("total_amount"),
            func.count().label("item_count"),
            func.sum(order_items.c.quantity).label("quantity"),
        )
        .where(among(order_items.c.order_id, order_ids))
        .group_by(order_items.c.order_id)
    )
    return {row.order_id: dict(row._mapping) for row in connection.execute(asked)}


def histories(connection: Connection, order_ids: Collection[int]) -> dict[int, list[Row]]:
    """Return orders' status changes, oldest first."""
    if not order_ids:
        return {}
    asked = (
        select(order_status_history)
        .where(among(order_status_history.c.order_id, order_ids))
        .order_by(order_status_history.c.status_change_id)
    )
    found: dict[int, list[Row]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.order_id, []).append(dict(row._mapping))
    return found


def followers(connection: Connection, customer_ids: Iterable[str]) -> tuple[int, ...]:
    """Return the orders of customers."""
    asked = select(orders.c.order_id).where(among(orders.c.customer_id, list(customer_ids)))
    return tuple(connection.scalars(asked.order_by(orders.c.order_id)))


def _row(names: tuple[str, ...], values: Iterable[Any]) -> Row:
    return dict(zip(names, values, strict=True))
