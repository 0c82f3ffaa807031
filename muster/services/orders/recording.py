"""What a deed changed, found by comparing rows before and after: also what the triggers did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from muster.base.order_values import json_value
from muster.base.orders import Entity
from muster.services.orders.row_documents import line_document, order_document
from muster.services.orders.units import Units
from muster.store.orders.changesets import Change
from muster.store.orders.rows import CUSTOMER_COLUMNS, ITEM_COLUMNS, ORDER_COLUMNS, Held, Row

TOTALS = ("total_amount", "item_count", "quantity")
"""Columns of an order that follow its lines: told in the history, never put back by themselves."""

_NOT_TOLD = {"order_id", "line_no", "order_item_id", "customer_id", "created_at", "row_version"}
_TOLD: dict[Entity, tuple[str, ...]] = {
    "order": ("customer_id", *(name for name in ORDER_COLUMNS if name not in _NOT_TOLD)),
    "item": tuple(name for name in ITEM_COLUMNS if name not in _NOT_TOLD),
    "customer": tuple(name for name in CUSTOMER_COLUMNS if name not in _NOT_TOLD),
}


def changes_between(
    before: Held, after: Held, units: Units, histories: Mapping[int, list[Row]]
) -> Iterator[Change]:
    """Yield what changed: orders made and gone whole, else lines and cells.

    Args:
        histories: the status changes of the orders that are gone.
    """
    whole = before.orders.keys() ^ after.orders.keys()
    for order_id, row in before.orders.items():
        if order_id not in after.orders:
            lines = before.lines_of(order_id)
            yield _whole("order", str(order_id), order_id, old=(row, _gone(row, lines, histories)))
        else:
            yield from _cells("order", str(order_id), order_id, row, after.orders[order_id])
    for order_id in sorted(after.orders.keys() - before.orders.keys()):
        row = after.orders[order_id]
        document = order_document(row, after.lines_of(order_id))
        yield _whole("order", str(order_id), order_id, new=(row, document))
    for key in sorted(before.items.keys() | after.items.keys()):
        if key[0] not in whole:
            yield from _line(key, before.items.get(key), after.items.get(key))
    places = {
        str(cell.key[0]): cell.order_id
        for cell in reversed(units.cells)
        if cell.entity == "customer"
    }
    for customer_id, row in before.customers.items():
        found = after.customers.get(customer_id, row)
        yield from _cells("customer", customer_id, places.get(customer_id), row, found)


def _line(key: tuple[int, int], old: Row | None, new: Row | None) -> Iterator[Change]:
    name = f"{key[0]}/{key[1]}"
    if old is not None and new is not None:
        yield from _cells("item", name, key[0], old, new)
    else:
        yield _whole(
            "item",
            name,
            key[0],
            old=None if old is None else (old, line_document(old)),
            new=None if new is None else (new, line_document(new)),
        )


def _cells(entity: Entity, key: str, order_id: int | None, old: Row, new: Row) -> Iterator[Change]:
    for name in _TOLD[entity]:
        if old[name] != new[name]:
            yield Change(
                entity,
                key,
                "update",
                name,
                json_value(old[name]),
                json_value(new[name]),
                old["row_version"],
                new["row_version"],
                order_id,
            )


def _whole(
    entity: Entity,
    key: str,
    order_id: int,
    *,
    old: tuple[Row, Any] | None = None,
    new: tuple[Row, Any] | None = None,
) -> Change:
    return Change(
        entity,
        key,
        "delete" if new is None else "insert",
        None,
        None if old is None else old[1],
        None if new is None else new[1],
        None if old is None else old[0]["row_version"],
        None if new is None else new[0]["row_version"],
        order_id,
    )


def _gone(row: Row, lines: Any, histories: Mapping[int, list[Row]]) -> dict[str, Any]:
    """Return all of an order that is needed to bring it back."""
    steps = [
        {name: json_value(value) for name, value in step.items() if name != "order_id"}
        for step in histories.get(row["order_id"], [])
    ]
    kept = {name: json_value(row[name]) for name in ("created_at", "row_version")}
    return order_document(row, lines) | kept | {"history": steps}
