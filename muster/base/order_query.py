"""Which orders are meant and in which order they come: the one question that the grid asks.

`order_query_reading.read_query` makes it of JSON; `store/orders/where.py` makes SQL of it.
Every condition is true or false of every order, never unknown: an empty field equals nothing, is
smaller and greater than nothing, and is different from every value; `Not` is the exact opposite.
Texts are compared in any case, identifiers (`exact`) as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from muster.base.errors import InvalidInput
from muster.base.orders import FIELDS, OrderFieldType

Op: TypeAlias = Literal[
    "=", "!=", "<", "<=", ">", ">=", "between", "in", "not_in",
    "contains", "starts_with", "empty", "not_empty", "last_days", "today",
]  # fmt: skip
Scalar: TypeAlias = str | int | bool | Decimal | date | datetime
"""A value to compare with; of an instant also a day, which means all of it in the desk's zone."""
Source: TypeAlias = Literal["order", "customer", "item"]

_EMPTINESS: tuple[Op, ...] = ("empty", "not_empty")
_EQUALITY: tuple[Op, ...] = ("=", "!=")
_LISTS: tuple[Op, ...] = ("in", "not_in")
_SIZES: tuple[Op, ...] = ("<", "<=", ">", ">=", "between")
OPS: dict[OrderFieldType, tuple[Op, ...]] = {
    OrderFieldType.INTEGER: (*_EQUALITY, *_SIZES, *_LISTS, *_EMPTINESS),
    OrderFieldType.MONEY: (*_EQUALITY, *_SIZES, *_LISTS, *_EMPTINESS),
    OrderFieldType.TEXT: (*_EQUALITY, *_LISTS, "contains", "starts_with", *_EMPTINESS),
    OrderFieldType.ENUM: (*_EQUALITY, *_LISTS, *_EMPTINESS),
    OrderFieldType.INSTANT: (*_EQUALITY, *_SIZES, *_EMPTINESS, "last_days", "today"),
    OrderFieldType.BOOLEAN: _EQUALITY,
}
"""The comparisons that each type knows."""


FIRST_ORDER = "first_order"


@dataclass(frozen=True, slots=True)
class QueryField:
    """A field that a filter may name; one of another source holds if it holds for any row there.

    Attributes:
        column: in the table of its source.
        exact: compared letter by letter: an identifier.
    """

    name: str
    type: OrderFieldType
    source: Source = "order"
    column: str = ""
    values: tuple[str, ...] = ()
    personal: bool = False
    exact: bool = False


QUERY_FIELDS: dict[str, QueryField] = {
    **{
        name: QueryField(
            name,
            field.type,
            column=name,
            values=field.values,
            personal=field.personal,
            exact=name == "customer_id",
        )
        for name, field in FIELDS.items()
    },
    "city": QueryField("city", OrderFieldType.TEXT, "customer", "city"),
    "country": QueryField("country", OrderFieldType.TEXT, "customer", "country"),
    "customer_tier": QueryField(
        "customer_tier",
        OrderFieldType.ENUM,
        "customer",
        "tier",
        values=("bronze", "silver", "gold", "platinum"),
    ),
    "product_id": QueryField("product_id", OrderFieldType.TEXT, "item", "product_id", exact=True),
    FIRST_ORDER: QueryField(FIRST_ORDER, OrderFieldType.BOOLEAN),
}
"""What filters may name: the fields of the grid, the customer's place and tier, the products, and
whether it is the customer's first sale.
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. ``value``: a scalar, a tuple of them (between, in), days, or None."""

    field: str
    op: Op
    value: Scalar | tuple[Scalar, ...] | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """All of its parts hold; without parts always."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of its parts holds; without parts never."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Its part does not hold."""

    part: Filter


Filter: TypeAlias = Condition | Every | Some | Not


@dataclass(frozen=True, slots=True)
class SortKey:
    """A field to sort by. Empty ones come last upwards and first downwards."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which orders, and how they are sorted.

    Attributes:
        search: words; each must begin a word of the order's number, reference, customer, coupon or
            note.
        sort: at most three keys as asked for; `order` adds what makes it definite.
    """

    filter: Filter | None = None
    search: str = ""
    sort: tuple[SortKey, ...] = ()

    @property
    def order(self) -> tuple[SortKey, ...]:
        """The keys of the order in which rows come: the newest first unless said otherwise.

        The order's number is the last, in the direction of the key before, so that an index over
        both serves either way.
        """
        keys = self.sort or (SortKey("order_date", descending=True),)
        for place, key in enumerate(keys):
            if key.field == "order_id":
                return keys[: place + 1]
        return (*keys, SortKey("order_id", descending=keys[-1].descending))


def conditions(filter_: Filter | None) -> Iterator[Condition]:
    """Yield the comparisons of a filter."""
    if isinstance(filter_, Condition):
        yield filter_
    elif isinstance(filter_, Not):
        yield from conditions(filter_.part)
    elif filter_ is not None:
        for part in filter_.parts:
            yield from conditions(part)


def refuse_personal(query: OrderQuery) -> None:
    """Refuse a query that would let somebody guess personal values that they may not see.

    Raises:
        InvalidInput: PERSONAL_FIELD, a filter or a sort key is a personal field.
    """
    asked = {condition.field for condition in conditions(query.filter)}
    asked |= {key.field for key in query.sort}
    hidden = sorted(name for name in asked if QUERY_FIELDS[name].personal)
    if hidden:
        raise InvalidInput(
            "PERSONAL_FIELD",
            f'"{hidden[0]}" is personal: you may not filter or sort by it.',
            hint="Ask an admin of the workspace for a role that sees personal data.",
            path="$",
        )
