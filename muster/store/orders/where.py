"""What a query of orders means in SQL: one condition on `tables.orders`.

Bulk edits, exports and counts use the same condition as the grid, so they mean the same rows.
Comparisons stay plain so that indexes serve them; their NULL counts as false, and what negates
them says `IS NOT TRUE`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias, assert_never
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, cast, false, func, literal, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.types import BigInteger, String

from muster.base.order_query import (
    FIRST_ORDER,
    QUERY_FIELDS,
    Condition,
    Every,
    Filter,
    Not,
    OrderQuery,
    QueryField,
    Some,
)
from muster.base.orders import OrderFieldType
from muster.store.column_types import PlainText
from muster.store.orders import tables

Where: TypeAlias = ColumnElement[bool]
"""A condition on `tables.orders`."""

_FROM = "áàâäãåéèêëíìîïóòôöõúùûüýÿñç@._-/'"
_TO = "aaaaaaeeeeiiiiooooouuuuyync      "
"""How the column `orders.search` folds letters; the words sought are folded alike."""
_TEXTS = (OrderFieldType.TEXT, OrderFieldType.ENUM)
_OPPOSITES = {"!=": "=", "not_in": "in", "empty": "not_empty"}
_SIMPLE = cast("simple", REGCONFIG)


def condition(
    query: OrderQuery, desk_time_zone: str, now: datetime, *, sees_personal: bool = True
) -> Where:
    """Return the condition on `tables.orders` that a query's filter and search make.

    Args:
        desk_time_zone: in which days begin.
        now: the present instant, for ``today`` and ``last_days``.
        sees_personal: else words are sought in what is not personal alone.
    """
    zone = ZoneInfo(desk_time_zone)
    parts = [] if query.filter is None else [_filter(query.filter, zone, now)]
    return and_(true(), *parts, *_search(query.search, sees_personal=sees_personal))


def sort_expression(field: str) -> ColumnElement[Any]:
    """Return what orders are sorted by for a field: texts in lower case, byte by byte."""
    column: ColumnElement[Any] = tables.orders.c[field]
    return _folded(column) if QUERY_FIELDS[field].type in _TEXTS else column


def filter_column(target: QueryField) -> ColumnElement[Any]:
    """Return the column that a filter's field stands for, in its own table."""
    table = {"order": tables.orders, "customer": tables.customers, "item": tables.order_items}
    column: ColumnElement[Any] = table[target.source].c[target.column]
    return column


