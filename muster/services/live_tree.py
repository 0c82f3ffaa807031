"""One rule with the truth of every condition at hand, and what a change to it comes to.

Everything that live answers say is worked out from this, by algebra on bits: no data is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from muster.compile.atoms import Formula
from muster.engines import bits
from muster.engines.bits import Mask, Words
from muster.engines.evaluate import Evaluated, Outcome, combined
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Negation,
    Resolved,
    ResolvedLeaf,
    ResolvedRule,
    Threshold,
    resolved_children,
)

_PARTS = re.compile(r"\$|\.[^.\[]+|\[\d+\]")
_GROUPS = (Conjunction, Disjunction, Negation, Threshold)


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition and its truth for everybody; ``paths`` are those of its leaves, in order."""

    node: Resolved
    mask: Mask
    children: tuple[Branch, ...]
    paths: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where it stands in the author's rule: what its leaves' paths have in common."""
        return common_path(self.paths)


@dataclass(frozen=True, slots=True)
class LiveRule:
    """A rule and everybody's truths.

    Attributes:
        present: everybody; of a sample, those who are in it.
        exclusions: for each exclusion of the rule, in order, those it leaves out.
        members: after limit and exclusions.
    """

    rule: ResolvedRule
    where: Branch
    present: Words
    universe: Words
    exclusions: tuple[Words, ...]
    members: Words

    @property
    def allowed(self) -> Words:
        """The universe without whom the exclusions leave out."""
        found = self.universe
        for excluded in self.exclusions:
            found = found & ~excluded
        return found

    def size_if(self, true: Words) -> int | None:
        """Return the size were the condition true of these; None if only a ranking could tell."""
        limit = self.rule.limit
        if limit is not None:
            chosen = bits.count(true & self.universe)
            if chosen > limit.n:
                return None if self.exclusions else limit.n
        return bits.count(true & self.allowed)


def live_rule(rule: ResolvedRule, outcome: Outcome, evaluated: Evaluated) -> LiveRule:
    """Return an evaluated rule with its truths."""
    return LiveRule(
        rule,
        grown(rule.where, outcome.leaves, evaluated.present),
        evaluated.present,
        outcome.universe,
        tuple(_true(formula, evaluated) for formula in outcome.rule.exclude),
        outcome.members,
    )


def grown(node: Resolved, leaves: Iterable[Mask], present: Words) -> Branch:
    """Return a condition with its truths; ``leaves``: those of its leaves, in reading order."""
    return _grown(node, iter(leaves), present)


def _grown(node: Resolved, leaves: Iterator[Mask], present: Words) -> Branch:
    if isinstance(node, _GROUPS):
        children = tuple(_grown(child, leaves, present) for child in resolved_children(node))
        paths = tuple(path for child in children for path in child.paths)
        return Branch(node, joined(node, [one.mask for one in children], present), children, paths)
    return Branch(node, next(leaves), (), (node.path,))


def joined(node: Resolved, masks: Sequence[Mask], present: Words) -> Mask:
    """Return a group's truth from its children's."""
    match node:
        case Conjunction():
            return bits.every(masks)
        case Disjunction():
            return bits.some(masks)
        case Negation():
            return bits.opposite(masks[0])
        case Threshold(n, _):
            return bits.at_least(n, masks, present)
    raise AssertionError("not a group")


def without(branch: Branch, path: str, present: Words) -> Mask | None:
    """Return the truth with the leaves of a path taken out of their groups; None: nothing is left.

    A group that is left without conditions is taken out of its own group; "at least n of" keeps n.
    """
    if path not in branch.paths:
        return branch.mask
    found = [without(child, path, present) for child in branch.children]
    left = [mask for mask in found if mask is not None]
    return joined(branch.node, left, present) if left else None


def replaced(branch: Branch, path: str, mask: Mask, present: Words) -> Mask:
    """Return the truth if the leaves of a path had another one."""
    if path not in branch.paths:
        return branch.mask
    if not branch.children:
        return mask
    masks = [replaced(child, path, mask, present) for child in branch.children]
    return joined(branch.node, masks, present)


def leaf_branches(branch: Branch) -> Iterator[tuple[ResolvedLeaf, Mask]]:
    """Yield the leaves in reading order."""
    if isinstance(branch.node, _GROUPS):
        for child in branch.children:
            yield from leaf_branches(child)
    else:
        yield branch.node, branch.mask


def top_level(where: Branch) -> tuple[int, tuple[Branch, ...]]:
    """Return the conditions of the outermost group, and how many of them must be true."""
    while isinstance(where.node, Conjunction | Disjunction) and len(where.children) == 1:
        where = where.children[0]
    match where.node:
        case Conjunction():
            return len(where.children), where.children
        case Disjunction():
            return 1, where.children
        case Threshold(n, _):
            return n, where.children
        case _:
            return 1, (where,)


def required(where: Branch) -> tuple[Branch, ...]:
    """Return the conditions that must all be true: those of the outermost "all", else the whole."""
    needed, conditions = top_level(where)
    return conditions if needed == len(conditions) else (where,)


def common_path(paths: Sequence[str]) -> str:
    """Return what JSON paths have in common, without the name of the list they stand in."""
    first = paths[0]
    if all(path == first for path in paths):
        return first
    split = [_PARTS.findall(path) for path in paths]
    shared: list[str] = []
    for parts in zip(*split, strict=False):
        if any(part != parts[0] for part in parts):
            break
        shared.append(parts[0])
    while len(shared) > 1 and shared[-1].startswith("."):
        shared.pop()
    return "".join(shared) or "$"


def _true(formula: Formula, evaluated: Evaluated) -> Words:
    """Return of whom a formula over answered atoms is true."""
    return _mask(formula, evaluated).true


def _mask(formula: Formula, evaluated: Evaluated) -> Mask:
    return combined(formula, evaluated.answers.__getitem__, evaluated.present)
