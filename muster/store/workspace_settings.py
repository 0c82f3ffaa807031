"""Settings of workspaces: what was set, over the defaults."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Connection, select

from muster.base.ids import WorkspaceId
from muster.base.workspace_settings import WorkspaceSettings
from muster.store.tables_people import workspace_settings

_NAMES = frozenset(field.name for field in fields(WorkspaceSettings))


def load(connection: Connection, workspace_id: WorkspaceId) -> tuple[WorkspaceSettings, int]:
    """Return a workspace's settings and their revision, 0 while nothing was set."""
    found = connection.execute(
        select(workspace_settings.c.document, workspace_settings.c.revision).where(
            workspace_settings.c.workspace_id == workspace_id
        )
    ).one_or_none()
    if found is None:
        return WorkspaceSettings(), 0
    known = {name: value for name, value in found.document.items() if name in _NAMES}
    return WorkspaceSettings(**known), found.revision
