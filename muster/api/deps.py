"""What routes depend on; `Depends` stops here."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from muster.services.access import enter
from muster.services.context import Resources, WorkspaceContext


def _resources(request: Request) -> Resources:
    found: Resources = request.app.state.resources
    return found


ResourcesDep = Annotated[Resources, Depends(_resources)]
WorkspaceName = Annotated[str, Path(description="Name of the workspace", examples=["payments"])]


def _workspace(resources: ResourcesDep, workspace: WorkspaceName) -> WorkspaceContext:
    return enter(resources, workspace, actor="api")


WorkspaceDep = Annotated[WorkspaceContext, Depends(_workspace)]
