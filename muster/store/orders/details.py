"""What stands around an order: its customer, lines and history; and what pickers offer."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, or_, select

from muster.base.order_detail import (
    CustomerCard,
    CustomerChoice,
    HistoryEntry,
    ItemRow,
    ProductChoice,
)
from muster.store.orders.tables import customers, order_items, order_status_history, products


def customer_card(connection: Connection, customer_id: str | None) -> CustomerCard | None:
    """Return a customer; None without a number."""
    columns = [customers.c[field.name] for field in fields(CustomerCard)]
    query = select(*columns).where(customers.c.customer_id == customer_id)
    found = connection.execute(query).one_or_none()
    return None if found is None else CustomerCard(*found)


def items_of(connection: Connection, order_id: int) -> tuple[ItemRow, ...]:
    """Return an order's lines by number."""
    line = order_items.c
    query = (
        select(
            line.line_no,
            line.product_id,
            products.c.name,
            line.quantity,
            line.unit_price,
            line.subtotal,
            line.row_version,
        )
        .join(products, products.c.product_id == line.product_id)
        .where(line.order_id == order_id)
        .order_by(line.line_no)
    )
    return tuple(ItemRow(*row) for row in connection.execute(query))


def history_of(connection: Connection, order_id: int) -> tuple[HistoryEntry, ...]:
    """Return the steps an order took, the oldest first."""
    table = order_status_history.c
    columns = [table[field.name] for field in fields(HistoryEntry)]
    query = select(*columns).where(table.order_id == order_id).order_by(table.status_change_id)
    return tuple(HistoryEntry(*row) for row in connection.execute(query))


def products_like(connection: Connection, search: str, *, limit: int) -> list[ProductChoice]:
    """Return products whose number begins with a text or whose name holds it, by number."""
    columns = [products.c[field.name] for field in fields(ProductChoice)]
    number, name = products.c.product_id, products.c.name
    found = or_(
        number.istartswith(search, autoescape=True), name.icontains(search, autoescape=True)
    )
    query = select(*columns).where(found).order_by(number).limit(limit)
    return [ProductChoice(*row) for row in connection.execute(query)]


def customers_like(
    connection: Connection, search: str, *, limit: int, sees_personal: bool
) -> list[CustomerChoice]:
    """Return customers whose number or address begins with a text or whose name holds it.

    Args:
        sees_personal: else only the number is looked at.
    """
    columns = [customers.c[field.name] for field in fields(CustomerChoice)]
    found = [customers.c.customer_id.istartswith(search, autoescape=True)]
    if sees_personal:
        found.append(customers.c.name.icontains(search, autoescape=True))
        found.append(customers.c.email.istartswith(search, autoescape=True))
    query = select(*columns).where(or_(*found)).order_by(customers.c.customer_id).limit(limit)
    return [CustomerChoice(*row) for row in connection.execute(query)]
