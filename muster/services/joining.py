"""Taking up invitations: with a token and a password, or with a verified e-mail address."""

from __future__ import annotations

from dataclasses import dataclass

from muster.base.accounts import SignInMethod, User
from muster.base.errors import Conflict, NotFound, Unauthenticated
from muster.base.people import Role
from muster.services import passwords, sign_in_attempts
from muster.services.accounts import read_name, tell_made
from muster.services.context import Resources
from muster.services.signing_in import (
    NewSession,
    SignInPolicy,
    Visitor,
    begin_session,
    hash_token,
)
from muster.store import audit, joining, sign_in, users, workspaces
from muster.store.database import Transaction
from muster.store.joining import OpenInvitation


@dataclass(frozen=True, slots=True)
class Offer:
    """What whoever holds an invitation's token is shown of it.

    Attributes:
        workspace: its name; ``title``: what people call it.
        has_account: somebody with this address has one; ``has_password``: and a password.
    """

    email: str
    workspace: str
    title: str
    role: Role
    has_account: bool
    has_password: bool


def read_offer(resources: Resources, token: str) -> Offer | None:
    """Return what an open invitation offers; None: there is none with this token."""
    with resources.database.transaction() as connection:
        found = joining.by_token(connection, token_hash=hash_token(token))
        if found is None:
            return None
        workspace = workspaces.by_id(connection, found.workspace_id)
        user = users.by_email(connection, found.email)
    return Offer(
        found.email,
        workspace.name,
        workspace.title,
        found.role,
        has_account=user is not None,
        has_password=user is not None and user.has_password,
    )


def accept_invitation(
    resources: Resources,
    policy: SignInPolicy,
    *,
    token: str,
    name: str,
    password: str,
    visitor: Visitor,
) -> NewSession:
    """Take up an invitation: make the account, or add the one there is, and begin a session.

    Args:
        password: a new one; of an account that exists, its own: the link alone proves nothing.

    Raises:
        NotFound: UNKNOWN_INVITATION; also for one used, revoked or too old.
        InvalidInput: WEAK_PASSWORD.
        Unauthenticated: WRONG_CREDENTIALS.
        Conflict: NO_PASSWORD, the account signs in with an identity provider.
        TooManyRequests: SIGN_IN_BLOCKED.
    """
    with resources.database.transaction() as connection:
        invitation = joining.by_token(connection, token_hash=hash_token(token))
        existing = None if invitation is None else users.by_email(connection, invitation.email)
    if invitation is None:
        raise _unknown()
    if existing is not None:
        return _join_existing(resources, policy, invitation, existing, password, visitor)
    passwords.refuse_weak(password, email=invitation.email, path="$.body.password")
    password_hash = passwords.hash_password(password)
    with resources.database.transaction() as connection:
        made = users.add(
            connection,
            email=invitation.email,
            name=read_name(name, email=invitation.email),
            password_hash=password_hash,
        )
        if made is None or not joining.accept(connection, invitation, made.id):
            raise _unknown()  # somebody else used it in between
        begun = begin_session(
            connection, policy, made, method=SignInMethod.PASSWORD, visitor=visitor
        )
        tell_made(connection, made, actor=made.email, request_id=visitor.request_id)
        _tell_joined(connection, invitation, made, visitor.request_id)
    return begun


def join_by_email(
    connection: Transaction, *, email: str, name: str, request_id: str | None
) -> User | None:
    """Make an account for an address that was verified and invited; None: it was not invited."""
    if not joining.by_email(connection, email):
        return None
    made = users.add(connection, email=email, name=read_name(name, email=email))
    if made is not None:
        tell_made(connection, made, actor=email, request_id=request_id)
    return made or users.by_email(connection, email)


def accept_open(connection: Transaction, user: User, *, request_id: str | None) -> None:
    """Take up all open invitations of a person whose address was verified just now."""
    for invitation in joining.by_email(connection, user.email):
        if joining.accept(connection, invitation, user.id):
            _tell_joined(connection, invitation, user, request_id)


def _join_existing(
    resources: Resources,
    policy: SignInPolicy,
    invitation: OpenInvitation,
    user: User,
    password: str,
    visitor: Visitor,
) -> NewSession:
    if not user.has_password:
        raise Conflict(
            "NO_PASSWORD",
            "The account of this address signs in with the identity provider.",
            hint="Sign in there: the invitation is taken up by that.",
        )
    attempt = sign_in_attempts.begin(
        resources, key=policy.attempts_key, account=user.email, address=visitor.address
    )
    with resources.database.transaction() as connection:
        known = users.password_hash_of(connection, user.id)
    if not passwords.matches(password, known) or user.disabled_at is not None:
        raise Unauthenticated(
            "WRONG_CREDENTIALS",
            "There is an account with this address already, and its password is another one.",
        )
    with resources.database.transaction() as connection:
        sign_in.mark_succeeded(connection, attempt.numbers)
        if not joining.accept(connection, invitation, user.id):
            raise _unknown()
        begun = begin_session(
            connection, policy, user, method=SignInMethod.PASSWORD, visitor=visitor
        )
        _tell_joined(connection, invitation, user, visitor.request_id)
    return begun


def _unknown() -> NotFound:
    return NotFound(
        "UNKNOWN_INVITATION",
        "The invitation is unknown, used, revoked or too old.",
        hint="Ask for a new one.",
    )


def _tell_joined(
    connection: Transaction, invitation: OpenInvitation, user: User, request_id: str | None
) -> None:
    audit.record(
        connection,
        invitation.workspace_id,
        actor=user.email,
        action="invitation.accept",
        subject=f"user/{user.id}",
        after={"invitation": invitation.id, "role": invitation.role.value},
        request_id=request_id,
    )
