"""What is over for the whole installation: sessions, sign-ins, invitations, tokens, workers."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select

from muster.store.tables_people import (
    api_tokens,
    invitations,
    sessions,
    sign_in_attempts,
    sign_in_states,
)
from muster.store.tables_runs import workers

ENDED_DAYS_KEPT = 90
"""Invitations and tokens that are over are shown for so long, so that admins see what there was."""

_ATTEMPTS_KEPT = timedelta(days=1)  # as `sign_in.sweep`; the longest window that counts is shorter
_WORKERS_KEPT = timedelta(days=1)
_LONG = timedelta(days=ENDED_DAYS_KEPT)

TABLES = (
    "sessions",
    "sign_in_states",
    "sign_in_attempts",
    "invitations",
    "api_tokens",
    "workers",
)


def remove_ended(connection: Connection, *, now: datetime, limit: int) -> dict[str, int]:
    """Remove at most ``limit`` rows of each table; return how many of each.

    The transaction must see all workspaces.
    """
    removed = {}
    for table, condition in _ended(now):
        key = next(iter(table.primary_key))
        over = select(key).where(condition).limit(limit).with_for_update(skip_locked=True)
        removed[table.name] = connection.execute(delete(table).where(key.in_(over))).rowcount
    return removed


def count_ended(connection: Connection, *, now: datetime) -> dict[str, int]:
    """Count what `remove_ended` would remove, if it had no limit."""
    return {
        table.name: connection.execute(
            select(func.count()).select_from(table).where(condition)
        ).scalar_one()
        for table, condition in _ended(now)
    }


def _ended(now: datetime) -> list[tuple[Table, ColumnElement[bool]]]:
    long_ago = now - _LONG
    return [
        (sessions, sessions.c.expires_at <= now),
        (sign_in_states, sign_in_states.c.expires_at <= now),
        (sign_in_attempts, sign_in_attempts.c.at < now - _ATTEMPTS_KEPT),
        (
            invitations,
            or_(
                invitations.c.expires_at < long_ago,
                invitations.c.accepted_at < long_ago,
                invitations.c.revoked_at < long_ago,
            ),
        ),
        (
            api_tokens,
            or_(api_tokens.c.expires_at < long_ago, api_tokens.c.revoked_at < long_ago),
        ),
        (workers, workers.c.seen_at < now - _WORKERS_KEPT),
    ]
