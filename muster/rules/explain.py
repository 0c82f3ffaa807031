"""Why one entity is in or out: values, evidence, what would flip it, when that happens by itself.

The truths are the reference evaluator's. Nothing here is about more than one entity: what depends
on the others (a rank, a limit) is taken from the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from muster.rules.explain_entity import Entity, Ranks, combine
from muster.rules.explain_flip import Goal, fewest_changes
from muster.rules.explain_leaf import finding_of
from muster.rules.explain_records import (
    Change,
    ExplainedGroup,
    ExplainedLeaf,
    ExplainedNode,
    Explanation,
    RuleFlip,
    Step,
    Turn,
)
from muster.rules.explain_words import plural
from muster.rules.lapse import Blind, Timeline, lapse, unforeseen
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Negation,
    Resolved,
    ResolvedLeaf,
    ResolvedRule,
    Threshold,
    leaves_of,
)
from muster.rules.sentence_words import Words
from muster.rules.truth import Truth
from muster.rules.world import Key, World


def explain(
    rule: ResolvedRule,
    world: World,
    key: Key,
    *,
    as_of: datetime,
    ranks: Ranks | None = None,
    kept: bool | None = None,
) -> Explanation:
    """Explain one entity's membership at ``as_of`` (with a zone).

    Args:
        world: holds the entity's row and its events of the rule's sources, past and future; other
            entities may be there and are not looked at. Segments and lists as published.
        ranks: the ranked leaves' outcomes, which need everybody; one not given is unknown.
        kept: whether the rule's limit kept this entity, if the caller knows.

    Raises:
        NotFound: UNKNOWN_ENTITY, the world has no such entity.
    """
    entity = Entity(rule, world, key, as_of=as_of, ranks=ranks)
    return _Explainer(rule, entity).explanation(kept)


class _Explainer:
    """Explains one rule about one entity."""

    def __init__(self, rule: ResolvedRule, entity: Entity) -> None:
        self._rule = rule
        self._entity = entity
        self._words = Words(entity.model, rule.time_zone)
        leaves = [*leaves_of(rule.where), *rule.exclude]
        leaves += leaves_of(rule.universe) if rule.universe is not None else ()
        self._timelines = {leaf: Timeline(leaf, entity) for leaf in dict.fromkeys(leaves)}

    def explanation(self, kept: bool | None) -> Explanation:
        """Return the whole explanation."""
        rule, universe = self._rule, self._rule.universe
        qualifies = self._qualifies(self._truth)
        member = kept if qualifies and rule.limit is not None else qualifies
        return Explanation(
            key=self._entity.key,
            as_of=self._entity.moment.as_of,
            truth=combine(rule.where, self._truth),
            in_universe=universe is None or combine(universe, self._truth) is True,
            qualifies=qualifies,
            member=member,
            where=self._node(rule.where, True),
            universe=None if universe is None else self._node(universe, True),
            exclude=tuple(self._leaf(leaf, False) for leaf in rule.exclude),
            flip=self._flip(qualifies) if member is qualifies else self._cut(),
            lapse=lapse(self._timelines, self._qualifies, reasons=self._caveats()),
        )

    def _truth(self, leaf: ResolvedLeaf) -> Truth:
        return self._timelines[leaf].truth

    def _qualifies(self, truth_of: Callable[[ResolvedLeaf], Truth]) -> bool:
        """Whether the entity is asked about, fits, and is not excluded."""
        rule = self._rule
        return (
            (rule.universe is None or combine(rule.universe, truth_of) is True)
            and combine(rule.where, truth_of) is True
            and not any(truth_of(member) is True for member in rule.exclude)
        )

    def _caveats(self) -> list[str]:
        limit = self._rule.limit
        if limit is None:
            return []
        return [f"Only the first {limit.n:,} are kept; who that is depends on everybody else."]

    def _node(self, node: Resolved, positive: bool) -> ExplainedNode:
        """Explain a node; under an odd number of "not" an unknown leaf had better be false."""
        truth = combine(node, self._truth)
        match node:
            case Conjunction(children):
                return ExplainedGroup("all", truth, self._nodes(children, positive))
            case Disjunction(children):
                return ExplainedGroup("any", truth, self._nodes(children, positive))
            case Negation(child):
                return ExplainedGroup("not", truth, self._nodes((child,), not positive))
            case Threshold(n, children):
                return ExplainedGroup("at_least", truth, self._nodes(children, positive), n)
            case _:
                return self._leaf(node, positive)

    def _nodes(self, nodes: tuple[Resolved, ...], positive: bool) -> tuple[ExplainedNode, ...]:
        return tuple(self._node(node, positive) for node in nodes)

    def _leaf(self, leaf: ResolvedLeaf, positive: bool) -> ExplainedLeaf:
        timeline = self._timelines[leaf]
        wanted = positive if timeline.truth is None else not timeline.truth
        # What helps to join must be sure; to leave, a condition need only become unknown.
        sure = timeline.truth is None or positive is not timeline.truth
        found = finding_of(leaf, self._entity, self._words, wanted=wanted, sure=sure)
        following, why = timeline.first(), unforeseen(leaf)
        if isinstance(following, Blind):
            why = f"{following.reason} Known until {self._words.instant(following.at)}."
        return ExplainedLeaf(
            leaf=leaf,
            truth=timeline.truth,
            value=found.value,
            value_words=found.value_words,
            threshold=found.threshold,
            threshold_words=found.threshold_words,
            evidence=found.evidence,
            wanted=wanted,
            flip=found.flip,
            reason=found.reason,
            turn=following if isinstance(following, Turn) else None,
            turn_reason=why,
        )

    def _cut(self) -> RuleFlip:
        return RuleFlip((), "It qualifies; whether the limit keeps it depends on the others.")

    def _flip(self, qualifies: bool) -> RuleFlip:
        rule = self._rule
        plan = fewest_changes(rule.where, rule.universe, rule.exclude, self._truth, self._qualifies)
        if not plan:
            return RuleFlip((), "Nothing that can change flips this.")
        steps = tuple(
            Step(leaf, goal.wanted, self._change(leaf, goal)) for leaf, goal in plan.items()
        )
        number = plural(len(steps), "condition")
        if qualifies:
            return RuleFlip(steps, f"{number} would have to change")
        verb = "stands" if len(steps) == 1 else "stand"
        return RuleFlip(steps, f"{number} {verb} in the way")

    def _change(self, leaf: ResolvedLeaf, goal: Goal) -> Change | None:
        found = finding_of(leaf, self._entity, self._words, wanted=goal.wanted, sure=goal.sure)
        return found.flip
