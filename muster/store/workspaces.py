"""Workspaces: the tenants everything else belongs to."""

from __future__ import annotations

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.postgresql import insert

from muster.base.errors import NotFound
from muster.base.ids import WorkspaceId
from muster.base.records import Workspace
from muster.store.names import refuse_bad_name, taken, unknown
from muster.store.tables import workspaces


def create(connection: Connection, *, name: str, title: str, synthetic: bool) -> Workspace:
    """Add a workspace.

    Raises:
        InvalidInput: BAD_NAME.
        Conflict: NAME_TAKEN.
    """
    refuse_bad_name("workspace", name)
    added = connection.execute(
        insert(workspaces)
        .values(name=name, title=title, synthetic=synthetic)
        .on_conflict_do_nothing(index_elements=["name"])
        .returning(workspaces)
    ).one_or_none()
    if added is None:
        raise taken("workspace", name)
    return _workspace(added)


def label(connection: Connection, workspace_id: WorkspaceId, *, synthetic: bool) -> None:
    """Say whether a workspace's data is generated."""
    connection.execute(
        update(workspaces).where(workspaces.c.id == workspace_id).values(synthetic=synthetic)
    )


def by_name(connection: Connection, name: str, *, listed: bool = True) -> Workspace:
    """Return the named workspace.

    Args:
        listed: the error for an unknown name lists those that exist.

    Raises:
        NotFound: UNKNOWN_WORKSPACE.
    """
    found = connection.execute(select(workspaces).where(workspaces.c.name == name)).one_or_none()
    if found is None and not listed:
        raise NotFound("UNKNOWN_WORKSPACE", f'There is no workspace named "{name}".')
    if found is None:
        known = [workspace.name for workspace in every(connection)]
        raise unknown("workspace", name, known=known)
    return _workspace(found)


def by_id(connection: Connection, workspace_id: WorkspaceId) -> Workspace:
    """Return the workspace; NotFound UNKNOWN_WORKSPACE when there is none of that id."""
    found = connection.execute(
        select(workspaces).where(workspaces.c.id == workspace_id)
    ).one_or_none()
    if found is None:
        raise NotFound("UNKNOWN_WORKSPACE", f"There is no workspace {workspace_id}.")
    return _workspace(found)


def every(connection: Connection) -> tuple[Workspace, ...]:
    """Return all workspaces by name."""
    rows = connection.execute(select(workspaces).order_by(workspaces.c.name.collate("C")))
    return tuple(_workspace(row) for row in rows)


def _workspace(row: Row[tuple[object, ...]]) -> Workspace:
    values = row._mapping
    return Workspace(
        id=WorkspaceId(values["id"]),
        name=values["name"],
        title=values["title"],
        synthetic=values["synthetic"],
        created_at=values["created_at"],
    )
