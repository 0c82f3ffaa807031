"""One sequence about one entity: how far its events walk, which ones, what would flip it."""

from __future__ import annotations

from datetime import datetime, timedelta

from muster.rules.evaluate_events import Happened
from muster.rules.explain_entity import Entity
from muster.rules.explain_evidence import events_change, evidence_of
from muster.rules.explain_records import Change, Finding
from muster.rules.explain_words import plural, show_span
from muster.rules.resolved import Path, ResolvedStep, Scan
from muster.rules.windows import AllTime

_MAX_TRIED = 50


def path_finding(leaf: Path, entity: Entity, *, wanted: bool) -> Finding:
    """Return what was found; the flip leads to ``wanted``.

    ``value`` is the number of steps walked, absent ones left out; the evidence is one such walk.
    """
    walker = Walker(leaf, entity)
    walk = walker.longest()
    present = [number for number, step in enumerate(leaf.steps, 1) if not step.absent]
    places = dict(zip((id(event.row) for event in walk), present, strict=False))
    evidence = evidence_of(walk, lambda event: (places[id(event.row)],))
    reason = None
    if wanted:
        flip: Change | None = _completed(leaf, walker, walk, len(present) - len(walk))
    else:
        flip = _broken(leaf, entity, walk)
        if flip is None:
            reason = "The steps were walked in more than one way; no single event decides."
    steps = f"{len(walk)} of {plural(len(present), 'step')}"
    asked = f"all {plural(len(present), 'step')}, in order"
    return Finding(len(walk), steps, len(present), asked, evidence, flip, reason)


def _completed(leaf: Path, walker: Walker, walk: list[Happened], missing: int) -> Change:
    if missing:
        following = [number for number, step in enumerate(leaf.steps, 1) if not step.absent]
        return events_change([(missing, f"from step {following[len(walk)]} on")], [])
    until = walker.sure_at(walk)
    if until is None:
        return Change("fewer_events", "no event of the absent step at the end")
    length = until - walker.end
    return Change("wait", f"nothing more for {show_span(length)}", length, until)


def _broken(leaf: Path, entity: Entity, walk: list[Happened]) -> Change | None:
    """Return the change "one event fewer" if there is an event without which nothing fits."""
    for event in walk[:_MAX_TRIED]:
        if entity.without(event).truth(leaf) is False:
            return events_change([], [(1, f"at step {walk.index(event) + 1}")])
    return None


class Walker:
    """Walks a sequence as far as the entity's events allow, by the rules of the law."""

    def __init__(self, leaf: Path, entity: Entity) -> None:
        events = entity.evaluator.events
        window = events.interval(leaf.window)
        self.end = window.end
        self._leaf = leaf
        self._per_step = [
            events.matching(Scan(step.sources, step.where, AllTime()), entity.key, window)
            for step in leaf.steps
        ]
        self._best: dict[tuple[int, int], list[Happened]] = {}
        self._complete: set[tuple[int, int]] = set()

    def longest(self) -> list[Happened]:
        """Return the events of a whole walk if there is one, else of one that goes furthest."""
        starts = self._per_step[0]
        if self._leaf.start != "any" and starts:
            edge = starts[0 if self._leaf.start == "first" else -1].order
            starts = [event for event in starts if event.order == edge]
        best: list[Happened] = []
        for event in starts:
            if None in self._shared(event):
                continue
            walk = self._onwards(1, event)
            if (1, id(event.row)) in self._complete:
                return [event, *walk]
            if 1 + len(walk) >= len(best):
                best = [event, *walk]
        return best

    def sure_at(self, walk: list[Happened]) -> datetime | None:
        """Return when the absence at the end of a walk is sure, if it still may be; else None."""
        last = walk[-1]
        ends = []
        for index in self._trailing():
            step = self._leaf.steps[index]
            if self._happened(index, last, None):
                return None
            if step.within is not None:
                ends.append(last.at + step.within.elapsed())
        return max((end for end in ends if end > self.end), default=None)

    def _trailing(self) -> list[int]:
        steps = self._leaf.steps
        present = max(index for index, step in enumerate(steps) if not step.absent)
        return list(range(present + 1, len(steps)))

    def _shared(self, event: Happened) -> tuple[object, ...]:
        return tuple(event.row.get(name) for name in self._leaf.same)

    def _onwards(self, index: int, last: Happened) -> list[Happened]:
        """Return the longest walk from step ``index`` on after ``last``; remembered."""
        place = (index, id(last.row))
        if place in self._best:
            return self._best[place]
        steps = self._leaf.steps
        pending = []
        following = index
        while following < len(steps) and steps[following].absent:
            pending.append(following)
            following += 1
        best: list[Happened] = []
        if following == len(steps):
            if all(self._surely_absent(step, last) for step in pending):
                self._complete.add(place)
        else:
            best = self._best_next(place, following, last, pending)
        self._best[place] = best
        return best

    def _best_next(
        self, place: tuple[int, int], following: int, last: Happened, pending: list[int]
    ) -> list[Happened]:
        best: list[Happened] = []
        for event in self._per_step[following]:
            if not self._follows(self._leaf.steps[following], last, event):
                continue
            if any(self._happened(step, last, event.at) for step in pending):
                continue
            rest = self._onwards(following + 1, event)
            complete = (following + 1, id(event.row)) in self._complete
            if complete or 1 + len(rest) >= len(best):
                best = [event, *rest]
            if complete:
                self._complete.add(place)
                break
        return best

    def _follows(self, step: ResolvedStep, last: Happened, event: Happened) -> bool:
        elapsed = event.at - last.at
        soonest = step.not_before.elapsed() if step.not_before else timedelta(0)
        soon_enough = step.within is None or elapsed < step.within.elapsed()
        return (
            elapsed > timedelta(0)
            and elapsed >= soonest
            and soon_enough
            and self._shared(event) == self._shared(last)
        )

    def _happened(self, index: int, last: Happened, until: datetime | None) -> bool:
        return any(
            (until is None or event.at < until)
            and self._follows(self._leaf.steps[index], last, event)
            for event in self._per_step[index]
        )

    def _surely_absent(self, index: int, last: Happened) -> bool:
        within = self._leaf.steps[index].within
        passed = within is None or last.at + within.elapsed() <= self.end
        return passed and not self._happened(index, last, None)
