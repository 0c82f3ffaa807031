"""A hundred drawn rules of three conditions each, and an edit of one condition of each.

They are drawn from a seed, so everybody counts the same ones. The shapes are those that a person
tries in the editor: somebody who is so, and did this, and (or, but not) that.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from bench.workload import Condition

NUMBER = 100
_SEED = 20260101
_STATES = ("NSW", "VIC", "QLD", "WA", "SA", "ACT", "TAS", "NT")
_INTERESTS = ("sport", "film", "travel", "cooking", "games", "fashion", "science", "music")
_CATEGORIES = ("groceries", "fuel", "dining", "travel", "fashion", "pharmacy", "utilities",
               "electronics", "rent", "streaming", "education", "insurance")  # fmt: skip
_DAYS = (7, 14, 30, 45, 60, 90, 120, 180, 270, 365, 730)
_LONGEST_SHOWN_DAYS = 180

Draw = Callable[[random.Random], Condition]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A rule's condition, and the same after one of its three conditions was drawn anew."""

    where: Condition
    edited: Condition


def drawn_rules(number: int = NUMBER) -> tuple[Drawn, ...]:
    """Return the rules, always the same."""
    source = random.Random(_SEED)
    return tuple(_draw(source) for _ in range(number))


def _draw(source: random.Random) -> Drawn:
    draws = [source.choice(_ABOUT), *source.sample(_DONE, 2)]
    conditions = [draw(source) for draw in draws]
    shape = source.randrange(3)
    if shape == 2:  # what is negated must be known of everybody: a time, or nothing
        draws[2] = source.choice(_KNOWN)
        conditions[2] = draws[2](source)
    place = source.randrange(3)
    edited = list(conditions)
    while edited[place] == conditions[place]:
        edited[place] = draws[place](source)
    return Drawn(_shaped(shape, conditions), _shaped(shape, edited))


def _shaped(shape: int, conditions: list[Condition]) -> Condition:
    first, second, third = conditions
    if shape == 0:
        return {"all": [first, second, third]}
    if shape == 1:
        return {"all": [first, {"any": [second, third]}]}
    return {"all": [first, second, {"not": third}]}


def _is(field: str, op: str, value: object) -> Condition:
    return {"field": field, "op": op, "value": value}


def _last(source: random.Random, longest: int = _DAYS[-1]) -> Condition:
    return {"last": f"P{min(source.choice(_DAYS), longest)}D"}


def _in_category(source: random.Random) -> list[Condition]:
    return [_is("category", "=", source.choice(_CATEGORIES))]


def _aged(source: random.Random) -> Condition:
    return _is("age", "between", [source.randint(18, 30), source.randint(35, 60)])


def _lives(source: random.Random) -> Condition:
    return _is("state", "in", sorted(source.sample(_STATES, 3)))


def _likes(source: random.Random) -> Condition:
    return _is("interests", "has_any", [source.choice(_INTERESTS)])


def _tier(source: random.Random) -> Condition:
    return _is("city_tier", "=", source.randint(1, 3))


def _spent_on(source: random.Random) -> Condition:
    amount, where = source.randint(1, 80) * 20, _in_category(source)
    found = {"metric": "spend", "op": source.choice([">=", "<"]), "value": amount}
    return {**found, "window": _last(source), "where": where}


def _spent(source: random.Random) -> Condition:
    amount = source.randint(5, 400) * 20
    return {"metric": "spend", "op": ">=", "value": amount, "window": _last(source)}


def _bought(source: random.Random) -> Condition:
    times = {"op": ">=", "n": source.randint(1, 6)}
    where = _in_category(source)
    return {"did": "purchase", "where": where, "window": _last(source), "times": times}


def _never(source: random.Random) -> Condition:
    times = {"op": "=", "n": 0}
    where = _in_category(source)
    return {"did": "purchase", "where": where, "window": _last(source), "times": times}


def _lapsed(source: random.Random) -> Condition:
    found = {"metric": "days_since_purchase", "op": ">", "value": source.choice(_DAYS)}
    return {**found, "where": _in_category(source)}


def _shown(source: random.Random) -> Condition:
    times = {"op": ">=", "n": source.randint(1, 5)}
    where = [_is("campaign", "=", source.randint(1, 30))]
    window = _last(source, _LONGEST_SHOWN_DAYS)
    return {"did": "impression", "where": where, "window": window, "times": times}


def _average(source: random.Random) -> Condition:
    amount = source.randint(2, 12) * 25
    return {"metric": "average_ticket", "op": ">=", "value": amount, "window": _last(source)}


_ABOUT: tuple[Draw, ...] = (_aged, _lives, _likes, _tier)
_KNOWN: tuple[Draw, ...] = (_spent_on, _spent, _bought, _never, _shown)
_DONE: tuple[Draw, ...] = (*_KNOWN, _lapsed, _average)
