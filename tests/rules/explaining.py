"""Shorthands for the tests of explanations: one rule, one world, entity 1."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from muster.rules.evaluate import Evaluator
from muster.rules.explain import explain
from muster.rules.explain_records import ExplainedLeaf, Explanation, explained_leaves
from muster.rules.truth import Truth
from muster.rules.world import World
from tests.rules.sample import AS_OF, resolve

TICK = timedelta(microseconds=1)


def explained(rule: Any, seen: World, *, as_of: datetime = AS_OF, **options: Any) -> Explanation:
    """Explain a rule about entity 1."""
    return explain(resolve(rule, seen.model), seen, 1, as_of=as_of, **options)


def only_leaf(rule: Any, seen: World, *, as_of: datetime = AS_OF, **options: Any) -> ExplainedLeaf:
    """Explain a rule of one condition, and return that."""
    (found,) = explained_leaves(explained(rule, seen, as_of=as_of, **options).where)
    return found


def truth_at(rule: Any, seen: World, at: datetime) -> Truth:
    """Ask the law about entity 1."""
    resolved = resolve(rule, seen.model)
    return Evaluator(resolved, seen, as_of=at).truth(resolved.where, 1)


def turns_of(rule: Any, seen: World, *, as_of: datetime = AS_OF, most: int = 9) -> list[datetime]:
    """Return when a rule of one condition changes, and hold each instant against the law."""
    found: list[datetime] = []
    while len(found) < most:
        turn = only_leaf(rule, seen, as_of=as_of).turn
        if turn is None:
            break
        before, after = truth_at(rule, seen, turn.at - TICK), truth_at(rule, seen, turn.at)
        assert before is truth_at(rule, seen, as_of)
        assert after is turn.truth
        assert after is not before
        found.append(turn.at)
        as_of = turn.at
    return found
