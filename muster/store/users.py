"""Accounts. An e-mail address is kept in lower case and belongs to one account at most."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from muster.base.accounts import User
from muster.base.errors import NotFound
from muster.base.ids import UserId
from muster.store.tables_people import users

_SEEN_EVERY = timedelta(minutes=5)
"""How exact last_seen_at is; a write for each request would be too many."""


def add(
    connection: Connection,
    *,
    email: str,
    name: str,
    password_hash: str | None = None,
    issuer: str | None = None,
    subject: str | None = None,
    installation_admin: bool = False,
) -> User | None:
    """Add an account; None when the address, or the identity, has one already.

    Args:
        email: in lower case, with an @.
        password_hash: None: they sign in elsewhere.
    """
    added = connection.execute(
        insert(users)
        .values(
            email=email,
            name=name,
            password_hash=password_hash,
            issuer=issuer,
            subject=subject,
            installation_admin=installation_admin,
        )
        .on_conflict_do_nothing()
        .returning(users)
    ).one_or_none()
    return None if added is None else user_of(added)


def every(connection: Connection) -> tuple[User, ...]:
    """Return all accounts by address."""
    rows = connection.execute(select(users).order_by(users.c.email.collate("C")))
    return tuple(user_of(row) for row in rows)


def by_id(connection: Connection, user_id: UserId) -> User | None:
    """Return an account, None if there is none."""
    return _one(connection, select(users).where(users.c.id == user_id))


def by_email(connection: Connection, email: str) -> User | None:
    """Return the account of an address in lower case, None if there is none."""
    return _one(connection, select(users).where(users.c.email == email))


def by_identity(connection: Connection, *, issuer: str, subject: str) -> User | None:
    """Return the account linked to an identity provider's person, None if there is none."""
    return _one(
        connection, select(users).where(users.c.issuer == issuer, users.c.subject == subject)
    )


def password_hash_of(connection: Connection, user_id: UserId) -> str | None:
    """Return an account's password hash; None: it has no password."""
    found = connection.execute(select(users.c.password_hash).where(users.c.id == user_id))
    return found.scalar_one_or_none()


def set_password(connection: Connection, user_id: UserId, *, password_hash: str) -> None:
    """Give an account another password.

    Raises:
        NotFound: UNKNOWN_USER.
    """
    _change(connection, user_id, password_hash=password_hash)


def link(connection: Connection, user_id: UserId, *, issuer: str, subject: str) -> None:
    """Tie an account to an identity provider's person.

    Raises:
        NotFound: UNKNOWN_USER.
    """
    _change(connection, user_id, issuer=issuer, subject=subject)


def set_enabled(connection: Connection, user_id: UserId, *, enabled: bool) -> None:
    """Let a person sign in, or no longer.

    Raises:
        NotFound: UNKNOWN_USER.
    """
    _change(connection, user_id, disabled_at=None if enabled else func.now())


def seen(connection: Connection, user_id: UserId) -> None:
    """Note that somebody was here; not exact to more than five minutes."""
    connection.execute(
        update(users)
        .where(
            users.c.id == user_id,
            or_(users.c.last_seen_at.is_(None), users.c.last_seen_at < func.now() - _SEEN_EVERY),
        )
        .values(last_seen_at=func.now())
    )


def user_of(row: Row[tuple[Any, ...]]) -> User:
    """Return the account in a row of `users`."""
    values = row._mapping
    return User(
        id=UserId(values[users.c.id]),
        email=values[users.c.email],
        name=values[users.c.name],
        has_password=values[users.c.password_hash] is not None,
        issuer=values[users.c.issuer],
        subject=values[users.c.subject],
        installation_admin=values[users.c.installation_admin],
        created_at=values[users.c.created_at],
        disabled_at=values[users.c.disabled_at],
        last_seen_at=values[users.c.last_seen_at],
    )


def _one(connection: Connection, wanted: Select[Any]) -> User | None:
    found = connection.execute(wanted).one_or_none()
    return None if found is None else user_of(found)


def _change(connection: Connection, user_id: UserId, **values: Any) -> None:
    changed = connection.execute(
        update(users).where(users.c.id == user_id).values(**values).returning(users.c.id)
    ).one_or_none()
    if changed is None:
        raise NotFound("UNKNOWN_USER", f"There is no account with the number {user_id}.")
