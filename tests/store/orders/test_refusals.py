"""What the desk's constraints and triggers refuse becomes a fault with a code, no breakdown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from muster.base.errors import InvalidInput
from muster.services.context import WorkspaceContext
from muster.store.orders.refusals import refused_politely
from muster.store.orders.setup import use_schema
from muster.store.orders.writing import settle
from tests.orders_shop import world

W = world()
PENDING = W.first("pending").order_id
SHIPPED = W.first("shipped").order_id
HELD = W.first("on_hold").order_id
UNPAID = next(o.order_id for o in W.orders if o.status == "cancelled" and o.paid_at is None)

REFUSED = [
    (f"UPDATE orders SET status = 'delivered' WHERE order_id = {PENDING}", "ILLEGAL_STATUS"),
    (f"UPDATE orders SET status = 'refunded' WHERE order_id = {UNPAID}", "NEVER_PAID"),
    (f"UPDATE orders SET status = 'processing' WHERE order_id = {HELD}", "HELD_ELSEWHERE"),
    (f"UPDATE order_items SET quantity = 9 WHERE order_id = {SHIPPED}", "ITEMS_FROZEN"),
    (f"UPDATE order_items SET quantity = 77 WHERE order_id = {PENDING}", "TOTAL_DIFFERS"),
    (f"UPDATE orders SET total_amount = 1 WHERE order_id = {PENDING}", "TOTAL_DIFFERS"),
    (f"UPDATE order_items SET quantity = 0 WHERE order_id = {PENDING}", "NOT_ALLOWED_HERE"),
    (f"UPDATE order_items SET unit_price = 1e12 WHERE order_id = {PENDING}", "OUT_OF_RANGE"),
    (f"UPDATE order_items SET product_id = 'x' WHERE order_id = {PENDING}", "UNKNOWN_PRODUCT"),
    (f"UPDATE orders SET customer_id = 'x' WHERE order_id = {PENDING}", "UNKNOWN_CUSTOMER"),
    (
        f"UPDATE orders SET reference = 'SHOP-0005' WHERE order_id = {PENDING}",
        "DUPLICATE_REFERENCE",
    ),
    (
        f"UPDATE orders SET shipped_at = order_date - interval '1 day' WHERE order_id = {SHIPPED}",
        "DATES_DISORDERED",
    ),
    (
        f"UPDATE orders SET delivered_at = shipped_at - interval '1 h' WHERE order_id = {SHIPPED}",
        "DATES_DISORDERED",
    ),
    (
        "UPDATE customers SET email = 'PERSON2@example.test' WHERE customer_id = 'C0001'",
        "DUPLICATE_EMAIL",
    ),
    ("INSERT INTO orders (order_id) VALUES (1)", "DUPLICATE_ORDER"),
]


@pytest.mark.parametrize(("statement", "code"), REFUSED)
def test_what_the_desk_refuses_is_a_fault_of_the_draft(
    desk_shared_connection, statement, code
) -> None:
    with pytest.raises(InvalidInput) as refused:
        written(desk_shared_connection, statement)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_what_is_our_own_mistake_stays_one(desk_shared_connection) -> None:
    with pytest.raises(DBAPIError), refused_politely():
        desk_shared_connection.execute(text("SELECT nothing_of_the_kind"))


def written(connection: Connection, statement: str) -> None:
    with refused_politely():
        connection.execute(text(statement))
        settle(connection)


@pytest.fixture
def desk_shared_connection(desk_shared: WorkspaceContext) -> Iterator[Connection]:
    """A transaction on the desk whose writes are never kept."""
    resources = desk_shared.resources
    with resources.database.engine.connect() as connection:
        use_schema(connection, resources.orders_schema)
        yield connection
        connection.rollback()
