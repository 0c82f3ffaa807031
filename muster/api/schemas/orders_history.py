"""Bodies of what people did on the desk, and of undoing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from muster.api.schemas.orders_changes import CellConflictBody, OpId
from muster.api.schemas.orders_read import LARGEST_ID, OrderRowBody
from muster.base.order_changes import Kind


class ChangesetBody(BaseModel):
    """One deed."""

    id: int = Field(examples=[17])
    kind: Kind = Field(examples=["paste"])
    actor: str = Field(examples=["ann@example.com"])
    at: datetime = Field(description="When")
    title: str = Field(examples=["Note of order 1042"])
    reason: str | None = Field(description="Why, if they said")
    orders: int = Field(description="Orders changed", examples=[1])
    cells: int = Field(description="Cells changed", examples=[1])
    undoes: int | None = Field(description="The deed that it put back")
    undone_by: int | None = Field(description="The undo that put it back and still holds")


class ChangesetList(BaseModel):
    """Deeds, the newest first."""

    items: list[ChangesetBody]
    next: int | None = Field(description="Pass it as before to go on; null: there is no more")


class ChangedCellBody(BaseModel):
    """One cell that a deed changed, or a row that it made or deleted (field null: all of it)."""

    entity: Literal["order", "item", "customer"] = Field(examples=["order"])
    key: str = Field(examples=["1042"])
    op: Literal["update", "insert", "delete"] = Field(examples=["update"])
    field: str | None = Field(examples=["note"])
    old: Any = Field(description="*** for whoever may not see it", examples=[None])
    new: Any = Field(description="*** for whoever may not see it", examples=["Ring twice"])
    order_id: int | None = Field(description="The order it was changed at", examples=[1042])


class ChangesetDetail(ChangesetBody):
    """A deed with its first 1,000 changes."""

    changes: list[ChangedCellBody]


class UndoRequest(BaseModel):
    """What is to be put back."""

    model_config = ConfigDict(extra="forbid")

    op_id: OpId
    changeset_id: int | None = Field(
        default=None,
        ge=1,
        le=LARGEST_ID,
        description="null: your newest one",
        examples=[None],
    )


class UndoBody(BaseModel):
    """What was put back, and what was left."""

    changeset_id: int = Field(description="Of the undo itself", examples=[19])
    undone: int = Field(description="What it put back", examples=[17])
    orders: int = Field(examples=[1])
    cells: int = Field(description="Cells put back", examples=[1])
    skipped: list[CellConflictBody] = Field(description="Cells that were left, and why")
    rows: list[OrderRowBody] = Field(description="The orders as they are now, at most 500")
    title: str = Field(examples=["Undo: Note of order 1042"])
    already: bool = Field(description="It had been done before under this op_id", examples=[False])


class UndoableBody(BaseModel):
    """A deed that can be put back."""

    changeset_id: int = Field(examples=[17])
    title: str = Field(examples=["Note of order 1042"])


class UndoStackBody(BaseModel):
    """What your next undo and your next redo would put back; null: nothing."""

    undo: UndoableBody | None
    redo: UndoableBody | None
