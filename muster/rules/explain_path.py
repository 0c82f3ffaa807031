"""One sequence about one entity: how far its events walk, which ones, what would flip it."""

from __future__ import annotations

from muster.rules.evaluate_events import Happened
from muster.rules.explain_entity import Entity
from muster.rules.explain_evidence import events_change, evidence_of
from muster.rules.explain_records import Change, Finding
from muster.rules.explain_walk import Walker
from muster.rules.explain_words import plural, show_span
from muster.rules.resolved import Path


def path_finding(leaf: Path, entity: Entity, *, wanted: bool) -> Finding:
    """Return what was found; the flip leads to ``wanted``.

    ``value`` is the number of steps walked, absent ones left out; the evidence is one such walk.
    """
    walker = Walker(leaf, entity.evaluator.events, entity.key)
    _, walk = walker.walk()
    present = [number for number, step in enumerate(leaf.steps, 1) if not step.absent]
    places = dict(zip((id(event.row) for event in walk), present, strict=False))
    reason = None
    if wanted:
        flip: Change | None = _completed(walker, walk, present)
    else:
        flip = _broken(leaf, entity, walk, present)
        if flip is None:
            reason = "The steps were walked in more than one way; no single event decides."
    return Finding(
        len(walk),
        f"{len(walk)} of {plural(len(present), 'step')}",
        len(present),
        "the step" if len(present) == 1 else f"all {len(present)} steps in order",
        evidence_of(walk, lambda event: (places[id(event.row)],)),
        flip,
        reason,
    )


def _completed(walker: Walker, walk: list[Happened], present: list[int]) -> Change:
    missing = len(present) - len(walk)
    if missing:
        return events_change([(missing, f"from step {present[len(walk)]} on")], [])
    until = walker.sure_at(walk[-1])
    if until is None:
        return Change("fewer_events", "no event of the absent step at the end")
    length = until - walker.end
    return Change("wait", f"nothing more for {show_span(length)}", length, until)


def _broken(leaf: Path, entity: Entity, walk: list[Happened], present: list[int]) -> Change | None:
    """Return the change "one event fewer" if there is an event without which nothing fits."""
    for number, event in zip(present, walk, strict=False):
        if entity.without(event).truth(leaf) is False:
            return events_change([], [(1, f"at step {number}")])
    return None
