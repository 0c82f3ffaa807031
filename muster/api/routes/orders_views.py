"""Saved views of the orders' grid over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from muster.api.deps import Reader
from muster.api.schemas.orders_views import (
    OrderViewBody,
    OrderViewChange,
    OrderViewList,
    OrderViewRequest,
)
from muster.api.schemas.problem import ProblemDetails
from muster.services.context import WorkspaceContext
from muster.services.orders import viewing
from muster.store.orders.views import View

router = APIRouter(
    prefix="/api/orders/views",
    tags=["orders"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 503)},
)

ViewIdPath = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of the view")]


@router.get("")
def get_order_views(context: Reader) -> OrderViewList:
    """List your views and those that others share."""
    return OrderViewList(items=[_body(context, one) for one in viewing.list_views(context)])


@router.post("", status_code=201)
def post_order_view(context: Reader, body: OrderViewRequest) -> OrderViewBody:
    """Keep a view."""
    found = viewing.add_view(context, name=body.name, shared=body.shared, state=body.state)
    return _body(context, found)


@router.put("/{view_id}")
def put_order_view(context: Reader, view_id: ViewIdPath, body: OrderViewChange) -> OrderViewBody:
    """Change your view, if it is still as you read it."""
    found = viewing.change_view(
        context,
        view_id,
        row_version=body.row_version,
        name=body.name,
        shared=body.shared,
        state=body.state,
    )
    return _body(context, found)


@router.delete("/{view_id}", status_code=204)
def delete_order_view(context: Reader, view_id: ViewIdPath) -> None:
    """Remove your view."""
    viewing.remove_view(context, view_id)


def _body(context: WorkspaceContext, found: View) -> OrderViewBody:
    return OrderViewBody(
        id=found.id,
        name=found.name,
        owner=found.owner,
        shared=found.shared,
        mine=found.owner == context.actor,
        state=found.state,
        updated_at=found.updated_at,
        row_version=found.row_version,
    )
