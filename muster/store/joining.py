"""Invitations as seen by who takes one up: found by token or address, used once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert

from muster.base.ids import UserId, WorkspaceId
from muster.base.people import Role
from muster.store.tables_people import invitations, memberships


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that may still be taken up."""

    id: int
    workspace_id: WorkspaceId
    email: str
    role: Role


def by_token(connection: Connection, *, token_hash: str) -> OpenInvitation | None:
    """Return the open invitation of a token, None if there is none."""
    found = connection.execute(
        select(invitations).where(invitations.c.token_hash == token_hash, _open())
    ).one_or_none()
    return None if found is None else _invitation(found)


def by_email(connection: Connection, email: str) -> tuple[OpenInvitation, ...]:
    """Return the open invitations of an address in lower case, the oldest first."""
    rows = connection.execute(
        select(invitations)
        .where(func.lower(invitations.c.email) == email, _open())
        .order_by(invitations.c.id)
    )
    return tuple(_invitation(row) for row in rows)


def accept(connection: Connection, invitation: OpenInvitation, user_id: UserId) -> bool:
    """Use an invitation up and make its person a member; False: somebody was faster.

    Who is a member already keeps their role: an old invitation must not lower or raise it.
    """
    used = connection.execute(
        update(invitations)
        .where(invitations.c.id == invitation.id, _open())
        .values(accepted_at=func.now())
        .returning(invitations.c.id)
    ).one_or_none()
    if used is None:
        return False
    connection.execute(
        insert(memberships)
        .values(workspace_id=invitation.workspace_id, user_id=user_id, role=invitation.role.value)
        .on_conflict_do_nothing()
    )
    return True


def _open() -> ColumnElement[bool]:
    return and_(
        invitations.c.accepted_at.is_(None),
        invitations.c.revoked_at.is_(None),
        invitations.c.expires_at > func.now(),
    )


def _invitation(row: Row[tuple[Any, ...]]) -> OpenInvitation:
    return OpenInvitation(
        id=row.id,
        workspace_id=WorkspaceId(row.workspace_id),
        email=row.email.lower(),
        role=Role(row.role),
    )
