"""Carries a weighed deed out: lines first, then totals with everything else of their orders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from muster.base.orders import OrderValue
from muster.services.orders.row_documents import KEPT_OF_ORDER
from muster.services.orders.units import Line, MadeOrder
from muster.services.orders.weighed import Facts, Weighed
from muster.store.database import Transaction
from muster.store.orders import rows, writing
from muster.store.orders.rows import Held

_NO_LINES = {"total_amount": Decimal("0.00"), "item_count": 0, "quantity": 0}


def carry_out(connection: Transaction, weighed: Weighed, held: Held, facts: Facts) -> list[int]:
    """Write what a deed comes to; the changeset is begun, the rows are locked.

    Returns:
        The numbers of the orders that were made.

    Raises:
        InvalidInput: BAD_CELLS, the database refuses what the weighing let pass.
    """
    units = weighed.units
    made = _make_orders(connection, units.orders, facts)
    _write_lines(connection, weighed, held, facts)
    customers = {str(key[0]): values for key, values in weighed.wanted("customer").items()}
    writing.change_customers(
        connection,
        _columns(customers.values()),
        _merged("customer_id", customers, held.customers),
    )
    gone = {one.order_id for one in units.gone_orders}
    _write_orders(connection, weighed, held, weighed.rebuilt - gone)
    writing.delete_orders(connection, [{"order_id": order_id} for order_id in sorted(gone)])
    if weighed.rebuilt or made:
        writing.settle(connection)  # totals are checked late
    return made


def _make_orders(connection: Transaction, made: tuple[MadeOrder, ...], facts: Facts) -> list[int]:
    new = [order for order in made if order.order_id is None]
    ids = iter(writing.next_order_ids(connection, len(new)))
    fresh, back, lines, history, numbers = [], [], [], [], []
    for order in made:
        order_id = next(ids) if order.order_id is None else order.order_id
        own = [
            _line_row(line, order_id, line.line_no or number, facts)
            for number, line in enumerate(order.lines, 1)
        ]
        row = {name: order.row.get(name) for name in KEPT_OF_ORDER} | {"order_id": order_id}
        row["total_amount"] = sum((one["quantity"] * one["unit_price"] for one in own), Decimal(0))
        row["item_count"], row["quantity"] = len(own), sum(one["quantity"] for one in own)
        if order.order_id is None:
            row["held_from"] = "pending" if row["status"] == "on_hold" else None
            fresh.append(row)
        else:
            stamps = {name: order.row[name] for name in ("created_at", "row_version")}
            back.append(row | stamps)
        lines += own
        history += [{**step, "order_id": order_id} for step in order.history]
        numbers.append(order_id)
    writing.make_orders(connection, fresh)
    writing.make_orders(connection, back)
    _make_lines(connection, lines)
    writing.give_history_back(connection, history)
    return numbers


def _make_lines(connection: Transaction, lines: list[dict[str, Any]]) -> None:
    """Insert lines: those that have an id already, and those that are to get one."""
    writing.make_lines(connection, [row for row in lines if "order_item_id" in row])
    writing.make_lines(connection, [row for row in lines if "order_item_id" not in row])


def _line_row(line: Line, order_id: int, line_no: int, facts: Facts) -> dict[str, Any]:
    price = facts.prices[line.product_id] if line.unit_price is None else line.unit_price
    row = {
        "order_id": order_id,
        "line_no": line_no,
        "product_id": line.product_id,
        "quantity": line.quantity,
        "unit_price": price,
    }
    return row if line.order_item_id is None else row | {"order_item_id": line.order_item_id}


def _write_lines(connection: Transaction, weighed: Weighed, held: Held, facts: Facts) -> None:
    units = weighed.units
    writing.delete_lines(
        connection,
        [{"order_id": one.order_id, "line_no": one.line_no} for one in units.gone_lines],
    )
    wanted = weighed.wanted("item")
    columns = _columns(wanted.values())
    changed = []
    for key, values in wanted.items():
        row = held.items[key]  # type: ignore[index]
        own = {name: values.get(name, row[name]) for name in columns}
        changed.append({"order_id": key[0], "line_no": row["line_no"], **own})
    writing.change_lines(connection, columns, changed)
    unnumbered = {one.order_id for one in units.lines if one.line_no is None}
    last = rows.last_lines(connection, unnumbered)
    made = []
    for line in units.lines:
        if line.line_no is None:
            last[line.order_id] = last.get(line.order_id, 0) + 1
        made.append(_line_row(line, line.order_id, line.line_no or last[line.order_id], facts))
    _make_lines(connection, made)


def _write_orders(
    connection: Transaction, weighed: Weighed, held: Held, rebuilt: Collection[int]
) -> None:
    wanted = {int(key[0]): dict(values) for key, values in weighed.wanted("order").items()}
    totals = rows.totals(connection, rebuilt) if rebuilt else {}
    for order_id in rebuilt:
        found = totals.get(order_id, _NO_LINES)
        own = wanted.setdefault(order_id, {})
        own |= {name: found[name] for name in _NO_LINES}
    ways: dict[int, list[str]] = {}
    for cell in weighed.cells.values():
        if cell.entity == "order" and cell.sent.via:
            ways[int(cell.key[0])] = [*cell.sent.via[1:], str(cell.value)]
            wanted[int(cell.key[0])]["status"] = cell.sent.via[0]
    writing.change_orders(
        connection, _columns(wanted.values()), _merged("order_id", wanted, held.orders)
    )
    while ways:
        steps = [{"order_id": one, "status": way.pop(0)} for one, way in sorted(ways.items())]
        writing.change_orders(connection, ["status"], steps)
        ways = {one: way for one, way in ways.items() if way}


def _columns(wanted: Collection[Mapping[str, OrderValue]]) -> set[str]:
    return {name for values in wanted for name in values}


def _merged(
    key: str, wanted: Mapping[Any, Mapping[str, OrderValue]], held: Mapping[Any, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return rows that all have the same columns: those nobody changes as they are."""
    columns = _columns(wanted.values())
    return [
        {key: one, **{name: values.get(name, held[one][name]) for name in columns}}
        for one, values in wanted.items()
    ]
