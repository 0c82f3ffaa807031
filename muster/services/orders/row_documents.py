"""Whole rows as JSON, as changesets keep them of orders and lines that are made or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from muster.base.order_values import from_json, json_value
from muster.base.orders import FIELDS, ITEM_FIELDS, OrderField, OrderFieldType

KEPT_OF_ORDER = (
    "reference",
    "kind",
    "customer_id",
    "order_date",
    "status",
    "held_from",
    "channel",
    "payment_method",
    "coupon",
    "note",
    "paid_at",
    "shipped_at",
    "delivered_at",
)
"""What an order says itself; its totals say what its lines do."""

KEPT_OF_LINE = ("line_no", "order_item_id", "product_id", "quantity", "unit_price")
HELD_FROM = OrderField("held_from", "Held from", OrderFieldType.TEXT)
_ITEM_ID = OrderField("order_item_id", "Line id", OrderFieldType.INTEGER)


def order_document(row: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return an order with its lines."""
    kept: dict[str, Any] = {name: json_value(row[name]) for name in KEPT_OF_ORDER}
    kept["items"] = [line_document(line) for line in lines]
    return kept


def line_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line."""
    return {name: json_value(row[name]) for name in KEPT_OF_LINE}


def order_row(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of an order that a document tells of."""
    return {name: from_json(_order_field(name), document[name]) for name in KEPT_OF_ORDER}


def line_row(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a line that a document tells of."""
    fields = {**ITEM_FIELDS, "order_item_id": _ITEM_ID}
    return {name: from_json(fields[name], document[name]) for name in KEPT_OF_LINE}


def _order_field(name: str) -> OrderField:
    return HELD_FROM if name == "held_from" else FIELDS[name]
