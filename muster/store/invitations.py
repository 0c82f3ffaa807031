"""Invitations as admins see them; `joining.py` is for who takes one up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from muster.base.grants import Invitation
from muster.base.ids import InvitationId, WorkspaceId
from muster.base.people import Role
from muster.store.names import missing
from muster.store.tables_people import invitations


def add(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    email: str,
    role: Role,
    token_hash: str,
    invited_by: str,
    lifetime: timedelta,
) -> Invitation:
    """Keep a new invitation, by its token's hash."""
    added = connection.execute(
        insert(invitations)
        .values(
            workspace_id=workspace_id,
            email=email,
            role=role.value,
            token_hash=token_hash,
            invited_by=invited_by,
            created_at=func.now(),
            expires_at=func.now() + lifetime,
        )
        .returning(invitations)
    ).one()
    return _invitation(added)


def every(connection: Connection, workspace_id: WorkspaceId) -> tuple[Invitation, ...]:
    """Return a workspace's invitations, the newest first."""
    rows = connection.execute(
        select(invitations)
        .where(invitations.c.workspace_id == workspace_id)
        .order_by(invitations.c.id.desc())
    )
    return tuple(_invitation(row) for row in rows)


def by_id(
    connection: Connection, workspace_id: WorkspaceId, invitation_id: InvitationId
) -> Invitation:
    """Return an invitation of a workspace.

    Raises:
        NotFound: UNKNOWN_INVITATION.
    """
    found = connection.execute(
        select(invitations).where(
            invitations.c.workspace_id == workspace_id, invitations.c.id == invitation_id
        )
    ).one_or_none()
    if found is None:
        raise missing("invitation", invitation_id)
    return _invitation(found)


def revoke(connection: Connection, workspace_id: WorkspaceId, invitation_id: InvitationId) -> bool:
    """Take an open invitation back; return False if it is not open any more."""
    which = and_(invitations.c.workspace_id == workspace_id, invitations.c.id == invitation_id)
    return _end(connection, which, "revoked_at") == 1


def revoke_of_email(connection: Connection, workspace_id: WorkspaceId, email: str) -> int:
    """Take all open invitations of an address to a workspace back; return how many there were."""
    which = and_(invitations.c.workspace_id == workspace_id, invitations.c.email == email)
    return _end(connection, which, "revoked_at")


def _end(connection: Connection, which: ColumnElement[bool], column: str) -> int:
    ended = connection.execute(
        update(invitations)
        .where(which, _is_open())
        .values({column: func.clock_timestamp()})
        .returning(invitations.c.id)
    )
    return len(ended.all())


def _is_open() -> ColumnElement[bool]:
    return and_(
        invitations.c.accepted_at.is_(None),
        invitations.c.revoked_at.is_(None),
        invitations.c.expires_at > func.clock_timestamp(),
    )


def _invitation(row: Row[tuple[Any, ...]]) -> Invitation:
    values = row._mapping
    return Invitation(
        id=InvitationId(values["id"]),
        workspace_id=WorkspaceId(values["workspace_id"]),
        email=values["email"],
        role=Role(values["role"]),
        invited_by=values["invited_by"],
        created_at=values["created_at"],
        expires_at=values["expires_at"],
        accepted_at=values["accepted_at"],
        revoked_at=values["revoked_at"],
    )
