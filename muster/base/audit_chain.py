"""How audit entries are chained: each one's hash covers its content and the hash before it.

With a key the hash is an HMAC, which whoever can only write to the database cannot forge.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import UTC

from muster.base.json_value import canonical, exact
from muster.base.records import AuditEntry

PLAIN = "sha256"
KEYED = "hmac-sha256"
GENESIS = ""
"""What stands for the hash before the first entry."""


@dataclass(frozen=True, slots=True)
class ChainKeys:
    """The secrets of the chains: the first seals new entries, the others are older ones.

    None at all: entries are hashed without a key.
    """

    secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, text: str | None) -> ChainKeys:
        """Read the setting: keys with commas between them, the newest first."""
        return cls(tuple(part.strip() for part in (text or "").split(",") if part.strip()))

    @property
    def algorithm(self) -> str:
        """How new entries are hashed: ``sha256``, or ``hmac-sha256:`` and the key's id."""
        return f"{KEYED}:{key_id(self.secrets[0])}" if self.secrets else PLAIN

    def secret_of(self, algorithm: str) -> str | None:
        """Return the secret that an algorithm names; None if it is not among these."""
        names = {f"{KEYED}:{key_id(secret)}": secret for secret in self.secrets}
        return names.get(algorithm)


def key_id(secret: str) -> str:
    """Return the name of a key, which tells nothing about it: eight hexadecimal digits."""
    return hashlib.sha256(b"muster audit key id:" + secret.encode()).hexdigest()[:8]


def algorithm_of(entry_hash: str) -> str:
    """Return the algorithm a stored hash names.

    >>> algorithm_of("hmac-sha256:1a2b3c4d:00ff")
    'hmac-sha256:1a2b3c4d'
    """
    return entry_hash.rpartition(":")[0]


def is_keyed(entry_hash: str) -> bool:
    """Whether a stored hash needed a key."""
    return entry_hash.startswith(f"{KEYED}:")


def hash_of(entry: AuditEntry, *, algorithm: str, secret: str | None) -> str:
    """Return what the ``hash`` of an entry must be: the algorithm, a colon, hexadecimal digits.

    The entry's own ``id`` and ``hash`` do not count; its ``position`` and ``previous_hash`` do.
    """
    text = canonical(
        {
            "algorithm": algorithm,
            "workspace": entry.workspace_id,
            "at": entry.at.astimezone(UTC).isoformat(),
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
            "before": _as_stored(entry.before),
            "after": _as_stored(entry.after),
            "reason": entry.reason,
            "request_id": entry.request_id,
            "position": entry.position,
            "previous_hash": entry.previous_hash,
        }
    ).encode()
    if secret is None:
        digest = hashlib.sha256(text).hexdigest()
    else:
        digest = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return f"{algorithm}:{digest}"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain at some moment; kept elsewhere, it shows that a tail was cut off."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Head | None:
        """Read what `str` wrote; None when it is none."""
        position, _, found = text.strip().partition(":")
        if not (position.isdecimal() and len(position) <= 18 and found.count(":") in (1, 2)):
            return None
        return cls(int(position), found)


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold.

    ``why``: altered, removed, reordered, inserted, relinked, unsealed, unknown_key, cut or
    rewritten.
    """

    position: int
    why: str
    sentence: str


def first_break(
    entry: AuditEntry, *, expected: int, previous: AuditEntry | None, keys: ChainKeys
) -> Break | None:
    """Return what is wrong with one entry, given the one before it; None when it holds.

    Args:
        expected: the position that comes next.
        previous: the entry at the position before, None for the first.
    """
    position = entry.position or 0
    if position > expected:
        return Break(expected, "removed", f"Entry {expected} is missing.")
    if position < expected:
        return Break(position, "inserted", f"Position {position} is taken twice.")
    if previous is not None and entry.id <= previous.id:
        return Break(position, "reordered", f"Entry {position} was written before its predecessor.")
    stored = entry.hash or ""
    algorithm = algorithm_of(stored)
    secret = keys.secret_of(algorithm)
    if is_keyed(stored) and secret is None:
        sentence = f"Entry {position} is sealed with a key that this process does not have."
        return Break(position, "unknown_key", sentence)
    if previous is not None and is_keyed(previous.hash or "") and not is_keyed(stored):
        sentence = f"Entry {position} has no seal, though the ones before it have."
        return Break(position, "unsealed", sentence)
    right = hash_of(entry, algorithm=algorithm if is_keyed(stored) else PLAIN, secret=secret)
    if not hmac.compare_digest(right.encode(), stored.encode()):
        sentence = f"Entry {position} is not what was written: its hash differs."
        return Break(position, "altered", sentence)
    before = GENESIS if previous is None else previous.hash
    if entry.previous_hash != before:
        sentence = f"Entry {position} follows another entry than the one that stands before it."
        return Break(position, "relinked", sentence)
    return None


def tail_break(head: Head, *, last: int, at_head: str | None) -> Break | None:
    """Hold a chain against its head as it was exported once.

    Args:
        last: the position of the chain's last entry, 0 when it is empty.
        at_head: the hash of the entry at the head's position, None when there is none.
    """
    if last < head.position:
        sentence = f"The chain ends at {last}, but it once reached {head.position}."
        return Break(last + 1, "cut", sentence)
    if at_head is None or not hmac.compare_digest(at_head.encode(), head.hash.encode()):
        sentence = f"Entry {head.position} is another one than when the head was exported."
        return Break(head.position, "rewritten", sentence)
    return None


def belongs_at(entry: AuditEntry, place: int, *, keys: ChainKeys) -> bool:
    """Whether an entry would be right, unaltered, at another place of its chain."""
    moved = replace(entry, position=place)
    algorithm = algorithm_of(entry.hash or "")
    secret = keys.secret_of(algorithm)
    return hash_of(moved, algorithm=algorithm, secret=secret) == entry.hash


def sealed(entry: AuditEntry, keys: ChainKeys) -> str:
    """Return the hash that a new entry gets."""
    secret = keys.secrets[0] if keys.secrets else None
    return hash_of(entry, algorithm=keys.algorithm, secret=secret)


def _as_stored(value: object) -> object:
    """Return a JSON value as it comes back from the database: names are text, fractions floats."""
    return json.loads(json.dumps(exact(value)))
