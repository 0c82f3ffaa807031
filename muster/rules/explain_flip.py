"""The fewest conditions that would have to change for a rule to come out the other way.

Each leaf is taken to be free to change by itself; one that stands twice in a rule is one leaf, and
must not be wanted both true and false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import combinations, islice, product

from muster.rules.nodes import Bucket, Member
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Negation,
    Resolved,
    ResolvedLeaf,
    Threshold,
    leaves_of,
)
from muster.rules.truth import Truth

Wanted = Mapping[ResolvedLeaf, "Goal"]
Plan = Wanted | None
TruthOf = Callable[[ResolvedLeaf], Truth]
"""Leaves and what they would have to be; None = it cannot be done."""


class Goal(Enum):
    """What a node is wanted to be; unknown counts as neither true nor false."""

    TRUE = "true"
    FALSE = "false"
    NOT_TRUE = "not true"
    NOT_FALSE = "not false"

    @property
    def wanted(self) -> bool:
        """The truth that meets the goal."""
        return self in _UPWARD

    @property
    def sure(self) -> bool:
        """Whether unknown does not meet it."""
        return self in (Goal.TRUE, Goal.FALSE)

    def met_by(self, truth: Truth) -> bool:
        """Whether a truth will do."""
        match self:
            case Goal.TRUE:
                return truth is True
            case Goal.FALSE:
                return truth is False
            case Goal.NOT_TRUE:
                return truth is not True
            case Goal.NOT_FALSE:
                return truth is not False


_OPPOSITE = {
    Goal.TRUE: Goal.FALSE,
    Goal.FALSE: Goal.TRUE,
    Goal.NOT_TRUE: Goal.NOT_FALSE,
    Goal.NOT_FALSE: Goal.NOT_TRUE,
}
_MOST_TRIES = 5_000
_UPWARD = (Goal.TRUE, Goal.NOT_FALSE)


def fewest_changes(
    where: Resolved,
    universe: Resolved | None,
    exclude: Sequence[Member],
    truth_of: TruthOf,
    qualifies: Callable[[TruthOf], bool],
) -> Plan:
    """Return the smallest set of leaf changes that makes an entity join, or leave.

    Args:
        qualifies: says from the leaves' truths whether the entity is in the universe, fits the
            condition and is not excluded.
    """
    joins = not qualifies(truth_of)
    parts = [where] if universe is None else [universe, where]
    if joins:
        plans = [_plan(part, Goal.TRUE, truth_of) for part in parts]
        plans += [_plan(member, Goal.NOT_TRUE, truth_of) for member in exclude]
        plan = _together(plans)
    else:
        plans = [_plan(part, Goal.NOT_TRUE, truth_of) for part in reversed(parts)]
        plans += [_plan(member, Goal.TRUE, truth_of) for member in exclude]
        plan = _cheapest(plans, 1)
    leaves = [leaf for part in (*parts, *exclude) for leaf in leaves_of(part)]
    if len(set(leaves)) == len(leaves):
        return plan
    # A leaf that stands in two places changes in both: the tree's plan may be too large, or wrong.
    return _tried(list(dict.fromkeys(leaves)), plan, truth_of, qualifies, joins)


def _tried(
    leaves: list[ResolvedLeaf],
    plan: Plan,
    truth_of: TruthOf,
    qualifies: Callable[[TruthOf], bool],
    joins: bool,
) -> Plan:
    """Return the first small set that does it when tried, else the plan if that does."""
    free = [leaf for leaf in leaves if not isinstance(leaf, Bucket)]
    for tried in islice(_small_plans(free, truth_of), _MOST_TRIES):
        if qualifies(_changed(truth_of, tried)) is joins:
            return tried
    if plan is not None and qualifies(_changed(truth_of, plan)) is joins:
        return plan
    return None


def _small_plans(leaves: Sequence[ResolvedLeaf], truth_of: TruthOf) -> Iterator[Wanted]:
    """Yield every change of every set of leaves, small sets first."""
    for size in range(1, len(leaves) + 1):
        for chosen in combinations(leaves, size):
            for goals in product(*(_other_goals(truth_of(leaf)) for leaf in chosen)):
                yield dict(zip(chosen, goals, strict=True))


def _other_goals(truth: Truth) -> tuple[Goal, ...]:
    return tuple(goal for goal in (Goal.TRUE, Goal.FALSE) if not goal.met_by(truth))


def _changed(truth_of: TruthOf, plan: Wanted) -> TruthOf:
    return lambda leaf: plan[leaf].wanted if leaf in plan else truth_of(leaf)


def _plan(node: Resolved, goal: Goal, truth_of: TruthOf) -> Plan:
    """Return the smallest plan for a node.

    Of all children all must be made true but one false will do; for "any" the other way round; for
    "at least n", n true, or all but n - 1 false.
    """
    match node:
        case Negation(child):
            return _plan(child, _OPPOSITE[goal], truth_of)
        case Conjunction(children) | Disjunction(children) | Threshold(_, children):
            plans = [_plan(child, goal, truth_of) for child in children]
            return _cheapest(plans, _how_many(node, goal, len(children)))
        case _:
            if goal.met_by(truth_of(node)):
                return {}
            if isinstance(node, Bucket):
                return None
            return {node: goal}


def _how_many(node: Resolved, goal: Goal, size: int) -> int:
    """Return how many children must meet the goal for the node to meet it."""
    needed = size
    if isinstance(node, Disjunction):
        needed = 1
    elif isinstance(node, Threshold):
        needed = node.n
    return needed if goal in _UPWARD else size - needed + 1


def _cheapest(plans: list[Plan], number: int) -> Plan:
    """Join the ``number`` smallest plans; the first of equals. None if there are not so many."""
    possible = sorted((plan for plan in plans if plan is not None), key=len)
    return _together(possible[:number]) if len(possible) >= number else None


def _together(plans: Iterable[Plan]) -> Plan:
    found: dict[ResolvedLeaf, Goal] = {}
    for plan in plans:
        if plan is None:
            return None
        for leaf, goal in plan.items():
            before = found.get(leaf, goal)
            if before.wanted is not goal.wanted:
                return None
            found[leaf] = before if before.sure else goal
    return found
