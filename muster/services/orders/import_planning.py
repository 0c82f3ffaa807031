"""What rows of a file would do to the desk: orders of the file beside the orders that are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from muster.base.order_changes import NewOrder
from muster.base.order_imports import CellError, ImportOptions, Outcome
from muster.services.orders.import_lines import plan_lines
from muster.services.orders.import_order import plan_new_order, plan_update
from muster.services.orders.import_parts import (
    Held,
    OrderParts,
    Planned,
    PlannedRow,
    Rules,
    Seen,
)
from muster.services.orders.import_reading import Group, RowReader
from muster.store.database import Transaction
from muster.store.orders import import_lookups
from muster.store.orders.import_lookups import HeldItem


def plan(
    connection: Transaction,
    found: Sequence[Group],
    reader: RowReader,
    rules: Rules,
    seen: Seen,
    *,
    lock: bool = False,
) -> list[Planned]:
    """Return what becomes of some orders; in as many statements as there are kinds of things.

    Args:
        seen: of the orders before; taken along.
        lock: the orders stay as they are until the transaction ends.
    """
    held = _look_up(connection, found, reader, rules.options, lock=lock)
    return [_plan_order(group, reader, rules, seen, held) for group in found]


def _look_up(
    connection: Transaction,
    found: Sequence[Group],
    reader: RowReader,
    options: ImportOptions,
    *,
    lock: bool,
) -> Held:
    named: defaultdict[str, set[Any]] = defaultdict(set)
    for group in found:
        for row in group.rows:
            for target in ("order_id", "reference", "customer_id", "customer_email", "product_id"):
                if target in row.values:
                    named[target].add(row.values[target])
    orders = import_lookups.find_orders(
        connection, column=options.match, values=named[options.match], lock=lock
    )
    numbers = [order["order_id"] for order in orders.values()]
    items: Mapping[int, Sequence[HeldItem]] = {}
    if reader.maps("product_id") or reader.maps("line_no"):
        items = import_lookups.find_items(connection, numbers)
    ids = named["customer_id"] | {one["customer_id"] for one in orders.values()} - {None}
    emails = {email.lower() for email in named["customer_email"]}
    customers = import_lookups.find_customers(connection, ids=ids, emails=emails)
    return Held(
        orders=orders,
        items=items,
        customers=customers,
        by_email={one["email"].lower(): key for key, one in customers.items() if one["email"]},
        prices=import_lookups.find_prices(connection, named["product_id"]),
        references=import_lookups.taken_references(connection, named["reference"]),
    )


def _plan_order(group: Group, reader: RowReader, rules: Rules, seen: Seen, held: Held) -> Planned:
    key: Any = group.rows[0].values.get(rules.options.match)
    present = None if key is None else held.orders.get(key)
    parts = OrderParts(group, reader, rules, seen, held, present)
    if present is not None and not rules.options.update:
        return _ended(parts, "skip", "EXISTS", "The order is there, and this import changes none.")
    if present is None:
        plan_new_order(parts)
    else:
        plan_update(parts, present)
    plan_lines(parts, present)
    bad = next((row for row in group.rows if row.errors), None)
    if bad is not None:
        sentence = f"Row {bad.row_no} of the same order has an error."
        return _ended(parts, "error", "SAME_ORDER", sentence)
    parts.keep()
    insert = None
    outcome: Outcome = "update" if parts.cells or parts.items else "same"
    if present is None:
        outcome = "insert"
        path = f"$.rows[{group.rows[0].row_no}]"
        insert = NewOrder(parts.fields, tuple(parts.items), path=path)
    return Planned(
        outcome,
        parts.ended(outcome),
        cells=tuple(parts.cells),
        insert=insert,
        item_inserts=() if present is None else tuple(parts.items),
        amount=parts.amount,
    )


def _ended(parts: OrderParts, outcome: Outcome, code: str, sentence: str) -> Planned:
    """Return an order nothing is done to: bad rows say why, the others that they go with them."""
    why = (CellError(None, None, code, sentence),)
    number = None if parts.present is None else parts.present["order_id"]
    rows = tuple(
        PlannedRow(row.row_no, "error", tuple(row.errors), number, parts.group.key)
        if row.errors and outcome == "error"
        else PlannedRow(row.row_no, "skip", why, number, parts.group.key)
        for row in parts.group.rows
    )
    return Planned(outcome, rows)
