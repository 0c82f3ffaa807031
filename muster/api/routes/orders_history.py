"""What people did on the order desk, over HTTP: its history, undo and redo."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from muster.api.deps import OrderEditor, Reader
from muster.api.routes.orders_changes import FAILURES, rows_of
from muster.api.schemas.orders_changes import conflict_body
from muster.api.schemas.orders_history import (
    ChangedCellBody,
    ChangesetBody,
    ChangesetDetail,
    ChangesetList,
    UndoableBody,
    UndoBody,
    UndoRequest,
    UndoStackBody,
)
from muster.api.schemas.orders_read import LARGEST_ID
from muster.base.order_changes import Applied, Kind
from muster.services.context import WorkspaceContext
from muster.services.orders import undoing
from muster.services.orders.changelog import list_changesets, show_changeset
from muster.store.orders.changesets import Changeset

router = APIRouter(prefix="/api/orders", tags=["orders"], responses=FAILURES)
_ChangesetId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Id of the changeset")]


@router.post("/undo")
def post_undo(context: OrderEditor, body: UndoRequest) -> UndoBody:
    """Put back what a deed changed; cells that somebody changed since are left and told."""
    return _undone(context, undoing.undo(context, body.op_id, body.changeset_id))


@router.post("/redo")
def post_redo(context: OrderEditor, body: UndoRequest) -> UndoBody:
    """Take an undo back."""
    return _undone(context, undoing.redo(context, body.op_id, body.changeset_id))


@router.get("/undo-stack")
def get_undo_stack(context: OrderEditor) -> UndoStackBody:
    """Say what your next undo and your next redo would put back."""
    found = undoing.undo_stack(context)
    return UndoStackBody(undo=_undoable(found.undo), redo=_undoable(found.redo))


@router.get("/changesets")
def get_changesets(
    context: Reader,
    order_id: Annotated[
        int | None,
        Query(ge=1, le=LARGEST_ID, description="Only those that touched it or its customer"),
    ] = None,
    actor: Annotated[str | None, Query(max_length=400, description="Only this person's")] = None,
    kind: Annotated[Kind | None, Query(description="Only these")] = None,
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST_ID, description="Only older ones than this id")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="At most")] = 50,
) -> ChangesetList:
    """List what people did, the newest first."""
    found = list_changesets(
        context, limit=limit, before=before, order_id=order_id, actor=actor, kind=kind
    )
    return ChangesetList(items=[_body(one) for one in found.items], next=found.next)


@router.get("/changesets/{changeset_id}")
def get_changeset(context: Reader, changeset_id: _ChangesetId) -> ChangesetDetail:
    """Show a deed with what it changed."""
    found, changes = show_changeset(context, changeset_id)
    names = ChangedCellBody.model_fields
    told = [ChangedCellBody(**{name: getattr(one, name) for name in names}) for one in changes]
    return ChangesetDetail(**_body(found).model_dump(), changes=told)


def _body(found: Changeset) -> ChangesetBody:
    return ChangesetBody(**{name: getattr(found, name) for name in ChangesetBody.model_fields})


def _undoable(found: Changeset | None) -> UndoableBody | None:
    return None if found is None else UndoableBody(changeset_id=found.id, title=found.title)


def _undone(context: WorkspaceContext, applied: Applied) -> UndoBody:
    assert applied.changeset_id is not None
    assert applied.undone is not None
    return UndoBody(
        changeset_id=applied.changeset_id,
        undone=applied.undone,
        orders=applied.orders,
        cells=applied.cells,
        skipped=[conflict_body(one) for one in applied.skipped],
        rows=rows_of(context, applied),
        title=applied.title,
        already=applied.already,
    )
