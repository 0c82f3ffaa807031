"""Writes what a deed changes, a statement for each table however many rows; reads nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

from muster.store.orders.arrays import delete_rows, insert_rows, update_rows
from muster.store.orders.tables import customers, order_items, order_status_history, orders

_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence('orders', 'order_id')) FROM generate_series(1, :count)"
)
Rows = Sequence[Mapping[str, Any]]


def next_order_ids(connection: Connection, count: int) -> list[int]:
    """Return numbers for new orders."""
    return list(connection.scalars(_NEXT_IDS, {"count": count})) if count else []


def make_orders(connection: Connection, rows: Rows) -> None:
    """Insert orders with their totals; the triggers fill in the customer's name."""
    insert_rows(connection, orders, rows)


def make_lines(connection: Connection, rows: Rows) -> None:
    """Insert lines."""
    insert_rows(connection, order_items, rows)


def give_history_back(connection: Connection, rows: Rows) -> None:
    """Insert the status changes that deleted orders had."""
    insert_rows(connection, order_status_history, rows)


def change_customers(connection: Connection, columns: Collection[str], rows: Rows) -> None:
    """Change customers; the triggers carry name and address to their orders."""
    update_rows(connection, customers, sorted(columns), rows)


def change_lines(connection: Connection, columns: Collection[str], rows: Rows) -> None:
    """Change lines."""
    update_rows(connection, order_items, sorted(columns), rows)


def change_orders(connection: Connection, columns: Collection[str], rows: Rows) -> None:
    """Change orders; the triggers write history and instants of a new status."""
    update_rows(connection, orders, sorted(columns), rows)


def delete_lines(connection: Connection, rows: Rows) -> None:
    """Delete lines."""
    delete_rows(connection, order_items, rows)


def delete_orders(connection: Connection, rows: Rows) -> None:
    """Delete orders with their lines and history."""
    delete_rows(connection, orders, rows)


def settle(connection: Connection) -> None:
    """Let the deferred constraints speak now, while the fault can still be told."""
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))


@contextmanager
def rehearsed(connection: Connection) -> Iterator[None]:
    """Run the block and take back all it wrote; an error leaves that to the whole transaction."""
    savepoint = connection.begin_nested()
    yield
    savepoint.rollback()
