"""Weighs a deed against the rows it touches: what is to be written, what is at fault, what clashes.

The rows are locked, so what is found here still holds when it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.base.order_changes import WHOLE_ROW, CellConflict, RawValue
from muster.base.order_values import json_value, same_value
from muster.base.orders import Entity
from muster.services.orders.outcome_checks import OutcomeChecks
from muster.services.orders.row_documents import line_document, order_document
from muster.services.orders.units import Cell, GoneLine, GoneOrder, Key, Units
from muster.services.orders.weighed import MISSING, Clash, Facts, Slot, Weighed
from muster.store.orders.rows import Held, Row

_LINE_COLUMNS = ("product_id", "quantity", "unit_price")


def weigh(units: Units, held: Held, facts: Facts) -> Weighed:
    """Return what a deed comes to, given the locked rows."""
    weighed = Weighed(units)
    _Comparing(weighed, held, facts).run()
    OutcomeChecks(weighed, held, facts).run()
    return weighed


class _Comparing:
    """Compares every unit with what is there."""

    def __init__(self, weighed: Weighed, held: Held, facts: Facts) -> None:
        self._weighed = weighed
        self._held = held
        self._facts = facts

    def run(self) -> None:
        """Find what really changes, what is gone, and what somebody else changed."""
        seen: dict[Slot, Cell] = {}
        for cell in self._weighed.units.cells:
            self._compare(cell, seen)
        touched = {cell.order_id for cell in self._weighed.cells.values()}
        for line in self._weighed.units.gone_lines:
            self._gone_line(line)
        for order in self._weighed.units.gone_orders:
            self._gone_order(order, is_touched=order.order_id in touched)

    def _compare(self, cell: Cell, seen: dict[Slot, Cell]) -> None:
        row = self._row(cell.entity, cell.key)
        if row is None:
            if cell.entity == "customer" and cell.sent.entity == "order":
                self._weighed.fault(
                    cell.path,
                    "NO_CUSTOMER",
                    "The order has no customer whose data could be changed.",
                    "Give it a customer first.",
                )
            else:
                code, sentence = MISSING[cell.entity]
                self._weighed.fault(cell.path, code, sentence)
            return
        slot = (cell.entity, cell.key, cell.column)
        before = seen.setdefault(slot, cell)
        if before is not cell and not same_value(before.value, cell.value):
            self._weighed.fault(
                cell.path, "SAME_CELL_TWICE", "The same cell is to hold two different values."
            )
            return
        present = row[cell.column]
        if same_value(present, cell.value):
            return
        if cell.goes_along:
            self._weighed.fault(
                cell.path,
                "CUSTOMER_CHANGES",
                "The order goes to another customer, who is called otherwise.",
                "Change that customer's data by itself.",
            )
        elif cell.sent.check_base and not cell.is_base(present):
            self._clash(cell, row)
        else:
            self._weighed.cells[slot] = cell

    def _gone_line(self, gone: GoneLine) -> None:
        row = self._held.items.get((gone.order_id, gone.line_no))
        key = f"{gone.order_id}/{gone.line_no}"
        if row is None:
            self._weighed.fault(gone.path, *MISSING["item"])
            return
        differs = gone.version is not None and gone.version != row["row_version"]
        expected = gone.expected
        if expected is not None:
            differs = line_document(row) != expected
        if differs:
            base = None if expected is None else dict(expected)
            self._whole_row("item", key, gone.path, base, line_document(row), row)
        elif any(
            ("item", (gone.order_id, gone.line_no), name) in self._weighed.cells
            for name in _LINE_COLUMNS
        ):
            self._weighed.fault(gone.path, "ROW_GOES", "The line is to go and to change at once.")

    def _gone_order(self, gone: GoneOrder, *, is_touched: bool) -> None:
        row = self._held.orders.get(gone.order_id)
        if row is None:
            self._weighed.fault(gone.path, *MISSING["order"])
            return
        differs = gone.version is not None and gone.version != row["row_version"]
        now = order_document(row, self._held.lines_of(gone.order_id))
        if gone.expected is not None:
            differs = now != gone.expected
        if differs:
            base = None if gone.expected is None else dict(gone.expected)
            self._whole_row("order", str(gone.order_id), gone.path, base, now, row)
        elif is_touched:
            self._weighed.fault(gone.path, "ROW_GOES", "The order is to go and to change at once.")
        elif self._facts.is_frozen(row["status"]) and not (
            self._facts.means.reason or self._facts.undoing
        ):
            self._weighed.fault(
                gone.path,
                "REASON_REQUIRED",
                f"To delete an order that is {self._facts.said(row['status'])} needs a reason.",
                "Say why.",
            )

    def _row(self, entity: Entity, key: Key) -> Row | None:
        rows: Mapping[Any, Row] = self._held.orders
        if entity != "order":
            rows = self._held.items if entity == "item" else self._held.customers
        return rows.get(key if entity == "item" else key[0])

    def _clash(self, cell: Cell, row: Row) -> None:
        sent = cell.sent
        conflict = CellConflict(
            sent.entity,
            sent.key,
            sent.field,
            base=_as_sent(sent.base),
            mine=json_value(cell.value),
            theirs=json_value(row[cell.column]),
            version=row["row_version"],
        )
        at = (cell.entity, "/".join(str(part) for part in cell.key), cell.column)
        self._weighed.clashes.append(Clash(cell.path, at, conflict))

    def _whole_row(
        self, entity: Entity, key: str, path: str, base: Any, theirs: Any, row: Row
    ) -> None:
        conflict = CellConflict(entity, key, WHOLE_ROW, base, None, theirs, row["row_version"])
        self._weighed.clashes.append(Clash(path, (entity, key, None), conflict))


def _as_sent(base: RawValue) -> str | int | float | bool | None:
    return base if isinstance(base, float) else json_value(base)
