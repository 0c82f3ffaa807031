"""What routes depend on; `Depends` stops here.

Each route names what it asks for by the type of its context: ``Reader``, ``Editor``, ``Runner`` …
A route without one of them, or ``Anybody``, fails the architecture test: access is denied by
default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Query, Request

from muster.api.authentication import authenticate
from muster.base.people import Permission, Principal
from muster.services.access import enter, enter_default
from muster.services.context import Resources, WorkspaceContext
from muster.settings import Settings


# These two are async because a plain function would be sent to another thread each time.
async def _resources(request: Request) -> Resources:
    found: Resources = request.app.state.resources
    return found


async def _settings(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


ResourcesDep = Annotated[Resources, Depends(_resources)]
SettingsDep = Annotated[Settings, Depends(_settings)]


def _principal(request: Request, resources: ResourcesDep, settings: SettingsDep) -> Principal:
    found = authenticate(request, resources, settings)
    request.state.principal = found  # its kind goes into the access log
    return found


Anybody = Annotated[Principal, Depends(_principal)]
"""Whoever is signed in, for what concerns no single workspace."""

WorkspaceQuery = Annotated[
    str | None,
    Query(
        alias="workspace",
        description="Name of the workspace; else the header X-Muster-Workspace, else your first.",
        examples=["payments"],
    ),
]
WorkspaceHeader = Annotated[
    str | None, Header(alias="X-Muster-Workspace", description="Name of the workspace")
]


@dataclass(frozen=True, slots=True)
class Entered:
    """A dependency: the caller's context in the chosen workspace, if they have a permission.

    It authenticates by itself rather than by `Anybody`: each dependency that asks the database is a
    visit to another thread.
    """

    permission: Permission

    def __call__(
        self,
        request: Request,
        resources: ResourcesDep,
        settings: SettingsDep,
        workspace: WorkspaceQuery = None,
        x_muster_workspace: WorkspaceHeader = None,
    ) -> WorkspaceContext:
        """Return the context; Unauthenticated, Forbidden or NotFound otherwise."""
        principal = _principal(request, resources, settings)
        request_id = getattr(request.state, "request_id", None)
        named = workspace or x_muster_workspace
        if named:
            context = enter(resources, named, principal, request_id=request_id)
        else:
            context = enter_default(
                resources,
                principal,
                preferred=settings.default_workspace,
                request_id=request_id,
            )
        context.require(self.permission)
        return context


Reader = Annotated[WorkspaceContext, Depends(Entered(Permission.READ))]
Editor = Annotated[WorkspaceContext, Depends(Entered(Permission.EDIT))]
Runner = Annotated[WorkspaceContext, Depends(Entered(Permission.RUN))]
Exporter = Annotated[WorkspaceContext, Depends(Entered(Permission.EXPORT))]
Operator = Annotated[WorkspaceContext, Depends(Entered(Permission.OPERATE))]
OrderEditor = Annotated[WorkspaceContext, Depends(Entered(Permission.EDIT_ORDERS))]
AuditReader = Annotated[WorkspaceContext, Depends(Entered(Permission.READ_AUDIT))]
Administrator = Annotated[WorkspaceContext, Depends(Entered(Permission.ADMINISTER))]
