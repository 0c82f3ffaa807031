"""Members of published versions kept in memory: a version never changes, so it is read once.

One cache for the process, bounded by bytes; what was used longest ago goes first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from muster.base.records import SegmentVersion
from muster.engines.bits import Words
from muster.engines.entities import EntityDictionary
from muster.services.context import WorkspaceContext
from muster.services.members import version_members

CAPACITY_BYTES = 256 * 2**20
"""Two thousand segments of a million entities."""

_Key = tuple[str, str, str]


class MemberCache:
    """Read-only words by file and entity dictionary; safe among threads."""

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._capacity_bytes = capacity_bytes
        self._held: OrderedDict[_Key, Words] = OrderedDict()
        self._lock = threading.Lock()
        self.bytes_held = 0

    def get(self, key: _Key) -> Words | None:
        """Return what is held under a key."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: _Key, words: Words) -> None:
        """Hold words, and let go of others until all fit; words larger than all are not held."""
        words.setflags(write=False)
        with self._lock:
            if key in self._held or words.nbytes > self._capacity_bytes:
                return
            self._held[key] = words
            self.bytes_held += words.nbytes
            while self.bytes_held > self._capacity_bytes:
                self.bytes_held -= self._held.popitem(last=False)[1].nbytes

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._held.clear()
            self.bytes_held = 0


CACHE = MemberCache()


def members_of_version(
    context: WorkspaceContext, version: SegmentVersion, entities: EntityDictionary
) -> Words:
    """Return one version's members as bits that nobody may write to.

    Raises:
        Conflict: VERSION_SWEPT. NotFound: MEMBERS_MISSING. InvalidFile: MEMBERS_DAMAGED,
            MEMBERS_FOREIGN; whatever was read well once is not read again.
    """
    folder = str(context.resources.data_folder)
    key = (folder, version.bitmap or "", entities.fingerprint(entities.size))
    found = CACHE.get(key) if version.bitmap else None
    if found is None:
        found = version_members(context, version, entities)
        CACHE.put(key, found)
    return found
