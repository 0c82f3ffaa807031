"""Passwords: argon2id hashes, made anew when its parameters change; a check always costs the same.

Each hash takes 64 MB for a moment, so only a few are computed at once.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from muster.base.errors import InvalidInput

SHORTEST, LONGEST = 12, 256
_AT_ONCE = threading.BoundedSemaphore(4)
# RFC 9106, section 4, second recommendation: 64 MB, three passes, four lanes.
_HASHER = PasswordHasher(
    time_cost=3, memory_cost=64 * 1024, parallelism=4, hash_len=32, salt_len=16, type=Type.ID
)


def hash_password(password: str) -> str:
    """Return the text to keep of a password."""
    with _AT_ONCE:
        return _HASHER.hash(_bytes(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one that was hashed.

    Args:
        password_hash: None, for nobody or somebody without a password: as much work, then False.
    """
    with _AT_ONCE:
        try:
            _HASHER.verify(password_hash or _nobodys_hash(), _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than new ones are."""
    return _HASHER.check_needs_rehash(password_hash)


def refuse_weak(password: str, *, email: str, path: str) -> None:
    """Check that a password is long enough and not the person's own address.

    Raises:
        InvalidInput: WEAK_PASSWORD.
    """
    text = _normal(password)
    sentence = None
    if len(text) < SHORTEST:
        sentence = f"The password has {len(text)} characters; it needs {SHORTEST}."
    elif len(text) > LONGEST:
        sentence = f"The password is longer than {LONGEST} characters."
    elif text.lower() in (email, email.partition("@")[0]):
        sentence = "The password is the e-mail address."
    elif len(set(text)) < 4:
        sentence = "The password repeats the same few characters."
    if sentence is not None:
        raise InvalidInput(
            "WEAK_PASSWORD",
            sentence,
            path=path,
            hint=f"Take {SHORTEST} characters or more, such as four words that mean nothing"
            " together.",
        )


def _normal(password: str) -> str:
    """Write the same letters in the same way, whichever keyboard they come from."""
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "surrogatepass")


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody has this password")
