"""Hides personal values in explanations: found ones, evidence, and what would flip them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from muster.base.datamodel import DataModel, PiiClass
from muster.rules.explain_records import (
    Change,
    Evidence,
    ExplainedGroup,
    ExplainedLeaf,
    ExplainedNode,
    Explanation,
    explained_leaves,
)
from muster.rules.resolved import InArea, Measure, ResolvedLeaf, Test
from muster.services.personal import MASK


def personal_fields(explanation: Explanation, model: DataModel) -> tuple[str, ...]:
    """Return the names of the personal fields whose values an explanation shows."""
    names: dict[str, None] = {}
    for leaf in _all_leaves(explanation):
        names |= dict.fromkeys(personal_of(leaf.leaf))
        for row in leaf.evidence.rows if leaf.evidence else ():
            fields = model.events[row.source].fields
            names |= dict.fromkeys(
                name
                for name in row.fields
                if name in fields and fields[name].pii is not PiiClass.NONE
            )
    return tuple(names)


def mask_explanation(explanation: Explanation, model: DataModel) -> Explanation:
    """Return an explanation without personal values; truths and thresholds stay."""
    return _Masking(model).explanation(explanation)


def personal_of(leaf: ResolvedLeaf) -> tuple[str, ...]:
    """Return the personal field a condition looks at, if it does."""
    field = None
    if isinstance(leaf, Test | InArea):
        field = leaf.field
    elif isinstance(leaf, Measure):
        field = leaf.aggregate.of
    return (field.name,) if field is not None and field.pii is not PiiClass.NONE else ()


def _all_leaves(explanation: Explanation) -> Iterator[ExplainedLeaf]:
    yield from explained_leaves(explanation.where)
    if explanation.universe is not None:
        yield from explained_leaves(explanation.universe)
    yield from explanation.exclude


class _Masking:
    """Walks one explanation."""

    def __init__(self, model: DataModel) -> None:
        self._model = model

    def explanation(self, found: Explanation) -> Explanation:
        """Return the explanation without personal values."""
        steps = tuple(
            replace(step, change=self._change(step.leaf, step.change)) for step in found.flip.steps
        )
        return replace(
            found,
            where=self._node(found.where),
            universe=None if found.universe is None else self._node(found.universe),
            exclude=tuple(self._leaf(leaf) for leaf in found.exclude),
            flip=replace(found.flip, steps=steps),
        )

    def _node(self, node: ExplainedNode) -> ExplainedNode:
        if isinstance(node, ExplainedGroup):
            return replace(node, children=tuple(self._node(child) for child in node.children))
        return self._leaf(node)

    def _leaf(self, leaf: ExplainedLeaf) -> ExplainedLeaf:
        evidence = None if leaf.evidence is None else self._evidence(leaf.evidence)
        if not personal_of(leaf.leaf):
            return replace(leaf, evidence=evidence)
        flip = self._change(leaf.leaf, leaf.flip)
        shown = None if leaf.value is None else MASK
        words = leaf.value_words if leaf.value is None else MASK
        return replace(leaf, value=shown, value_words=words, evidence=evidence, flip=flip)

    def _change(self, leaf: ResolvedLeaf, change: Change | None) -> Change | None:
        if change is None or not personal_of(leaf):
            return change
        return Change(change.kind, MASK)

    def _evidence(self, evidence: Evidence) -> Evidence:
        rows = tuple(
            replace(
                row,
                fields={
                    name: self._shown(row.source, name, value) for name, value in row.fields.items()
                },
            )
            for row in evidence.rows
        )
        return replace(evidence, rows=rows)

    def _shown(self, source: str, name: str, value: Any) -> Any:
        field = self._model.events[source].fields.get(name)
        hidden = field is not None and field.pii is not PiiClass.NONE and value is not None
        return MASK if hidden else value
