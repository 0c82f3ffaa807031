"""The numbers of the order desk: sums over sets of orders, all of one snapshot.

A number is the sum over the rows that a filter finds, so what the grid opens for it cannot differ.
What counts as what is said here once, in filters as people write them (`order_query`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Connection,
    Date,
    Integer,
    Text,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import CTE, Select

from muster.base.order_query_reading import read_query
from muster.store.column_types import Instant
from muster.store.orders.tables import feed, order_items, orders, products
from muster.store.orders.where import condition

Document: TypeAlias = Mapping[str, Any]
"""One filter, as in JSON."""

UNCOUNTED: Final = ("cancelled", "refunded")
SALE: Final[Document] = {"field": "kind", "op": "=", "value": "sale"}
COUNTED: Final[Document] = {"field": "status", "op": "not_in", "value": list(UNCOUNTED)}

SETS: Final[Mapping[str, tuple[Document, ...]]] = {
    "sales": (SALE,),
    "counted": (COUNTED,),
    "counted_sales": (SALE, COUNTED),
    "first": (SALE, {"field": "first_order", "op": "=", "value": True}),
}
"""The sets of orders that numbers are sums over. Money counts of ``counted`` ones, credits too."""

BUYERS: Final[Mapping[str, tuple[Document, ...]]] = {
    "new": SETS["first"],
    "returning": (
        SALE,
        {"field": "first_order", "op": "=", "value": False},
        {"field": "customer_id", "op": "not_empty"},
    ),
    "guests": (SALE, {"field": "customer_id", "op": "empty"}),
}
"""Whose sales they are; each sale is of one of these."""

_HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Sum:
    """Some orders: how many, the sum of their totals and of their pieces."""

    rows: int = 0
    amount: Decimal = Decimal(0)
    pieces: int = 0


NOTHING: Final = Sum()


@dataclass(frozen=True, slots=True)
class Part:
    """The sums of one part of a day: of all of it, an hour, a status, a kind of buyer, a product.

    Attributes:
        key: which one; an hour by its number from the day's first instant.
        sums: by the names of `SETS`; of a product the sums of its lines, ``rows`` orders.
        customers: how many different ones have a sale in it.
    """

    key: str
    name: str
    sums: Mapping[str, Sum]
    customers: int = 0

    def sum(self, name: str) -> Sum:
        """Return the sum over a set of orders."""
        return self.sums.get(name, NOTHING)


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day's sums, all read at once.

    Attributes:
        feed_position: what was read includes every change up to it.
        whole, hours: of the day; ``..._before``: of the day it is compared with.
    """

    feed_position: int
    whole: Part
    whole_before: Part
    hours: Mapping[int, Part]
    hours_before: Mapping[int, Part]
    statuses: Mapping[str, Part]
    buyers: Mapping[str, Part]
    by_quantity: Sequence[Part]
    by_revenue: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to another, half-open; ``until``: where what is compared ends."""

    start: datetime
    end: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """The desk's zone and the present instant, which filters may refer to."""

    time_zone: str
    now: datetime


def day_figures(
    connection: Connection,
    day: Span,
    *,
    before: Span | None,
    narrowed: Sequence[Document],
    clock: Clock,
    top: int,
) -> DayFigures:
    """Return the sums of a day and of the one before, in one statement: one snapshot.

    Args:
        narrowed: filters that all orders must pass.
        top: products at most, by pieces and by revenue.
    """
    known = _day_rows(day, before, narrowed, clock)
    parts = union_all(
        _sums(known, "whole").where(known.c.compared, ~known.c.before),
        _sums(known, "whole_before").where(known.c.compared, known.c.before),
        _sums(known, "hour", known.c.hour).where(~known.c.before).group_by(known.c.hour),
        _sums(known, "hour_before", known.c.hour).where(known.c.before).group_by(known.c.hour),
        _sums(known, "status", known.c.status).where(~known.c.before).group_by(known.c.status),
        _sums(known, "buyer", known.c.buyer).where(~known.c.before).group_by(known.c.buyer),
        _product_sums(known, top),
    ).subquery()
    position = select(func.coalesce(func.max(feed.c.id), 0)).scalar_subquery()
    found: dict[str, list[Part]] = {}
    rows = connection.execute(select(parts, position.label("position"))).all()
    for row in rows:
        found.setdefault(row.what, []).append(_part(row))
    goods = found.get("product", [])
    return DayFigures(
        feed_position=rows[0].position,
        whole=found["whole"][0],
        whole_before=found["whole_before"][0],
        hours={int(part.key): part for part in found.get("hour", ())},
        hours_before={int(part.key): part for part in found.get("hour_before", ())},
        statuses={part.key: part for part in found.get("status", ())},
        buyers={part.key: part for part in found.get("buyer", ())},
        by_quantity=sorted(goods, key=lambda one: (-one.sum("counted").pieces, one.key))[:top],
        by_revenue=sorted(goods, key=lambda one: (-one.sum("counted").amount, one.key))[:top],
    )


