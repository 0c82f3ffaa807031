"""The order desk relies on these: totals, items and histories agree."""

from __future__ import annotations

import pytest

from muster.engines.duckdb import DuckDBWarehouse
from tests.examples.asking import rows_of, value_of

LEGAL = {
    (None, "pending"),
    ("pending", "confirmed"),
    ("pending", "on_hold"),
    ("pending", "cancelled"),
    ("confirmed", "processing"),
    ("confirmed", "on_hold"),
    ("confirmed", "cancelled"),
    ("processing", "shipped"),
    ("processing", "on_hold"),
    ("processing", "cancelled"),
    ("on_hold", "pending"),
    ("on_hold", "confirmed"),
    ("on_hold", "processing"),
    ("on_hold", "cancelled"),
    ("shipped", "delivered"),
    ("shipped", "returned"),
    ("delivered", "returned"),
    ("delivered", "refunded"),
    ("returned", "refunded"),
    ("cancelled", "refunded"),
}


@pytest.fixture
def shop(generated: dict[str, DuckDBWarehouse]) -> DuckDBWarehouse:
    return generated["retail360"]


def test_a_total_is_the_sum_of_the_items(shop: DuckDBWarehouse) -> None:
    wrong = """SELECT count(*) FROM orders LEFT JOIN (
        SELECT order_id, sum(subtotal) AS items_total, count(*) AS items
        FROM order_items GROUP BY order_id
      ) USING (order_id)
      WHERE items_total IS DISTINCT FROM total OR items IS DISTINCT FROM item_count"""
    assert value_of(shop, wrong) == 0
    assert value_of(shop, "SELECT bool_and(subtotal = quantity * unit_price) FROM order_items")


def test_an_order_lists_a_product_once_at_a_positive_price(shop: DuckDBWarehouse) -> None:
    twice = "SELECT count(*) - count(DISTINCT (order_id, product_id)) FROM order_items"
    assert value_of(shop, twice) == 0
    assert value_of(shop, "SELECT min(quantity) >= 1 AND min(unit_price) > 0 FROM order_items")


def test_items_and_changes_belong_to_orders_of_the_same_customer(shop: DuckDBWarehouse) -> None:
    for table in ("order_items", "order_status_history"):
        lost = f"""SELECT count(*) FROM {table} AS part LEFT JOIN orders USING (order_id)
            WHERE orders.customer_id IS DISTINCT FROM part.customer_id"""
        assert value_of(shop, lost) == 0
    assert (
        value_of(shop, "SELECT count(*) FROM order_items ANTI JOIN products USING (product_id)")
        == 0
    )


def test_every_change_of_status_is_a_legal_one(shop: DuckDBWarehouse) -> None:
    found = set(rows_of(shop, "SELECT DISTINCT from_status, to_status FROM order_status_history"))
    assert found <= LEGAL
    assert len(found) >= 18  # all but the rarest happen


def test_histories_are_unbroken_and_end_in_the_present_status(shop: DuckDBWarehouse) -> None:
    broken = """SELECT count(*) FROM (
        SELECT from_status, changed_at, lag(to_status) OVER walk AS before,
          lag(changed_at) OVER walk AS earlier
        FROM order_status_history
        WINDOW walk AS (PARTITION BY order_id ORDER BY changed_at, status_change_id)
      ) WHERE from_status IS DISTINCT FROM before OR changed_at < earlier"""
    assert value_of(shop, broken) == 0
    # on_hold goes on from where it was
    lost = """SELECT count(*) FROM (
        SELECT from_status, to_status, lag(from_status) OVER walk AS held_from
        FROM order_status_history
        WINDOW walk AS (PARTITION BY order_id ORDER BY changed_at, status_change_id)
      ) WHERE from_status = 'on_hold' AND to_status NOT IN (held_from, 'cancelled')"""
    assert value_of(shop, lost) == 0
    wrong = """SELECT count(*) FROM orders LEFT JOIN (
        SELECT order_id, arg_max(to_status, (changed_at, status_change_id)) AS last_status,
          max(changed_at) AS last_at, min(changed_at) AS first_at
        FROM order_status_history GROUP BY order_id) USING (order_id)
      WHERE last_status IS DISTINCT FROM status OR last_at IS DISTINCT FROM updated_at
        OR first_at IS DISTINCT FROM order_date"""
    assert value_of(shop, wrong) == 0


def test_recent_orders_are_still_under_way(shop: DuckDBWarehouse) -> None:
    open_now = {
        status
        for (status,) in rows_of(
            shop,
            "SELECT DISTINCT status FROM orders WHERE order_date > TIMESTAMP '2025-11-10 18:30:00'",
        )
    }
    assert {"confirmed", "processing", "shipped", "delivered"} <= open_now
    assert (
        value_of(
            shop,
            "SELECT count(*) FROM orders WHERE status IN ('pending', 'confirmed', 'processing')"
            " AND order_date < TIMESTAMP '2025-10-20'",
        )
        == 0
    )
