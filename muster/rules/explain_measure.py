"""One condition on a number computed from events: its value, its events, what would flip it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from muster.rules.explain_change import Wish, change_of_value
from muster.rules.explain_entity import Entity
from muster.rules.explain_evidence import evidence_of, number_change
from muster.rules.explain_records import NO_VALUE, Change, Finding
from muster.rules.explain_targets import targets
from muster.rules.explain_words import plural, show_value
from muster.rules.resolved import Aggregate, Measure
from muster.rules.sentence_leaves import phrase
from muster.rules.sentence_words import Words, label_of

_RANK_REASON = "A rank changes with everybody else's values; no single change can be named."

_MAX_DAYS = date.max.toordinal()


def measure_finding(leaf: Measure, entity: Entity, words: Words, *, wanted: bool) -> Finding:
    """Return what was found; the flip leads to ``wanted``."""
    events = entity.evaluator.events
    aggregate = leaf.aggregate
    evidence = evidence_of(events.matching(aggregate.scan, entity.key))
    value = events.value(aggregate, entity.key)
    shown = show_value(words, aggregate.output, value)
    asked = phrase(words, leaf.test)
    if leaf.rank != "value":
        rank = entity.ranks.get(leaf)
        found = None if rank is None else rank.rank
        place = _rank_words(leaf, entity)
        value_words = f"{shown}, {place}"
        return Finding(found, value_words, leaf.test.operand, asked, evidence, None, _RANK_REASON)
    flip = _change(leaf, entity, words, value, wanted)
    reason = None if flip else NO_VALUE
    return Finding(value, shown, leaf.test.operand, asked, evidence, flip, reason)


def _rank_words(leaf: Measure, entity: Entity) -> str:
    rank = entity.ranks.get(leaf)
    if rank is None:
        return "rank not given"
    if rank.rank is None:
        return "not ranked"
    among = "" if rank.among is None else f" of {rank.among:,}"
    if leaf.rank == "percentile":
        return f"at percentile {rank.rank:.4g}{among}"
    return f"number {rank.rank}{among}"


def _change(leaf: Measure, entity: Entity, words: Words, value: Any, wanted: bool) -> Change | None:
    wish = Wish(leaf.test, wanted, words, entity.moment, amount=True)
    match leaf.aggregate.name:
        case "count":
            return number_change(value or 0, _numbers(wish, leaf.aggregate, value))
        case "distinct":
            label = label_of(leaf.aggregate.of) if leaf.aggregate.of else "value"
            fitting = _numbers(wish, leaf.aggregate, value)
            return number_change(
                value or 0, fitting, one=f"different {label}", many=f"different values of {label}"
            )
        case "recency":
            seen = entity.evaluator.events.matching(leaf.aggregate.scan, entity.key)
            return _recency_change(wish, value if seen else None)
        case _:
            return change_of_value(wish, value)


def _numbers(wish: Wish, aggregate: Aggregate, value: Any) -> list[int]:
    """Return the whole numbers that give the wanted truth; none at all may count as unknown."""
    near = {0, 1, *targets(wish.test, value, other=None, moment=wish.moment)}
    return [n for n in sorted(near) if wish.truth(_counted(n, aggregate)) is wish.wanted]


def _counted(number: int, aggregate: Aggregate) -> int | None:
    return number if number or aggregate.empty_is_zero else None


def _recency_change(wish: Wish, value: int | None) -> Change | None:
    """Days pass by themselves; a smaller number of days needs a newer event."""
    near = {0, *targets(wish.test, value, other=None, moment=wish.moment)}
    fitting = [n for n in sorted(near) if 0 <= n < _MAX_DAYS and wish.truth(n) is wish.wanted]
    if not fitting:
        return None
    days = 0 if value is None else value
    target = min(fitting, key=lambda n: abs(n - days))
    if value is not None and target > value:
        length = timedelta(days=target - value)
        return Change("wait", f"no event for {plural(length.days, 'more day')}", length, target)
    newer_too = target > 0 and wish.truth(target - 1) is wish.wanted
    ago = f"{'at most ' if newer_too else ''}{plural(target, 'day')} ago" if target else "today"
    return Change("more_events", f"1 more event, {ago}", 1, target)
