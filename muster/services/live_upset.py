"""Which of a rule's conditions are true together: how many have exactly each combination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.engines import bits
from muster.engines.bits import Words
from muster.services.live_tree import Branch, LiveRule, top_level

MOST_CONDITIONS = 12
_FEW = 6
_CHUNK_WORDS = 1024  # what is added up for 65,536 entities stays in the processor's cache


@dataclass(frozen=True, slots=True)
class Combination:
    """Of how many exactly these conditions are true, by their places."""

    true: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Combinations:
    """The combinations of the outermost conditions in the universe, the largest first.

    Attributes:
        conditions: the first `MOST_CONDITIONS` ones; the others are not looked at.
        left_out: how many conditions that are.
        found: the largest combinations.
        others: how many more there are; ``others_size``: the entities in them.
    """

    conditions: tuple[Branch, ...]
    left_out: int
    found: tuple[Combination, ...]
    others: int
    others_size: int


def combinations(live: LiveRule, *, most: int = 40) -> Combinations:
    """Return the combinations, ``most`` at most."""
    _, every = top_level(live.where)
    conditions = every[:MOST_CONDITIONS]
    sizes = combination_sizes([one.mask.true for one in conditions], live.universe)
    order = [int(code) for code in np.argsort(-sizes, kind="stable") if sizes[code]]
    found = tuple(
        Combination(
            tuple(place for place in range(len(conditions)) if code >> place & 1), int(sizes[code])
        )
        for code in order[:most]
    )
    rest = order[most:]
    return Combinations(
        conditions,
        len(every) - len(conditions),
        found,
        len(rest),
        int(sizes[rest].sum()) if rest else 0,
    )


def combination_sizes(sets: Sequence[Words], among: Words) -> NDArray[np.int64]:
    """Return, by code, how many of ``among`` are in exactly those sets whose bits the code has."""
    if len(sets) <= _FEW:
        found = np.zeros(1 << len(sets), dtype=np.int64)
        _split(sets, among, 0, found)
        return found
    return _counted(sets, among)


def _split(sets: Sequence[Words], among: Words, code: int, found: NDArray[np.int64]) -> None:
    """Part those left by the last set, then each half by the set before, and so on."""
    if not sets:
        found[code] = bits.count(among)
        return
    *rest, last = sets
    inside = among & last
    _split(rest, inside, code | 1 << len(rest), found)
    _split(rest, among ^ inside, code, found)


def _counted(sets: Sequence[Words], among: Words) -> NDArray[np.int64]:
    """Write everybody's code out and count the codes; costs less where there are many sets."""
    number = len(sets)
    found = np.zeros(2 << number, dtype=np.int64)
    for start in range(0, len(among), _CHUNK_WORDS):
        chunk = slice(start, start + _CHUNK_WORDS)
        codes = np.zeros(len(among[chunk]) * 64, dtype=np.uint16)
        for place, words in enumerate((*sets, among)):
            flags = np.unpackbits(words[chunk].view(np.uint8), bitorder="little")
            codes |= flags.astype(np.uint16) << np.uint16(place)
        found += np.bincount(codes, minlength=2 << number)
    return found[1 << number :]
