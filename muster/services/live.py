"""Everything that is told about a rule while it is being written, from its leaves' truths alone.

Truths are asked once (`services/evaluating.py`, which keeps them by leaf); all figures are algebra
on bits. So an edit costs the one leaf that changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from muster.base.datamodel import DataModel
from muster.base.errors import Problem
from muster.compile.atoms import RankAtom
from muster.compile.plan import Plan
from muster.engines import bits
from muster.engines.duckdb_stamp import warehouse_stamp
from muster.engines.evaluate import Evaluated
from muster.engines.index.layout import AudienceIndex
from muster.rules.lint import lint
from muster.rules.nodes import Definition
from muster.rules.resolved import ResolvedRule
from muster.services.context import WorkspaceContext
from muster.services.counting import DRAFT, LeafCount, counted_leaves, plan_definition
from muster.services.evaluating import evaluate, live_instant
from muster.services.indexing import fresh_index
from muster.services.live_breakdown import EVERY_AXIS, AxesAsked, Breakdowns, breakdowns
from muster.services.live_curve import Curves
from muster.services.live_drafts import DRAFTS
from muster.services.live_effects import Effect, NearMisses, effects, near_misses
from muster.services.live_estimate import Estimate, estimate, sample_blocks
from muster.services.live_nearest import Nearest, nearest
from muster.services.live_numbers import CurveAsked, curves_at
from muster.services.live_sample import Sample, sample
from muster.services.live_tree import live_rule
from muster.services.live_upset import Combinations, combinations
from muster.services.live_waterfall import Step, waterfall
from muster.services.patience import ENDLESS, Patience
from muster.services.reuse import reuse_warnings


class LivePart(StrEnum):
    """One part of a live answer."""

    SIZE = "size"
    WATERFALL = "waterfall"
    MARGINAL = "marginal"
    NEAR_MISSES = "near_misses"
    UPSET = "upset"
    BREAKDOWN = "breakdown"
    NEAREST = "nearest"
    CURVE = "curve"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class LiveQuestion:
    """What is asked about a rule.

    Attributes:
        curve: the path of the condition whose numbers are turned; needed for that part.
        narrowing: the waterfall takes the conditions in the order that narrows fastest.
        samples: how many keys are shown for each near-miss.
        nearest: how many segments at most.
        sample_rows: how many members are shown at most.
        as_of: None is now, see `live_instant`.
        draft: what the client calls the editing session; a newer question of it ends an older one.
        name: the saved rule's that is edited, so that it is not said to repeat itself.
    """

    parts: frozenset[LivePart]
    curve: str | None = None
    narrowing: bool = False
    samples: int = 0
    axes: AxesAsked = EVERY_AXIS
    nearest: int = 5
    sample_rows: int = 10
    as_of: datetime | None = None
    draft: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """The parts that were asked for; the others are None.

    Attributes:
        size, universe, unknown: exact.
        indexed: how many of the different leaves the audience index answers; ``leaves``: of all.
        reused: how many were at hand from an earlier question.
        near_misses: also None where one condition of several is enough.
        near_keys: some keys for each near-miss, in the order of its conditions.
    """

    rule: ResolvedRule
    model: DataModel
    warnings: tuple[Problem, ...]
    as_of: datetime
    size: int
    universe: int
    unknown: int
    conditions: tuple[LeafCount, ...]
    waterfall: tuple[Step, ...] | None
    marginal: tuple[Effect, ...] | None
    near_asked: bool
    near_misses: NearMisses | None
    near_keys: tuple[tuple[str | int, ...], ...]
    upset: Combinations | None
    breakdown: Breakdowns | None
    nearest: Nearest | None
    curves: Curves | None
    sample: Sample | None
    leaves: int
    indexed: int
    reused: int
    seconds: float

    @property
    def share(self) -> float:
        """Members as a share of the universe; 0 of nobody."""
        return self.size / self.universe if self.universe else 0.0


@dataclass(frozen=True, slots=True)
class LiveEstimate:
    """The size alone, estimated; ``exact``: everybody was looked at after all, and why."""

    rule: ResolvedRule
    model: DataModel
    warnings: tuple[Problem, ...]
    as_of: datetime
    estimate: Estimate
    exact: str | None
    seconds: float


def answer(
    context: WorkspaceContext,
    definition: Definition,
    question: LiveQuestion,
    *,
    patience: Patience = ENDLESS,
) -> LiveAnswer:
    """Answer exactly; nothing is saved.

    Raises:
        InvalidRule: the rule does not fit the data model. InvalidInput: UNKNOWN_CONDITION.
        EngineFailed: the warehouse failed. Busy: COUNT_TIMEOUT, CLIENT_GONE.
        Conflict: SUPERSEDED, a newer question of the same draft came.
    """
    with _asking(context, question.draft, patience) as ended:
        return _answer(context, definition, question, ended)


def estimated(
    context: WorkspaceContext,
    definition: Definition,
    *,
    as_of: datetime | None = None,
    draft: str | None = None,
    patience: Patience = ENDLESS,
) -> LiveEstimate:
    """Estimate the size from a sample; where that saves nothing, count.

    Raises:
        As `answer`.
    """
    with _asking(context, draft, patience) as ended:
        return _estimated(context, definition, as_of, ended)


@contextmanager
def _asking(context: WorkspaceContext, draft: str | None, patience: Patience) -> Iterator[Patience]:
    if draft is None:
        yield patience
        return
    with DRAFTS.asking((context.workspace.id, context.principal, draft), patience) as ended:
        yield ended


def _estimated(
    context: WorkspaceContext, definition: Definition, as_of: datetime | None, patience: Patience
) -> LiveEstimate:
    started = time.perf_counter()
    instant = live_instant(context, as_of)
    plan, catalog, resolved = plan_definition(context, definition, as_of=instant)
    index = fresh_index(context, catalog.model)
    exact = _no_sample(plan, index)
    blocks = None if exact or index is None else sample_blocks(index.blocks)
    found = evaluate(context, plan, catalog, patience=patience, blocks=blocks)
    sample = bits.count(found.present)
    everyone = sample if exact or index is None else bits.count(index.present)
    if sample >= everyone:
        exact = exact or "The sample holds everybody."
    size = bits.count(found.outcomes[DRAFT].members)
    sampled = Estimate(size, size, size, sample, everyone)
    if not exact:
        sampled = estimate(size, sample, everyone)
    seconds = time.perf_counter() - started
    warnings = lint(resolved, catalog.model)
    return LiveEstimate(resolved, catalog.model, warnings, instant, sampled, exact, seconds)


def _no_sample(plan: Plan, index: AudienceIndex | None) -> str | None:
    """Return why everybody is looked at."""
    if index is None:
        return "Without a fresh audience index a sample takes as long as everybody."
    if index.blocks == 1:
        return "A sample would hold everybody."
    if any(rule.limit for rule in plan.rules):
        return "A limit keeps as many of a sample as of everybody."
    if any(isinstance(atom, RankAtom) for atom in plan.atoms):
        return "A rank depends on everybody."
    return None


def _answer(
    context: WorkspaceContext, definition: Definition, question: LiveQuestion, patience: Patience
) -> LiveAnswer:
    started = time.perf_counter()
    instant = live_instant(context, question.as_of)
    plan, catalog, resolved = plan_definition(context, definition, as_of=instant)
    # before the question: what is kept under it is then never of older data
    stamp = warehouse_stamp(context.warehouse_path)
    evaluated = evaluate(context, plan, catalog, patience=patience)
    outcome = evaluated.outcomes[DRAFT]
    live = live_rule(resolved, outcome, evaluated)
    model, parts = catalog.model, question.parts
    moment = outcome.rule.moment
    near = None
    if LivePart.NEAR_MISSES in parts:
        near = near_misses(live, samples=question.samples)
    curve = None
    if LivePart.CURVE in parts:
        asked = CurveAsked(question.curve, question.axes.clear, moment, stamp, patience)
        curve = curves_at(context, model, evaluated, live, outcome.rule.leaves, asked=asked)
    broken = None
    if LivePart.BREAKDOWN in parts:
        broken = breakdowns(
            context,
            model,
            evaluated,
            live.members,
            asked=question.axes,
            moment=moment,
            stamp=stamp,
            patience=patience,
        )
    neighbours = None
    if LivePart.NEAREST in parts:
        neighbours = nearest(context, live.members, evaluated.entities, most=question.nearest)
    some = None
    if LivePart.SAMPLE in parts:  # the last: it alone always opens the warehouse
        some = sample(
            context,
            model,
            live.members,
            evaluated.entities,
            rows=question.sample_rows,
            clear=question.axes.clear,
            patience=patience,
        )
    return LiveAnswer(
        rule=resolved,
        model=model,
        warnings=lint(resolved, model)
        + reuse_warnings(context, definition, resolved, name=question.name),
        as_of=instant,
        size=bits.count(live.members),
        universe=bits.count(live.universe),
        unknown=bits.count(outcome.unknown),
        conditions=counted_leaves(outcome),
        waterfall=waterfall(live, narrowing=question.narrowing)
        if LivePart.WATERFALL in parts
        else None,
        marginal=effects(live) if LivePart.MARGINAL in parts else None,
        near_asked=LivePart.NEAR_MISSES in parts,
        near_misses=near,
        near_keys=_keys(near, evaluated),
        upset=combinations(live) if LivePart.UPSET in parts else None,
        breakdown=broken,
        nearest=neighbours,
        curves=curve,
        sample=some,
        leaves=len(evaluated.answers),
        indexed=len(evaluated.indexed),
        reused=evaluated.reused,
        seconds=time.perf_counter() - started,
    )


def _keys(near: NearMisses | None, evaluated: Evaluated) -> tuple[tuple[str | int, ...], ...]:
    conditions = () if near is None else near.conditions
    keys = evaluated.entities.keys
    return tuple(tuple(keys[list(one.ordinals)].tolist()) for one in conditions)
