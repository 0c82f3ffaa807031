"""Plans what the rows of a file make of an order's lines: each row is one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from muster.base.order_changes import NewItem
from muster.base.order_imports import LINE_TARGETS
from muster.services.orders.import_parts import OrderParts
from muster.services.orders.import_reading import ReadRow
from muster.store.orders.import_lookups import HeldItem

_MOST_LINE = Decimal(10) ** 12  # what a line may cost
_EDITED = ("product_id", "quantity", "unit_price")


def plan_lines(parts: OrderParts, present: Mapping[str, Any] | None) -> None:
    """Change the lines the rows name and add the others; lines no row names stay.

    A row names a line by its number, else by its product: the second row with a product names the
    second line with it.
    """
    rows = parts.group.rows
    if not any(parts.reader.maps(target) for target in LINE_TARGETS):
        for row in rows[1:]:
            sentence = f"Row {rows[0].row_no} is the same order."
            parts.fault(row, parts.rules.options.match, "DUPLICATE_ROW", sentence)
        return
    items = list(parts.held.items.get(present["order_id"], ())) if present is not None else []
    waiting = list(items)
    for row in rows:
        if not any(target in row.values for target in LINE_TARGETS):
            continue
        _check_line(parts, row)
        line_no = row.values.get("line_no") if present is not None else None
        line = _take(waiting, row, line_no)
        if line is not None:
            _change_line(parts, row, line)
        elif line_no is not None:
            parts.fault(
                row, "line_no", "UNKNOWN_LINE", "The order has no such line, or it is taken."
            )
        else:
            _add_line(parts, row)


def _take(waiting: list[HeldItem], row: ReadRow, line_no: Any) -> HeldItem | None:
    """Return the line a row names; nobody else gets it."""
    for line in waiting:
        named = line.line_no == line_no
        if named or (line_no is None and line.product_id == row.values.get("product_id")):
            waiting.remove(line)
            return line
    return None


def _check_line(parts: OrderParts, row: ReadRow) -> None:
    product = row.values.get("product_id")
    if product is not None and product not in parts.held.prices:
        parts.fault(row, "product_id", "UNKNOWN_PRODUCT", "There is no product with this number.")
    quantity = row.values.get("quantity")
    kind = parts.after("kind") or "sale"
    if isinstance(quantity, int) and quantity < 0 and kind == "sale":
        parts.fault(row, "quantity", "NEGATIVE_QUANTITY", "A sale has no negative quantities.")


def _change_line(parts: OrderParts, row: ReadRow, line: HeldItem) -> None:
    assert parts.present is not None
    number = parts.present["order_id"]
    before = line.quantity * line.unit_price
    after: dict[str, Any] = {name: getattr(line, name) for name in _EDITED}
    changed = [name for name in _EDITED if name in row.values and row.values[name] != after[name]]
    after |= {name: row.values[name] for name in changed}
    for name in changed:
        parts.change(
            "item",
            f"{number}/{line.line_no}",
            name,
            base=getattr(line, name),
            value=after[name],
            at=f"{row.row_no}].{name}",
        )
    if changed:
        _refuse_frozen(parts, row, changed)
        _count(parts, row, after["quantity"] * after["unit_price"], before)


def _add_line(parts: OrderParts, row: ReadRow) -> None:
    values = row.values
    failed = {error.field for error in row.errors}
    for target, label in (("product_id", "SKU"), ("quantity", "Quantity")):
        if target not in values and target not in failed:
            parts.fault(row, target, "REQUIRED", f"{label} must not be empty.")
    if parts.present is not None:
        _refuse_frozen(parts, row, ["product_id"])
    product, quantity = values.get("product_id"), values.get("quantity")
    price = values.get("unit_price", parts.held.prices.get(str(product)))
    if price is None and product in parts.held.prices and "unit_price" not in failed:
        parts.fault(row, "unit_price", "REQUIRED", "The product has no price; the row must say it.")
    number = 0 if parts.present is None else parts.present["order_id"]
    parts.items.append(NewItem(number, product, quantity, price, path=f"$.rows[{row.row_no}]"))
    if isinstance(quantity, int) and isinstance(price, Decimal):
        _count(parts, row, quantity * price, Decimal(0))


def _count(parts: OrderParts, row: ReadRow, after: Decimal, before: Decimal) -> None:
    if abs(after) >= _MOST_LINE:
        parts.fault(row, "quantity", "OUT_OF_RANGE", "The line costs too much.")
    parts.amount += after - before


def _refuse_frozen(parts: OrderParts, row: ReadRow, changed: Sequence[str]) -> None:
    assert parts.present is not None
    status = parts.present["status"]
    if status in parts.rules.frozen:
        said = status.replace("_", " ")
        parts.fault(row, changed[0], "ITEMS_FROZEN", f"The lines are fixed: the order is {said}.")
