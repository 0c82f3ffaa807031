"""The only way into a workspace: its existence is verified here, once."""

from __future__ import annotations

from muster.services.context import Resources, WorkspaceContext
from muster.store import workspaces


def enter(resources: Resources, workspace: str, *, actor: str) -> WorkspaceContext:
    """Return the context of an existing workspace.

    Raises:
        NotFound: UNKNOWN_WORKSPACE.
    """
    with resources.database.transaction() as connection:
        return WorkspaceContext(resources, workspaces.by_name(connection, workspace), actor)
