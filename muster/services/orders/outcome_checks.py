"""Checks the rows of the desk as a deed would leave them, with a fault for each unit at fault."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from muster.base.order_steps import Standing
from muster.base.orders import OrderValue
from muster.services.orders.units import Cell, Line, MadeOrder
from muster.services.orders.weighed import MISSING, Facts, Weighed
from muster.store.orders.rows import Held

_MOST_LINE = Decimal(10) ** 12
_DATES = ("order_date", "shipped_at", "delivered_at")


class OutcomeChecks:
    """Looks at what would be written."""

    def __init__(self, weighed: Weighed, held: Held, facts: Facts) -> None:
        self._weighed = weighed
        self._held = held
        self._facts = facts
        self._fault = weighed.fault

    def run(self) -> None:
        """Check lines and orders that are to be made, and cells that are to change."""
        for line in self._weighed.units.lines:
            self._line(line)
        for made in self._weighed.units.orders:
            self._made(made)
        self._orders()
        self._items()
        self._unique()
        self._gone_lines()

    def _line(self, line: Line) -> None:
        order = self._held.orders.get(line.order_id)
        if order is None:
            self._fault(line.path, *MISSING["order"])
        elif self._is_frozen(line.order_id):
            self._frozen(line.path, line.order_id)
        elif line.line_no is not None and (line.order_id, line.line_no) in self._held.items:
            self._fault(line.path, "LINE_TAKEN", "There is another line with its number now.")
        else:
            self._check_line(line, str(order["kind"]))

    def _check_line(self, line: Line, kind: str) -> None:
        suffix = "" if self._facts.undoing else ".{}"

        def at(name: str) -> str:
            return line.path + suffix.format(name)

        if line.product_id not in self._facts.prices:
            self._fault(at("product_id"), "UNKNOWN_PRODUCT", _no_product(line.product_id))
            return
        price = line.unit_price
        if price is None:
            price = self._facts.prices[line.product_id]
        if price is None:
            self._fault(
                at("unit_price"), "REQUIRED", "The product has no price; the line must say one."
            )
        else:
            self._check_amount(at("quantity"), line.quantity, price, kind)

    def _check_amount(self, path: str, quantity: int, price: Decimal, kind: str) -> None:
        if kind == "sale" and quantity < 0:
            self._fault(
                path,
                "NEGATIVE_QUANTITY",
                "A sale has no negative quantities.",
                "Make a credit of its own for what comes back.",
            )
        elif abs(quantity * price) >= _MOST_LINE:
            self._fault(path, "OUT_OF_RANGE", "The line costs too much.")

    def _made(self, made: MadeOrder) -> None:
        prefix = made.path if self._facts.undoing else f"{made.path}.fields"
        status = str(made.row["status"])
        if not (self._facts.undoing or self._facts.importing):
            if self._facts.is_frozen(status) or status == "on_hold":
                born = [
                    one.label.lower()
                    for one in self._facts.statuses.values()
                    if not one.items_frozen and one.status != "on_hold"
                ]
                self._fault(
                    f"{prefix}.status",
                    "ILLEGAL_STATUS",
                    "A new order cannot be that far already.",
                    f"It can be {', '.join(born)}.",
                )
            if not made.lines:
                self._fault(f"{made.path}.items", "REQUIRED", "An order needs a line.")
        for line in made.lines:
            self._check_line(line, str(made.row["kind"]))
        buyer = made.row.get("customer_id")
        if buyer is not None and buyer not in self._held.customers:
            self._fault(_under(prefix, "customer_id", self._facts), *_no_customer(buyer))
        if sentence := _disorder(made.row):
            self._fault(_under(prefix, "shipped_at", self._facts), "DATES_DISORDERED", sentence)

    def _orders(self) -> None:
        """Check the rows of orders as they would be."""
        dates: dict[int, Cell] = {}
        for cell in list(self._weighed.cells.values()):
            if cell.entity != "order":
                continue
            order_id = int(cell.key[0])
            if cell.column == "status":
                self._status(cell, order_id)
            elif cell.column == "customer_id":
                if cell.value is not None and cell.value not in self._held.customers:
                    self._fault(cell.path, *_no_customer(cell.value))
            elif cell.column in _DATES:
                dates.setdefault(order_id, cell)
        for order_id, cell in dates.items():
            if sentence := _disorder({name: self._final(order_id, name) for name in _DATES}):
                self._fault(cell.path, "DATES_DISORDERED", sentence)

    def _status(self, cell: Cell, order_id: int) -> None:
        row = self._held.orders[order_id]
        at = Standing(row["status"], row["held_from"], self._final(order_id, "paid_at") is not None)
        if self._facts.undoing:
            ways = [
                step
                for steps in self._facts.steps.leaving.values()
                for step in steps
                if {step.from_status, step.to_status} == {at.status, cell.value}
            ]
            if any(step.role == "admin" for step in ways) and not self._facts.means.admin:
                self._fault(cell.path, "ADMIN_REQUIRED", "Only an admin may put this status back.")
            return
        for target in (*cell.sent.via, str(cell.value)):
            verdict = self._facts.steps.verdict(at, target, self._facts.means)
            if verdict.code != "LEGAL":
                legal = [self._facts.said(step.to_status) for step in self._facts.steps.next_of(at)]
                hint = f"It can become {', '.join(legal)}." if legal else None
                told = {"REASON_REQUIRED": "Say why.", "ADMIN_REQUIRED": "Ask an admin."}
                illegal = verdict.code in ("ILLEGAL_TRANSITION", "FINAL_STATUS", "STEPS", "SAME")
                self._fault(
                    cell.path,
                    "ILLEGAL_STATUS" if illegal else verdict.code,
                    verdict.sentence or "The order would stand still on its way.",
                    told.get(verdict.code, hint),
                )
                return
            at = Standing(target, at.status if target == "on_hold" else None, at.paid)

    def _items(self) -> None:
        """Check the lines that change."""
        for key, columns in self._weighed.wanted("item").items():
            row = self._held.items[key]  # type: ignore[index]
            cells = {
                name: self._weighed.cells[("item", key, name)]
                for name in ("product_id", "quantity", "unit_price")
                if name in columns
            }
            first = next(iter(cells.values()))
            order_id = int(key[0])
            if self._is_frozen(order_id):
                for cell in cells.values():
                    self._frozen(cell.path, order_id)
                continue
            product = cells.get("product_id")
            if product is not None and product.value not in self._facts.prices:
                self._fault(product.path, "UNKNOWN_PRODUCT", _no_product(str(product.value)))
            after = row | columns
            where = cells.get("quantity", cells.get("unit_price", first)).path
            kind = str(self._held.orders[order_id]["kind"])
            self._check_amount(where, after["quantity"], after["unit_price"], kind)

    def _unique(self) -> None:
        """Check what no two rows may share: references of orders, addresses of customers."""
        references: dict[object, object] = dict(self._facts.references.items())
        emails: dict[object, object] = dict(self._facts.emails.items())
        for made in self._weighed.units.orders:
            prefix = made.path if self._facts.undoing else f"{made.path}.fields"
            where = _under(prefix, "reference", self._facts)
            self._take(references, made.row.get("reference"), made.path, where, "reference")
        for cell in list(self._weighed.cells.values()):
            if cell.entity == "order" and cell.column == "reference":
                self._take(references, cell.value, cell.key[0], cell.path, "reference")
            elif cell.entity == "customer" and cell.column == "email":
                address = None if cell.value is None else str(cell.value).lower()
                self._take(emails, address, cell.key[0], cell.path, "email")

    def _take(
        self, taken: dict[object, object], value: object, owner: object, path: str, what: str
    ) -> None:
        if value is None:
            return
        if taken.setdefault(value, owner) != owner:
            code, sentence = {
                "reference": ("DUPLICATE_REFERENCE", "Another order has this reference."),
                "email": ("DUPLICATE_EMAIL", "Another customer has this e-mail address."),
            }[what]
            self._fault(path, code, sentence)

    def _is_frozen(self, order_id: int) -> bool:
        """Whether an order's lines are fixed; for an undo, whether they would still be after it."""
        row = self._held.orders.get(order_id)
        if row is None or not self._facts.is_frozen(row["status"]):
            return False
        return not self._facts.undoing or self._facts.is_frozen(self._final(order_id, "status"))

    def _final(self, order_id: int, column: str) -> OrderValue:
        cell = self._weighed.cells.get(("order", (order_id,), column))
        found: OrderValue = self._held.orders[order_id][column] if cell is None else cell.value
        return found

    def _gone_lines(self) -> None:
        for gone in self._weighed.units.gone_lines:
            if self._is_frozen(gone.order_id):
                self._frozen(gone.path, gone.order_id)

    def _frozen(self, path: str, order_id: int) -> None:
        label = self._facts.said(self._held.orders[order_id]["status"])
        self._fault(path, "ITEMS_FROZEN", f"The order is {label}, so its lines are fixed.")


def _under(prefix: str, name: str, facts: Facts) -> str:
    """Return the path of a new order's field; an undo names its units by their path alone."""
    return prefix if facts.undoing else f"{prefix}.{name}"


def _no_product(product_id: str) -> str:
    return f'There is no product "{product_id}".'


def _no_customer(customer_id: object) -> tuple[str, str]:
    return "UNKNOWN_CUSTOMER", f'There is no customer "{customer_id}".'


def _disorder(row: Mapping[str, Any]) -> str | None:
    """Say which dates of an order are in the wrong order, None if none are."""
    ordered, shipped = row["order_date"], row.get("shipped_at")
    delivered = row.get("delivered_at")
    if shipped is not None and shipped < ordered:
        return "An order is not shipped before it is ordered."
    if delivered is not None and delivered < (shipped or ordered):
        return "An order is not delivered before it is shipped."
    return None
