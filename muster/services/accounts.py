"""Accounts of the whole installation: made, listed, closed and opened by who runs the server."""

from __future__ import annotations

import re

from muster.base.accounts import User
from muster.base.errors import Conflict, InvalidInput, NotFound
from muster.services.context import Resources
from muster.services.passwords import hash_password, refuse_weak
from muster.store import audit, sessions, users
from muster.store.database import Transaction

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}")
_LONGEST_NAME = 200


def read_email(text: str, *, path: str) -> str:
    """Return an e-mail address as it is kept: in lower case, without spaces around it.

    Raises:
        InvalidInput: BAD_EMAIL.
    """
    found = text.strip().lower()
    if not _EMAIL.fullmatch(found):
        raise InvalidInput("BAD_EMAIL", "This is not an e-mail address.", path=path)
    return found


def read_name(text: str, *, email: str) -> str:
    """Return a person's name on one line; where there is none, the first part of the address."""
    found = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return found[:_LONGEST_NAME] or email.partition("@")[0]


def create_account(
    resources: Resources,
    *,
    email: str,
    name: str,
    password: str | None,
    installation_admin: bool,
    actor: str,
) -> User:
    """Make an account.

    Args:
        password: None: they sign in with an identity provider.
        installation_admin: may enter every workspace as admin and make new ones.

    Raises:
        InvalidInput: BAD_EMAIL, WEAK_PASSWORD.
        Conflict: EMAIL_TAKEN.
    """
    address = read_email(email, path="$.email")
    password_hash = None
    if password is not None:
        refuse_weak(password, email=address, path="$.password")
        password_hash = hash_password(password)
    with resources.database.transaction() as connection:
        made = users.add(
            connection,
            email=address,
            name=read_name(name, email=address),
            password_hash=password_hash,
            installation_admin=installation_admin,
        )
        if made is None:
            raise Conflict("EMAIL_TAKEN", f"{address} has an account already.", path="$.email")
        tell_made(connection, made, actor=actor)
    return made


def list_accounts(resources: Resources) -> tuple[User, ...]:
    """Return all accounts by address."""
    with resources.database.transaction() as connection:
        return users.every(connection)


def set_enabled(resources: Resources, *, email: str, enabled: bool, actor: str) -> User:
    """Let a person sign in, or no longer; who is disabled is out at once, everywhere.

    Raises:
        NotFound: UNKNOWN_USER.
    """
    with resources.database.transaction() as connection:
        user = _required(connection, email)
        if (user.disabled_at is None) != enabled:
            users.set_enabled(connection, user.id, enabled=enabled)
            if not enabled:
                sessions.end_all(connection, user.id)
            audit.record(
                connection,
                None,
                actor=actor,
                action="user.enable" if enabled else "user.disable",
                subject=f"user/{user.id}",
            )
        return _required(connection, email)


def set_password(resources: Resources, *, email: str, password: str, actor: str) -> User:
    """Give a person another password and end all their sessions.

    Raises:
        NotFound: UNKNOWN_USER.
        InvalidInput: WEAK_PASSWORD.
    """
    address = read_email(email, path="$.email")
    refuse_weak(password, email=address, path="$.password")
    password_hash = hash_password(password)
    with resources.database.transaction() as connection:
        user = _required(connection, address)
        users.set_password(connection, user.id, password_hash=password_hash)
        ended = sessions.end_all(connection, user.id)
        audit.record(
            connection,
            None,
            actor=actor,
            action="session.password",
            subject=f"user/{user.id}",
            after={"sessions_ended": ended},
            reason="set for them",
        )
        return _required(connection, address)


def tell_made(
    connection: Transaction, user: User, *, actor: str, request_id: str | None = None
) -> None:
    """Write into the audit log that an account was made."""
    audit.record(
        connection,
        None,
        actor=actor,
        action="user.create",
        subject=f"user/{user.id}",
        after={
            "email": user.email,
            "name": user.name,
            "installation_admin": user.installation_admin,
            "issuer": user.issuer,
        },
        request_id=request_id,
    )


def _required(connection: Transaction, email: str) -> User:
    found = users.by_email(connection, email.strip().lower())
    if found is None:
        raise NotFound(
            "UNKNOWN_USER",
            "There is no account with this e-mail address.",
            hint="`muster user list` shows all accounts.",
        )
    return found
