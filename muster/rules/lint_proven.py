"""Warnings that rest on a proof: what nobody can meet, what everybody does, what adds nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from muster.base.errors import Problem
from muster.rules.implication import Prover
from muster.rules.implication_cells import Formula, both
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Measure,
    Negation,
    Occurrence,
    Path,
    Resolved,
    ResolvedRule,
    Threshold,
    leaves_of,
    resolved_children,
)

MOST_CONDITIONS = 30
"""Groups larger than this are not searched for conditions that add nothing."""


def path_of(node: Resolved) -> str:
    """Return where a condition stands; a group stands where its first leaf does."""
    return leaves_of(node)[0].path


def proven_warnings(rule: ResolvedRule) -> tuple[Problem, ...]:
    """Return the warnings about a rule's groups; those about the rule as a whole come last."""
    prover, of_events = Prover(rule.time_zone), Prover(rule.time_zone)
    found: list[Problem] = []
    for node in (rule.where, rule.universe):
        if node is not None:
            found += _Groups(prover).warnings(node, sure=True)
            for where in _filters(node):
                found += _Groups(of_events).warnings(where, sure=True)
    whole = prover.read(rule)
    if not found and prover.never(whole):
        sentence = "Nobody can ever be a member: the conditions exclude each other."
        found.append(Problem("ALWAYS_EMPTY", path_of(rule.where), sentence))
    elif rule.limit is None and prover.always(whole):
        sentence = "Everybody is always a member: the conditions exclude no one."
        found.append(Problem("ALWAYS_TRUE", path_of(rule.where), sentence))
    return tuple(found)


class _Groups:
    """Looks into the groups of one tree."""

    def __init__(self, prover: Prover) -> None:
        self._prover = prover

    def warnings(self, node: Resolved, *, sure: bool) -> Iterator[Problem]:
        """Warn about a tree; ``sure``: only whether it is true matters, not whether it is false."""
        match node:
            case Conjunction():
                parts = list(_joined(node, Conjunction))
                formulas = [self._prover.read_node(part) for part in parts]
                place = self._contradiction(formulas)
                if place is not None:
                    yield Problem(
                        "CONTRADICTION",
                        path_of(parts[place]),
                        "Nobody can meet this condition and the ones before it."
                        if place
                        else "Nobody can meet this condition.",
                        'Should it be "any" instead of "all"?' if place else None,
                    )
                elif sure:
                    yield from self._idle(parts, formulas, every=True)
            case Disjunction():
                parts = list(_joined(node, Disjunction))
                formulas = [self._prover.read_node(part) for part in parts]
                if len(parts) > 1 and self._prover.always(self._prover.read_node(node)):
                    yield Problem(
                        "ALWAYS_TRUE", path_of(node), "Everybody meets one of these conditions."
                    )
                elif sure:
                    yield from self._idle(parts, formulas, every=False)
            case _:
                parts = list(resolved_children(node))
        sure = sure and not isinstance(node, Negation | Threshold)
        for part in parts:
            yield from self.warnings(part, sure=sure)

    def _contradiction(self, formulas: list[Formula]) -> int | None:
        """Return the place of the first condition that cannot be met with those before it."""
        if len(formulas) < 2 or not self._prover.never(both(*formulas)):
            return None
        return bisect_left(
            range(len(formulas)),
            True,
            key=lambda place: self._prover.never(both(*formulas[: place + 1])),
        )

    def _idle(
        self, parts: list[Resolved], formulas: list[Formula], *, every: bool
    ) -> Iterator[Problem]:
        """Warn about conditions that another one makes needless."""
        if len(parts) > MOST_CONDITIONS:
            return
        needless: set[int] = set()
        for place, formula in enumerate(formulas):
            for other, stronger in enumerate(formulas):
                if other == place or other in needless or parts[other] == parts[place]:
                    continue  # the same twice has a warning of its own
                if not self._prover.families(formula) & self._prover.families(stronger):
                    continue
                first, second = (stronger, formula) if every else (formula, stronger)
                if self._prover.implies(first, second):
                    needless.add(place)
                    what = "already implies it" if every else "already includes it"
                    yield Problem(
                        "REDUNDANT_CONDITION",
                        path_of(parts[place]),
                        f"This condition changes nothing: {path_of(parts[other])} {what}.",
                        "Take it out.",
                    )
                    break


def _joined(
    node: Conjunction | Disjunction, kind: type[Conjunction] | type[Disjunction]
) -> Iterator[Resolved]:
    """Yield the conditions of a group, those of groups of the same kind inside it included."""
    for child in node.children:
        if isinstance(child, Conjunction | Disjunction) and isinstance(child, kind):
            yield from _joined(child, kind)
        else:
            yield child


def _filters(node: Resolved) -> Iterator[Resolved]:
    """Yield the conditions on one event that a tree speaks of."""
    for leaf in leaves_of(node):
        match leaf:
            case Occurrence(scan) if scan.where is not None:
                yield scan.where
            case Measure(aggregate) if aggregate.scan.where is not None:
                yield aggregate.scan.where
            case Path(steps):
                yield from (step.where for step in steps if step.where is not None)
            case _:
                pass
