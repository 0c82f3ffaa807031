"""Orders and revenue of the desk day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from muster.base.errors import InvalidInput
from muster.services.context import WorkspaceContext
from muster.services.orders.day_records import Narrowed, Query
from muster.services.orders.day_windows import window_of
from muster.services.orders.opening import open_desk
from muster.store.orders.figures import SETS, Clock, Span, daily_figures

MOST_DAYS: Final = 400
_USUAL: Final = timedelta(days=29)


@dataclass(frozen=True, slots=True)
class OneDay:
    """One local day; ``query`` finds its orders."""

    day: date
    orders: int
    revenue: Decimal
    query: Query


@dataclass(frozen=True, slots=True)
class Days:
    """Every day of a range, also those without orders."""

    time_zone: str
    currency: str
    as_of: datetime
    days: tuple[OneDay, ...]


def days(
    context: WorkspaceContext,
    *,
    first: date | None = None,
    last: date | None = None,
    narrowed: Narrowed = Narrowed(),  # noqa: B008 - frozen
) -> Days:
    """Return orders and revenue of each day from ``first`` to ``last``, both included.

    Args:
        last: None: the present day. first: None: 29 days before ``last``.

    Raises:
        NotFound: NO_ORDER_DESK. InvalidInput: BAD_DAY, BAD_RANGE: backwards, or over 400 days.
    """
    with open_desk(context) as (connection, desk):
        zone = ZoneInfo(desk.time_zone)
        now = context.resources.clock.now_utc()
        end = window_of(last or now.astimezone(zone).date(), zone)
        start = window_of(first or max(end.day - _USUAL, date(1970, 1, 1)), zone)
        number = (end.day - start.day).days + 1
        if not 1 <= number <= MOST_DAYS:
            raise InvalidInput(
                "BAD_RANGE",
                f"{start.day} to {end.day} is no range of 1 to {MOST_DAYS} days.",
                path="$.from",
                hint="Ask for a shorter range, the earlier day first.",
            )
        found = daily_figures(
            connection,
            Span(start.start, end.end, end.end),
            narrowed=narrowed.filters,
            clock=Clock(desk.time_zone, now),
        )
    wanted = (start.day + timedelta(days=place) for place in range(number))
    return Days(
        desk.time_zone,
        desk.currency,
        now,
        tuple(_one(day, found.get(day, (0, Decimal(0))), narrowed) for day in wanted),
    )


def _one(day: date, sums: tuple[int, Decimal], narrowed: Narrowed) -> OneDay:
    when = {"field": "order_date", "op": "=", "value": str(day)}
    query = {"filter": {"all": [when, *narrowed.filters, *SETS["sales"]]}, "search": "", "sort": []}
    return OneDay(day, *sums, query)
