"""Whose desk it is; and that the tests' own desk is a true one."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from muster.base.errors import NotFound
from muster.base.orders import STATUSES, Desk
from muster.services.orders.opening import open_desk
from tests.orders_shop import rows, world


def test_the_desk_opens_with_its_currency_and_time_zone(desk_shared):
    with open_desk(desk_shared) as (connection, desk):
        assert desk == Desk("USD", "America/New_York")
        assert connection.scalar(text("SELECT count(*) FROM orders")) == 200


def test_a_workspace_without_a_desk_is_told_so(shared):
    with pytest.raises(NotFound) as caught, open_desk(shared):
        pass
    assert caught.value.code == "NO_ORDER_DESK"


def test_the_tests_own_world_is_in_every_status_and_in_the_database_as_in_python(desk_shared):
    made = world()
    assert {order.status for order in made.orders} == set(STATUSES)
    with open_desk(desk_shared) as (connection, _):
        wrong = rows(
            connection,
            "SELECT order_id FROM orders JOIN order_items USING (order_id) GROUP BY order_id"
            " HAVING min(total_amount) <> sum(subtotal) OR min(item_count) <> count(*)"
            " OR min(orders.quantity) <> sum(order_items.quantity)",
        )
        illegal = rows(
            connection,
            "SELECT order_id FROM order_status_history h WHERE from_status IS NOT NULL AND NOT"
            " EXISTS (SELECT FROM order_status_transition t WHERE t.from_status = h.from_status"
            " AND t.to_status = h.to_status)",
        )
    assert (wrong, illegal) == ([], [])