def daily_figures(
    connection: Connection, span: Span, *, narrowed: Sequence[Document], clock: Clock
) -> dict[date, tuple[int, Decimal]]:
    """Return how many sales, and which revenue, each local day has that has orders."""
    at = orders.c.order_date
    day = cast(func.timezone(clock.time_zone, at), Date)
    sales, counted = (_passing(SETS[name], clock) for name in ("sales", "counted"))
    rows = connection.execute(
        select(
            day.label("day"),
            func.count().filter(sales).label("sales"),
            func.coalesce(func.sum(orders.c.total_amount).filter(counted), 0).label("revenue"),
        )
        .where(at >= span.start, at < span.end, _passing(narrowed, clock))
        .group_by("day")
    )
    return {row.day: (row.sales, Decimal(row.revenue)) for row in rows}


def latest_order(
    connection: Connection, *, narrowed: Sequence[Document], clock: Clock
) -> datetime | None:
    """Return when the last order was placed that is not in the future."""
    found: datetime | None = connection.scalar(
        select(orders.c.order_date)
        .where(_passing(narrowed, clock), orders.c.order_date <= clock.now)
        .order_by(orders.c.order_date.desc(), orders.c.order_id.desc())
        .limit(1)
    )
    return found


def _passing(filters: Sequence[Document], clock: Clock) -> ColumnElement[bool]:
    if not filters:
        return true()
    return condition(read_query({"filter": {"all": list(filters)}}), clock.time_zone, clock.now)


def _day_rows(day: Span, before: Span | None, narrowed: Sequence[Document], clock: Clock) -> CTE:
    """Return the orders of the one or two days, each with the sets it is in."""
    at = orders.c.order_date
    spans = [and_(at >= day.start, at < day.end)]
    start: ColumnElement[Any] = literal(day.start, Instant)
    is_before: ColumnElement[bool] = literal(False)
    compared: ColumnElement[bool] = at < day.until
    if before is not None:
        spans.append(and_(at >= before.start, at < before.end))
        is_before = at < before.end
        compared = case((is_before, at < before.until), else_=compared)
        start = case((is_before, literal(before.start, Instant)), else_=start)
    hour = cast(func.floor(extract("epoch", at - start) / _HOUR_SECONDS), Integer)
    # each sale is of one kind, so the costly look for an earlier one is done once
    buyer = case(
        *((_passing(BUYERS[key], clock), literal(key)) for key in ("guests", "new")),
        (_passing((SALE,), clock), literal("returning")),
    )
    return (
        select(
            orders.c.order_id,
            orders.c.customer_id,
            at,
            orders.c.status,
            orders.c.total_amount,
            orders.c.quantity,
            is_before.label("before"),
            compared.label("compared"),
            hour.label("hour"),
            buyer.label("buyer"),
            *(
                _passing(filters, clock).label(name)
                for name, filters in SETS.items()
                if filters != BUYERS["new"]
            ),
        )
        .where(or_(*spans), _passing(narrowed, clock))
        .cte("known")
    )


def _sums(known: CTE, what: str, key: ColumnElement[Any] | None = None) -> Select[Any]:
    columns: list[ColumnElement[Any]] = []
    for name in SETS:
        inside = known.c.get(name, known.c.buyer == "new")
        columns += [
            func.count().filter(inside).label(f"{name}_rows"),
            func.coalesce(func.sum(known.c.total_amount).filter(inside), 0).label(f"{name}_amount"),
            func.coalesce(func.sum(known.c.quantity).filter(inside), 0).label(f"{name}_pieces"),
        ]
    return select(
        literal(what).label("what"),
        cast(null() if key is None else key, Text).label("key"),
        cast(null(), Text).label("name"),
        func.count(known.c.customer_id.distinct()).filter(known.c.sales).label("customers"),
        *columns,
    )


def _product_sums(known: CTE, top: int) -> Select[Any]:
    """Return the lines of counted orders by product: those that are high up by either measure."""
    pieces, amount = func.sum(order_items.c.quantity), func.sum(order_items.c.subtotal)
    key = order_items.c.product_id
    sold = (
        select(
            key,
            func.count(order_items.c.order_id.distinct()).label("rows"),
            amount.label("amount"),
            pieces.label("pieces"),
            func.row_number().over(order_by=(pieces.desc(), key)).label("by_pieces"),
            func.row_number().over(order_by=(amount.desc(), key)).label("by_amount"),
        )
        .join_from(known, order_items, known.c.order_id == order_items.c.order_id)
        .where(known.c.counted, ~known.c.before)
        .group_by(key)
        .subquery("sold")
    )
    nothing = [cast(literal(0), Integer).label("nothing") for _ in range(3)]
    columns = {
        name: (sold.c.rows, sold.c.amount, sold.c.pieces) if name == "counted" else nothing
        for name in SETS
    }
    return (
        select(
            literal("product"),
            sold.c.product_id,
            products.c.name,
            literal(0),
            *(column for three in columns.values() for column in three),
        )
        .join_from(sold, products, products.c.product_id == sold.c.product_id)
        .where(or_(sold.c.by_pieces <= top, sold.c.by_amount <= top))
    )


def _part(row: Row[Any]) -> Part:
    found = row._mapping
    sums = {
        name: Sum(
            found[f"{name}_rows"], Decimal(found[f"{name}_amount"]), int(found[f"{name}_pieces"])
        )
        for name in SETS
    }
    return Part(row.key or "", row.name or "", sums, row.customers)
