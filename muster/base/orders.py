"""What an order is made of: its fields, how each is written, and who may change it.

The grid, the form, filters, imports and exports all read `FIELDS`; nothing else names columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeAlias

OrderValue: TypeAlias = str | int | bool | Decimal | datetime | None
"""What a cell holds; instants have a zone, money is exact."""

STATUSES = (
    "pending",
    "confirmed",
    "processing",
    "shipped",
    "delivered",
    "on_hold",
    "cancelled",
    "returned",
    "refunded",
)
KINDS = ("sale", "credit", "adjustment")
CHANNELS = ("web", "app", "store", "phone")
PAYMENT_METHODS = ("card", "paypal", "gift_card", "invoice")


class OrderFieldType(StrEnum):
    """How a field's values are written, compared and edited."""

    INTEGER = "integer"
    MONEY = "money"  # NUMERIC(14, 2) in the desk's currency
    TEXT = "text"
    ENUM = "enum"
    INSTANT = "instant"
    BOOLEAN = "boolean"  # in filters alone


Entity: TypeAlias = Literal["order", "item", "customer"]
"""Whose row a cell belongs to. Keys: the order's number, ``number/line``, the customer's id."""


@dataclass(frozen=True, slots=True)
class OrderField:
    """One column of the grid.

    Attributes:
        entity: whose row a change of it changes; a customer's name is the customer's.
        column: in that entity's own table; in `orders` the field's name is the column.
        editable: by hand; what is not is computed or set by the desk.
        nullable: may be empty.
        personal: shown in clear only to whoever may see personal data, and edited by nobody else.
        indexed: sorting by it reads an index instead of all rows.
        pattern: a regular expression the whole text must match.
        most: longest text.
    """

    name: str
    label: str
    type: OrderFieldType
    entity: Entity = "order"
    column: str = ""
    editable: bool = False
    nullable: bool = True
    personal: bool = False
    indexed: bool = False
    values: tuple[str, ...] = ()
    pattern: str | None = None
    most: int | None = None


EMAIL_PATTERN = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_TEXT, _ENUM, _INSTANT = OrderFieldType.TEXT, OrderFieldType.ENUM, OrderFieldType.INSTANT
_INTEGER, _MONEY = OrderFieldType.INTEGER, OrderFieldType.MONEY

FIELDS: dict[str, OrderField] = {
    field.name: field
    for field in (
        OrderField("order_id", "Order", _INTEGER, nullable=False, indexed=True),
        OrderField("reference", "Reference", _TEXT, editable=True, indexed=True, most=64),
        OrderField("kind", "Kind", _ENUM, nullable=False, values=KINDS),
        OrderField("order_date", "Ordered", _INSTANT, editable=True, nullable=False, indexed=True),
        OrderField("customer_id", "Customer no.", _TEXT, editable=True, indexed=True, most=64),
        OrderField(
            "customer_name",
            "Customer",
            _TEXT,
            entity="customer",
            column="name",
            editable=True,
            nullable=False,
            personal=True,
            indexed=True,
            most=200,
        ),
        OrderField(
            "customer_email",
            "E-mail",
            _TEXT,
            entity="customer",
            column="email",
            editable=True,
            personal=True,
            indexed=True,
            pattern=EMAIL_PATTERN,
            most=254,
        ),
        OrderField("item_count", "Lines", _INTEGER, nullable=False, indexed=True),
        OrderField("quantity", "Pieces", _INTEGER, nullable=False, indexed=True),
        OrderField("total_amount", "Total", _MONEY, nullable=False, indexed=True),
        OrderField(
            "status",
            "Status",
            _ENUM,
            editable=True,
            nullable=False,
            indexed=True,
            values=STATUSES,
        ),
        OrderField("channel", "Channel", _ENUM, editable=True, indexed=True, values=CHANNELS),
        OrderField(
            "payment_method", "Paid by", _ENUM, editable=True, indexed=True, values=PAYMENT_METHODS
        ),
        OrderField("coupon", "Coupon", _TEXT, editable=True, indexed=True, most=40),
        OrderField("note", "Note", _TEXT, editable=True, most=2000),
        OrderField("paid_at", "Paid", _INSTANT, editable=True),
        OrderField("shipped_at", "Shipped", _INSTANT, editable=True),
        OrderField("delivered_at", "Delivered", _INSTANT, editable=True),
        OrderField("updated_at", "Changed", _INSTANT, nullable=False, indexed=True),
    )
}

ITEM_FIELDS: dict[str, OrderField] = {
    field.name: field
    for field in (
        OrderField("line_no", "Line", _INTEGER, entity="item", nullable=False),
        OrderField(
            "product_id", "SKU", _TEXT, entity="item", editable=True, nullable=False, most=64
        ),
        OrderField("quantity", "Quantity", _INTEGER, entity="item", editable=True, nullable=False),
        OrderField("unit_price", "Price", _MONEY, entity="item", editable=True, nullable=False),
        OrderField("subtotal", "Subtotal", _MONEY, entity="item", nullable=False),
    )
}

CUSTOMER_FIELDS: dict[str, OrderField] = {
    field.name: field
    for field in (
        OrderField(
            "name",
            "Name",
            _TEXT,
            entity="customer",
            editable=True,
            nullable=False,
            personal=True,
            most=200,
        ),
        OrderField(
            "email",
            "E-mail",
            _TEXT,
            entity="customer",
            editable=True,
            personal=True,
            pattern=EMAIL_PATTERN,
            most=254,
        ),
        OrderField(
            "phone", "Phone", _TEXT, entity="customer", editable=True, personal=True, most=40
        ),
        OrderField(
            "address", "Address", _TEXT, entity="customer", editable=True, personal=True, most=500
        ),
        OrderField("city", "City", _TEXT, entity="customer", editable=True, most=100),
        OrderField("state", "State", _TEXT, entity="customer", editable=True, most=100),
        OrderField("country", "Country", _TEXT, entity="customer", editable=True, most=100),
    )
}


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from one status to another that the desk allows.

    Attributes:
        role: the least role that may take it, ``operator`` or ``admin``.
        condition: ``paid``: only an order that was paid; ``held_from``: only back to the status in
            which the order was put on hold.
    """

    from_status: str
    to_status: str
    role: str
    reason_required: bool
    condition: Literal["paid", "held_from"] | None


@dataclass(frozen=True, slots=True)
class Status:
    """One status of orders; with ``items_frozen`` the lines can no longer be changed."""

    status: str
    label: str
    open: bool
    items_frozen: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """The order desk of a workspace: in whose money and time it counts."""

    currency: str
    time_zone: str
