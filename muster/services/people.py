"""Who belongs to a workspace: members, their roles, invitations; `joining.py` takes those up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from muster.base.errors import Conflict, NotFound
from muster.base.grants import Invitation, Member
from muster.base.ids import InvitationId, UserId
from muster.base.people import Permission, PrincipalKind, Role, permissions_of
from muster.services.accounts import read_email
from muster.services.context import WorkspaceContext
from muster.services.tokens import hash_token, refuse_more_than_own
from muster.store import api_tokens, audit, invitations, kept, memberships, users
from muster.store.database import Transaction

INVITATION_LIFETIME = timedelta(days=7)
_INVITATION_MARK = "mi_"
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class NewInvitation:
    """An invitation just made; ``secret`` goes into its link, and is seen here and never again."""

    invitation: Invitation
    secret: str


def list_members(context: WorkspaceContext) -> tuple[Member, ...]:
    """Return who belongs to the workspace, by e-mail address."""
    context.require(Permission.READ)
    with context.transaction() as connection:
        return memberships.every(connection, context.workspace.id)


def add_member(
    context: WorkspaceContext, *, email: str, role: Role, reason: str = "", path: str = "$"
) -> Member:
    """Make somebody who has an account a member.

    Raises:
        InvalidInput: BAD_EMAIL. NotFound: UNKNOWN_USER. Conflict: ALREADY_MEMBER.
        Forbidden: MORE_THAN_YOURS.
    """
    context.require(Permission.ADMINISTER)
    refuse_more_than_own(context, permissions_of(role), path=f"{path}.role")
    address = read_email(email, path=f"{path}.email")
    with context.transaction() as connection:
        user = users.by_email(connection, address)
        if user is None:
            raise NotFound(
                "UNKNOWN_USER",
                f"{address} has no account here.",
                hint="Invite them, or make an account with `muster user create`.",
                path=f"{path}.email",
            )
        if not memberships.add(connection, context.workspace.id, user.id, role=role):
            raise _already_member(address, path=f"{path}.email")
        _tell(context, connection, "member.add", user.id, after=_grant(address, role), why=reason)
        return memberships.by_user(connection, context.workspace.id, user.id)


def change_role(
    context: WorkspaceContext, user_id: UserId, role: Role, *, reason: str = "", path: str = "$"
) -> Member:
    """Give a member another role.

    Raises:
        NotFound: UNKNOWN_MEMBER.
        Conflict: LAST_ADMIN.
        Forbidden: MORE_THAN_YOURS.
    """
    context.require(Permission.ADMINISTER)
    refuse_more_than_own(context, permissions_of(role), path=f"{path}.role")
    with context.transaction() as connection:
        admins = memberships.lock_admins(connection, context.workspace.id)
        before = memberships.by_user(connection, context.workspace.id, user_id)
        if role is before.role:
            return before
        if role is not Role.ADMIN:
            _refuse_last_admin(context, before, admins)
        memberships.change(connection, context.workspace.id, user_id, role=role)
        _tell(
            context,
            connection,
            "member.change",
            user_id,
            before=_grant(before.email, before.role),
            after=_grant(before.email, role),
            why=reason,
        )
        return memberships.by_user(connection, context.workspace.id, user_id)


def remove_member(context: WorkspaceContext, user_id: UserId, *, reason: str = "") -> Member:
    """End a membership and revoke the person's API tokens here; return who it was.

    Raises:
        NotFound: UNKNOWN_MEMBER.
        Conflict: LAST_ADMIN.
    """
    context.require(Permission.ADMINISTER)
    with context.transaction() as connection:
        admins = memberships.lock_admins(connection, context.workspace.id)
        before = memberships.by_user(connection, context.workspace.id, user_id)
        _refuse_last_admin(context, before, admins)
        memberships.remove(connection, context.workspace.id, user_id)
        tokens = api_tokens.revoke_of_user(connection, context.workspace.id, user_id)
        kept.remove_person(connection, context.workspace.id, before.email)
        _tell(
            context,
            connection,
            "member.remove",
            user_id,
            before={**_grant(before.email, before.role), "tokens_revoked": list(tokens)},
            why=reason,
        )
    return before


def member_by_email(context: WorkspaceContext, email: str) -> Member:
    """Return the member with an e-mail address.

    Raises:
        InvalidInput: BAD_EMAIL. NotFound: UNKNOWN_MEMBER.
    """
    address = read_email(email, path="$.email")
    for member in list_members(context):
        if member.email == address:
            return member
    raise NotFound(
        "UNKNOWN_MEMBER",
        f"{address} is not a member of this workspace.",
        hint="`muster member list` shows who is.",
    )


def list_invitations(context: WorkspaceContext) -> tuple[Invitation, ...]:
    """Return the workspace's invitations, the newest first, also those that are over."""
    context.require(Permission.ADMINISTER)
    with context.transaction() as connection:
        return invitations.every(connection, context.workspace.id)


