"""What this process lately found out about queries: exact totals, and ladders for far jumps.

Nothing here is needed: another process, or a full memory, finds it out again. An answer counts as
exact only as long as nobody changed anything; a ladder leads near enough for some seconds more.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from muster.store.orders.ladders import Ladder

KEPT = 64
EXACT_SECONDS = 300.0
NEAR_SECONDS = 15.0
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class _Known:
    feed_id: int
    at: float
    total: int | None = None
    ladder: Ladder | None = None


class KnownQueries:
    """Totals and ladders by query; safe among threads, the longest unused goes first.

    Args:
        seconds: the present moment of a clock that only goes forward.
    """

    def __init__(self, *, kept: int = KEPT, seconds: Callable[[], float] = time.monotonic) -> None:
        self._kept, self._seconds = kept, seconds
        self._lock = threading.Lock()
        self._making = tuple(threading.Lock() for _ in range(_AT_ONCE))
        self._found: OrderedDict[Hashable, _Known] = OrderedDict()

    def total(self, key: Hashable, feed_id: int) -> int | None:
        """Return how many rows a query finds if that is known and nothing changed since."""
        found = self._get(key)
        return found.total if found is not None and found.feed_id == feed_id else None

    def ladder(self, key: Hashable, feed_id: int) -> Ladder | None:
        """Return a query's ladder if it is as good as new."""
        found = self._get(key)
        if found is None or found.ladder is None:
            return None
        fresh = found.feed_id == feed_id or self._seconds() - found.at < NEAR_SECONDS
        return found.ladder if fresh else None

    def making(self, key: Hashable) -> threading.Lock:
        """Return what to hold while a query's ladder is made: many may jump at the same moment."""
        return self._making[hash(key) % _AT_ONCE]

    def keep_total(self, key: Hashable, feed_id: int, total: int) -> None:
        """Keep how many rows a query found, as of a position of the feed."""
        found = self._get(key)
        if found is not None and found.feed_id == feed_id:
            self._put(key, replace(found, total=total))
        elif found is None or found.ladder is None or self.ladder(key, feed_id) is None:
            self._put(key, _Known(feed_id, self._seconds(), total))

    def keep_ladder(self, key: Hashable, feed_id: int, ladder: Ladder) -> None:
        """Keep a ladder, made as of a position of the feed."""
        self._put(key, _Known(feed_id, self._seconds(), ladder.total, ladder))

    def _get(self, key: Hashable) -> _Known | None:
        with self._lock:
            found = self._found.get(key)
            if found is None:
                return None
            if self._seconds() - found.at > EXACT_SECONDS:
                del self._found[key]
                return None
            self._found.move_to_end(key)
            return found

    def _put(self, key: Hashable, known: _Known) -> None:
        with self._lock:
            self._found[key] = known
            self._found.move_to_end(key)
            while len(self._found) > self._kept:
                self._found.popitem(last=False)


KNOWN = KnownQueries()
