"""Settings of workspaces: what was set, over the defaults."""

from __future__ import annotations

from dataclasses import asdict, fields

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from muster.base.errors import Stale
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


def save(
    connection: Connection,
    workspace_id: WorkspaceId,
    settings: WorkspaceSettings,
    *,
    revision: int,
) -> int:
    """Replace a workspace's settings; return their new revision.

    Args:
        revision: what `load` returned; if it is another by now, nothing is changed.

    Raises:
        Stale: CHANGED_MEANWHILE.
    """
    document = asdict(settings)
    if revision == 0:
        statement = (
            insert(workspace_settings)
            .values(workspace_id=workspace_id, document=document)
            .on_conflict_do_nothing(index_elements=["workspace_id"])
            .returning(workspace_settings.c.revision)
        )
        saved = connection.execute(statement).scalar_one_or_none()
    else:
        saved = connection.execute(
            update(workspace_settings)
            .where(
                workspace_settings.c.workspace_id == workspace_id,
                workspace_settings.c.revision == revision,
            )
            .values(document=document, revision=revision + 1, updated_at=func.now())
            .returning(workspace_settings.c.revision)
        ).scalar_one_or_none()
    if saved is None:
        raise Stale(
            "CHANGED_MEANWHILE",
            "Somebody else changed the settings at the same moment.",
            hint="Read them again and repeat the change.",
        )
    return int(saved)
