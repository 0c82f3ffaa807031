"""The records of today's analytics: numbers with what they mean and which orders they are of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from muster.services.orders.day_rules import DayRule
from muster.store.orders.figures import Sum

Query: TypeAlias = Mapping[str, Any]
"""A query of orders as JSON (`order_query_reading`)."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which orders are looked at; None: whatever it is."""

    channel: str | None = None
    status: str | None = None

    @property
    def columns(self) -> dict[str, str]:
        """The columns that must have a value."""
        both = {"channel": self.channel, "status": self.status}
        return {name: value for name, value in both.items() if value is not None}

    @property
    def filters(self) -> tuple[dict[str, Any], ...]:
        """The same as filters."""
        return tuple({"field": name, "op": "=", "value": on} for name, on in self.columns.items())


@dataclass(frozen=True, slots=True)
class DayFigure:
    """One number of the day.

    Attributes:
        previous: of the day compared with; None: there is none, or it has no such number.
        previous_label: which day that was, and until when.
        unit: a currency; None: a number of something.
        check: the sums over the orders that ``query`` finds; the number follows from them.
    """

    key: str
    label: str
    value: Decimal | None
    previous: Decimal | None
    previous_label: str | None
    unit: str | None
    definition: str
    query: Query
    check: Sum
    rule: DayRule | None


@dataclass(frozen=True, slots=True)
class HourFigure:
    """One hour: ``orders`` and ``revenue`` are None as long as it has not begun."""

    hour: str
    start: datetime
    end: datetime
    orders: int | None
    revenue: Decimal | None
    previous_orders: int | None
    previous_revenue: Decimal | None
    query: Query
    revenue_query: Query


@dataclass(frozen=True, slots=True)
class StatusFigure:
    """The sales of the day that are in one status now."""

    status: str
    label: str
    orders: int
    amount: Decimal
    query: Query
    rule: DayRule | None


@dataclass(frozen=True, slots=True)
class ProductFigure:
    """What was sold of one product; credits subtract."""

    product_id: str
    name: str
    quantity: int
    revenue: Decimal
    orders: int
    query: Query
    rule: DayRule | None


@dataclass(frozen=True, slots=True)
class BuyerFigure:
    """The sales of the day to new customers, to returning ones, or to guests.

    Attributes:
        customers: how many different ones; None for guests, who are not told apart.
        revenue: of those that are neither cancelled nor refunded.
    """

    key: str
    label: str
    definition: str
    customers: int | None
    orders: int
    revenue: Decimal
    query: Query
    revenue_query: Query
    rule: DayRule | None


@dataclass(frozen=True, slots=True)
class Today:
    """One day's analytics; ``latest_day``: the last that has orders, told if this one has none.

    ``labels``: every status and what it is called.
    """

    day: date
    is_today: bool
    time_zone: str
    currency: str
    as_of: datetime
    feed_position: int
    previous_day: date | None
    previous_label: str | None
    latest_day: date | None
    figures: tuple[DayFigure, ...]
    hourly: tuple[HourFigure, ...]
    statuses: tuple[StatusFigure, ...]
    by_quantity: tuple[ProductFigure, ...]
    by_revenue: tuple[ProductFigure, ...]
    buyers: tuple[BuyerFigure, ...]
    labels: Mapping[str, str]