def invite(context: WorkspaceContext, *, email: str, role: Role, path: str = "$") -> NewInvitation:
    """Offer somebody a role; open invitations of the same address are taken back.

    Raises:
        InvalidInput: BAD_EMAIL.
        Conflict: ALREADY_MEMBER.
        Forbidden: MORE_THAN_YOURS.
    """
    context.require(Permission.ADMINISTER)
    refuse_more_than_own(context, permissions_of(role), path=f"{path}.role")
    address = read_email(email, path=f"{path}.email")
    secret = _INVITATION_MARK + secrets.token_urlsafe(_TOKEN_BYTES)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        user = users.by_email(connection, address)
        if user is not None and memberships.role_of(connection, workspace_id, user.id) is not None:
            raise _already_member(address, path=f"{path}.email")
        replaced = invitations.revoke_of_email(connection, workspace_id, address)
        made = invitations.add(
            connection,
            workspace_id,
            email=address,
            role=role,
            token_hash=hash_token(secret),
            invited_by=context.actor,
            lifetime=INVITATION_LIFETIME,
        )
        audit.record(
            connection,
            workspace_id,
            actor=context.actor,
            action="invitation.create",
            subject=f"invitation/{made.id}",
            after={
                **_grant(address, role),
                "expires_at": made.expires_at.isoformat(),
                "replaced": replaced,
            },
            request_id=context.request_id,
        )
    return NewInvitation(made, secret)


def revoke_invitation(
    context: WorkspaceContext, invitation_id: InvitationId, *, reason: str = ""
) -> Invitation:
    """Take an invitation back; one that is over stays what it is.

    Raises:
        NotFound: UNKNOWN_INVITATION.
        Conflict: INVITATION_ACCEPTED.
    """
    context.require(Permission.ADMINISTER)
    with context.transaction() as connection:
        found = invitations.by_id(connection, context.workspace.id, invitation_id)
        if found.accepted_at is not None:
            raise Conflict(
                "INVITATION_ACCEPTED",
                "The invitation was accepted, so it cannot be taken back.",
                hint="Remove the member instead.",
            )
        if invitations.revoke(connection, context.workspace.id, invitation_id):
            audit.record(
                connection,
                context.workspace.id,
                actor=context.actor,
                action="invitation.revoke",
                subject=f"invitation/{invitation_id}",
                before=_grant(found.email, found.role),
                reason=reason,
                request_id=context.request_id,
            )
        return invitations.by_id(connection, context.workspace.id, invitation_id)


def _refuse_last_admin(
    context: WorkspaceContext, member: Member, admins: frozenset[UserId]
) -> None:
    """Raise Conflict LAST_ADMIN when nobody would be left who can let others in.

    Whoever is at the machine itself may do it: they can always make another admin.
    """
    if context.principal.kind is PrincipalKind.LOCAL:
        return
    if admins == {member.user_id}:
        raise Conflict(
            "LAST_ADMIN",
            f"{member.email} is the last admin of this workspace who can sign in.",
            hint="Make somebody else an admin first.",
        )


def _tell(
    context: WorkspaceContext,
    connection: Transaction,
    action: str,
    user_id: UserId,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    why: str,
) -> None:
    audit.record(
        connection,
        context.workspace.id,
        actor=context.actor,
        action=action,
        subject=f"user/{user_id}",
        before=before,
        after=after,
        reason=why,
        request_id=context.request_id,
    )


def _grant(email: str, role: Role) -> dict[str, object]:
    return {"email": email, "role": role.value}


def _already_member(email: str, *, path: str) -> Conflict:
    return Conflict(
        "ALREADY_MEMBER",
        f"{email} is a member of this workspace already.",
        path=path,
        hint="Change their role instead.",
    )
