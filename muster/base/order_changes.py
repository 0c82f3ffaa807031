"""What people want changed on the order desk, and what became of it.

A `Draft` is one deed: everything in it is done in one transaction, or nothing of it. Values may be
raw (as they came from JSON, a clipboard or a file) or already typed; the write path reads both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias
from uuid import UUID

from muster.base.orders import Entity

RawValue: TypeAlias = str | int | float | bool | Decimal | datetime | None
"""A value as somebody wrote it: a date as ISO text or a datetime, money as text or a number."""

Kind: TypeAlias = Literal[
    "edit", "form", "paste", "fill", "bulk", "import", "undo", "redo", "create", "delete"
]
ChangeOp: TypeAlias = Literal["update", "insert", "delete"]

WHOLE_ROW = "*"
"""Stands for the field where a whole row is meant: a line or an order that is to go."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that is to hold another value.

    Attributes:
        key: ``12`` of an order, ``12/3`` of a line, the customer's id. An order's
            ``customer_name`` and ``customer_email`` may be named by the order: they are changed at
            its customer.
        base: what the sender saw there.
        version: the row's version the sender saw; told back, never compared.
        check_base: False where the present value is the base, e.g. in a bulk edit.
        via: statuses to go through on the way to the value, each a legal step.
        path: where faults point to; empty: ``$.cells[i].value``.
    """

    entity: Entity
    key: str
    field: str
    base: RawValue
    value: RawValue
    version: int | None = None
    check_base: bool = True
    via: tuple[str, ...] = ()
    path: str = ""


@dataclass(frozen=True, slots=True)
class NewItem:
    """A line that is to be added; without a price it costs what the product costs today.

    Attributes:
        order_id: 0 within a `NewOrder`.
        path: where faults point to; empty: ``$.insert_items[i]``.
    """

    order_id: int
    product_id: RawValue
    quantity: RawValue
    unit_price: RawValue = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class ItemDelete:
    """A line that is to go; with a version only if the line is still at it."""

    order_id: int
    line_no: int
    version: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that is to be made; totals and the customer's name are never the sender's.

    Attributes:
        fields: by the names of `FIELDS` (only editable ones, and ``kind``).
        path: where faults point to, e.g. ``$``; empty: ``$.inserts[i]``. A field's fault adds
            ``.fields.NAME``, an item's ``.items[i].NAME``.
    """

    fields: Mapping[str, RawValue]
    items: tuple[NewItem, ...] = ()
    path: str = ""


@dataclass(frozen=True, slots=True)
class OrderDelete:
    """An order that is to go with its lines; with a version only if it is still at it."""

    order_id: int
    version: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One deed on the desk.

    Attributes:
        op_id: the sender's own number of the deed; the same one again is not done twice.
        title: empty: made from what changes.
        fingerprint: tells whether the same op_id comes with the same request; empty: made from the
            draft, which is wrong only where the draft itself depends on what the desk holds.
        details: more to keep with the changeset, JSON without personal values.
    """

    op_id: UUID
    kind: Kind
    cells: tuple[CellChange, ...] = ()
    inserts: tuple[NewOrder, ...] = ()
    item_inserts: tuple[NewItem, ...] = ()
    item_deletes: tuple[ItemDelete, ...] = ()
    deletes: tuple[OrderDelete, ...] = ()
    title: str = ""
    reason: str | None = None
    fingerprint: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellConflict:
    """A cell that somebody else changed meanwhile; nothing was written over it.

    Attributes:
        field: `WHOLE_ROW` if the row itself is meant.
        base, mine, theirs: what the sender saw, wanted, and what is there now; as JSON.
        version: the row's version now, None if the row is gone.
        changed_by, changed_at: who wrote what is there now, as far as a changeset tells.
        code, sentence: why an undo left the cell; CELL_CHANGED in a refused edit.
    """

    entity: Entity
    key: str
    field: str
    base: Any
    mine: Any
    theirs: Any
    version: int | None
    changed_by: str | None = None
    changed_at: datetime | None = None
    code: str = "CELL_CHANGED"
    sentence: str = "Somebody changed it meanwhile."


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a draft.

    Attributes:
        changeset_id: None if every cell was already as wanted, so that nothing was written.
        orders, cells: how many of them the deed changed; a made or deleted row counts as one cell.
        order_ids: the orders it touched, in order; also those that are gone now.
        customer_ids: the customers it may have moved: edited ones, and those of touched orders
            before and after.
        already: it had been done before under the same op_id; nothing was done now.
        undone: the changeset that an undo put back.
        skipped: the cells an undo left as they are.
    """

    changeset_id: int | None
    orders: int
    cells: int
    title: str
    order_ids: tuple[int, ...]
    customer_ids: tuple[str, ...] = ()
    already: bool = False
    undone: int | None = None
    skipped: tuple[CellConflict, ...] = ()
