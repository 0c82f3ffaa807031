"""A sound desk has no fault; each fault is found and counted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from muster.store.database import without_row_role
from muster.store.orders.checking import FAULTS, connections, counts, faults, missing_parts
from muster.store.orders.setup import use_schema
from tests.orders_shop import world


@pytest.fixture
def desk(desk_shared) -> Iterator[Connection]:
    """A transaction of the owner, undone afterwards, in which no trigger watches."""
    owning = without_row_role(desk_shared.resources.database)
    with owning.engine.connect() as connection:
        use_schema(connection, "retail360")
        yield connection
        connection.rollback()


def test_a_sound_desk_has_no_fault_and_misses_nothing(desk) -> None:
    assert faults(desk) == dict.fromkeys(FAULTS, 0)
    parts = missing_parts(desk)
    assert (parts.columns, parts.indexes, parts.triggers, parts.constraints) == ((), (), (), ())
    made = world()
    assert counts(desk) == {
        "orders": 200,
        "order_items": len(made.items),
        "customers": 40,
        "products": 20,
        "status_changes": len(made.history),
        "changesets": 0,
    }


@pytest.mark.parametrize(
    ("name", "number", "statement"),
    [
        ("totals", 3, "UPDATE orders SET total_amount = total_amount + 1 WHERE order_id < 4"),
        ("totals", 1, "UPDATE orders SET item_count = item_count + 1 WHERE order_id = 4"),
        ("totals", 1, "UPDATE orders SET quantity = quantity + 1 WHERE order_id = 4"),
        ("sales", 2, "UPDATE orders SET kind = 'sale' WHERE order_id IN (33, 66)"),
        ("statuses", 1, "UPDATE orders SET status = 'refunded' WHERE order_id = 1"),
        ("statuses", 1, "DELETE FROM order_status_history WHERE order_id = 1"),
        (
            "transitions",
            1,
            "UPDATE order_status_history SET from_status = 'shipped' WHERE order_id = 1"
            " AND to_status = 'confirmed'",
        ),
        (
            "histories",
            1,
            "DELETE FROM order_status_history WHERE order_id = 3 AND to_status = 'confirmed'",
        ),
        ("names", 200, "UPDATE orders SET customer_name = 'Nobody', customer_email = 'x'"),
        ("orders_on_hold", 1, "UPDATE orders SET held_from = NULL WHERE order_id = 5"),
    ],
)
def test_each_fault_is_found_and_counted(desk, name, number, statement) -> None:
    for table in ("orders", "order_items", "order_status_history"):
        desk.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    desk.execute(text(statement))
    assert faults(desk)[name] == number


def test_missing_parts_are_named(desk) -> None:
    for statement in (
        "ALTER TABLE customers DROP COLUMN tier CASCADE",
        "DROP INDEX ix_orders_total",
        "ALTER TABLE orders DISABLE TRIGGER a_check_order",
        "DROP TRIGGER e_feed_update ON products",
        "ALTER TABLE orders ADD CONSTRAINT late CHECK (order_id > 0) NOT VALID",
    ):
        desk.execute(text(statement))
    parts = missing_parts(desk)
    assert parts.columns == ("customers.tier",)
    assert parts.indexes == ("ix_orders_total",)
    assert parts.triggers == ("orders.a_check_order", "products.e_feed_update")
    assert parts.constraints == ("late",)


def test_connections_are_counted(desk_shared) -> None:
    found = connections(desk_shared.resources.database)
    assert (found.pool, found.most) == (20, 200)
    assert found.used >= 1
