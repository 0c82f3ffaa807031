"""A small memory of what was made lately, for values that are costly to make and never change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The values used last, by key; several threads may ask at once.

    The key must say everything the value depends on: nothing is ever made anew. Two threads that
    ask for one missing value at once both make it, and one of the two is kept.
    """

    def __init__(self, *, kept: int) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the value of a key; ``make`` it first when it is not remembered."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        with self._lock:
            found = self._values.setdefault(key, made)
            self._values.move_to_end(key)
            while len(self._values) > self._kept:
                self._values.popitem(last=False)
        return found
