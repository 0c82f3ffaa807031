"""Workspaces over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from muster.api.deps import Anybody, ResourcesDep
from muster.api.paging import Paging, pages, write_cursor
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.workspace import (
    WorkspaceBody,
    WorkspaceDetail,
    WorkspaceList,
    WorkspaceRequest,
)
from muster.base.errors import Forbidden
from muster.base.records import Workspace
from muster.services.access import enter, workspaces_of
from muster.services.context import WorkspaceContext
from muster.services.workspaces import create_workspace, find_model

router = APIRouter(
    prefix="/api/workspaces",
    tags=["workspaces"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 503)},
)

NamePath = Annotated[
    str, Path(max_length=200, description="Name of the workspace", examples=["payments"])
]


@router.get("")
def get_workspaces(resources: ResourcesDep, principal: Anybody, page: Paging) -> WorkspaceList:
    """List the workspaces you may enter, by name."""
    every = workspaces_of(resources, principal)
    start = page.offset if page.after is None else page.after  # here a cursor holds a place
    end = start + page.per_page
    return WorkspaceList(
        items=[_workspace(one) for one in every[start:end]],
        total=len(every),
        page=page.page,
        pages=pages(len(every), page.per_page),
        next_cursor=write_cursor(end) if end < len(every) else None,
    )


@router.get("/{name}")
def get_workspace(
    resources: ResourcesDep, principal: Anybody, request: Request, name: NamePath
) -> WorkspaceDetail:
    """Show one workspace and what you may do in it."""
    context = enter(resources, name, principal, request_id=_request_id(request))
    return _detail(context)


@router.post("", status_code=201)
def post_workspace(
    resources: ResourcesDep, principal: Anybody, request: Request, body: WorkspaceRequest
) -> WorkspaceDetail:
    """Create a workspace; an admin of the installation may."""
    if not principal.installation_admin or principal.grant is not None:
        raise Forbidden(
            "NOT_ALLOWED",
            f"{principal.name} may not create workspaces.",
            hint="Ask an admin of the installation.",
        )
    created = create_workspace(
        resources,
        name=body.name,
        title=body.title,
        synthetic=body.synthetic,
        actor=principal.name,
        request_id=_request_id(request),
    )
    return _detail(enter(resources, created.name, principal))


def _request_id(request: Request) -> str | None:
    return getattr(request.state, "request_id", None)


def _workspace(found: Workspace) -> WorkspaceBody:
    return WorkspaceBody(
        name=found.name,
        title=found.title,
        synthetic=found.synthetic,
        created_at=found.created_at,
    )


def _detail(context: WorkspaceContext) -> WorkspaceDetail:
    return WorkspaceDetail(
        **_workspace(context.workspace).model_dump(),
        role=context.role,
        permissions=sorted(context.permissions),
        has_model=find_model(context) is not None,
    )
