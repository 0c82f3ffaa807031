"""The entity dictionary: every key ever seen has one dense ordinal, for ever.

Append-only, so bitmaps written long ago stay true. New keys get ordinals in a random order, so any
block of ordinals is a fair sample. Kept in one file per workspace, replaced atomically; integers as
a NumPy array, text as UTF-8 separated by NUL.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.errors import InvalidFile

_SPARSE = 16  # a look-up table may be this many times larger than the number of keys


@dataclass(frozen=True)
class EntityDictionary:
    """Keys by ordinal: ``keys[i]`` is the key of ordinal i; int64 or objects of str."""

    keys: NDArray[Any]

    @property
    def size(self) -> int:
        """How many ordinals there are."""
        return len(self.keys)

    @property
    def is_text(self) -> bool:
        """Whether keys are text."""
        return self.keys.dtype == object

    def ordinals_of(self, keys: NDArray[Any]) -> NDArray[np.int64]:
        """Return the ordinal of each key, -1 for a key that is not in the dictionary."""
        if self.is_text:
            found = [self._by_text.get(key, -1) for key in keys]
            return np.asarray(found, dtype=np.int64)
        if self.size == 0 or len(keys) == 0:
            return np.full(len(keys), -1, dtype=np.int64)
        wanted = keys.astype(np.int64)
        low, table = self._table
        if table is not None:
            place = wanted - low
            if place.min() >= 0 and place.max() < len(table):  # as good as always
                return table[place]
            inside = (place >= 0) & (place < len(table))
            return np.where(inside, table[np.where(inside, place, 0)], -1)
        order, sorted_keys = self._sorted
        spot = np.minimum(np.searchsorted(sorted_keys, wanted), self.size - 1)
        return np.where(sorted_keys[spot] == wanted, order[spot], -1)

    def extended(self, keys: NDArray[Any]) -> EntityDictionary:
        """Return a dictionary that also holds ``keys`` (distinct); new ones in random order."""
        known = self.ordinals_of(keys) >= 0
        fresh = keys[~known]
        if len(fresh) == 0:
            return self
        # Seeded by what is there: the same loads give the same ordinals.
        order = np.random.default_rng([self.size, len(fresh)]).permutation(len(fresh))
        fresh = np.sort(fresh)[order]
        return EntityDictionary(np.concatenate([self.keys.astype(fresh.dtype), fresh]))

    def fingerprint(self, size: int) -> str:
        """Return a hash of the first ``size`` keys' ends, to tell dictionaries apart."""
        if size == 0 or size > self.size:
            return f"{size}:none"
        ends = f"{self.keys[0]}\0{self.keys[size - 1]}\0{size}"
        return f"{size}:{sha256(ends.encode()).hexdigest()[:16]}"

    @cached_property
    def _by_text(self) -> dict[str, int]:
        return {key: ordinal for ordinal, key in enumerate(self.keys.tolist())}

    @cached_property
    def _table(self) -> tuple[int, NDArray[np.int64] | None]:
        low, high = int(self.keys.min()), int(self.keys.max())
        if high - low >= self.size * _SPARSE + 1024:
            return low, None
        table = np.full(high - low + 1, -1, dtype=np.int64)
        table[self.keys - low] = np.arange(self.size)
        return low, table

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.int64], NDArray[Any]]:
        order = np.argsort(self.keys, kind="stable")
        return order, self.keys[order]


EMPTY = EntityDictionary(np.empty(0, dtype=np.int64))


def are_distinct(keys: NDArray[Any]) -> bool:
    """Whether no key comes twice; integers or objects of str."""
    if keys.dtype == object:
        return len(set(keys.tolist())) == len(keys)
    if (keys[1:] > keys[:-1]).all():  # as loaded, mostly
        return True
    ascending = np.sort(keys)
    return bool((ascending[1:] != ascending[:-1]).all())


def read_entities(folder: Path) -> EntityDictionary:
    """Read a workspace's dictionary; an absent one is empty.

    Raises:
        InvalidFile: the file is damaged.
    """
    numbers, text = folder / "entities.npy", folder / "entities.txt"
    try:
        if numbers.exists():
            return EntityDictionary(np.load(numbers, allow_pickle=False))
        if text.exists():
            keys = text.read_bytes().decode("utf-8").split("\0")[:-1]
            return EntityDictionary(np.array(keys, dtype=object))
    except (ValueError, OSError, EOFError) as error:
        raise InvalidFile(
            "ENTITIES_DAMAGED",
            f"The entity dictionary in {folder} cannot be read: {error}.",
            hint="Restore it from a backup; published segments cannot be read without it.",
        ) from error
    return EMPTY


def extend_entities(folder: Path, keys: NDArray[Any]) -> EntityDictionary:
    """Add the keys that are new and return the whole dictionary; safe among processes."""
    with _locked(folder):
        before = read_entities(folder)
        if before.size == 0:
            before = EntityDictionary(keys[:0])
        elif before.is_text != (keys.dtype == object):
            raise InvalidFile(
                "KEY_TYPE_CHANGED",
                "The entity's key was a number and is text now, or the other way round.",
                hint="Published segments speak of the old keys: use a new workspace.",
            )
        after = before.extended(keys)
        if after.is_text and any("\0" in key for key in after.keys[before.size :].tolist()):
            raise InvalidFile("BAD_KEY", "An entity key holds the character NUL.")
        if after is not before:
            _write(folder, after)
        return after


def remove_leftovers(folder: Path, *, dry_run: bool = False) -> tuple[int, ...]:
    """Remove half-written dictionaries of killed processes (or only look); return their bytes."""
    if not folder.is_dir():
        return ()
    with _locked(folder):  # whoever writes one holds this
        found = list(folder.glob("entities.tmp*"))
        sizes = tuple(path.stat().st_size for path in found)
        for path in found if not dry_run else ():
            path.unlink()
    return sizes


def _write(folder: Path, dictionary: EntityDictionary) -> None:
    target = folder / ("entities.txt" if dictionary.is_text else "entities.npy")
    temporary = target.with_suffix(f".tmp{os.getpid()}")
    with temporary.open("wb") as file:
        if dictionary.is_text:
            file.write("".join(f"{key}\0" for key in dictionary.keys.tolist()).encode("utf-8"))
        else:
            np.save(file, dictionary.keys, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "entities.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
