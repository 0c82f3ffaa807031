"""Who belongs to which workspace, and as what."""

from __future__ import annotations

from sqlalchemy import Connection, select

from muster.base.ids import UserId, WorkspaceId
from muster.base.people import Role
from muster.store.tables_people import memberships


def role_of(connection: Connection, workspace_id: WorkspaceId, user_id: UserId) -> Role | None:
    """Return a user's role in a workspace, None if they do not belong to it."""
    found = connection.execute(
        select(memberships.c.role).where(
            memberships.c.workspace_id == workspace_id, memberships.c.user_id == user_id
        )
    ).scalar_one_or_none()
    return None if found is None else Role(found)


def roles_of_user(connection: Connection, user_id: UserId) -> dict[WorkspaceId, Role]:
    """Return a user's role in each workspace they belong to."""
    rows = connection.execute(
        select(memberships.c.workspace_id, memberships.c.role).where(
            memberships.c.user_id == user_id
        )
    )
    return {WorkspaceId(row.workspace_id): Role(row.role) for row in rows}
