"""One "did" condition about one entity: how often, which events, what would flip it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from muster.base.datamodel import Field
from muster.rules.duration import shift_instant
from muster.rules.evaluate_events import Happened, pattern_edge, regular_periods
from muster.rules.explain_entity import Entity
from muster.rules.explain_evidence import events_change, evidence_of, number_change
from muster.rules.explain_records import NO_VALUE, Change, Finding
from muster.rules.explain_words import plural, show_span
from muster.rules.nodes import Count
from muster.rules.resolved import Occurrence
from muster.rules.sentence_words import Words, label_of, quantity
from muster.rules.windows import Interval

_INSIDE, _BEFORE = "in the window", "before the window"


def occurrence_finding(
    leaf: Occurrence, entity: Entity, words: Words, *, wanted: bool, sure: bool
) -> Finding:
    """Return what was found; the flip leads to ``wanted``, or if not ``sure`` to unknown."""
    match leaf.pattern.kind:
        case "plain":
            return _plain(leaf, entity, words, wanted, sure)
        case "regular":
            return _regular(leaf, entity, wanted)
        case _:
            return _pattern(leaf, entity, words, wanted)


# -- so many times ---------------------------------------------------------------------------------


def _plain(leaf: Occurrence, entity: Entity, words: Words, wanted: bool, sure: bool) -> Finding:
    events = entity.evaluator.events
    number = events.number(leaf, entity.key)
    one, many = _nouns(leaf.distinct)
    flip = _count_change(leaf, entity, words, number, wanted=wanted, sure=sure)
    return Finding(
        number,
        plural(number, one, many),
        leaf.count,
        quantity(leaf.count),
        evidence_of(events.matching(leaf.scan, entity.key)),
        flip,
        None if flip else NO_VALUE,
    )


def _nouns(distinct: Field | str | None) -> tuple[str, str]:
    if isinstance(distinct, Field):
        return f"different {label_of(distinct)}", f"different values of {label_of(distinct)}"
    if distinct is None:
        return "event", "events"
    return f"{distinct} with an event", f"{distinct}s with an event"


def _count_change(
    leaf: Occurrence, entity: Entity, words: Words, number: int, *, wanted: bool, sure: bool
) -> Change | None:
    count = leaf.count
    one, many = _nouns(leaf.distinct)
    fitting = [n for n in _numbers(count) if count.holds(n) is wanted]
    start = _missing_history(leaf, entity)
    if start is None:
        return number_change(number, fitting, one=one, many=many)
    # Not known long enough, so the true number may be any larger one.
    longer = _known_longer(start, entity, words)
    if count.holds(number) is wanted:
        return longer
    enough = [n for n in _numbers(count) if _suffices(count, n, wanted=wanted, sure=sure)]
    if enough:
        return number_change(number, enough, one=one, many=many)
    by_number = number_change(number, fitting, one=one, many=many)
    if by_number is None:
        return None
    return replace(by_number, words=f"{by_number.words} and {longer.words}")


def _suffices(count: Count, number: int, *, wanted: bool, sure: bool) -> bool:
    """Whether at least ``number`` events are enough: all larger numbers, or some, fit as well."""
    fits = [count.holds(larger) is wanted for larger in _numbers(count) if larger >= number]
    return all(fits) if sure else any(fits)


def _numbers(count: Count) -> list[int]:
    """Return the numbers about the count's bounds, and one far beyond them."""
    bounds = [count.low, count.low if count.high is None else count.high]
    near = {n + offset for n in bounds for offset in (-1, 0, 1)}
    return sorted(n for n in {0, *near, max(bounds) + 2} if n >= 0)


def _missing_history(leaf: Occurrence, entity: Entity) -> datetime | None:
    """Return since when the entity would have to be known; None = it is known long enough."""
    if leaf.guard is None:
        return None
    if leaf.guard.length is None:
        start = entity.evaluator.events.interval(leaf.scan.window).start
    else:
        moment = entity.moment
        start = shift_instant(moment.as_of, leaf.guard.length, zone=moment.zone, sign=-1)
    since = entity.known_since()
    observed = start is None or (since is not None and since <= start)
    return None if observed else start


