"""Today's analytics: what one local day of the order desk comes to, beside an earlier one.

Every number has its definition in words, the query that opens exactly its orders, and the sums over
them to check it by. All of one answer is read in one snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from muster.base.orders import Desk
from muster.services.context import WorkspaceContext
from muster.services.orders.day_records import (
    BuyerFigure,
    DayFigure,
    HourFigure,
    Narrowed,
    ProductFigure,
    Query,
    StatusFigure,
    Today,
)
from muster.services.orders.day_rules import DayRules, rules_of_day
from muster.services.orders.day_windows import (
    Compare,
    Hour,
    Window,
    hours_of,
    matching,
    window_before,
    window_of,
)
from muster.services.orders.opening import open_desk
from muster.store.orders.figures import (
    BUYERS,
    COUNTED,
    SETS,
    Clock,
    DayFigures,
    Document,
    Part,
    Span,
    day_figures,
    latest_order,
)
from muster.store.orders.statuses import read_statuses

TOP: Final = 10
_CENT: Final = Decimal("0.01")
_NO_PART: Final = Part("", "", {})

_ORDERS = (
    "Sales placed on this day, whatever became of them; credits and adjustments are not counted."
)
_REVENUE = (
    "Totals of the orders placed on this day that are neither cancelled nor refunded; credits and"
    " adjustments subtract."
)
_AVERAGE = (
    "Totals of the sales placed on this day that are neither cancelled nor refunded, divided by"
    " their number."
)
_ITEMS = "Pieces in the orders that make up the revenue; credits subtract."
_NEW = "Customers whose first order ever was placed on this day."
_BUYERS: Final[Mapping[str, tuple[str, str]]] = {
    "new": ("New", "First order ever of a customer."),
    "returning": ("Returning", "Order of a customer who had ordered before."),
    "guests": ("Guests", "Order without a customer; nobody knows whether they came back."),
}


def today(
    context: WorkspaceContext,
    *,
    day: date | None = None,
    compare: Compare = Compare.WEEKDAY,
    narrowed: Narrowed = Narrowed(),  # noqa: B008 - frozen
) -> Today:
    """Return one day's analytics; ``day`` None: the present day in the desk's zone.

    Raises:
        NotFound: NO_ORDER_DESK. InvalidInput: BAD_DAY.
    """
    with open_desk(context) as (connection, desk):
        zone = ZoneInfo(desk.time_zone)
        now = context.resources.clock.now_utc()
        this_day = now.astimezone(zone).date()
        window = window_of(day or this_day, zone)
        before = window_before(window, compare, zone, now)
        clock = Clock(desk.time_zone, now)
        found = day_figures(
            connection,
            _span(window),
            before=None if before is None else _span(before),
            narrowed=narrowed.filters,
            clock=clock,
            top=TOP,
        )
        labels = {one.status: one.label for one in read_statuses(connection)}
        latest = None
        if not found.statuses and not found.whole.sum("counted").rows:
            at = latest_order(connection, narrowed=narrowed.filters, clock=clock)
            latest = None if at is None else at.astimezone(zone).date()
    rules = rules_of_day(context, window.day, time_zone=desk.time_zone, narrowed=narrowed.columns)
    writing = _Writing(window, narrowed, rules, desk)
    beside = None if before is None else _said(before, zone)
    return Today(
        day=window.day,
        is_today=window.day == this_day,
        time_zone=desk.time_zone,
        currency=desk.currency,
        as_of=now,
        feed_position=found.feed_position,
        previous_day=None if before is None else before.day,
        previous_label=beside,
        latest_day=latest,
        figures=writing.figures(found, beside),
        hourly=_hourly(writing, found, before, zone, now),
        statuses=writing.statuses(found, labels),
        by_quantity=writing.products(found.by_quantity),
        by_revenue=writing.products(found.by_revenue),
        buyers=writing.buyers(found),
        labels=labels,
    )


@dataclass(frozen=True, slots=True)
class _Writing:
    """Puts words and queries to a day's sums."""

    window: Window
    narrowed: Narrowed
    rules: DayRules
    desk: Desk

    def query(self, *wanted: Document, hour: Hour | None = None) -> Query:
        """Return the query of this day's orders, or an hour's, that pass these filters too."""
        when: list[Document] = [{"field": "order_date", "op": "=", "value": str(self.window.day)}]
        if hour is not None:
            when = [
                {"field": "order_date", "op": ">=", "value": hour.start.isoformat()},
                {"field": "order_date", "op": "<", "value": hour.end.isoformat()},
            ]
        return {
            "filter": {"all": [*when, *self.narrowed.filters, *wanted]},
            "search": "",
            "sort": [],
        }

    def figures(self, found: DayFigures, beside: str | None) -> tuple[DayFigure, ...]:
        now, then = found.whole, found.whole_before
        day, currency, rules = str(self.window.day), self.desk.currency, self.rules
        each: tuple[tuple[str, str, str, str | None, str, Callable[[Part], Decimal | None]], ...]
        each = (
            ("orders", "Orders", "sales", None, _ORDERS, lambda one: _rows(one, "sales")),
            (
                "revenue",
                "Revenue",
                "counted",
                currency,
                _REVENUE,
                lambda one: one.sum("counted").amount,
            ),
            ("average_order", "Average order", "counted_sales", currency, _AVERAGE, _average),
            (
                "items",
                "Pieces sold",
                "counted",
                None,
                _ITEMS,
                lambda one: Decimal(one.sum("counted").pieces),
            ),
            (
                "new_customers",
                "New customers",
                "first",
                None,
                _NEW,
                lambda one: _rows(one, "first"),
            ),
        )
        audiences = {
            "orders": rules.ordered(f"Ordered on {day}"),
            "new_customers": rules.first(f"First ordered on {day}"),
        }
        paid = rules.paid(f"Bought on {day}")
        return tuple(
            DayFigure(
                key=key,
                label=label,
                value=value(now),
                previous=value(then) if beside else None,
                previous_label=beside,
                unit=unit,
                definition=definition,
                query=self.query(*SETS[name]),
                check=now.sum(name),
                rule=audiences.get(key, paid),
            )
            for key, label, name, unit, definition, value in each
        )

    def statuses(self, found: DayFigures, labels: Mapping[str, str]) -> tuple[StatusFigure, ...]:
        """Return every status that has sales, in the order they go through."""
        return tuple(
            StatusFigure(
                status=status,
                label=label,
                orders=part.sum("sales").rows,
                amount=part.sum("sales").amount,
                query=self.query(*SETS["sales"], {"field": "status", "op": "=", "value": status}),
                rule=self.rules.ordered(f"{label} orders of {self.window.day}", status=status),
            )
            for status, label in labels.items()
            if (part := found.statuses.get(status, _NO_PART)).sum("sales").rows
        )

    def products(self, parts: Sequence[Part]) -> tuple[ProductFigure, ...]:
        return tuple(
            ProductFigure(
                product_id=part.key,
                name=part.name,
                quantity=part.sum("counted").pieces,
                revenue=part.sum("counted").amount,
                orders=part.sum("counted").rows,
                query=self.query(COUNTED, {"field": "product_id", "op": "=", "value": part.key}),
                rule=self.rules.bought(f"Bought {part.name} on {self.window.day}", part.key),
            )
            for part in parts
        )

    def buyers(self, found: DayFigures) -> tuple[BuyerFigure, ...]:
        day = self.window.day
        audiences = {
            "new": self.rules.first(f"First ordered on {day}"),
            "returning": self.rules.again(f"Came back on {day}"),
        }
        return tuple(
            BuyerFigure(
                key=key,
                label=_BUYERS[key][0],
                definition=_BUYERS[key][1],
                customers=None if key == "guests" else part.customers,
                orders=part.sum("sales").rows,
                revenue=part.sum("counted_sales").amount,
                query=self.query(*filters),
                revenue_query=self.query(*filters, COUNTED),
                rule=audiences.get(key),
            )
            for key, filters in BUYERS.items()
            for part in (found.buyers.get(key, _NO_PART),)
        )


