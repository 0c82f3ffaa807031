"""Windows with a memory, and what is hidden from whoever may not see personal data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from muster.base.errors import InvalidInput
from muster.base.order_query import OrderQuery
from muster.base.order_query_reading import read_query
from muster.base.people import Role, permissions_of
from muster.services.context import WorkspaceContext
from muster.services.orders import reading, traces
from muster.services.orders.known import KnownQueries
from muster.services.orders.looking_up import (
    desk_facts,
    field_values,
    find_customers,
    read_detail,
)
from muster.services.orders.opening import open_desk
from muster.services.orders.reading import Wanted, count_orders, read_rows, read_window
from muster.store import audit
from muster.store.orders import ladders
from tests.orders_shop import ORDERS, world

WORLD = world()


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "KNOWN", KnownQueries())
        patch.setattr(traces, "_traced", type(traces._traced)())
        yield


def as_role(context: WorkspaceContext, role: Role) -> WorkspaceContext:
    return replace(context, role=role, permissions=permissions_of(role))


def ids(window: reading.OrderWindow) -> list[int]:
    return [row.order_id for row in window.rows]


def test_a_far_start_makes_a_ladder_and_uses_it_again(
    desk_context: WorkspaceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STEP", 20)
    monkeypatch.setattr(ladders, "STEP", 20)
    made: list[int] = []
    make = ladders.make_ladder
    monkeypatch.setattr(reading, "make_ladder", lambda *of: (made.append(1), make(*of))[1])
    query = OrderQuery()
    assert ids(read_window(desk_context, query, Wanted(start=20, limit=2))) == [180, 179]
    assert made == []
    far = read_window(desk_context, query, Wanted(start=155, limit=2))
    assert (ids(far), far.start, far.total) == ([45, 44], 155, ORDERS)
    again = read_window(desk_context, query, Wanted(start=198, limit=5))
    assert (ids(again), again.at_end, made) == ([2, 1], True, [1])
    behind = read_window(desk_context, query, Wanted(start=ORDERS))
    assert (behind.rows, behind.at_end) == ((), True)


def test_a_total_is_told_until_somebody_changes_an_order(desk_context: WorkspaceContext) -> None:
    assert read_window(desk_context, OrderQuery(), Wanted(limit=1)).total is None
    assert count_orders(desk_context, OrderQuery()).total == ORDERS
    known = read_window(desk_context, OrderQuery(), Wanted(limit=1))
    assert (known.total, known.estimate) == (ORDERS, ORDERS)
    with open_desk(desk_context) as (connection, _):
        connection.execute(text("UPDATE orders SET note = 'new' WHERE order_id = 1"))
    changed = read_window(desk_context, OrderQuery(), Wanted(limit=1))
    assert changed.total is None
    assert changed.feed_position > known.feed_position


@pytest.mark.parametrize(
    "document",
    [
        {"filter": {"field": "customer_name", "op": "starts_with", "value": "A"}},
        {"filter": {"not": {"field": "customer_email", "op": "empty"}}},
        {"sort": [{"field": "customer_name"}]},
    ],
)
def test_who_may_not_see_names_does_not_guess_them_by_filter_or_sort(
    desk_shared: WorkspaceContext, document: dict[str, Any]
) -> None:
    query = read_query(document)
    viewer = as_role(desk_shared, Role.ANALYST)
    for ask in (
        lambda: read_window(viewer, query, Wanted()),
        lambda: count_orders(viewer, query),
        lambda: read_rows(viewer, [1], query),
        lambda: reading.neighbours(viewer, query, 1),
        lambda: field_values(viewer, "city", query),
    ):
        with pytest.raises(InvalidInput) as caught:
            ask()
        assert caught.value.code == "PERSONAL_FIELD"


def test_who_may_not_see_names_does_not_find_orders_by_them(
    desk_shared: WorkspaceContext,
) -> None:
    viewer = as_role(desk_shared, Role.VIEWER)
    for search, seen in (("zoë", False), ("person1", False), ("C0007", True), ("ring", True)):
        query = OrderQuery(search=search)
        assert count_orders(desk_shared, query).total > 0
        assert (count_orders(viewer, query).total > 0) is seen
    # the one has not learnt what the other was told
    assert read_window(viewer, OrderQuery(search="zoë"), Wanted()).total == 0


def test_names_are_hidden_wherever_orders_are_shown(desk_shared: WorkspaceContext) -> None:
    viewer = as_role(desk_shared, Role.VIEWER)
    shown = [*read_window(viewer, OrderQuery(), Wanted(limit=500)).rows]
    shown += [*read_rows(viewer, [order.order_id for order in WORLD.orders]).rows]
    assert {row.customer_name for row in shown} == {"***", None}
    assert {row.customer_email for row in shown} == {"***", None}
    detail = read_detail(viewer, next(o.order_id for o in WORLD.orders if o.customer_id))
    customer = detail.customer
    assert customer is not None
    assert {customer.name, customer.phone, customer.address} == {"***"}
    assert customer.city is not None
    assert not any(step.allowed for step in detail.next)
    assert find_customers(viewer, "zoë", limit=5) == []
    assert {one.name for one in find_customers(viewer, "C00", limit=5)} == {"***"}
    with pytest.raises(InvalidInput):
        field_values(viewer, "customer_name", OrderQuery())
    facts = desk_facts(viewer)
    assert (facts.can_edit, facts.sees_personal) == (False, False)


def test_reading_in_clear_is_written_down_once(desk_context: WorkspaceContext) -> None:
    for _ in range(3):
        read_window(desk_context, OrderQuery(), Wanted(limit=2))
    read_detail(desk_context, 1)
    read_window(as_role(desk_context, Role.VIEWER), OrderQuery(), Wanted(limit=2))
    with desk_context.transaction() as connection:
        wanted = audit.AuditFilter(action="personal.read")
        entries = audit.every(connection, desk_context.workspace.id, limit=10, wanted=wanted)
    assert [(entry.subject, entry.after["count"]) for entry in entries] == [("orders", 2)]
