"""What a query of orders means, in plain Python over the rows of `tests/orders_shop.py`.

Written from the documentation of `order_query.py`, without a look at the SQL.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cmp_to_key
from typing import Any
from zoneinfo import ZoneInfo

from muster.base.order_query import (
    QUERY_FIELDS,
    Condition,
    Every,
    Filter,
    Not,
    OrderQuery,
    Some,
    SortKey,
)
from muster.base.orders import OrderFieldType
from tests.orders_shop import Customer, Order, World

_TEXTS = (OrderFieldType.TEXT, OrderFieldType.ENUM)


class Model:
    """Answers queries over a world."""

    def __init__(self, world: World, *, time_zone: str, now: datetime) -> None:
        self._world = world
        self._zone = ZoneInfo(time_zone)
        self._now = now
        self._customers: dict[str | None, Customer] = {
            one.customer_id: one for one in world.customers
        }
        self._products: dict[int, set[str]] = {}
        for item in world.items:
            self._products.setdefault(item.order_id, set()).add(item.product_id)

    def ids(self, query: OrderQuery) -> list[int]:
        """Return the numbers of the orders that a query finds, in its order."""
        found = [
            order
            for order in self._world.orders
            if (query.filter is None or self.holds(query.filter, order))
            and self._is_found(query.search, order)
        ]
        found.sort(key=cmp_to_key(lambda one, other: _compare(one, other, query.order)))
        return [order.order_id for order in found]

    def holds(self, found: Filter, order: Order) -> bool:
        """Whether a filter holds of an order."""
        if isinstance(found, Every):
            return all(self.holds(part, order) for part in found.parts)
        if isinstance(found, Some):
            return any(self.holds(part, order) for part in found.parts)
        if isinstance(found, Not):
            return not self.holds(found.part, order)
        return self._condition(found, order)

    def _condition(self, found: Condition, order: Order) -> bool:
        opposite = {"!=": "=", "not_in": "in", "empty": "not_empty"}.get(found.op)
        if opposite is not None:
            same = Condition(found.field, opposite, found.value)  # type: ignore[arg-type]
            return not self._condition(same, order)
        values = [one for one in self._values(found.field, order) if one not in (None, "")]
        if found.op == "not_empty":
            return bool(values)
        return any(self._matches(found, value) for value in values)

    def _values(self, name: str, order: Order) -> list[Any]:
        if name == "product_id":
            return sorted(self._products.get(order.order_id, ()))
        if name == "first_order":
            return [self._is_first(order)]
        if name in ("city", "country", "customer_tier"):
            customer = self._customers.get(order.customer_id)
            return [] if customer is None else [getattr(customer, name.removeprefix("customer_"))]
        return [getattr(order, name)]

    def _is_first(self, order: Order) -> bool:
        own = [
            other
            for other in self._world.orders
            if other.customer_id == order.customer_id and other.kind == "sale"
        ]
        first = min(own, key=lambda one: (one.order_date, one.order_id), default=None)
        return order.customer_id is not None and first is order

    def _matches(self, found: Condition, value: Any) -> bool:
        target, sought = QUERY_FIELDS[found.field], found.value
        if target.type is OrderFieldType.INSTANT:
            return self._instant(found.op, sought, value)
        if target.type in _TEXTS and not target.exact:
            value = value.lower()
            sought = [one.lower() for one in sought] if found.op == "in" else sought.lower()  # type: ignore[union-attr]
        return {
            "=": lambda: value == sought,
            "<": lambda: value < sought,
            "<=": lambda: value <= sought,
            ">": lambda: value > sought,
            ">=": lambda: value >= sought,
            "between": lambda: sought[0] <= value <= sought[1],
            "in": lambda: value in sought,
            "contains": lambda: sought in value,
            "starts_with": lambda: value.startswith(sought),
        }[found.op]()

    def _instant(self, op: str, sought: Any, value: datetime) -> bool:
        today = self._now.astimezone(self._zone).date()
        first = last = sought
        if op == "today":
            first = last = today
        elif op == "last_days":
            first, last = today - timedelta(days=sought - 1), today
        elif op == "between":
            first, last = sought
        begin, end = self._moments(first)[0], self._moments(last)[1]
        return {
            "<": value < begin,
            "<=": value <= end,
            ">": value > end,
            ">=": value >= begin,
        }.get(op, begin <= value <= end)

    def _moments(self, value: date | datetime) -> tuple[datetime, datetime]:
        """Return the first and the last microsecond of a day; an instant is both."""
        if isinstance(value, datetime):
            return value, value
        begin, end = (
            datetime.combine(day, time(), tzinfo=self._zone).astimezone(UTC)
            for day in (value, value + timedelta(days=1))
        )
        return begin, end - timedelta(microseconds=1)

    def _is_found(self, search: str, order: Order) -> bool:
        texts = (
            str(order.order_id),
            order.reference,
            order.customer_id,
            order.customer_name,
            order.customer_email,
            order.coupon,
            order.note,
        )
        words = [word for text in texts for word in _words(text or "")]
        return all(
            any(word.startswith(part) for word in words)
            for sought in search.split()
            for part in _words(sought)
        )


def _words(text: str) -> list[str]:
    folded = text.lower().translate(
        str.maketrans("áàâäãåéèêëíìîïóòôöõúùûüýÿñç", "aaaaaaeeeeiiiiooooouuuuyync")
    )
    return "".join(letter if letter.isalnum() else " " for letter in folded).split()


def _compare(one: Order, other: Order, order: tuple[SortKey, ...]) -> int:
    for key in order:
        mine, theirs = (getattr(row, key.field) for row in (one, other))
        if mine == theirs:
            continue
        if mine is None or theirs is None:
            up = mine is None  # empty ones come last upwards
        elif isinstance(mine, str):
            mine, theirs = mine.lower().encode(), theirs.lower().encode()
            if mine == theirs:
                continue
            up = mine > theirs
        else:
            up = mine > theirs
        return 1 if up != key.descending else -1
    return 0