def _folded(text: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.lower(text, type_=String()).collate("C")


def _filter(found: Filter, zone: ZoneInfo, now: datetime) -> ColumnElement[bool]:
    if isinstance(found, Condition):
        return _condition(found, zone, now)
    if isinstance(found, Every):
        return and_(true(), *(_filter(part, zone, now) for part in found.parts))
    if isinstance(found, Some):
        return or_(false(), *(_filter(part, zone, now) for part in found.parts))
    if isinstance(found, Not):
        return _filter(found.part, zone, now).is_not(true())
    assert_never(found)


def _condition(found: Condition, zone: ZoneInfo, now: datetime) -> ColumnElement[bool]:
    """Return one comparison; those that hold of empty fields are the opposites of others."""
    if found.field == FIRST_ORDER:
        first = _first_order()
        return first if found.value is (found.op == "=") else first.is_not(true())
    target, op = QUERY_FIELDS[found.field], _OPPOSITES.get(found.op, found.op)
    holds = _holds(target, op, found.value, zone, now)
    if target.source == "customer":
        same = tables.customers.c.customer_id == tables.orders.c.customer_id
        holds = select(literal(1)).where(same, holds).correlate(tables.orders).exists()
    elif target.source == "item":
        same = tables.order_items.c.order_id == tables.orders.c.order_id
        holds = select(literal(1)).where(same, holds).correlate(tables.orders).exists()
    return holds if op == found.op else holds.is_not(true())


def _first_order() -> ColumnElement[bool]:
    """Return whether an order is the first sale to its customer."""
    orders, earlier = tables.orders, tables.orders.alias("earlier")
    before = tuple_(earlier.c.order_date, earlier.c.order_id) < tuple_(
        orders.c.order_date, orders.c.order_id
    )
    same = and_(earlier.c.customer_id == orders.c.customer_id, earlier.c.kind == "sale")
    found = select(literal(1)).select_from(earlier).where(same, before).correlate(orders)
    return and_(orders.c.kind == "sale", orders.c.customer_id.is_not(None), ~found.exists())


def _holds(
    target: QueryField, op: str, value: Any, zone: ZoneInfo, now: datetime
) -> ColumnElement[bool]:
    """Return a comparison that holds of no empty field."""
    column = filter_column(target)
    if op == "not_empty":
        return column != "" if target.type in _TEXTS else column.is_not(None)
    if target.type is OrderFieldType.INSTANT:
        return _instants(column, op, value, zone, now)
    if target.type in _TEXTS:
        return text_condition(target, op, value)
    # as wide as what may be sent, not as the column
    kind = BigInteger() if target.type is OrderFieldType.INTEGER else column.type
    return _compared(column, op, value, lambda one: literal(one, kind))


def text_key(target: QueryField) -> ColumnElement[Any]:
    """Return what a text is compared by: itself if it is an identifier, else in lower case."""
    column = filter_column(target)
    return column if target.exact else _folded(column)


def text_condition(target: QueryField, op: str, value: Any) -> ColumnElement[bool]:
    """Return a comparison of a text, which may be in any case unless it is an identifier."""
    column = text_key(target)

    def bound(text: str) -> ColumnElement[Any]:
        sought = literal(text, PlainText())
        return sought if target.exact else _folded(sought)

    if op == "contains":
        return column.like(bound(f"%{_plain_pattern(value)}%"))
    if op == "starts_with":
        return column.like(bound(f"{_plain_pattern(value)}%"))
    return _compared(column, op, value, bound)


def _plain_pattern(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _compared(
    column: ColumnElement[Any], op: str, value: Any, bound: Callable[[Any], ColumnElement[Any]]
) -> ColumnElement[bool]:
    if op == "between":
        return column.between(bound(value[0]), bound(value[1]))
    if op == "in":
        return column.in_([bound(one) for one in value])
    sought = bound(value)
    return {
        "=": column == sought,
        "<": column < sought,
        "<=": column <= sought,
        ">": column > sought,
        ">=": column >= sought,
    }[op]


def _instants(
    column: ColumnElement[Any], op: str, value: Any, zone: ZoneInfo, now: datetime
) -> ColumnElement[bool]:
    """Compare an instant; a day is all the instants from its midnight to before the next."""
    today = now.astimezone(zone).date()
    first, last = value if op == "between" else (value, value)
    if op in ("today", "last_days"):
        first, last = today - timedelta(days=(value or 1) - 1), today
    begin = _begin(first, zone)
    whole = not isinstance(last, datetime)
    end = _begin(last + timedelta(days=1), zone) if whole else last
    match op:
        case "<":
            return column < begin
        case "<=":
            return column < end if whole else column <= end
        case ">":
            return column >= end if whole else column > end
        case ">=":
            return column >= begin
    return and_(column >= begin, column < end if whole else column <= end)


def _begin(value: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), tzinfo=zone)


def _search(text: str, *, sees_personal: bool) -> list[ColumnElement[bool]]:
    """Return one condition for each word: it begins a word of the order.

    A word that `search` cuts into several, such as an address, is sought as their sequence; one
    without letters or digits is none.
    """
    words = [word for word in text.split() if any(letter.isalnum() for letter in word)]
    # there the words of names and addresses have no weight, all others have A
    prefix = literal("':*" if sees_personal else "':*A", PlainText())
    return [
        tables.orders.c.search.op("@@", is_comparison=True)(
            func.to_tsquery(_SIMPLE, literal("'", PlainText()).concat(_sought(word)).concat(prefix))
        )
        for word in words
    ]


def _sought(word: str) -> ColumnElement[Any]:
    escaped = literal(word.replace("\\", "\\\\"), PlainText())
    return func.translate(func.lower(escaped), _FROM, _TO)
