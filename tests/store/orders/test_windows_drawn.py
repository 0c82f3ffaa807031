"""Drawn queries: SQL finds what plain Python finds, and every way to a row leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from muster.base.order_query import OrderQuery
from muster.services.context import WorkspaceContext
from muster.store.orders import counting, ladders, windows
from muster.store.orders.desk import desk_transaction
from muster.store.orders.where import condition
from muster.store.orders.windows import Place, Placed, place_at, window
from tests.orders_shop import NOW, World, world
from tests.store.orders.drawn_queries import queries
from tests.store.orders.query_model import Model

ZONE = "America/New_York"
WORLD: World = world()
MODEL = Model(WORLD, time_zone=ZONE, now=NOW)
drawn = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def desk(desk_shared: WorkspaceContext) -> Iterator[Connection]:
    """A desk on which words are looked for both in the nearest rows and by the index."""
    resources = desk_shared.resources
    with (
        desk_transaction(resources.database, resources.orders_schema, desk_shared.workspace.id) as (
            connection,
            _,
        ),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(windows, "_NEAREST", 60)
        yield connection


def read(desk: Connection, query: OrderQuery, **window_of: object) -> list[Placed]:
    where = condition(query, ZONE, NOW)
    options: dict[str, Any] = {"searched": bool(query.search), **window_of}
    return window(desk, where, query.order, **options)


def ids(rows: list[Placed]) -> list[int]:
    return [one.row.order_id for one in rows]


@drawn
@given(query=queries(WORLD))
def test_sql_finds_the_orders_that_python_finds_in_the_same_order(
    desk: Connection, query: OrderQuery
) -> None:
    assert ids(read(desk, query, limit=1000)) == MODEL.ids(query)


@drawn
@given(query=queries(WORLD), size=st.integers(1, 40), backward=st.booleans())
def test_windows_one_after_the_other_are_the_whole(
    desk: Connection, query: OrderQuery, size: int, backward: bool
) -> None:
    found: list[int] = []
    after: Place | None = None
    while True:
        rows = read(desk, query, limit=size, after=after, backward=backward)
        found = ids(rows) + found if backward else found + ids(rows)
        if len(rows) < size:
            break
        after = rows[0].place if backward else rows[-1].place
    assert found == MODEL.ids(query)


@drawn
@given(query=queries(WORLD), start=st.integers(0, 210), step=st.sampled_from((1, 7, 50)))
def test_a_ladder_leads_to_the_row_that_an_offset_leads_to(
    desk: Connection, query: OrderQuery, start: int, step: int
) -> None:
    expected = MODEL.ids(query)
    where = condition(query, ZONE, NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ladders, "STEP", step)
        ladder = ladders.make_ladder(desk, where, query.order)
        place = ladder.place(desk, where, query.order, start)
    assert ladder.total == len(expected)
    assert place == place_at(desk, where, query.order, start)
    if place is None:
        assert start >= len(expected)
    else:
        rows = read(desk, query, limit=3, after=place, inclusive=True)
        assert ids(rows) == expected[start : start + 3]


@drawn
@given(query=queries(WORLD))
def test_what_is_counted_is_what_is_found(desk: Connection, query: OrderQuery) -> None:
    where = condition(query, ZONE, NOW)
    found = [WORLD.order(order_id) for order_id in MODEL.ids(query)]
    counted = counting.count(desk, where)
    assert counted.total == len(found)
    assert counted.quantity_sum == sum(order.quantity for order in found)
    assert counted.amount_sum == sum(order.total_amount for order in found)
    assert counting.estimate(desk, where) >= 0