def _known_longer(start: datetime, entity: Entity, words: Words) -> Change:
    since = entity.known_since()
    if since is None:
        return Change("set", f"must be known since {words.instant(start)}", target=start)
    length = since - start
    return Change("wait", f"known {show_span(length)} longer", length, start)


# -- patterns --------------------------------------------------------------------------------------


def _pattern(leaf: Occurrence, entity: Entity, words: Words, wanted: bool) -> Finding:
    events = entity.evaluator.events
    window = events.interval(leaf.scan.window)
    assert window.start is not None
    start = min(window.start, entity.moment.as_of)
    inside = events.matching(leaf.scan, entity.key, window)
    before = events.matching(leaf.scan, entity.key, Interval(None, start))
    seen = [*before, *inside]
    if leaf.pattern.kind == "first_time":
        edge, said = (seen[0] if seen else None), "first"
        flip = _first_time(inside, before, wanted)
    else:
        edge, said = (seen[-1] if seen else None), "last"
        gap = pattern_edge(leaf, window.start, entity.moment)
        recent = [event for event in before if gap is None or event.at >= gap]
        older = len(before) - len(recent)
        if leaf.pattern.kind == "stopped":
            flip = _stopped(inside, recent, wanted)
        else:
            flip = _restarted(inside, recent, older, wanted)
    value_words = "never" if edge is None else f"{said} at {words.instant(edge.at)}"
    when = words.window(leaf.scan.window)
    return Finding(
        None if edge is None else edge.at,
        value_words,
        leaf.scan.window,
        {
            "first_time": f"first time {when}",
            "stopped": f"none {when}, but before that",
            "restarted": f"again {when}, after a gap",
        }[leaf.pattern.kind],
        evidence_of(seen),
        flip,
    )


def _first_time(inside: list[Happened], before: list[Happened], wanted: bool) -> Change:
    if wanted:
        add = [] if inside else [(1, _INSIDE)]
        return events_change(add, [(len(before), _BEFORE)] if before else [])
    if len(inside) == 1:
        return events_change([], [(1, _INSIDE)])
    return events_change([(1, _BEFORE)], [])


def _stopped(inside: list[Happened], active: list[Happened], wanted: bool) -> Change:
    if not wanted:
        return events_change([(1, _INSIDE)], [])
    add = [] if active else [(1, "shortly before the window")]
    return events_change(add, [(len(inside), _INSIDE)] if inside else [])


def _restarted(inside: list[Happened], in_gap: list[Happened], older: int, wanted: bool) -> Change:
    if not wanted:
        if len(inside) == 1:
            return events_change([], [(1, _INSIDE)])
        return events_change([(1, "in the gap before the window")], [])
    add = [] if inside else [(1, _INSIDE)]
    if not older:
        add.append((1, "before the gap"))
    return events_change(add, [(len(in_gap), "in the gap")] if in_gap else [])


def _regular(leaf: Occurrence, entity: Entity, wanted: bool) -> Finding:
    pattern = leaf.pattern
    assert pattern.length is not None
    per_period = list(_per_period(leaf, entity))
    hits = sum(1 for events in per_period if events)
    length = pattern.length.words()
    if wanted:
        missing = pattern.hit - hits
        flip = Change("more_events", f"an event in {plural(missing, 'more period')}", missing)
    else:
        fullest_last = sorted(len(events) for events in per_period if events)
        surplus = sum(fullest_last[: hits - pattern.hit + 1])
        flip = events_change([], [(surplus, "in the periods counted")])
    return Finding(
        hits,
        f"{hits} of the last {pattern.of} periods of {length}",
        pattern.hit,
        f"at least {pattern.hit} of {pattern.of} periods of {length}",
        evidence_of([event for events in reversed(per_period) for event in events]),
        flip,
    )


def _per_period(leaf: Occurrence, entity: Entity) -> Iterator[list[Happened]]:
    """Return the events of each period, the newest period first."""
    for period in regular_periods(leaf, entity.moment):
        yield entity.evaluator.events.matching(leaf.scan, entity.key, period)
