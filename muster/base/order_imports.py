"""What an import of orders is made of: the fields a column may stand for, options, rows, errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from muster.base.orders import CUSTOMER_FIELDS, FIELDS, ITEM_FIELDS, OrderField

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 10_000
"""Letters of one cell; longer than any field, so that a cell is told, not the file."""

RawCell: TypeAlias = str | int | float | bool | None
"""A cell as the file has it: CSV text, or what the spreadsheet typed; dates as ISO 8601 text."""

ImportState: TypeAlias = Literal["read", "checked", "applied", "reverted", "dropped"]
Outcome: TypeAlias = Literal["insert", "update", "same", "error", "skip"]
OUTCOMES: tuple[Outcome, ...] = ("insert", "update", "same", "error", "skip")
Match: TypeAlias = Literal["order_id", "reference"]
DateFormat: TypeAlias = Literal["ymd", "dmy", "mdy"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a column may be mapped to.

    Attributes:
        name: of the mapping, e.g. ``status``, ``customer_phone``, ``product_id``.
        field: whose rules its values follow.
        words: other names that people give such a column, normalised.
    """

    name: str
    label: str
    field: OrderField
    words: tuple[str, ...] = ()


def _order(name: str, *words: str) -> Target:
    return Target(name, FIELDS[name].label, FIELDS[name], words)


def _customer(name: str, *words: str) -> Target:
    found = CUSTOMER_FIELDS[name]
    return Target(f"customer_{name}", f"Customer: {found.label.lower()}", found, words)


def _line(name: str, *words: str) -> Target:
    found = ITEM_FIELDS[name]
    return Target(name, f"Line: {found.label.lower()}", found, words)


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        _order("order_id", "order no", "order number", "order nr", "no", "id", "order"),
        _order("reference", "ref", "order ref", "order reference", "external id", "invoice",
               "invoice no", "invoice number", "invoiceno", "po number"),
        _order("kind", "order kind", "order type", "type"),
        _order("order_date", "date", "order time", "ordered at", "ordered on", "ordered",
               "invoice date", "invoicedate", "created", "purchase date", "datum"),
        _order("customer_id", "customer number", "customer nr", "client id", "customerid",
               "customer no", "account", "client no"),
        _customer("name", "customer", "client", "client name", "buyer", "full name", "kunde"),
        _customer("email", "email", "e mail", "mail", "email address", "client email"),
        _customer("phone", "phone", "telephone", "tel", "mobile", "phone number"),
        _customer("address", "address", "street", "shipping address", "street address"),
        _customer("city", "city", "town", "ort"),
        _customer("state", "state", "province", "region"),
        _customer("country", "country", "land"),
        _order("status", "order status", "state of order", "fulfilment", "fulfillment"),
        _order("channel", "sales channel", "source"),
        _order("payment_method", "payment", "paid by", "paid with", "pay method", "payment type"),
        _order("coupon", "voucher", "discount code", "promo code", "coupon code", "promo"),
        _order("note", "notes", "comment", "comments", "remark", "remarks"),
        _order("paid_at", "paid", "payment date", "paid on", "paid date"),
        _order("shipped_at", "shipped", "ship date", "shipped on", "shipping date", "dispatched"),
        _order("delivered_at", "delivered", "delivery date", "delivered on"),
        _line("line_no", "line", "line number", "line nr", "position", "item no"),
        _line("product_id", "sku", "product", "item", "article", "product code", "stock code",
              "stockcode", "item code", "product no", "artikel"),
        _line("quantity", "qty", "pieces", "count", "units", "menge", "amount ordered"),
        _line("unit_price", "price", "unit cost", "item price", "price each", "preis", "unitprice"),
    )
}  # fmt: skip
LINE_TARGETS = ("line_no", "product_id", "quantity", "unit_price")
CUSTOMER_TARGETS = tuple(f"customer_{name}" for name in CUSTOMER_FIELDS)
INSERT_ONLY = ("kind",)
"""Said of a new order alone: nobody turns a sale into a credit."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How the cells are read and what may be done with them.

    Attributes:
        match: by what an order of the file is found on the desk.
        create: rows whose order is not on the desk make new ones.
        update: rows whose order is there change it; else they are skipped.
        empty: what an empty cell means for an order that is there.
        date_format: of dates that are not ISO 8601; the parts' order.
        time_zone: of instants without one.
        status: of new orders whose row does not say.
        reason: for steps that need one, e.g. cancelling.
    """

    match: Match = "order_id"
    create: bool = True
    update: bool = True
    empty: Literal["leave", "clear"] = "leave"
    decimal: Literal[".", ","] = "."
    date_format: DateFormat = "ymd"
    time_zone: str = "UTC"
    status: str = "pending"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """A column of the file: its name, made unique, and a few of its values."""

    name: str
    sample: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """One file on its way in; ``mapping``: column -> target or None."""

    id: int
    actor: str
    file_name: str
    state: ImportState
    columns: tuple[ImportColumn, ...]
    mapping: Mapping[str, str | None]
    options: ImportOptions
    summary: Mapping[str, Any]
    changeset_id: int | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong with a row; ``column`` None: with the row as a whole.

    Attributes:
        value: the rejected one, as the file has it.
    """

    column: str | None
    field: str | None
    code: str
    sentence: str
    value: str | None = None

    def document(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A staged row; ``row_no`` is its line in the file (of a sheet: its row)."""

    row_no: int
    cells: tuple[RawCell, ...]
    errors: tuple[CellError, ...] = field(default=())
    outcome: Outcome | None = None
    order_id: int | None = None
