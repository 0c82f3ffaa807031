"""Named locks that every process on the product database shares; a transaction holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import BigInteger, Connection, cast, func, select
from sqlalchemy.exc import OperationalError

from muster.base.errors import Busy
from muster.store.database import Database

_WAIT_SETTINGS = ("lock_timeout", "statement_timeout")
_LOCK_NOT_AVAILABLE = "55P03"


def lock_number(key: str) -> int:
    """Return the number PostgreSQL knows the lock by: 64 signed bits of the key's SHA-256."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)


def lock_in_transaction(connection: Connection, key: str, *, wait_seconds: float = 60.0) -> None:
    """Take the named lock until the connection's transaction ends.

    Args:
        wait_seconds: how long to wait for another holder; 0 = for ever.

    Raises:
        Busy: another process held it all that time; the transaction must be rolled back.
    """
    before = connection.execute(
        select(*(func.current_setting(name) for name in _WAIT_SETTINGS))
    ).one()
    _set_waits(connection, (f"{round(wait_seconds * 1000)}ms", "0"))
    try:
        connection.execute(select(func.pg_advisory_xact_lock(cast(lock_number(key), BigInteger))))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise Busy(
            "LOCKED",
            f'Another process has held the lock "{key}" for more than {wait_seconds:g} seconds.',
            hint="Try again when it is done.",
        ) from error
    _set_waits(connection, tuple(before))


@contextmanager
def named_lock(database: Database, key: str, *, wait_seconds: float = 60.0) -> Iterator[Connection]:
    """Hold the named lock while the block runs, in a transaction of its own.

    Yields the connection of that transaction; what is done on it is committed with the release.

    Raises:
        Busy: another process held it for ``wait_seconds`` (0 = wait for ever).
    """
    with database.transaction() as connection:
        lock_in_transaction(connection, key, wait_seconds=wait_seconds)
        yield connection


def _set_waits(connection: Connection, values: tuple[str, ...]) -> None:
    pairs = zip(_WAIT_SETTINGS, values, strict=True)
    connection.execute(select(*(func.set_config(name, value, True) for name, value in pairs)))
