"""Checks a law on many drawn scenarios, by the reference evaluator alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from muster.rules.evaluate import evaluate
from muster.rules.nodes import Node
from muster.rules.resolve import resolve_rule
from muster.rules.truth import Truth
from muster.rules.world import Key, World
from tests.strategies.runs import run_fresh
from tests.strategies.worlds import DrawnRule, Scenario, scenarios

EXAMPLES = 48
Truths = dict[Key, Truth]


def check(law: Callable[[Scenario], None], *, rules: int = 4, **how: Any) -> None:
    """Check a law on many scenarios."""
    run_fresh(scenarios(rules=rules, **how), law, examples=EXAMPLES)


def truths_of(scenario: Scenario, node: Node, rule: DrawnRule) -> Truths:
    """Return a condition's truths in place of the rule's own condition."""
    definition = replace(rule.definition, where=node)
    resolved = resolve_rule(definition, scenario.world.model)
    return evaluate(resolved, scenario.world, as_of=scenario.as_of).truths


def where_truths(scenario: Scenario, rule: DrawnRule, world: World | None = None) -> Truths:
    """Return a rule's truths, in the scenario's world or another."""
    return evaluate(rule.resolved, world or scenario.world, as_of=scenario.as_of).truths


def members(scenario: Scenario, rule: DrawnRule, world: World) -> frozenset[Key]:
    """Return a rule's members in a world."""
    return evaluate(rule.resolved, world, as_of=scenario.as_of).members
