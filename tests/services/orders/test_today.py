"""Today's analytics against plain Python over the rows, on the day the clocks go back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text

from muster.base.clock import FixedClock
from muster.base.errors import InvalidInput, NotFound
from muster.base.order_query_reading import read_query
from muster.services.context import WorkspaceContext
from muster.services.orders.day_records import Narrowed, Today
from muster.services.orders.day_windows import Compare
from muster.services.orders.days import MOST_DAYS, days
from muster.services.orders.opening import open_desk
from muster.services.orders.today import today
from muster.store.orders.tables import orders
from muster.store.orders.where import condition
from tests.orders_shop import Item, Order, World, make_desk
from tests.services.small_workspace import Installation

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2025, 11, 2, 20, 10, tzinfo=UTC)  # 15:10 of the day with 25 hours
TODAY = date(2025, 11, 2)
NARROWED = (Narrowed(), Narrowed(channel="web"), Narrowed(status="shipped"))
PAST = (TODAY, date(2025, 11, 1), date(2025, 10, 26), date(2025, 10, 20))


@pytest.fixture(scope="module")
def desk(
    template: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[WorkspaceContext, World]]:
    """A desk with many orders in the last two days and a week before, and the rows in it."""
    with (
        template.copied(tmp_path_factory.mktemp("today")) as copy,
        copy.opened(clock=FixedClock(NOW)) as context,
    ):
        world = make_desk(context, now=NOW)
        moved = {one.order_id: _moved(one) for one in world.orders if one.order_id % 2}
        with open_desk(context) as (connection, _):
            for one in moved.values():
                connection.execute(
                    text(
                        "UPDATE orders SET order_date = :at, paid_at = NULL, shipped_at = NULL,"
                        " delivered_at = NULL WHERE order_id = :order_id"
                    ),
                    {"at": one.order_date, "order_id": one.order_id},
                )
        changed = tuple(moved.get(one.order_id, one) for one in world.orders)
        yield context, replace(world, orders=changed)


def _moved(order: Order) -> Order:
    """An order at some half hour of today, yesterday or the same weekday a week ago."""
    number = order.order_id // 2
    back = timedelta(days=(0, 1, 7)[number % 3])
    begins = datetime(2025, 11, 2, 4, tzinfo=UTC) - back
    return replace(order, order_date=begins + timedelta(minutes=30 * (number % 50)))


def _day(order: Order) -> date:
    return order.order_date.astimezone(ZONE).date()


def _counts(order: Order) -> bool:
    return order.status not in ("cancelled", "refunded")


def _passes(order: Order, narrowed: Narrowed) -> bool:
    return narrowed.channel in (None, order.channel) and narrowed.status in (None, order.status)


def _first_orders(world: World) -> set[int]:
    """The number of every customer's first sale."""
    first: dict[str, Order] = {}
    for order in sorted(world.orders, key=lambda one: (one.order_date, one.order_id)):
        if order.kind == "sale" and order.customer_id is not None:
            first.setdefault(order.customer_id, order)
    return {order.order_id for order in first.values()}


def _expected(world: World, chosen: list[Order]) -> dict[str, Decimal | None]:
    sales = [one for one in chosen if one.kind == "sale"]
    counted = [one for one in chosen if _counts(one)]
    paid = [one.total_amount for one in sales if _counts(one)]
    first = _first_orders(world)
    return {
        "orders": Decimal(len(sales)),
        "revenue": sum((one.total_amount for one in counted), Decimal(0)),
        "average_order": round(sum(paid, Decimal(0)) / len(paid), 2) if paid else None,
        "items": Decimal(sum(one.quantity for one in counted)),
        "new_customers": Decimal(sum(one.order_id in first for one in chosen)),
    }


def _values(found: Today, what: str = "value") -> dict[str, Decimal | None]:
    return {figure.key: getattr(figure, what) for figure in found.figures}


