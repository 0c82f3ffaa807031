"""Bulk edits over HTTP, and what a change would move before it is made."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import OrderEditor
from muster.api.routes.orders_changes import FAILURES, changes_body, draft_of
from muster.api.schemas.orders_bulk import (
    BulkApplyRequest,
    BulkPreviewBody,
    BulkPreviewRequest,
    ChosenOrders,
    ImpactBody,
    bulk_preview_body,
    impact_body,
)
from muster.api.schemas.orders_changes import ChangesBody, ChangesRequest
from muster.services.orders.bulk import BulkRequest, apply_bulk, preview
from muster.services.orders.impact import impact_of

router = APIRouter(prefix="/api/orders", tags=["orders"], responses=FAILURES)


@router.post("/bulk/preview")
def post_bulk_preview(context: OrderEditor, body: BulkPreviewRequest) -> BulkPreviewBody:
    """Tell of each order what one wish means for it, and what all of it would move."""
    return bulk_preview_body(preview(context, _request(body)))


@router.post("/bulk/apply")
def post_bulk_apply(context: OrderEditor, body: BulkApplyRequest) -> ChangesBody:
    """Do what a preview showed: one changeset, one undo; refused if other orders would change."""
    done = apply_bulk(
        context, _request(body), op_id=body.op_id, token=body.token, expect=body.expect
    )
    return changes_body(context, done)


@router.post("/impact")
def post_impact(context: OrderEditor, body: ChangesRequest) -> ImpactBody:
    """Tell what an edit, a paste or a fill would move; nothing is written."""
    return impact_body(impact_of(context, draft_of(body)))


def _request(body: BulkPreviewRequest) -> BulkRequest:
    if isinstance(body.select, ChosenOrders):
        chosen = tuple(body.select.order_ids)
        return BulkRequest(chosen, body.set, reason=body.reason, steps=body.steps)
    query = body.select.query.query(path="$.select.query")
    return BulkRequest(query, body.set, reason=body.reason, steps=body.steps)
