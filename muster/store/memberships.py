"""Who belongs to which workspace, and as what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from muster.base.grants import Member
from muster.base.ids import UserId, WorkspaceId
from muster.base.people import Role
from muster.store.names import missing
from muster.store.tables_people import memberships, users


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


def every(connection: Connection, workspace_id: WorkspaceId) -> tuple[Member, ...]:
    """Return the members of a workspace by e-mail address."""
    rows = connection.execute(_members(workspace_id).order_by(users.c.email.collate("C")))
    return tuple(_member(row) for row in rows)


def by_user(connection: Connection, workspace_id: WorkspaceId, user_id: UserId) -> Member:
    """Return one member.

    Raises:
        NotFound: UNKNOWN_MEMBER.
    """
    found = connection.execute(
        _members(workspace_id).where(memberships.c.user_id == user_id)
    ).one_or_none()
    if found is None:
        raise missing("member", user_id)
    return _member(found)


def add(connection: Connection, workspace_id: WorkspaceId, user_id: UserId, *, role: Role) -> bool:
    """Make somebody a member; return False, and change nothing, if they are one already."""
    added = connection.execute(
        insert(memberships)
        .values(workspace_id=workspace_id, user_id=user_id, role=role.value)
        .on_conflict_do_nothing(index_elements=["workspace_id", "user_id"])
        .returning(memberships.c.user_id)
    ).one_or_none()
    return added is not None


def change(
    connection: Connection, workspace_id: WorkspaceId, user_id: UserId, *, role: Role
) -> None:
    """Give a member another role.

    Raises:
        NotFound: UNKNOWN_MEMBER.
    """
    changed = connection.execute(
        update(memberships)
        .where(memberships.c.workspace_id == workspace_id, memberships.c.user_id == user_id)
        .values(role=role.value)
        .returning(memberships.c.user_id)
    ).one_or_none()
    if changed is None:
        raise missing("member", user_id)


def remove(connection: Connection, workspace_id: WorkspaceId, user_id: UserId) -> None:
    """End a membership.

    Raises:
        NotFound: UNKNOWN_MEMBER.
    """
    removed = connection.execute(
        delete(memberships)
        .where(memberships.c.workspace_id == workspace_id, memberships.c.user_id == user_id)
        .returning(memberships.c.user_id)
    ).one_or_none()
    if removed is None:
        raise missing("member", user_id)


def lock_admins(connection: Connection, workspace_id: WorkspaceId) -> frozenset[UserId]:
    """Return the admins who can sign in, and keep everybody else from changing who they are.

    Whoever is about to make one fewer calls this first: of two who do so at once, the second waits
    here and then sees what the first has left.
    """
    rows = connection.execute(
        select(memberships.c.user_id)
        .where(memberships.c.workspace_id == workspace_id, memberships.c.role == Role.ADMIN.value)
        .order_by(memberships.c.user_id)
        .with_for_update()
    )
    admins = [UserId(row.user_id) for row in rows]
    able = connection.execute(
        select(users.c.id).where(users.c.id.in_(admins), users.c.disabled_at.is_(None))
    )
    return frozenset(UserId(row.id) for row in able)


def _members(workspace_id: WorkspaceId) -> Select[Any]:
    return (
        select(
            memberships.c.user_id,
            memberships.c.role,
            memberships.c.created_at,
            users.c.email,
            users.c.name,
            users.c.last_seen_at,
            users.c.disabled_at,
        )
        .join(users, users.c.id == memberships.c.user_id)
        .where(memberships.c.workspace_id == workspace_id)
    )


def _member(row: Row[tuple[Any, ...]]) -> Member:
    return Member(
        user_id=UserId(row.user_id),
        email=row.email,
        name=row.name,
        role=Role(row.role),
        since=row.created_at,
        last_seen_at=row.last_seen_at,
        disabled=row.disabled_at is not None,
    )
