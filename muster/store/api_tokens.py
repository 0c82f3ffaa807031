"""API tokens. What is kept is a SHA-256 and what to show; the token itself is nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from muster.base.grants import ApiToken
from muster.base.ids import TokenId, UserId, WorkspaceId
from muster.base.people import Permission, Role
from muster.store.names import missing
from muster.store.tables_people import api_tokens, users

_USED_EVERY = timedelta(minutes=1)
"""How exact last_used_at is; a write for each request would be too many."""


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token that somebody sent, and whether it opens anything.

    Attributes:
        good: neither revoked nor expired, and its owner (if it has one) may sign in.
        stale: last_used_at is older than a minute, or there is none.
        owner_administers: its owner is an admin of the installation.
    """

    token: ApiToken
    good: bool
    stale: bool
    owner_administers: bool


def add(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    user_id: UserId | None,
    name: str,
    prefix: str,
    token_hash: str,
    role: Role,
    scopes: Iterable[Permission],
    created_by: str,
    lifetime: timedelta,
) -> ApiToken:
    """Keep a new token, by its hash."""
    added = connection.execute(
        insert(api_tokens)
        .values(
            workspace_id=workspace_id,
            user_id=user_id,
            name=name,
            prefix=prefix,
            token_hash=token_hash,
            role=role.value,
            scopes=sorted(scope.value for scope in scopes),
            created_by=created_by,
            created_at=func.now(),
            expires_at=func.now() + lifetime,
        )
        .returning(api_tokens)
    ).one()
    return _token(added)


def every(
    connection: Connection, workspace_id: WorkspaceId, *, user_id: UserId | None = None
) -> tuple[ApiToken, ...]:
    """Return a workspace's tokens, the newest first.

    Args:
        user_id: of this owner alone; None: everybody's.
    """
    wanted = select(api_tokens).where(api_tokens.c.workspace_id == workspace_id)
    if user_id is not None:
        wanted = wanted.where(api_tokens.c.user_id == user_id)
    rows = connection.execute(wanted.order_by(api_tokens.c.id.desc()))
    return tuple(_token(row) for row in rows)


def by_id(connection: Connection, workspace_id: WorkspaceId, token_id: TokenId) -> ApiToken:
    """Return a token of a workspace.

    Raises:
        NotFound: UNKNOWN_TOKEN.
    """
    found = connection.execute(
        select(api_tokens).where(
            api_tokens.c.workspace_id == workspace_id, api_tokens.c.id == token_id
        )
    ).one_or_none()
    if found is None:
        raise missing("token", token_id)
    return _token(found)


def find(connection: Connection, *, token_hash: str) -> KnownToken | None:
    """Return the token with a hash, of whatever workspace; None if there is none."""
    now = func.clock_timestamp()
    found = connection.execute(
        select(
            api_tokens,
            and_(
                api_tokens.c.revoked_at.is_(None),
                api_tokens.c.expires_at > now,
                users.c.disabled_at.is_(None),
            ).label("good"),
            or_(
                api_tokens.c.last_used_at.is_(None), api_tokens.c.last_used_at < now - _USED_EVERY
            ).label("stale"),
            func.coalesce(users.c.installation_admin, False).label("owner_administers"),
        )
        .outerjoin(users, users.c.id == api_tokens.c.user_id)
        .where(api_tokens.c.token_hash == token_hash)
    ).one_or_none()
    if found is None:
        return None
    return KnownToken(_token(found), found.good, found.stale, found.owner_administers)


def touch(connection: Connection, token_id: TokenId) -> None:
    """Note that a token was used; not exact to more than a minute."""
    now = func.clock_timestamp()
    connection.execute(
        update(api_tokens)
        .where(
            api_tokens.c.id == token_id,
            or_(api_tokens.c.last_used_at.is_(None), api_tokens.c.last_used_at < now - _USED_EVERY),
        )
        .values(last_used_at=now)
    )


def revoke(connection: Connection, workspace_id: WorkspaceId, token_id: TokenId) -> bool:
    """End a token; return False if it had been revoked before."""
    ended = connection.execute(
        update(api_tokens)
        .where(
            api_tokens.c.workspace_id == workspace_id,
            api_tokens.c.id == token_id,
            api_tokens.c.revoked_at.is_(None),
        )
        .values(revoked_at=func.clock_timestamp())
        .returning(api_tokens.c.id)
    ).one_or_none()
    return ended is not None


def revoke_of_user(
    connection: Connection, workspace_id: WorkspaceId, user_id: UserId
) -> tuple[str, ...]:
    """End all of a person's tokens in a workspace; return the names of those that were alive."""
    ended = connection.execute(
        update(api_tokens)
        .where(
            api_tokens.c.workspace_id == workspace_id,
            api_tokens.c.user_id == user_id,
            api_tokens.c.revoked_at.is_(None),
        )
        .values(revoked_at=func.clock_timestamp())
        .returning(api_tokens.c.name)
    )
    return tuple(sorted(ended.scalars()))


def _token(row: Row[tuple[Any, ...]]) -> ApiToken:
    values = row._mapping
    user_id = values[api_tokens.c.user_id]
    return ApiToken(
        id=TokenId(values[api_tokens.c.id]),
        workspace_id=WorkspaceId(values[api_tokens.c.workspace_id]),
        user_id=None if user_id is None else UserId(user_id),
        name=values[api_tokens.c.name],
        prefix=values[api_tokens.c.prefix],
        role=Role(values[api_tokens.c.role]),
        scopes=frozenset(Permission(scope) for scope in values[api_tokens.c.scopes]),
        created_by=values[api_tokens.c.created_by],
        created_at=values[api_tokens.c.created_at],
        expires_at=values[api_tokens.c.expires_at],
        last_used_at=values[api_tokens.c.last_used_at],
        revoked_at=values[api_tokens.c.revoked_at],
    )