@pytest.mark.parametrize("narrowed", NARROWED, ids=str)
@pytest.mark.parametrize("day", PAST, ids=str)
def test_the_figures_are_what_the_rows_say(
    desk: tuple[WorkspaceContext, World], day: date, narrowed: Narrowed
) -> None:
    context, world = desk
    found = today(context, day=day, narrowed=narrowed)
    chosen = [one for one in world.orders if _day(one) == day and _passes(one, narrowed)]
    assert _values(found) == _expected(world, chosen)


@pytest.mark.parametrize(
    ("compare", "back"), [(Compare.WEEKDAY, 7), (Compare.YESTERDAY, 1)], ids=str
)
def test_an_unfinished_day_is_compared_up_to_the_same_local_time(
    desk: tuple[WorkspaceContext, World], compare: Compare, back: int
) -> None:
    context, world = desk
    found = today(context, compare=compare)
    beside = TODAY - timedelta(days=back)
    until = datetime(beside.year, beside.month, beside.day, 15, 10, tzinfo=ZONE)
    chosen = [one for one in world.orders if _day(one) == beside and one.order_date < until]
    assert _values(found, "previous") == _expected(world, chosen)
    assert found.previous_day == beside
    assert str(found.previous_label).endswith(f"{beside:%B %Y} until 15:10")
    whole = today(context, day=TODAY - timedelta(days=1), compare=compare)
    beside = whole.day - timedelta(days=back)
    assert _values(whole, "previous") == _expected(
        world, [one for one in world.orders if _day(one) == beside]
    )


def test_without_a_comparison_nothing_is_said_of_before(
    desk: tuple[WorkspaceContext, World],
) -> None:
    found = today(desk[0], compare=Compare.NONE)
    assert set(_values(found, "previous").values()) == {None}
    assert {hour.previous_orders for hour in found.hourly} == {None}
    assert (found.previous_day, found.previous_label) == (None, None)


def test_every_number_is_the_sum_of_the_rows_its_query_opens(
    desk: tuple[WorkspaceContext, World],
) -> None:
    context, _ = desk
    found = today(context)

    def rows(query: Any) -> tuple[int, Decimal, int]:
        where = condition(read_query(query), found.time_zone, found.as_of)
        sums = (func.count(), func.sum(orders.c.total_amount), func.sum(orders.c.quantity))
        with open_desk(context) as (connection, _):
            count, amount, pieces = connection.execute(select(*sums).where(where)).one()
        return count, amount or Decimal(0), pieces or 0

    for figure in found.figures:
        check = figure.check
        assert rows(figure.query) == (check.rows, check.amount, check.pieces), figure.key
    by_key = {figure.key: figure for figure in found.figures}
    assert by_key["orders"].value == by_key["orders"].check.rows
    assert by_key["revenue"].value == by_key["revenue"].check.amount
    assert by_key["items"].value == by_key["items"].check.pieces
    assert by_key["new_customers"].value == by_key["new_customers"].check.rows
    for status in found.statuses:
        assert rows(status.query)[:2] == (status.orders, status.amount)
    for buyer in found.buyers:
        assert rows(buyer.query)[0] == buyer.orders
        assert rows(buyer.revenue_query)[1] == buyer.revenue
    for product in (*found.by_quantity, *found.by_revenue):
        assert rows(product.query)[0] == product.orders
    for hour in found.hourly:
        assert rows(hour.query)[0] == (hour.orders or 0)
        assert rows(hour.revenue_query)[1] == (hour.revenue or 0)


def test_the_parts_add_up_to_the_whole(desk: tuple[WorkspaceContext, World]) -> None:
    found = today(desk[0], day=date(2025, 11, 1))
    values = _values(found)
    assert sum(hour.orders or 0 for hour in found.hourly) == values["orders"]
    assert sum(hour.revenue or 0 for hour in found.hourly) == values["revenue"]
    assert sum(status.orders for status in found.statuses) == values["orders"]
    assert sum(buyer.orders for buyer in found.buyers) == values["orders"]
    assert found.buyers[0].customers == values["new_customers"]


