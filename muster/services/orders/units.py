"""A draft read: each cell with its typed value, each line and order that is to be made or to go.

Reading asks the database nothing; what cannot be read is told with its path, all of it at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from muster.base.errors import Problem
from muster.base.order_changes import CellChange, Draft, NewItem, NewOrder, RawValue
from muster.base.order_values import ValueFault, read_value, same_value
from muster.base.orders import (
    CUSTOMER_FIELDS,
    FIELDS,
    ITEM_FIELDS,
    KINDS,
    Entity,
    OrderField,
    OrderFieldType,
    OrderValue,
)

Key = tuple[int] | tuple[int, int] | tuple[str]
BY_ENTITY: dict[Entity, dict[str, OrderField]] = {
    "order": FIELDS,
    "item": ITEM_FIELDS,
    "customer": CUSTOMER_FIELDS,
}
_LARGEST = 2**63 - 1
_KIND = OrderField("kind", "Kind", OrderFieldType.ENUM, editable=True, nullable=False, values=KINDS)
_LINE_FIELDS = ("product_id", "quantity", "unit_price")
_UNITS_PRICE = replace(ITEM_FIELDS["unit_price"], nullable=True)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is to hold another value.

    Attributes:
        entity, key: whose row; the customer behind an order's cell is filled in by `resolved`.
        sent: the cell as its sender names it, which is how faults and conflicts name it.
        goes_along: the order moves to another customer in the same draft, so that this customer's
            cell must already be as wanted.
    """

    entity: Entity
    key: Key
    field: OrderField
    value: OrderValue
    sent: CellChange
    path: str
    goes_along: bool = False

    @property
    def column(self) -> str:
        """The column in the entity's own table."""
        return self.field.column or self.field.name

    @property
    def order_id(self) -> int | None:
        """The order the sender was at; None for a customer's own cell."""
        return None if self.sent.entity == "customer" else int(self.sent.key.split("/")[0])

    def is_base(self, present: OrderValue) -> bool:
        """Whether the sender saw what is there."""
        base = self.sent.base
        if present == base:
            return True
        try:
            return same_value(read_value(replace(self.field, nullable=True), base), present)
        except ValueFault:
            return False


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is to be made; an undo gives it back its number and id."""

    order_id: int
    product_id: str
    quantity: int
    unit_price: Decimal | None
    path: str
    line_no: int | None = None
    order_item_id: int | None = None


@dataclass(frozen=True, slots=True)
class GoneLine:
    """A line that is to go; ``expected``: only while it still holds these values."""

    order_id: int
    line_no: int
    path: str
    version: int | None = None
    expected: Mapping[str, OrderValue] | None = None


@dataclass(frozen=True, slots=True)
class MadeOrder:
    """An order that is to be made; an undo gives it back its number, lines and history.

    Attributes:
        row: by column of `orders`.
    """

    row: Mapping[str, Any]
    lines: tuple[Line, ...]
    path: str
    order_id: int | None = None
    history: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class GoneOrder:
    """An order that is to go; ``expected``: only while it is still this document."""

    order_id: int
    path: str
    version: int | None = None
    expected: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Units:
    """Everything one deed is made of."""

    cells: tuple[Cell, ...] = ()
    lines: tuple[Line, ...] = ()
    gone_lines: tuple[GoneLine, ...] = ()
    orders: tuple[MadeOrder, ...] = ()
    gone_orders: tuple[GoneOrder, ...] = ()

    @property
    def order_ids(self) -> set[int]:
        """The orders that are there and that it touches."""
        back = {one.order_id for one in self.orders if one.order_id is not None}
        own = {cell.order_id for cell in self.cells if cell.order_id is not None}
        return self.rebuilt | back | own

    @property
    def with_lines(self) -> set[int]:
        """Those of them whose lines it changes."""
        return self.rebuilt | {int(cell.key[0]) for cell in self.cells if cell.entity == "item"}

    @property
    def rebuilt(self) -> set[int]:
        """The orders that get or lose lines, or go."""
        lines = {one.order_id for one in self.lines} | {one.order_id for one in self.gone_lines}
        return lines | {one.order_id for one in self.gone_orders}

    @property
    def personal(self) -> bool:
        """Whether it changes personal data."""
        return any(cell.field.personal for cell in self.cells)

    def without(self, paths: set[str]) -> Units:
        """Return the units but those with these paths."""

        def kept(units: Iterable[Any]) -> tuple[Any, ...]:
            return tuple(one for one in units if one.path not in paths)

        return Units(*(kept(getattr(self, name)) for name in self.__slots__))

    def resolved(self, owners: Mapping[int, str | None]) -> Units:
        """Return the units with the customers behind orders' cells.

        Args:
            owners: whose the orders are.
        """
        moved = {
            cell.key[0]: cell.value
            for cell in self.cells
            if cell.entity == "order" and cell.column == "customer_id"
        }

        def of_customer(cell: Cell) -> Cell:
            if cell.entity != "customer" or cell.sent.entity == "customer":
                return cell
            order_id = int(cell.sent.key)
            owner = owners.get(order_id)
            to = moved.get(order_id, owner)
            return replace(cell, key=(str(to or ""),), goes_along=to != owner)

        return replace(self, cells=tuple(of_customer(cell) for cell in self.cells))


@dataclass(slots=True)
class _Reader:
    """Reads one draft and collects what is wrong with it."""

    problems: list[Problem] = field(default_factory=list)

    def cell(self, sent: CellChange, path: str) -> Cell | None:
        found = BY_ENTITY[sent.entity].get(sent.field)
        if found is None:
            self._fault("UNKNOWN_FIELD", f"{path}.field", "There is no such field.")
            return None
        if not found.editable:
            self._fault(
                "NOT_EDITABLE", f"{path}.field", f"{found.label} is worked out by the desk."
            )
            return None
        key = read_key(sent.entity, sent.key)
        if key is None:
            self._fault("UNKNOWN_ROW", f"{path}.key", "There is no such row.")
            return None
        own = sent.path or f"{path}.value"
        value, is_read = self._value(found, sent.value, own)
        if not is_read:
            return None
        entity = found.entity if sent.entity == "order" else sent.entity
        if entity == "customer" and sent.entity == "order":
            key = ("",)
        return Cell(entity, key, found, value, sent, own)

    def line(self, sent: NewItem, path: str) -> Line | None:
        fields = {name: ITEM_FIELDS[name] for name in _LINE_FIELDS} | {"unit_price": _UNITS_PRICE}
        read = [
            self._value(fields[name], getattr(sent, name), f"{path}.{name}")
            for name in _LINE_FIELDS
        ]
        (product, _), (quantity, _), (price, _) = read
        if not all(is_read for _, is_read in read):
            return None
        assert isinstance(product, str) and isinstance(quantity, int)  # noqa: PT018
        assert price is None or isinstance(price, Decimal)
        return Line(sent.order_id, product, quantity, price, path)

    def order(self, sent: NewOrder, path: str, *, now: datetime) -> MadeOrder | None:
        row: dict[str, OrderValue] = {}
        count = len(self.problems)
        for name, raw in sent.fields.items():
            own = f"{path}.fields.{name}"
            found = _KIND if name == "kind" else FIELDS.get(name)
            if found is None or not found.editable or found.entity != "order":
                self._fault("UNKNOWN_FIELD", own, "A new order has no such field of its own.")
                continue
            row[name], _ = self._value(found, raw, own)
        lines = [
            self.line(line, line.path or f"{path}.items[{place}]")
            for place, line in enumerate(sent.items)
        ]
        if len(self.problems) > count:
            return None
        given = {"kind": "sale", "status": "pending", "order_date": now} | row
        return MadeOrder(given, tuple(line for line in lines if line), path)

    def _value(self, found: OrderField, raw: RawValue, path: str) -> tuple[OrderValue, bool]:
        try:
            return read_value(found, raw), True
        except ValueFault as fault:
            self.problems.append(Problem(fault.code, path, fault.sentence, fault.hint))
            return None, False

    def _fault(self, code: str, path: str, sentence: str) -> None:
        self.problems.append(Problem(code, path, sentence))


def read_draft(draft: Draft, *, now: datetime) -> tuple[Units, Sequence[Problem]]:
    """Return what a draft is made of, and everything in it that cannot be read.

    Args:
        now: when an order was placed that does not say so.
    """
    reader = _Reader()
    cells = [reader.cell(one, f"$.cells[{place}]") for place, one in enumerate(draft.cells)]
    lines = [
        reader.line(one, one.path or f"$.insert_items[{place}]")
        for place, one in enumerate(draft.item_inserts)
    ]
    orders = [
        reader.order(one, one.path or f"$.inserts[{place}]", now=now)
        for place, one in enumerate(draft.inserts)
    ]
    units = Units(
        cells=tuple(one for one in cells if one),
        lines=tuple(one for one in lines if one),
        gone_lines=tuple(
            GoneLine(one.order_id, one.line_no, one.path or f"$.delete_items[{place}]", one.version)
            for place, one in enumerate(draft.item_deletes)
        ),
        orders=tuple(one for one in orders if one),
        gone_orders=tuple(
            GoneOrder(one.order_id, one.path or f"$.deletes[{place}]", one.version)
            for place, one in enumerate(draft.deletes)
        ),
    )
    return units, reader.problems


def read_key(entity: Entity, text: str) -> Key | None:
    """Return a row's key as the tables have it, None if no row can have it."""
    if entity == "customer":
        return (text,) if text else None
    parts = text.split("/")
    if len(parts) != (1 if entity == "order" else 2):
        return None
    if not all(part.isascii() and part.isdigit() and len(part) <= 19 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if numbers[0] > _LARGEST or (len(numbers) > 1 and numbers[1] > 2**31 - 1):
        return None
    return (numbers[0],) if len(numbers) == 1 else (numbers[0], numbers[1])
