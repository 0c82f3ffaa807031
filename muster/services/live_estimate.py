"""An estimate from a sample of everybody, with the interval it is in 95 times of 100."""

from __future__ import annotations

import math
from dataclasses import dataclass

_MANY_BLOCKS = 9
_Z = 1.959963984540054  # of the standard normal distribution, two-sided 95 %


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how many of everybody are members.

    ``size`` is between ``low`` and ``high`` in 95 of 100 samples of ``sample`` entities.
    """

    size: int
    low: int
    high: int
    sample: int
    everyone: int


def sample_blocks(blocks: int) -> tuple[int, ...]:
    """Return which of an index's blocks are looked at: the middle one, of many those of each third.

    Ordinals are random among the entities that came together, and later ones lie behind; so a few
    blocks far apart are a fairer sample than neighbours.
    """
    parts = 1 if blocks < _MANY_BLOCKS else 3
    return tuple((2 * part + 1) * blocks // (2 * parts) for part in range(parts))


def estimate(members: int, sample: int, everyone: int) -> Estimate:
    """Estimate from how many of a sample are members: Wilson's score interval.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927);
    unlike the textbook's interval it holds for few members too. What the sample has seen is
    certain, so the interval never leaves it.
    """
    if sample == 0:
        return Estimate(0, 0, everyone, 0, everyone)
    share, spread = members / sample, _Z * _Z / sample
    centre = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    low = max(math.floor((centre - half) * everyone), members)
    high = min(math.ceil((centre + half) * everyone), everyone - (sample - members))
    return Estimate(min(max(round(share * everyone), low), high), low, high, sample, everyone)