def test_hours_are_local_and_one_comes_twice(desk: tuple[WorkspaceContext, World]) -> None:
    context, world = desk
    found = today(context)
    assert [hour.hour for hour in found.hourly[:4]] == ["00:00", "01:00 EDT", "01:00 EST", "02:00"]
    assert len(found.hourly) == 25
    for hour in found.hourly:
        own = [one for one in world.orders if hour.start <= one.order_date < hour.end]
        if hour.start > NOW and not own:
            assert (hour.orders, hour.revenue) == (None, None)
        else:
            assert hour.orders == sum(one.kind == "sale" for one in own)
            assert hour.revenue == sum(one.total_amount for one in own if _counts(one))
        week = [
            one
            for one in world.orders
            if _day(one) == TODAY - timedelta(days=7)
            and f"{one.order_date.astimezone(ZONE):%H:00}" == hour.hour[:5]
        ]
        again = hour.hour == "01:00 EST"
        sales = sum(one.kind == "sale" for one in week)
        assert hour.previous_orders == (None if again else sales), hour.hour


def test_products_are_ranked_by_pieces_and_by_revenue(
    desk: tuple[WorkspaceContext, World],
) -> None:
    context, world = desk
    found = today(context)
    counted = {one.order_id for one in world.orders if _day(one) == TODAY and _counts(one)}
    lines: dict[str, list[Item]] = defaultdict(list)
    for item in world.items:
        if item.order_id in counted:
            lines[item.product_id].append(item)
    expected = {
        key: (
            sum(one.quantity for one in own),
            sum(one.quantity * one.unit_price for one in own),
            len({one.order_id for one in own}),
        )
        for key, own in lines.items()
    }
    for ranked, place in ((found.by_quantity, 0), (found.by_revenue, 1)):
        keys = sorted(expected, key=lambda key: (-expected[key][place], key))[:10]
        assert [one.product_id for one in ranked] == keys
        assert [(one.quantity, one.revenue, one.orders) for one in ranked] == [
            expected[key] for key in keys
        ]
    assert found.by_quantity[0].name.startswith("Thing ")


def test_a_day_without_orders_names_the_last_that_has_some(
    desk: tuple[WorkspaceContext, World],
) -> None:
    context, world = desk
    found = today(context, day=date(2025, 12, 24))
    assert _values(found) == {**_expected(world, []), "average_order": None}
    assert found.latest_day == max(_day(one) for one in world.orders if one.order_date <= NOW)
    assert (found.statuses, found.by_quantity) == ((), ())
    assert {hour.orders for hour in found.hourly} == {None}
    assert today(context).latest_day is None


@pytest.mark.parametrize("narrowed", NARROWED, ids=str)
def test_days_are_local_ones_and_none_is_left_out(
    desk: tuple[WorkspaceContext, World], narrowed: Narrowed
) -> None:
    context, world = desk
    found = days(context, first=date(2025, 10, 24), narrowed=narrowed)
    assert [one.day for one in found.days] == [
        date(2025, 10, 24) + timedelta(days=number) for number in range(10)
    ]
    for one in found.days:
        own = [row for row in world.orders if _day(row) == one.day and _passes(row, narrowed)]
        assert one.orders == sum(row.kind == "sale" for row in own)
        assert one.revenue == sum(row.total_amount for row in own if _counts(row))
    assert len(days(context).days) == 30


@pytest.mark.parametrize(
    ("first", "last"),
    [(TODAY, TODAY - timedelta(days=1)), (TODAY - timedelta(days=MOST_DAYS), TODAY)],
)
def test_ranges_backwards_or_too_long_are_refused(
    desk: tuple[WorkspaceContext, World], first: date, last: date
) -> None:
    with pytest.raises(InvalidInput, match="no range"):
        days(desk[0], first=first, last=last)


def test_a_workspace_without_a_desk_says_how_to_set_one_up(shared: WorkspaceContext) -> None:
    with pytest.raises(NotFound) as caught:
        today(shared)
    assert caught.value.code == "NO_ORDER_DESK"