def _hourly(
    writing: _Writing,
    found: DayFigures,
    before: Window | None,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[HourFigure, ...]:
    hours = hours_of(writing.window, zone)
    places = matching(hours, hours_of(before, zone), zone) if before else [None] * len(hours)
    figures = []
    for number, (hour, place) in enumerate(zip(hours, places, strict=True)):
        part = found.hours.get(number, _NO_PART)
        begun = hour.start <= now or number in found.hours
        earlier = None if place is None else found.hours_before.get(place, _NO_PART)
        orders = revenue = None
        if earlier is not None:
            orders, revenue = earlier.sum("sales").rows, earlier.sum("counted").amount
        figures.append(
            HourFigure(
                hour=hour.label,
                start=hour.start,
                end=hour.end,
                orders=part.sum("sales").rows if begun else None,
                revenue=part.sum("counted").amount if begun else None,
                previous_orders=orders,
                previous_revenue=revenue,
                query=writing.query(*SETS["sales"], hour=hour),
                revenue_query=writing.query(*SETS["counted"], hour=hour),
            )
        )
    return tuple(figures)


def _rows(part: Part, name: str) -> Decimal:
    return Decimal(part.sum(name).rows)


def _average(part: Part) -> Decimal | None:
    counted = part.sum("counted_sales")
    return (counted.amount / counted.rows).quantize(_CENT, ROUND_HALF_UP) if counted.rows else None


def _span(window: Window) -> Span:
    return Span(window.start, window.end, window.until)


def _said(window: Window, zone: ZoneInfo) -> str:
    day = f"{window.day:%A} {window.day.day} {window.day:%B %Y}"
    if window.until == window.end:
        return day
    return f"{day} until {window.until.astimezone(zone):%H:%M}"
