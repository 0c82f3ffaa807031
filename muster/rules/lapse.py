"""When truths change by themselves: every event stays as it is, only time goes by.

The law is asked again at every candidate instant in order, because truths are not monotone: an
event leaves a window, comes back at the end of the month, an absence begins. Half-open windows make
the instants exact: at ``t`` the truth differs from the one a microsecond before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby

from muster.rules.duration import LAST_INSTANT, Duration, shift_instant
from muster.rules.explain_entity import Entity
from muster.rules.explain_records import Lapse, Turn
from muster.rules.lapse_candidates import candidates
from muster.rules.lapse_summaries import summary_of
from muster.rules.nodes import Member
from muster.rules.resolved import Measure, Path, ResolvedLeaf
from muster.rules.truth import Truth

MAX_EVALUATIONS = 2_000
MAX_WORK = 400_000
"""Events looked at for one leaf, at a few microseconds each."""
_STEPS = 10  # a sequence looks at an event so many times
_FEWEST = 5

HORIZON = Duration(months=12 * 150)
"""No length is longer than a hundred years, so no event matters longer than that."""


@dataclass(frozen=True, slots=True)
class Blind:
    """From ``at`` on a truth is not known in advance."""

    at: datetime
    reason: str


class Timeline:
    """The later truths of one leaf, found one by one as they are asked for, then remembered."""

    def __init__(self, leaf: ResolvedLeaf, entity: Entity) -> None:
        self.leaf = leaf
        self.truth = entity.truth(leaf)
        self._found: list[Turn | Blind] = []
        self._more = _turns(leaf, entity, self.truth)

    def turns(self) -> Iterator[Turn | Blind]:
        """Yield the changes in order; a `Blind` is the last."""
        place = 0
        while True:
            if place == len(self._found):
                following = next(self._more, None)
                if following is None:
                    return
                self._found.append(following)
            yield self._found[place]
            place += 1

    def first(self) -> Turn | Blind | None:
        """Return the first change; None = there is none."""
        return next(self.turns(), None)


def unforeseen(leaf: ResolvedLeaf) -> str | None:
    """Return why a leaf may change without new data about the entity and unforeseen; else None."""
    if isinstance(leaf, Measure) and leaf.rank != "value":
        return f"The rank by {leaf.aggregate.output.label} changes with everybody else's values."
    if isinstance(leaf, Member) and leaf.segment is not None:
        return f'Membership of "{leaf.segment}" changes when that segment is refreshed.'
    return None


def lapse(
    timelines: Mapping[ResolvedLeaf, Timeline],
    qualifies: Callable[[Callable[[ResolvedLeaf], Truth]], bool],
    *,
    reasons: Iterable[str] = (),
) -> Lapse:
    """Return when membership changes by itself.

    The leaves' changes are merged in time and the rule is judged anew after each; between them
    every leaf, and so the rule, stays as it is.

    Args:
        qualifies: says from the leaves' truths whether the entity qualifies.
        reasons: further reasons why membership may change unforeseen.
    """
    truths = {leaf: timeline.truth for leaf, timeline in timelines.items()}
    now = qualifies(truths.__getitem__)
    caveats = (*(why for why in map(unforeseen, timelines) if why), *reasons)
    streams = [_labelled(timeline) for timeline in timelines.values()]
    for at, group in groupby(merge(*streams, key=_when), key=_when):
        changed = []
        for leaf, turn in group:
            if isinstance(turn, Blind):
                return Lapse(None, not now, (), at, (turn.reason, *caveats))
            truths[leaf] = turn.truth
            changed.append(leaf)
        if qualifies(truths.__getitem__) is not now:
            return Lapse(at, not now, tuple(changed), None, caveats)
    return Lapse(None, not now, (), None, caveats)


def _labelled(timeline: Timeline) -> Iterator[tuple[ResolvedLeaf, Turn | Blind]]:
    return ((timeline.leaf, turn) for turn in timeline.turns())


def _when(labelled: tuple[ResolvedLeaf, Turn | Blind]) -> datetime:
    return labelled[1].at


def _turns(leaf: ResolvedLeaf, entity: Entity, truth: Truth) -> Iterator[Turn | Blind]:
    if isinstance(leaf, Measure) and leaf.rank != "value":
        return
    after, zone = entity.moment.as_of, entity.moment.zone
    until = min(
        shift_instant(after, HORIZON, zone=zone, sign=1), LAST_INSTANT - timedelta(days=400)
    )
    found = candidates(leaf, entity.subject(leaf), after=after, until=until)
    truth_at = entity.truth_over_time(leaf)
    summary = summary_of(leaf, entity)
    last = None if summary is None else summary(after)
    left = _evaluations(leaf, entity)
    for at in found.instants:
        if at >= found.until:
            break
        if summary is not None:
            now = summary(at)
            if now == last:
                continue
            last = now
        if left == 0:
            yield Blind(at, "There are too many instants at which a condition may change.")
            return
        left -= 1
        following = truth_at(at)
        if following is not truth:
            truth = following
            yield Turn(at, truth)
    if found.until < until:
        yield Blind(found.until, "Anniversaries are looked for ten years ahead.")


def _evaluations(leaf: ResolvedLeaf, entity: Entity) -> int:
    """Return how often the law may be asked: seldom where there is much to look at."""
    events = len(entity.narrowed(leaf)[1]) + 1
    work = events * _STEPS if isinstance(leaf, Path) else events
    return max(_FEWEST, min(MAX_EVALUATIONS, MAX_WORK // work))
