"""Workspaces over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import ResourcesDep
from muster.api.schemas.workspace import WorkspaceBody, WorkspaceList
from muster.services.workspaces import list_workspaces

router = APIRouter(prefix="/api", tags=["workspaces"])


@router.get("/workspaces")
def get_workspaces(resources: ResourcesDep) -> WorkspaceList:
    """List the workspaces."""
    found = [
        WorkspaceBody(
            name=item.name, title=item.title, synthetic=item.synthetic, created_at=item.created_at
        )
        for item in list_workspaces(resources)
    ]
    return WorkspaceList(items=found, total=len(found))
