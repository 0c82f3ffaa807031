"""A rule as an English sentence: one of its three views, beside the JSON and the SQL.

Groups inside groups stand in brackets, so "and" and "or" are never ambiguous.
"""

from __future__ import annotations

from typing import assert_never

from muster.base.datamodel import DataModel, Field
from muster.rules.nodes import Bucket, Member
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    InArea,
    Measure,
    Negation,
    Occurrence,
    Path,
    Resolved,
    ResolvedLeaf,
    ResolvedLimit,
    ResolvedRule,
    Test,
    Threshold,
)
from muster.rules.sentence_events import EventSentences
from muster.rules.sentence_leaves import (
    area_sentence,
    bucket_sentence,
    field_sentence,
    member_sentence,
)
from muster.rules.sentence_words import Words, label_of


def sentence(rule: ResolvedRule, model: DataModel) -> str:
    """Return a whole rule in English: who, among whom, how many, without whom, in which zone."""
    speaker = _Speaker(Words(model, rule.time_zone))
    words = speaker.words
    parts = [f"{words.entities} matching {speaker.whole(rule.where)}."]
    if rule.universe is not None:
        parts.append(
            f"The universe is {words.entities.lower()} matching {speaker.whole(rule.universe)}."
        )
    if rule.limit is not None:
        parts.append(speaker.limit(rule.limit))
    if rule.exclude:
        excluded = " or ".join(member_sentence(words, member) for member in rule.exclude)
        parts.append(f"Left out at the end if {excluded}.")
    parts.append(f"Days are days in {rule.time_zone}.")
    return " ".join(parts)


def leaf_sentence(leaf: Resolved, model: DataModel, *, time_zone: str | None = None) -> str:
    """Return one condition, or a group of them, in English, without a full stop.

    Args:
        time_zone: the rule's zone; None = the data model's.
    """
    return _Speaker(Words(model, time_zone or model.time_zone)).clause(leaf)


class _Speaker:
    """Says the conditions of one rule."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._events = EventSentences(words, self.clause)

    def whole(self, node: Resolved) -> str:
        """Say a condition after "matching"."""
        text = self.clause(node)
        return text if _is_group(node) else f"this: {text}"

    def clause(self, node: Resolved, *, negated: bool = False) -> str:
        """Say a condition; under a "not", absence makes other conditions true."""
        node = _unwrapped(node)
        match node:
            case Conjunction(children):
                return f"all of: {self._joined(children, '; and ', negated)}"
            case Disjunction(children):
                return f"any of: {self._joined(children, '; or ', negated)}"
            case Threshold(n, children):
                return f"at least {n} of: {self._joined(children, '; ', negated)}"
            case Negation(child):
                return f"not ({self.clause(child, negated=not negated)})"
            case _:
                return self._leaf(node, negated)

    def _joined(self, children: tuple[Resolved, ...], glue: str, negated: bool) -> str:
        return glue.join(self._member(child, negated) for child in children)

    def _member(self, child: Resolved, negated: bool) -> str:
        text = self.clause(child, negated=negated)
        return f"({text})" if _is_group(child) else text

    def _leaf(self, leaf: ResolvedLeaf, negated: bool) -> str:
        match leaf:
            case Test():
                return field_sentence(self.words, leaf)
            case InArea():
                return area_sentence(self.words, leaf)
            case Occurrence():
                return self._events.occurrence(leaf, absence_matters=negated)
            case Measure():
                return self._events.measure(leaf)
            case Path():
                return self._events.path(leaf)
            case Member():
                return member_sentence(self.words, leaf)
            case Bucket():
                return bucket_sentence(self.words, leaf)
            case _:
                assert_never(leaf)

    def limit(self, limit: ResolvedLimit) -> str:
        """Say how many are kept, and which."""
        if isinstance(limit.by, Field):
            by, unknown = label_of(limit.by), True
        else:
            by, unknown = self._events.aggregate(limit.by), not limit.by.empty_is_zero
        which = "highest" if limit.descending else "lowest"
        last = ", whoever has no value last" if unknown else ""
        return f"Of these, the {limit.n:,} with the {which} {by} are kept{last}."


def _unwrapped(node: Resolved) -> Resolved:
    """Return the condition itself where a group holds nothing else."""
    while isinstance(node, Conjunction | Disjunction) and len(node.children) == 1:
        node = node.children[0]
    return node


def _is_group(node: Resolved) -> bool:
    return isinstance(_unwrapped(node), Conjunction | Disjunction | Threshold)
