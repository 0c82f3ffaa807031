"""Bodies of edits of orders, of their conflicts, and of orders made and deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from muster.api.schemas.orders_read import LARGEST_ID, OrderId, OrderRowBody
from muster.api.schemas.problem import ProblemDetails
from muster.base.order_changes import CellChange, CellConflict, ItemDelete, NewItem, NewOrder

MOST_CELLS = 5000
MOST_LINES = 1000
_LONGEST = 4000
_OP_ID = "0b5c0c3e-6c1f-4c59-9a4e-0f2b8a3a7b11"

OpId = Annotated[
    UUID,
    Field(
        description="Your own number of the deed, a new UUID for each; the same one again with the"
        " same body is answered as the first time, and not done twice",
        examples=[_OP_ID],
    ),
]
Reason = Annotated[
    str | None,
    Field(default=None, max_length=1000, description="Why; some steps need it"),
]
CellValue = Annotated[str, Field(max_length=_LONGEST)] | bool | int | float | None
"""Money and instants as text, exactly; what is no value of the field is told, not guessed."""


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CellBody(_Input):
    """One cell that is to hold another value."""

    entity: Literal["order", "item", "customer"] = Field(examples=["order"])
    key: str = Field(
        min_length=1,
        max_length=64,
        description="The order's number, number/line of a line, or the customer's id",
        examples=["1042"],
    )
    field: str = Field(
        max_length=63,
        description="As /api/orders/desk names it; an order's customer_name and customer_email are"
        " changed at its customer",
        examples=["note"],
    )
    base: CellValue = Field(description="What you saw there", examples=[None])
    value: CellValue = Field(
        description="What it is to hold; null: nothing", examples=["Ring twice"]
    )
    version: int | None = Field(
        default=None, ge=0, le=LARGEST_ID, description="The row_version you saw", examples=[1]
    )

    def change(self) -> CellChange:
        """Return the cell for the write path."""
        return CellChange(self.entity, self.key, self.field, self.base, self.value, self.version)


class NewLineBody(_Input):
    """A line of a new order."""

    product_id: str = Field(max_length=200, description="SKU", examples=["SKU-001"])
    quantity: CellValue = Field(examples=[1])
    unit_price: CellValue = Field(
        default=None, description="null: what the product costs today", examples=["12.50"]
    )

    def item(self, order_id: int = 0) -> NewItem:
        """Return the line for the write path."""
        return NewItem(order_id, self.product_id, self.quantity, self.unit_price)


class NewItemBody(NewLineBody):
    """A line that is to be added to an order."""

    order_id: OrderId = Field(examples=[1042])


class ItemDeleteBody(_Input):
    """A line that is to go."""

    order_id: OrderId = Field(examples=[1042])
    line_no: int = Field(ge=1, le=2**31 - 1, examples=[2])
    version: int | None = Field(
        default=None,
        ge=0,
        le=LARGEST_ID,
        description="The line's row_version you saw; it goes only if it is still at that",
        examples=[1],
    )

    def gone(self) -> ItemDelete:
        """Return the line for the write path."""
        return ItemDelete(self.order_id, self.line_no, self.version)


class ChangesRequest(_Input):
    """One deed: all of it is done, or nothing of it."""

    op_id: OpId
    kind: Literal["edit", "form", "paste", "fill"] = Field(default="edit", examples=["paste"])
    reason: Reason = None
    cells: list[CellBody] = Field(default_factory=list, max_length=MOST_CELLS)
    insert_items: list[NewItemBody] = Field(default_factory=list, max_length=MOST_LINES)
    delete_items: list[ItemDeleteBody] = Field(default_factory=list, max_length=MOST_LINES)
    dry_run: bool = Field(default=False, description="Check all of it and write nothing")


class ChangesBody(BaseModel):
    """What became of a deed."""

    changeset_id: int | None = Field(
        description="null: nothing was written, as it was a dry run or all was already so",
        examples=[17],
    )
    orders: int = Field(description="Orders changed", examples=[1])
    cells: int = Field(description="Cells changed; a row made or deleted is one", examples=[1])
    rows: list[OrderRowBody] = Field(description="The orders as they are now, at most 500")
    title: str = Field(description="What the history calls it", examples=["Note of order 1042"])
    already: bool = Field(description="It had been done before under this op_id", examples=[False])


class CellConflictBody(BaseModel):
    """A cell that somebody else changed meanwhile; * as its field: the row itself."""

    entity: Literal["order", "item", "customer"] = Field(examples=["order"])
    key: str = Field(description="As you sent it", examples=["1042"])
    field: str = Field(description="As you sent it", examples=["note"])
    base: Any = Field(description="What you saw", examples=[None])
    mine: Any = Field(description="What you want", examples=["Ring twice"])
    theirs: Any = Field(description="What is there now", examples=["Ring once"])
    version: int | None = Field(description="The row's version now; null: it is gone", examples=[2])
    changed_by: str | None = Field(description="Who wrote it, if known", examples=["ann"])
    changed_at: datetime | None = Field(description="When")
    code: str = Field(description="CELL_CHANGED, or why an undo left it", examples=["CELL_CHANGED"])
    sentence: str = Field(examples=["Somebody changed it meanwhile."])


class ConflictDetails(ProblemDetails):
    """A refused edit with every cell that somebody else changed."""

    conflicts: list[CellConflictBody] = Field(description="Empty if something else clashes")


class NewOrderRequest(_Input):
    """An order that is to be made; its total and the customer's name follow."""

    op_id: OpId
    reason: Reason = None
    fields: dict[Annotated[str, Field(max_length=63)], CellValue] = Field(
        default_factory=dict,
        max_length=30,
        description="By name: customer_id, reference, kind, status, order_date, channel …",
        examples=[{"customer_id": "C0007", "channel": "phone"}],
    )
    items: list[NewLineBody] = Field(max_length=MOST_LINES, description="Its lines")

    def order(self) -> NewOrder:
        """Return the order for the write path."""
        return NewOrder(self.fields, tuple(line.item() for line in self.items), path="$")


class NewOrderBody(BaseModel):
    """The order that was made."""

    order_id: int = Field(examples=[1043])
    changeset_id: int = Field(examples=[18])
    already: bool = Field(description="It had been made before under this op_id", examples=[False])


def conflict_body(found: CellConflict) -> CellConflictBody:
    """Return a conflict as sent."""
    return CellConflictBody(
        **{name: getattr(found, name) for name in CellConflictBody.model_fields}
    )
