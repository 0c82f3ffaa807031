"""Orders over HTTP as people change them: cells, lines, whole orders; all of it or nothing."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query

from muster.api.deps import OrderEditor
from muster.api.schemas.orders_changes import (
    ChangesBody,
    ChangesRequest,
    ConflictDetails,
    NewOrderBody,
    NewOrderRequest,
)
from muster.api.schemas.orders_read import LARGEST_ID, OrderRowBody, row_body
from muster.api.schemas.problem import ProblemDetails
from muster.base.order_changes import Applied, Draft, OrderDelete
from muster.services.context import WorkspaceContext
from muster.services.orders.changing import apply
from muster.services.orders.reading import read_rows

MOST_ROWS = 500
FAILURES: dict[int | str, dict[str, Any]] = {
    **{status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 503)},
    409: {"model": ConflictDetails | ProblemDetails},
}
router = APIRouter(prefix="/api/orders", tags=["orders"], responses=FAILURES)


@router.post("/changes")
def post_changes(context: OrderEditor, body: ChangesRequest) -> ChangesBody:
    """Change cells, add and delete lines; a cell that somebody else changed since stops all."""
    return changes_body(context, apply(context, draft_of(body), dry_run=body.dry_run))


@router.post("", status_code=201)
def post_order(context: OrderEditor, body: NewOrderRequest) -> NewOrderBody:
    """Make an order."""
    draft = Draft(body.op_id, "create", inserts=(body.order(),), reason=body.reason)
    done = apply(context, draft)
    assert done.changeset_id is not None
    return NewOrderBody(
        order_id=done.order_ids[0], changeset_id=done.changeset_id, already=done.already
    )


@router.delete("/{order_id}")
def delete_order(
    context: OrderEditor,
    order_id: Annotated[int, Path(ge=1, le=LARGEST_ID, description="Number of the order")],
    op_id: Annotated[UUID, Query(description="Your own number of the deed, a new UUID for each")],
    version: Annotated[
        int | None,
        Query(ge=0, le=LARGEST_ID, description="The row_version you saw; else as it is now"),
    ] = None,
    reason: Annotated[
        str | None, Query(max_length=1000, description="Why; needed for what was shipped or ended")
    ] = None,
) -> ChangesBody:
    """Delete an order with its lines; an undo brings it back as it was, with its history."""
    gone = OrderDelete(order_id, version, path="$")
    return changes_body(
        context, apply(context, Draft(op_id, "delete", deletes=(gone,), reason=reason))
    )


def rows_of(context: WorkspaceContext, applied: Applied) -> list[OrderRowBody]:
    """Return the orders a deed touched, as they are now; those that are gone are left out."""
    if not applied.order_ids:
        return []
    return [row_body(row) for row in read_rows(context, applied.order_ids[:MOST_ROWS]).rows]


def draft_of(body: ChangesRequest) -> Draft:
    """Return what a request wants to be done."""
    return Draft(
        body.op_id,
        body.kind,
        cells=tuple(cell.change() for cell in body.cells),
        item_inserts=tuple(item.item(item.order_id) for item in body.insert_items),
        item_deletes=tuple(item.gone() for item in body.delete_items),
        reason=body.reason,
    )


def changes_body(context: WorkspaceContext, applied: Applied) -> ChangesBody:
    """Return what became of a deed, with the orders as they are now."""
    return ChangesBody(
        changeset_id=applied.changeset_id,
        orders=applied.orders,
        cells=applied.cells,
        rows=rows_of(context, applied),
        title=applied.title,
        already=applied.already,
    )
