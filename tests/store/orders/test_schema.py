"""What the database itself holds about orders, whoever writes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from muster.base.orders import STATUSES
from muster.store.orders.setup import use_schema
from muster.store.orders.tables import metadata
from tests.orders_shop import Order, rows, world

WORLD = world()
NEVER_PAID = next(o for o in WORLD.orders if o.status == "cancelled" and o.paid_at is None)
HELD = next(o for o in WORLD.orders if o.held_from == "pending")


@pytest.fixture
def desk(desk_shared) -> Iterator[Connection]:
    """A transaction on the desk of tests that is undone afterwards."""
    with desk_shared.resources.database.engine.connect() as connection:
        use_schema(connection, "retail360")
        yield connection
        connection.rollback()


def refused(connection: Connection, statement: str, **values: object) -> tuple[str, str]:
    """Return SQLSTATE and constraint of what a statement is refused with."""
    with pytest.raises(DBAPIError) as caught, connection.begin_nested():
        _execute(connection, statement, values)
    diagnosis = caught.value.orig.diag
    return diagnosis.sqlstate, diagnosis.constraint_name


def _execute(connection: Connection, statement: str, values: dict[str, object]) -> None:
    connection.execute(text(statement), values)
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def order_in(status: str) -> Order:
    return WORLD.first(status)


@pytest.mark.parametrize(
    ("state", "constraint", "statement", "order"),
    [
        (
            "MU001",
            "order_status_transition",
            "UPDATE orders SET status = 'delivered' WHERE order_id = :order",
            order_in("pending"),
        ),
        (
            "MU002",
            "order_paid",
            "UPDATE orders SET status = 'refunded' WHERE order_id = :order",
            NEVER_PAID,
        ),
        (
            "MU003",
            "order_held_from",
            "UPDATE orders SET status = 'processing' WHERE order_id = :order",
            HELD,
        ),
        (
            "MU004",
            "order_status_history_grows",
            "UPDATE order_status_history SET reason = 'x' WHERE order_id = :order",
            order_in("pending"),
        ),
        (
            "MU005",
            "order_items_frozen",
            "UPDATE order_items SET quantity = 9 WHERE order_id = :order",
            order_in("delivered"),
        ),
        (
            "MU005",
            "order_items_frozen",
            "DELETE FROM order_items WHERE order_id = :order",
            order_in("shipped"),
        ),
        (
            "MU006",
            "order_total",
            "UPDATE orders SET total_amount = total_amount + 0.01 WHERE order_id = :order",
            order_in("pending"),
        ),
        (
            "MU006",
            "order_total",
            "UPDATE order_items SET quantity = quantity + 1 WHERE order_id = :order",
            order_in("confirmed"),
        ),
        (
            "MU006",
            "order_total",
            "INSERT INTO orders (total_amount, note) VALUES (:order, 'a total without items')",
            order_in("confirmed"),
        ),
        (
            "MU007",
            "order_sale_quantity",
            "WITH items AS (UPDATE order_items SET quantity = -quantity WHERE order_id = :order)"
            " UPDATE orders SET total_amount = -total_amount, quantity = -quantity"
            " WHERE order_id = :order",
            order_in("pending"),
        ),
    ],
)
def test_what_must_not_be_is_refused_by_name(desk, state, constraint, statement, order) -> None:
    assert refused(desk, statement, order=order.order_id) == (state, constraint)


@pytest.mark.parametrize(
    ("constraint", "statement"),
    [
        ("ck_orders_shipped", "UPDATE orders SET shipped_at = order_date - interval '1 s'"),
        ("ck_orders_held", "UPDATE orders SET held_from = 'pending' WHERE status = 'pending'"),
        ("uq_customers_email", "UPDATE customers SET email = 'PERSON2@example.test'"),
        ("customers_email_check", "UPDATE customers SET email = 'no address'"),
        ("customers_name_check", "UPDATE customers SET name = '  '"),
        (
            "order_items_quantity_check",
            "INSERT INTO order_items VALUES (1, 99, 1, 'SKU-001', 0, 1)",
        ),
        ("order_items_product_id_fkey", "DELETE FROM products"),
        ("orders_customer_id_fkey", "DELETE FROM customers"),
    ],
)
def test_constraints_hold(desk, constraint, statement) -> None:
    assert refused(desk, statement)[1] == constraint


def test_exactly_the_listed_steps_are_taken_from_every_status(desk) -> None:
    listed = set(rows(desk, "SELECT from_status, to_status FROM order_status_transition"))
    taken, states = set(), set()
    for before in STATUSES:
        for after in set(STATUSES) - {before}:
            held = after if before == "on_hold" and after != "cancelled" else None
            order_id = desk.scalar(
                text(
                    "INSERT INTO orders (status, held_from, paid_at)"
                    " VALUES (:status, :held, now()) RETURNING order_id"
                ),
                {"status": before, "held": held},
            )
            try:
                with desk.begin_nested():
                    step = "UPDATE orders SET status = :after WHERE order_id = :order_id"
                    desk.execute(text(step), {"after": after, "order_id": order_id})
                taken.add((before, after))
            except DBAPIError as error:
                states.add(error.orig.sqlstate)
    assert (taken, states) == (listed, {"MU001"})


def test_a_step_is_written_down_with_who_why_and_when(desk) -> None:
    order = order_in("processing")
    desk.execute(
        text(
            "SELECT set_config('muster.actor', 'ann', true),"
            " set_config('muster.reason', 'parcel left', true)"
        )
    )
    desk.execute(
        text("UPDATE orders SET status = 'shipped' WHERE order_id = :id"), {"id": order.order_id}
    )
    found = rows(
        desk,
        "SELECT h.from_status, h.to_status, h.changed_by, h.reason, o.shipped_at IS NOT NULL,"
        " o.row_version, o.updated_at > :before FROM order_status_history h"
        " JOIN orders o USING (order_id) WHERE order_id = :id"
        " ORDER BY status_change_id DESC LIMIT 1",
        id=order.order_id,
        before=order.updated_at,
    )
    assert found == [("processing", "shipped", "ann", "parcel left", True, 2, True)]


def test_holding_remembers_from_where_and_goes_back_there(desk) -> None:
    order_id = order_in("confirmed").order_id
    for status, held_from in (("on_hold", "confirmed"), ("confirmed", None)):
        query = "UPDATE orders SET status = :s WHERE order_id = :id RETURNING held_from"
        assert desk.scalar(text(query), {"s": status, "id": order_id}) == held_from


def test_orders_bear_the_present_name_of_their_customer(desk) -> None:
    order = next(one for one in WORLD.orders if one.customer_id)
    desk.execute(
        text("UPDATE customers SET name = 'New Name', email = NULL WHERE customer_id = :id"),
        {"id": order.customer_id},
    )
    query = "SELECT DISTINCT customer_name, customer_email FROM orders WHERE customer_id = :id"
    assert rows(desk, query, id=order.customer_id) == [("New Name", None)]
    guests = desk.execute(
        text("UPDATE orders SET customer_id = NULL WHERE order_id = :id RETURNING customer_name"),
        {"id": order.order_id},
    )
    assert guests.scalar() is None


def test_what_is_touched_is_in_the_feed_once_a_statement(desk) -> None:
    desk.execute(text("UPDATE orders SET note = 'x' WHERE order_id IN (1, 2)"))
    desk.execute(text("UPDATE products SET price = 1 WHERE product_id = 'SKU-001'"))
    found = rows(desk, "SELECT entity, key FROM feed ORDER BY id")
    assert sorted(found) == [("order", "1"), ("order", "2"), ("product", "SKU-001")]


def test_subtotals_are_rounded_to_the_cent(desk) -> None:
    order_id = order_in("pending").order_id
    subtotal = desk.scalar(
        text(
            "INSERT INTO order_items (order_id, line_no, product_id, quantity, unit_price)"
            " VALUES (:id, 50, 'SKU-001', 3, 0.335) RETURNING subtotal"
        ),
        {"id": order_id},
    )
    assert subtotal == Decimal("1.02")  # the price is 0.34 by then


def test_the_code_names_exactly_the_columns_that_there_are(desk) -> None:
    present: dict[str, set[str]] = {}
    for table, name in rows(
        desk,
        "SELECT table_name, column_name FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'",
    ):
        present.setdefault(table, set()).add(name)
    del present["alembic_version"]
    present["desk"].discard("one")  # only says that there is one row
    assert present == {table.name: set(table.c.keys()) for table in metadata.sorted_tables}
