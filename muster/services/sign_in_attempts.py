"""Slows down who guesses passwords: failures are counted for each account and for each address.

An attempt counts as failed from the moment it begins, so that many at once gain nothing. Names and
addresses are kept as keyed hashes alone.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import timedelta

from muster.base.errors import TooManyRequests
from muster.services.context import Resources
from muster.store import sign_in
from muster.store.database import Transaction

_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Limit:
    """So many failures are free; each further one doubles the wait, up to the longest (seconds)."""

    kind: str
    free: int
    first_wait_seconds: float = 15
    longest_wait_seconds: float = 900
    since_success: bool = False


_ACCOUNT = _Limit("account", free=5, since_success=True)
# an office shares one address, and a success of one's own must not wipe out guesses at others
_ADDRESS = _Limit("address", free=40)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt under way, by its rows."""

    numbers: tuple[int, ...]


def begin(resources: Resources, *, key: bytes, account: str, address: str) -> Attempt:
    """Count an attempt, as failed for the time being.

    Args:
        key: secret that names are hashed with.
        account: the e-mail address, in lower case.
        address: where the request came from.

    Raises:
        TooManyRequests: SIGN_IN_BLOCKED, too many failed lately.
    """
    numbers = []
    limited = [(_ADDRESS, address), (_ACCOUNT, account)]
    with resources.database.transaction() as connection:
        for limit, name in limited:
            hashed = _hashed(key, limit, name)
            sign_in.hold(connection, hashed)
            _refuse_blocked(connection, limit, hashed)
            numbers.append(sign_in.add_attempt(connection, hashed))
    return Attempt(tuple(numbers))


def wait_seconds(failures: int, *, free: int, first: float = 15, longest: float = 900) -> float:
    """Return how long to wait after the last of some failures.

    >>> [wait_seconds(count, free=5) for count in (4, 5, 6, 7, 100)]
    [0.0, 15.0, 30.0, 60.0, 900.0]
    """
    if failures < free:
        return 0.0
    return float(min(longest, first * 2.0 ** min(failures - free, 32)))


def _refuse_blocked(connection: Transaction, limit: _Limit, hashed: str) -> None:
    found = sign_in.failures(connection, hashed, window=_WINDOW, since_success=limit.since_success)
    wait = wait_seconds(
        found.count,
        free=limit.free,
        first=limit.first_wait_seconds,
        longest=limit.longest_wait_seconds,
    )
    rest = wait - found.last_seconds_ago
    if rest > 0:
        raise TooManyRequests(
            "SIGN_IN_BLOCKED",
            "Signing in failed too often; it is blocked for a while.",
            retry_after_seconds=max(1, math.ceil(rest)),
            hint="Wait, then try again. An admin can set a new password with `muster user"
            " set-password`.",
        )


def _hashed(key: bytes, limit: _Limit, name: str) -> str:
    text = f"{limit.kind}:{name}".encode("utf-8", "surrogatepass")
    return hmac.new(key, text, hashlib.sha256).hexdigest()
