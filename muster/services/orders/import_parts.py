"""What an order of a file is made into, piece by piece, and what it is looked at beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from muster.base.order_changes import CellChange, NewItem, NewOrder
from muster.base.order_imports import (
    LINE_TARGETS,
    TARGETS,
    CellError,
    ImportOptions,
    Outcome,
)
from muster.base.order_steps import Means, Steps
from muster.base.order_values import same_value
from muster.base.orders import Entity, OrderValue
from muster.services.orders.import_reading import Group, ReadRow, RowReader
from muster.store.orders.import_lookups import HeldItem


@dataclass(frozen=True, slots=True)
class Rules:
    """What does not change while a file is checked; ``frozen``: statuses whose lines are fixed."""

    options: ImportOptions
    steps: Steps
    means: Means
    frozen: frozenset[str]
    now: datetime


@dataclass(slots=True)
class Seen:
    """What rows before said about things that several orders share.

    Attributes:
        customers: (customer, field) -> what it is to become, and by which row.
        emails: address in small letters -> whose it is to become.
        references: reference -> which row gives it.
    """

    customers: dict[tuple[str, str], tuple[OrderValue, int]] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    references: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """What the desk holds of what some orders of the file name.

    Attributes:
        orders: by what the import matches; only whole columns of `FIELDS` and ``held_from``.
        by_email: address in small letters -> customer.
        prices: of the products that exist.
        references: which order has each.
    """

    orders: Mapping[Any, Mapping[str, Any]]
    items: Mapping[int, Sequence[HeldItem]]
    customers: Mapping[str, Mapping[str, Any]]
    by_email: Mapping[str, str]
    prices: Mapping[str, Decimal | None]
    references: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What becomes of one row."""

    row_no: int
    outcome: Outcome
    errors: tuple[CellError, ...]
    order_id: int | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one order of the file; ``amount``: what its total moves by."""

    outcome: Outcome
    rows: tuple[PlannedRow, ...]
    cells: tuple[CellChange, ...] = ()
    insert: NewOrder | None = None
    item_inserts: tuple[NewItem, ...] = ()
    amount: Decimal = Decimal(0)


class OrderParts:
    """One order of the file while it is planned."""

    def __init__(
        self,
        group: Group,
        reader: RowReader,
        rules: Rules,
        seen: Seen,
        held: Held,
        present: Mapping[str, Any] | None,
    ) -> None:
        self.group = group
        self.reader = reader
        self.rules = rules
        self.seen = seen
        self.held = held
        self.present = present
        self.cells: list[CellChange] = []
        self.items: list[NewItem] = []
        self.fields: dict[str, OrderValue] = {}
        self.amount = Decimal(0)
        self.values = self._merged()
        self._said: list[tuple[tuple[str, str], OrderValue, int]] = []

    def fault(self, row: ReadRow, target: str, code: str, sentence: str) -> None:
        """Note what is wrong with a cell of a row."""
        self.reader.fault(row, target, code, sentence)

    def value(self, target: str) -> OrderValue:
        """Return what the rows say of the order; None also if they say nothing."""
        found = self.values.get(target)
        return None if found is None else found[0]

    def after(self, target: str) -> Any:
        """Return what the order would hold after the import."""
        if target in self.values:
            return self.values[target][0]
        return None if self.present is None else self.present[target]

    def change(
        self, entity: Entity, key: str, name: str, *, base: Any, value: OrderValue, at: str
    ) -> None:
        """Have a cell changed; ``at``: ``ROW].TARGET``, which faults point to."""
        path = f"$.rows[{at}"
        self.cells.append(CellChange(entity, key, name, base, value, path=path))

    def say_of_customer(self, customer_id: str, name: str, value: OrderValue, row: ReadRow) -> bool:
        """Note what a customer's field is to become; False: a row before said so already."""
        before = self.seen.customers.get((customer_id, name))
        if before is None:
            self._said.append(((customer_id, name), value, row.row_no))
            return True
        if not same_value(before[0], value):
            self.fault(
                row,
                f"customer_{name}",
                "CONTRADICTS",
                f"Row {before[1]} says something else of the same customer.",
            )
        return False

    def keep(self) -> None:
        """Let the orders behind know what this one says of what they share."""
        for key, value, row_no in self._said:
            self.seen.customers[key] = (value, row_no)
            if key[1] == "email" and isinstance(value, str):
                self.seen.emails[value.lower()] = key[0]
        reference = self.value("reference")
        if isinstance(reference, str):
            self.seen.references.setdefault(reference, self.group.rows[0].row_no)

    def ended(self, outcome: Outcome) -> tuple[PlannedRow, ...]:
        """Return the rows with the outcome of the order."""
        number = None if self.present is None else self.present["order_id"]
        key = self.group.key
        return tuple(PlannedRow(row.row_no, outcome, (), number, key) for row in self.group.rows)

    def _merged(self) -> dict[str, tuple[OrderValue, ReadRow]]:
        """Return what the rows together say of the order and of its customer."""
        found: dict[str, tuple[OrderValue, ReadRow]] = {}
        for row in self.group.rows:
            for target, value in row.values.items():
                if target in LINE_TARGETS:
                    continue
                known = found.setdefault(target, (value, row))
                if known[1] is not row and not same_value(known[0], value):
                    self.fault(
                        row,
                        target,
                        "CONTRADICTS",
                        f"Row {known[1].row_no} of the same order says something else.",
                    )
        if self.present is not None and self.rules.options.empty == "clear":
            self._clear(found)
        return found

    def _clear(self, found: dict[str, tuple[OrderValue, ReadRow]]) -> None:
        first = self.group.rows[0]
        for target in self.reader.targets:
            if target in found or target in LINE_TARGETS or target == self.rules.options.match:
                continue
            if target in ("order_id", "kind"):
                continue
            if not TARGETS[target].field.nullable and not first.errors:
                label = TARGETS[target].field.label
                self.fault(first, target, "REQUIRED", f"{label} must not be empty.")
            found[target] = (None, first)
