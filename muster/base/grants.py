"""What ties people to workspaces: memberships, invitations, API tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muster.base.ids import InvitationId, TokenId, UserId, WorkspaceId
from muster.base.people import Permission, Role


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to a workspace.

    Attributes:
        since: when they became a member.
        last_seen_at: exact to a few minutes; None: never.
        disabled: their account is closed, so they cannot get in.
    """

    user_id: UserId
    email: str
    name: str
    role: Role
    since: datetime
    last_seen_at: datetime | None
    disabled: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """An offer of a role, to an e-mail address; whoever has its token may take it up once."""

    id: InvitationId
    workspace_id: WorkspaceId
    email: str
    role: Role
    invited_by: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None

    def state(self, *, now: datetime) -> str:
        """Return ``accepted``, ``revoked``, ``expired`` or ``open``."""
        if self.accepted_at is not None:
            return "accepted"
        if self.revoked_at is not None:
            return "revoked"
        return "open" if now < self.expires_at else "expired"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """An API token as it is shown: everything but the token.

    Attributes:
        user_id: whose it is; None: made at this machine, by nobody with an account.
        prefix: how it begins, to tell it from others.
        role: at most this one, and at most its owner's.
        scopes: permissions it is narrowed to; empty: all of its role.
        last_used_at: exact to a minute.
    """

    id: TokenId
    workspace_id: WorkspaceId
    user_id: UserId | None
    name: str
    prefix: str
    role: Role
    scopes: frozenset[Permission]
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def state(self, *, now: datetime) -> str:
        """Return ``revoked``, ``expired`` or ``active``."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if now < self.expires_at else "expired"
