"""A rule as what other rules make of it: an intersection, a union, a difference, or a part.

Each attempt is one question about all candidates together; then those that are not needed are left
out one by one. So the work grows with the number of candidates, not with that of their pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from muster.rules.implication import Prover
from muster.rules.implication_cells import Certain, Formula, Opposite, both, either

MOST_CANDIDATES = 24
"""How many rules are tried together."""
_WHOLES = 8  # of which something is taken away

Rules = Mapping[str, Formula]


@dataclass(frozen=True, slots=True)
class Composition:
    """Members are the INTERSECTION or UNION of the named rules; of a DIFFERENCE, those of the first
    that are in none of the others."""

    operation: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A rule that stands for some of another's conditions: ``covered`` of them, by position."""

    name: str
    covered: tuple[int, ...]


def compose(
    prover: Prover, rule: Formula, *, supersets: Rules, subsets: Rules, disjoint: Rules
) -> Composition | None:
    """Return the rule as made from others that are proven to lie around it; None: not found.

    Args:
        supersets, subsets, disjoint: other rules by what is proven of them, the most telling first.
    """
    wide, narrow = _first(supersets), _first(subsets)
    if len(wide) > 1:
        found = _fewest(
            wide, lambda names: prover.implies(both(*(wide[name] for name in names)), rule)
        )
        if len(found) > 1:
            return Composition("INTERSECTION", found)
    if len(narrow) > 1:
        found = _fewest(
            narrow, lambda names: prover.implies(rule, either(*(narrow[name] for name in names)))
        )
        if len(found) > 1:
            return Composition("UNION", found)
    apart = {name: Opposite(Certain(formula)) for name, formula in _first(disjoint).items()}
    for name, formula in list(wide.items())[:_WHOLES]:
        telling = {
            other: without
            for other, without in apart.items()
            if prover.families(without) & prover.families(formula)
            or prover.families(without) & prover.families(rule)
        }
        found = _fewest(telling, _leaving(prover, formula, telling, rule)) if telling else ()
        if found:
            return Composition("DIFFERENCE", (name, *found))
    return None


def _leaving(
    prover: Prover, whole: Formula, without: Rules, rule: Formula
) -> Callable[[Sequence[str]], bool]:
    """Return the question whether only the rule is left of a whole without the named ones."""
    return lambda names: prover.implies(both(whole, *(without[name] for name in names)), rule)


def parts_of(prover: Prover, conditions: Sequence[Formula], supersets: Rules) -> tuple[Part, ...]:
    """Return the rules that can stand for some of the conditions that must all be true.

    A rule that holds wherever all the conditions do, and that implies some of them, says the same
    as those together with the others. The rule that covers the most comes first.
    """
    found = []
    for name, formula in supersets.items():
        covered = tuple(
            place
            for place, condition in enumerate(conditions)
            if prover.families(condition) & prover.families(formula)
            and prover.implies(formula, condition)
        )
        if covered:
            found.append(Part(name, covered))
    return tuple(sorted(found, key=lambda part: (-len(part.covered), part.name)))


def _first(rules: Rules) -> dict[str, Formula]:
    return dict(list(rules.items())[:MOST_CANDIDATES])


def _fewest(rules: Rules, enough: Callable[[Sequence[str]], bool]) -> tuple[str, ...]:
    """Return names that are enough, without any that is not needed; none if all are not enough."""
    names = list(rules)
    if not enough(names):
        return ()
    for name in reversed(list(names)):
        fewer = [other for other in names if other != name]
        if fewer and enough(fewer):
            names = fewer
    return tuple(names)
