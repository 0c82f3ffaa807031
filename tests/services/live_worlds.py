"""Drawn worlds as live answers see them: truths and values by the reference evaluator alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from muster.base.datamodel import Field, FieldType
from muster.engines import bits
from muster.engines.bits import Mask, Words
from muster.engines.values import Values
from muster.rules.evaluate import Evaluator, evaluate
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Measure,
    Negation,
    Occurrence,
    Resolved,
    ResolvedLeaf,
    ResolvedRule,
    Test,
    Threshold,
    leaves_of,
    resolved_children,
)
from muster.rules.truth import Truth
from muster.rules.world import Key
from muster.services.live_tree import LiveRule, grown
from tests.strategies.worlds import DrawnRule, Scenario


@dataclass(frozen=True)
class Seen:
    """One drawn rule in its world, and what live answers are made of."""

    scenario: Scenario
    rule: ResolvedRule
    live: LiveRule
    keys: tuple[Key, ...]

    @cached_property
    def evaluator(self) -> Evaluator:
        return Evaluator(self.rule, self.scenario.world, as_of=self.scenario.as_of)

    def size(self, rule: ResolvedRule) -> int:
        """The size of another rule, by the reference."""
        return len(evaluate(rule, self.scenario.world, as_of=self.scenario.as_of).members)

    def truths(self, node: Resolved) -> dict[Key, Truth]:
        return {key: self.evaluator.truth(node, key) for key in self.keys}

    @property
    def allowed(self) -> set[Key]:
        """The universe without whom exclusions leave out."""
        evaluator = self.evaluator
        return {
            key
            for key in evaluator.universe
            if not any(evaluator.truth(member, key) is True for member in self.rule.exclude)
        }


def seen(scenario: Scenario, drawn: DrawnRule) -> Seen:
    rule, world = drawn.resolved, scenario.world
    keys = tuple(world.entities)
    evaluator = Evaluator(rule, world, as_of=scenario.as_of)
    found = evaluate(rule, world, as_of=scenario.as_of)
    present = bits.from_flags(np.ones(len(keys), dtype=np.bool_))

    def mask(node: Resolved) -> Mask:
        truths = [evaluator.truth(node, key) for key in keys]
        return Mask(
            _words([one is True for one in truths]), _words([one is False for one in truths])
        )

    live = LiveRule(
        rule,
        grown(rule.where, [mask(leaf) for leaf in leaves_of(rule.where)], present),
        present,
        _words([key in found.universe for key in keys]),
        tuple(mask(member).true for member in rule.exclude),
        _words([key in found.members for key in keys]),
    )
    return Seen(scenario, rule, live, keys)


def every(scenario: Scenario) -> Iterator[Seen]:
    return (seen(scenario, drawn) for drawn in scenario.rules)


def _words(flags: list[bool]) -> Words:
    return bits.from_flags(np.array(flags, dtype=np.bool_))


# -- values ----------------------------------------------------------------------------------------


def values_of(world: Seen, leaf: ResolvedLeaf) -> Values | None:
    """What a leaf compares, as an executor gives it."""
    evaluator = world.evaluator
    match leaf:
        case Test(field=field):
            found = [world.scenario.world.entities[key].get(field.name) for key in world.keys]
        case Occurrence():
            field = Field("count", FieldType.INTEGER)
            found = [evaluator.events.number(leaf, key) for key in world.keys]
        case Measure(aggregate=aggregate):
            field = aggregate.output
            found = [evaluator.events.value(aggregate, key) for key in world.keys]
            if aggregate.name == "avg":
                found = [None if value is None else float(value) for value in found]
        case _:
            return None
    found = [None if value is None or value != value else value for value in found]
    numbers = [_number(field, value) for value in found]
    whole = all(isinstance(number, int) for number in numbers)
    if whole and any(abs(number) >= 2**63 for number in numbers):
        return None  # nor does an executor hand it over
    return Values(
        np.array(numbers, dtype=np.int64 if whole else np.float64),
        np.array([value is not None for value in found], dtype=np.bool_),
        field,
    )


def _number(field: Field, value: Any) -> int | float:
    match value:
        case None:
            return 0.0 if field.type is FieldType.NUMBER else 0
        case float():
            return value
        case datetime():
            return round((value - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 10**6)
        case date():
            return (value - date(1970, 1, 1)).days
        case Decimal() if field.type is not FieldType.INTEGER:
            return int(value.scaleb(field.scale))
        case _:
            return int(value)


def observed_of(world: Seen, leaf: ResolvedLeaf) -> Words | None:
    if not isinstance(leaf, Occurrence) or leaf.guard is None:
        return None
    evaluator = world.evaluator
    return _words(
        [evaluator.events._observed(leaf, evaluator._known_since(key)) for key in world.keys]
    )


# -- edits -----------------------------------------------------------------------------------------


def edited(rule: ResolvedRule, where: Resolved | None) -> ResolvedRule:
    """The rule with another condition; None: everybody."""
    return replace(rule, where=Conjunction(()) if where is None else where)


def with_leaf(node: Resolved, path: str, leaf: ResolvedLeaf) -> Resolved:
    """Put another leaf wherever one of the path is."""
    if not isinstance(node, Conjunction | Disjunction | Negation | Threshold):
        return leaf if node.path == path else node
    return _regrouped(node, [with_leaf(child, path, leaf) for child in resolved_children(node)])


def without_leaf(node: Resolved, path: str) -> Resolved | None:
    """Take the leaves of a path out of their groups, and groups that are left empty with them."""
    if not isinstance(node, Conjunction | Disjunction | Negation | Threshold):
        return None if node.path == path else node
    left = [without_leaf(child, path) for child in resolved_children(node)]
    kept = [child for child in left if child is not None]
    return _regrouped(node, kept) if kept else None


def _regrouped(node: Resolved, children: list[Resolved]) -> Resolved:
    if isinstance(node, Negation):
        return Negation(children[0])
    return replace(node, children=tuple(children))
