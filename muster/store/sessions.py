"""Signed-in browsers. Only the hash of a token is kept: who reads the table cannot sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update
from sqlalchemy import insert as insert_into

from muster.base.accounts import SignInMethod, User, UserSession
from muster.base.ids import UserId
from muster.store.tables_people import sessions, users
from muster.store.users import user_of

ID_LETTERS = 16
"""How much of a token's hash names the session: 64 bits."""
_TOUCH_EVERY = timedelta(minutes=1)
_AGENT_LETTERS = 200


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session that is still good, and whose it is; ``stale``: its last use should be noted."""

    session: UserSession
    user: User
    stale: bool


def add(
    connection: Connection,
    *,
    token_hash: str,
    user_id: UserId,
    method: SignInMethod,
    agent: str,
    lifetime: timedelta,
) -> UserSession:
    """Begin a session that ends after ``lifetime`` at the latest."""
    added = connection.execute(
        insert_into(sessions)
        .values(
            token_hash=token_hash,
            user_id=user_id,
            method=method.value,
            agent=agent[:_AGENT_LETTERS],
            expires_at=func.now() + lifetime,
        )
        .returning(sessions)
    ).one()
    return _session(added)


def find(connection: Connection, *, token_hash: str, idle: timedelta) -> FoundSession | None:
    """Return the session of a token unless it ended, lay idle for too long, or its user is out."""
    stale = (sessions.c.last_used_at < func.now() - _TOUCH_EVERY).label("stale")
    found = connection.execute(
        select(sessions, users, stale)
        .join(users, users.c.id == sessions.c.user_id)
        .where(sessions.c.token_hash == token_hash, _good(idle), users.c.disabled_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    return FoundSession(_session(found), user_of(found), found.stale)


def touch(connection: Connection, *, token_hash: str) -> None:
    """Note that a session is in use."""
    connection.execute(
        update(sessions)
        .where(sessions.c.token_hash == token_hash)
        .values(last_used_at=func.greatest(sessions.c.last_used_at, func.now()))
    )


def of_user(connection: Connection, user_id: UserId, *, idle: timedelta) -> tuple[UserSession, ...]:
    """Return a person's sessions that are still good, the newest first."""
    rows = connection.execute(
        select(sessions)
        .where(sessions.c.user_id == user_id, _good(idle))
        .order_by(sessions.c.created_at.desc(), sessions.c.token_hash)
    )
    return tuple(_session(row) for row in rows)


def end(connection: Connection, *, token_hash: str) -> UserId | None:
    """End the session of a token; return whose it was, None when there was none."""
    ended = connection.execute(
        delete(sessions).where(sessions.c.token_hash == token_hash).returning(sessions.c.user_id)
    ).scalar_one_or_none()
    return None if ended is None else UserId(ended)


def end_by_id(connection: Connection, user_id: UserId, *, session_id: str) -> bool:
    """End one of a person's own sessions; False: they have none with this id."""
    ended = connection.execute(
        delete(sessions)
        .where(
            sessions.c.user_id == user_id,
            func.left(sessions.c.token_hash, ID_LETTERS) == session_id,
        )
        .returning(sessions.c.user_id)
    )
    return ended.first() is not None


def end_all(connection: Connection, user_id: UserId, *, but: str | None = None) -> int:
    """End a person's sessions, except the one with the token hash ``but``; return how many."""
    wanted = delete(sessions).where(sessions.c.user_id == user_id)
    if but is not None:
        wanted = wanted.where(sessions.c.token_hash != but)
    return len(connection.execute(wanted.returning(sessions.c.user_id)).all())


def sweep(connection: Connection, *, idle: timedelta) -> None:
    """Remove the sessions that nobody can use any more."""
    connection.execute(delete(sessions).where(~_good(idle)))


def _good(idle: timedelta) -> ColumnElement[bool]:
    return and_(sessions.c.expires_at > func.now(), sessions.c.last_used_at > func.now() - idle)


def _session(row: Row[tuple[Any, ...]]) -> UserSession:
    values = row._mapping
    return UserSession(
        id=values[sessions.c.token_hash][:ID_LETTERS],
        method=SignInMethod(values[sessions.c.method]),
        agent=values[sessions.c.agent],
        created_at=values[sessions.c.created_at],
        last_used_at=values[sessions.c.last_used_at],
        expires_at=values[sessions.c.expires_at],
    )
