"""Failures of the product database as Muster's errors: one table from SQLSTATE to sentence."""

from __future__ import annotations

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from muster.base.errors import Busy, MusterError, Unavailable

# SQLSTATE (or its first two characters, the class) -> error, code, sentence, hint
_FAILURES: dict[str, tuple[type[MusterError], str, str, str]] = {
    "57014": (
        Busy,
        "DATABASE_TIMEOUT",
        "The product database took too long to answer.",
        "Try again; if it lasts, look for long-running statements on the database.",
    ),
    "25P03": (
        Busy,
        "DATABASE_TIMEOUT",
        "This process stood still in the midst of a transaction, which was given up.",
        "Try again.",
    ),
    "55P03": (
        Busy,
        "DATABASE_LOCKED",
        "Another process holds the rows this needs.",
        "Try again in a moment.",
    ),
    "40P01": (
        Busy,
        "DATABASE_CONTENTION",
        "Two requests stood in each other's way; this one was given up.",
        "Try again.",
    ),
    "40001": (
        Busy,
        "DATABASE_CONTENTION",
        "Two requests stood in each other's way; this one was given up.",
        "Try again.",
    ),
    "53100": (
        Unavailable,
        "DATABASE_FULL",
        "The disk of the product database is full.",
        "Free space on the database's disk.",
    ),
    "53": (
        Busy,
        "DATABASE_OVERLOADED",
        "The product database has no room for another connection or statement.",
        "Try again later, or raise max_connections.",
    ),
    "25006": (
        Unavailable,
        "DATABASE_READ_ONLY",
        "The product database accepts no writes at present.",
        "MUSTER_DATABASE_URL must lead to the primary server, not to a replica.",
    ),
    "42501": (
        Unavailable,
        "DATABASE_FORBIDDEN",
        "The database user may not do this.",
        "Let the user of MUSTER_DATABASE_URL own the database, or grant CREATE on its schema.",
    ),
    "42P01": (
        Unavailable,
        "DATABASE_NOT_MIGRATED",
        "A table is missing in the product database.",
        "Run the migrations before using it.",
    ),
}


def translated(error: StatementError, *, where: str, url: URL) -> MusterError | None:
    """Return Muster's error for a failure that can be expected, None for a bug.

    Args:
        where: names the database in the sentence.
        url: its URL; the password in it is kept out of the sentence.
    """
    if isinstance(error.orig, MusterError):
        return error.orig
    if not isinstance(error, DBAPIError):
        return None
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == "42501" and "row-level security" in str(error.orig):
        return None  # a write outside its transaction's workspace: ours to mend, not the user's
    found = _FAILURES.get(state) or _FAILURES.get(state[:2])
    if found:
        kind, code, sentence, hint = found
        return kind(code, sentence, hint=hint)
    lost = error.connection_invalidated or state[:2] in ("08", "57")
    if lost or (isinstance(error, OperationalError) and not state):
        reason = _first_line(error, url)
        return Unavailable(
            "DATABASE_UNREACHABLE",
            f"No connection to the product database {where}: {reason}",
            hint="Check that the server runs, and MUSTER_DATABASE_URL.",
        )
    return None


def _first_line(error: DBAPIError, url: URL) -> str:
    """Return the driver's reason without the password, should it quote it."""
    lines = str(error.orig).strip().splitlines() or ["no reason given"]
    secrets = [url.password, url.query.get("password")]
    reason = lines[0]
    for secret in secrets:
        if isinstance(secret, str) and secret:
            reason = reason.replace(secret, "***")
    return reason
