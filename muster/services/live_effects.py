"""What single conditions do: the size without each, and who fails because of one alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from muster.engines import bits
from muster.engines.bits import Words
from muster.services.live_tree import Branch, LiveRule, top_level, without


@dataclass(frozen=True, slots=True)
class Effect:
    """The size of the rule without a condition; None: only a ranking could tell.

    ``path`` is a leaf's, at any depth; a facet's leaves stand and go together.
    """

    path: str
    size_without: int | None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Who would be a member if this condition were true of them, by what it is instead.

    Attributes:
        false, unknown: how many.
        ordinals: some of them.
    """

    condition: Branch
    false: int
    unknown: int
    ordinals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NearMisses:
    """Those of the universe whom one more true condition of the outermost group would let in.

    Whom an exclusion leaves out is not among them; a limit is not looked at. ``total``: how many
    they are together; in an "at least" group one entity may miss several conditions.
    """

    total: int
    conditions: tuple[NearMiss, ...]


def effects(live: LiveRule) -> tuple[Effect, ...]:
    """Return the size without each condition, in reading order."""
    found = []
    for path in dict.fromkeys(live.where.paths):
        left = without(live.where, path, live.present)
        true = live.present if left is None else left.true
        found.append(Effect(path, live.size_if(true)))
    return tuple(found)


def near_misses(live: LiveRule, *, samples: int = 0) -> NearMisses | None:
    """Return who is one condition short; None where one condition of several is enough.

    Args:
        samples: how many ordinals to give for each condition.
    """
    needed, conditions = top_level(live.where)
    allowed = live.allowed
    if (needed == 1 and len(conditions) > 1) or not 1 <= needed <= len(conditions):
        return None
    misses = [allowed & ~condition.mask.true for condition in conditions]
    near = _exactly(len(conditions) - needed + 1, misses, allowed)
    return NearMisses(
        bits.count(near),
        tuple(
            NearMiss(
                condition,
                bits.count(near & condition.mask.false),
                bits.count(near & missed & ~condition.mask.false),
                first_ordinals(near & missed, samples),
            )
            for condition, missed in zip(conditions, misses, strict=True)
        ),
    )


def first_ordinals(words: Words, most: int) -> tuple[int, ...]:
    """Return the first ordinals of a set; ordinals are in random order."""
    found: list[int] = []
    for place in np.flatnonzero(words)[:most].tolist():
        word = int(words[place])
        found += [place * 64 + bit for bit in range(64) if word >> bit & 1]
    return tuple(found[:most])


def _exactly(number: int, sets: Sequence[Words], among: Words) -> Words:
    """Return who is in exactly so many of the sets: a counter in bit slices."""
    reached = [np.zeros_like(among) for _ in range(number + 1)]
    for words in sets:
        for level in range(number, 0, -1):
            reached[level] |= reached[level - 1] & words
        reached[0] |= words
    return reached[number - 1] & ~reached[number]
