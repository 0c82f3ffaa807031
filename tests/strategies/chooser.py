"""Small choices drawn from Hypothesis; the first option of each is what a failure shrinks to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


@cache
def _integers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@cache
def _bytes(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


class Chooser:
    """Draws from the one ``draw`` of a composite strategy; strategies are made once and kept."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return low if low == high else self._draw(_integers(low, high))

    def chance(self, percent: int) -> bool:
        """Return True about so often; shrinks to False."""
        return self.number(0, 99) >= 100 - percent

    def one(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.number(0, len(options) - 1)]

    def some(self, options: Iterable[T], fewest: int = 0, most: int | None = None) -> list[T]:
        """Return different options, in a drawn order."""
        left = list(options)
        highest = len(left) if most is None else min(most, len(left))
        count = self.number(min(fewest, highest), highest)
        return [left.pop(self.number(0, len(left) - 1)) for _ in range(count)]

    def row(self, pools: Sequence[Sequence[Any]]) -> list[Any]:
        """Return one value of each pool by a single draw, so that rows are cheap."""
        picks = self._draw(_bytes(len(pools))) if pools else b""
        return [pool[pick % len(pool)] for pool, pick in zip(pools, picks, strict=True)]
