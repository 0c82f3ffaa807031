"""Answers to atoms, kept in this process while the data they are about stays the same.

An atom holds its windows as instants, so the same atom over the same version of the same parts of
the data has the same answer, whichever rule asks and whenever.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from typing import Final

from muster.base.datamodel import Field
from muster.compile.aggregates import fields_needed
from muster.compile.atoms import (
    Atom,
    EntityAtom,
    EventAtom,
    MemberAtom,
    ObservedAtom,
    PathAtom,
    RankAtom,
)
from muster.compile.relations import fields_of
from muster.compile.scans import entity_fields
from muster.engines.bits import Mask
from muster.engines.index.layout import AudienceIndex

DEFAULT_BYTES: Final = 512 * 1024 * 1024
_OVERHEAD_BYTES: Final = 2048  # of the key and the table, so that small answers are bounded too


class LeafCache:
    """Least recently used answers go when the bytes are used up; safe among threads."""

    def __init__(self, *, limit_bytes: int = DEFAULT_BYTES) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, Mask] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Mask | None:
        """Return what is kept under a key, if anything."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, mask: Mask) -> None:
        """Keep an answer; nobody may write to its words any more."""
        size = _size(mask)
        if size > self._limit:
            return
        with self._lock:
            before = self._kept.pop(key, None)
            if before is not None:
                self._bytes -= _size(before)
            self._kept[key] = mask
            self._bytes += size
            while self._bytes > self._limit:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= _size(dropped)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    @property
    def bytes(self) -> int:
        """About how much memory the kept answers take."""
        return self._bytes


class DataLeaves:
    """The cache as one state of one workspace's data sees it."""

    def __init__(self, cache: LeafCache, index: AudienceIndex, *, scope: str) -> None:
        self._cache = cache
        self._index = index
        self._scope = scope

    def known(self, atoms: tuple[Atom, ...]) -> Mapping[Atom, Mask]:
        """Return the answers that are at hand."""
        found = {}
        for atom in atoms:
            key = self._key(atom)
            mask = None if key is None else self._cache.get(key)
            if mask is not None:
                found[atom] = mask
        return found

    def keep(self, answers: Mapping[Atom, Mask], indexed: frozenset[Atom]) -> None:
        """Keep answers, but not those that may change while the index stays what it is.

        Args:
            indexed: the atoms that the index answered; all it holds comes from tables.
        """
        for atom, mask in answers.items():
            key = self._key(atom)
            # what SQL looks up may be a view, which the versions of the index know nothing of
            if key is not None and (atom in indexed or not _looks_up(atom)):
                self._cache.put(key, mask)

    def _key(self, atom: Atom) -> Hashable | None:
        match atom:
            case EntityAtom() | ObservedAtom():
                sources: Iterable[str] = ()
            case EventAtom():
                sources = atom.scan.sources
            case PathAtom():
                sources = (source for step in atom.steps for source in step.sources)
            case MemberAtom() | RankAtom():  # segments and lists change without the index
                return None
        versions = tuple(self._index.versions.get(name) for name in sources)
        if None in versions:  # a view, say, which may change by itself
            return None
        return (self._scope, self._index.size, self._index.versions["entity"], versions, atom)


def _looks_up(atom: Atom) -> bool:
    fields: list[Field] = []
    match atom:
        case EntityAtom() | ObservedAtom():
            fields += entity_fields(atom)
        case EventAtom():
            fields += [*fields_of(atom.scan.where), *fields_needed(atom.having)]
        case PathAtom():
            fields += [field for step in atom.steps for field in fields_of(step.where)]
        case _:
            return False
    return any(field.lookup is not None for field in fields)


def _size(mask: Mask) -> int:
    return mask.true.nbytes + mask.false.nbytes + _OVERHEAD_BYTES


LEAVES: Final = LeafCache()
"""What this process keeps, for whoever evaluates here: the server's live answers, or its runs."""
