"""Signing in while it happens: attempts that are counted, and visits to an identity provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, case, delete, func, insert, select, update

from muster.store.tables_people import sign_in_attempts, sign_in_states

_ATTEMPTS_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignInState:
    """One visit to an identity provider, as it was begun."""

    state: str
    nonce: str
    verifier: str
    return_to: str


@dataclass(frozen=True, slots=True)
class Failures:
    """How often a key failed lately, and how many seconds ago the last time was."""

    count: int
    last_seconds_ago: float


def hold(connection: Connection, key: str) -> None:
    """Make attempts with the same key wait for each other until the transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 7461))))


def failures(
    connection: Connection, key: str, *, window: timedelta, since_success: bool
) -> Failures:
    """Count a key's failures within the window; ``since_success``: only those after a success."""
    attempts = sign_in_attempts
    now = func.clock_timestamp()
    wanted = [attempts.c.key == key, ~attempts.c.succeeded, attempts.c.at > now - window]
    if since_success:
        newest = select(func.max(attempts.c.id)).where(attempts.c.key == key, attempts.c.succeeded)
        wanted.append(attempts.c.id > func.coalesce(newest.scalar_subquery(), 0))
    seconds_ago = func.extract("epoch", now - func.max(attempts.c.at))
    count, ago = connection.execute(select(func.count(), seconds_ago).where(*wanted)).one()
    return Failures(count, max(0.0, float(ago or 0)))


def add_attempt(connection: Connection, key: str) -> int:
    """Note an attempt as failed until it is known to have succeeded; return its number."""
    added = connection.execute(
        insert(sign_in_attempts)
        .values(key=key, at=func.clock_timestamp())
        .returning(sign_in_attempts.c.id)
    )
    return int(added.scalar_one())


def mark_succeeded(connection: Connection, attempts: Sequence[int]) -> None:
    """Note that attempts succeeded."""
    connection.execute(
        update(sign_in_attempts).where(sign_in_attempts.c.id.in_(attempts)).values(succeeded=True)
    )


def add_state(
    connection: Connection, *, token_hash: str, state: SignInState, lifetime: timedelta
) -> None:
    """Keep what a visit to an identity provider began with."""
    connection.execute(
        insert(sign_in_states).values(
            token_hash=token_hash,
            state=state.state,
            nonce=state.nonce,
            verifier=state.verifier,
            return_to=state.return_to,
            expires_at=func.now() + lifetime,
        )
    )


def take_state(connection: Connection, *, token_hash: str) -> SignInState | None:
    """Return what a visit began with, once; None when it is unknown, used or too old."""
    table = sign_in_states
    taken = connection.execute(
        delete(table)
        .where(table.c.token_hash == token_hash)
        .returning(
            table.c.state,
            table.c.nonce,
            table.c.verifier,
            table.c.return_to,
            case((table.c.expires_at > func.now(), True), else_=False).label("good"),
        )
    ).one_or_none()
    if taken is None or not taken.good:
        return None
    return SignInState(taken.state, taken.nonce, taken.verifier, taken.return_to)


def sweep(connection: Connection) -> None:
    """Remove old attempts and the visits that were never finished."""
    connection.execute(delete(sign_in_states).where(sign_in_states.c.expires_at <= func.now()))
    connection.execute(
        delete(sign_in_attempts).where(sign_in_attempts.c.at < func.now() - _ATTEMPTS_KEPT)
    )
