"""How everybody becomes the members of a rule, one condition after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from muster.engines import bits
from muster.engines.bits import Words
from muster.services.live_tree import Branch, LiveRule, required


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a waterfall.

    Attributes:
        kind: everyone, universe, condition, limit or exclusion.
        path: where it stands in the rule.
        size: how many are left after it.
        lost: how many were left before it and are no longer.
        unknown: of the lost, those for whom the condition is unknown rather than false.
        condition: what was asked, for a condition.
    """

    kind: str
    path: str
    size: int
    lost: int
    unknown: int
    condition: Branch | None = None


def waterfall(live: LiveRule, *, narrowing: bool = False) -> tuple[Step, ...]:
    """Return the steps: everybody, the universe, each condition, the limit, the exclusions.

    Args:
        narrowing: each next condition is the one that leaves the fewest, not the author's next.
    """
    steps = [Step("everyone", "$", bits.count(live.present), 0, 0)]
    if live.rule.universe is not None:
        steps.append(_next(steps, "universe", "$.universe", bits.count(live.universe)))
    left, conditions = live.universe, list(required(live.where))
    while conditions:
        place = _narrowest(left, conditions) if narrowing else 0
        condition = conditions.pop(place)
        unknown = bits.count(left & ~(condition.mask.true | condition.mask.false))
        left = left & condition.mask.true
        steps.append(
            _next(steps, "condition", condition.path, bits.count(left), unknown, condition)
        )
    steps += _last(steps, live, left)
    return tuple(steps)


def _last(steps: list[Step], live: LiveRule, left: Words) -> Iterator[Step]:
    limit, before = live.rule.limit, steps[-1]
    if limit is not None:
        before = _next([before], "limit", "$.limit", min(limit.n, before.size))
        yield before
        if before.lost and live.exclusions:  # who of each exclusion was kept, a ranking decided
            yield _next([before], "exclusion", "$.exclude", bits.count(live.members))
            return
    for member, excluded in zip(live.rule.exclude, live.exclusions, strict=True):
        left = left & ~excluded
        before = _next([before], "exclusion", member.path, bits.count(left))
        yield before


def _next(
    steps: list[Step],
    kind: str,
    path: str,
    size: int,
    unknown: int = 0,
    condition: Branch | None = None,
) -> Step:
    return Step(kind, path, size, steps[-1].size - size, unknown, condition)


def _narrowest(left: Words, conditions: list[Branch]) -> int:
    sizes = [bits.count(left & condition.mask.true) for condition in conditions]
    return sizes.index(min(sizes))
