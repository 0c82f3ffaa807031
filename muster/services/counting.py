"""Counting a rule that is not saved: how many, and how each condition contributes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from muster.base.errors import Problem
from muster.compile.bind import bind_rule
from muster.compile.plan import Plan, plan_rules
from muster.compile.select import rule_select
from muster.engines import bits
from muster.engines.evaluate import Outcome
from muster.rules.nodes import Definition
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import ResolvedLeaf, ResolvedRule
from muster.services.context import WorkspaceContext
from muster.services.evaluating import evaluate, live_instant
from muster.services.needed import needed_catalog
from muster.services.patience import ENDLESS, Patience
from muster.services.reuse import warnings_of
from muster.services.wave import Catalog, bound_rules
from muster.services.workspaces import current_model

DRAFT = "this_rule"


@dataclass(frozen=True, slots=True)
class LeafCount:
    """For one condition by itself: how many are true, false and unknown in the universe."""

    leaf: ResolvedLeaf
    true: int
    false: int
    unknown: int


@dataclass(frozen=True, slots=True)
class RuleCount:
    """The exact size of a rule now. ``share`` is size / universe, 0 for an empty universe."""

    size: int
    universe: int
    unknown: int
    share: float
    leaves: tuple[LeafCount, ...]
    rule: ResolvedRule
    as_of: datetime
    sql: str
    seconds: float


def plan_definition(
    context: WorkspaceContext, definition: Definition, *, as_of: datetime
) -> tuple[Plan, Catalog, ResolvedRule]:
    """Plan one unsaved rule with the parents it needs."""
    model = current_model(context)
    needed = needed_catalog(context, model, {DRAFT: definition})
    resolved = resolve_rule(definition, model, segments=needed.known)
    bound = bound_rules(needed.catalog, [DRAFT], as_of=as_of)
    return plan_rules(bound, as_of=as_of), needed.catalog, resolved


def count_definition(
    context: WorkspaceContext,
    definition: Definition,
    *,
    as_of: datetime | None = None,
    patience: Patience = ENDLESS,
) -> RuleCount:
    """Count an unsaved rule exactly, its parents evaluated at the same instant.

    Raises:
        InvalidRule: it does not fit the data model. EngineFailed: the warehouse failed.
        Busy: COUNT_TIMEOUT, the patience is at its end.
    """
    started = time.perf_counter()
    instant = live_instant(context, as_of)
    plan, catalog, resolved = plan_definition(context, definition, as_of=instant)
    evaluated = evaluate(context, plan, catalog, patience=patience)
    outcome = evaluated.outcomes[DRAFT]
    universe = bits.count(outcome.universe)
    size = bits.count(outcome.members)
    return RuleCount(
        size=size,
        universe=universe,
        unknown=bits.count(outcome.unknown),
        share=size / universe if universe else 0.0,
        leaves=counted_leaves(outcome),
        rule=resolved,
        as_of=instant,
        sql=rule_select(
            bind_rule(DRAFT, resolved, catalog.model, as_of=instant), catalog.model
        ).sql("duckdb", pretty=True),
        seconds=time.perf_counter() - started,
    )


def counted_leaves(outcome: Outcome) -> tuple[LeafCount, ...]:
    """Return how many each condition of an evaluated rule is true, false and unknown of."""
    universe = outcome.universe
    return tuple(
        LeafCount(
            leaf,
            bits.count(mask.true & universe),
            bits.count(mask.false & universe),
            bits.count(mask.unknown(universe)),
        )
        for (leaf, _), mask in zip(outcome.rule.leaves, outcome.leaves, strict=True)
    )


def lint_definition(
    context: WorkspaceContext, definition: Definition, *, name: str | None = None
) -> tuple[ResolvedRule, tuple[Problem, ...]]:
    """Check an unsaved rule without looking at any data; return it with the linter's warnings.

    Args:
        name: the saved rule's that is edited, so that it is not said to repeat itself.

    Raises:
        InvalidRule: it does not fit the data model, with every fault. NotFound: NO_MODEL.
    """
    model = current_model(context)
    needed = needed_catalog(context, model, {DRAFT: definition})
    resolved = resolve_rule(definition, model, segments=needed.known)
    return resolved, warnings_of(context, definition, resolved, name=name)
