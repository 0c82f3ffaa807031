"""What explaining one entity yields: frozen records, typed values beside their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from muster.rules.resolved import ResolvedLeaf, Scalar
from muster.rules.truth import Truth
from muster.rules.world import Key


@dataclass(frozen=True, slots=True)
class Rank:
    """Where an entity stands among the universe: only who sees everybody can tell.

    Attributes:
        truth: the leaf's truth.
        rank: percentile (0 to 100) or place (1 is first); None where it has no value to rank by.
        among: how many entities are ranked, when known.
    """

    truth: Truth
    rank: Decimal | int | None = None
    among: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change that gives a leaf the wanted truth, all else as it is.

    Attributes:
        kind: more_events, fewer_events (``amount``: how many), more, less (how much of the value),
            later, earlier (a timedelta), set (the value must become another), clear (must have no
            value), closer, farther (kilometres), wait (a timedelta), join, leave.
        words: e.g. ``₹412.00 more``, ``2 fewer events``, ``move 3.2 km closer``.
        amount: the difference, positive; None where there is no amount.
        target: a value that does it, for a changed value; None where none can be named.
    """

    kind: str
    words: str
    amount: Scalar | timedelta | None = None
    target: Any = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event that counts, with all its fields as they are: whoever shows them masks them.

    ``steps``: the step of a sequence it stands for, from 1.
    """

    at: datetime
    source: str
    identity: Any
    fields: Mapping[str, Any]
    steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The events that count: the newest first, at most `MAX_EVIDENCE`, and how many there are."""

    total: int
    rows: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one leaf, before its place in the rule and in time is known."""

    value: Any
    value_words: str
    threshold: Any
    threshold_words: str
    evidence: Evidence | None = None
    flip: Change | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A truth from an instant on."""

    at: datetime
    truth: Truth


@dataclass(frozen=True, slots=True)
class ExplainedLeaf:
    """One condition about one entity.

    Attributes:
        leaf: the condition; ``leaf.path`` is where it stood in the author's JSON.
        value: what was found: an attribute's value, a number of events, a sum, kilometres from the
            centre, an age, periods hit, steps walked, the hash as a share; None = none.
        threshold: what it is compared with (the test's operand, a count, an area).
        evidence: the events that count; None for a condition that looks at no events.
        wanted: the truth that would help to flip the whole rule.
        flip: the smallest change that gives it; None where none can be named (see ``reason``).
        turn: when the truth changes by itself, with no new data, and to what; None = it does not,
            or see ``turn_reason``.
        reason: why there is no ``flip``.
        turn_reason: why it is not (fully) known when the truth changes by itself.
    """

    leaf: ResolvedLeaf
    truth: Truth
    value: Any
    value_words: str
    threshold: Any
    threshold_words: str
    evidence: Evidence | None
    wanted: bool
    flip: Change | None
    reason: str | None
    turn: Turn | None
    turn_reason: str | None

    @property
    def changes_at(self) -> datetime | None:
        """The next instant at which the truth changes by itself, None if it does not."""
        return None if self.turn is None else self.turn.at


@dataclass(frozen=True, slots=True)
class ExplainedGroup:
    """``kind``: all, any, not, at_least (then ``n``)."""

    kind: str
    truth: Truth
    children: tuple[ExplainedNode, ...]
    n: int = 0


ExplainedNode = ExplainedGroup | ExplainedLeaf


@dataclass(frozen=True, slots=True)
class Step:
    """One leaf that would have to change, to what truth, and the smallest change that does it."""

    leaf: ResolvedLeaf
    wanted: bool
    change: Change | None


@dataclass(frozen=True, slots=True)
class RuleFlip:
    """The smallest set of leaf changes that flips membership; empty ``steps``: none can."""

    steps: tuple[Step, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Lapse:
    """When membership changes by itself, with no new data; a limit is not looked at.

    Attributes:
        at: the first instant at which who qualifies does so no more, or who does not begins to;
            None = not before ``known_until``, or never.
        enters: whether the change would be into the segment.
        leaves: the conditions that change at ``at``.
        known_until: up to here the answer is complete; None = for the next 150 years.
        reasons: what may change membership and is not foreseen: other rules' refreshes, ranks.
    """

    at: datetime | None
    enters: bool
    leaves: tuple[ResolvedLeaf, ...]
    known_until: datetime | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an entity is in or out.

    Attributes:
        truth: of the condition; None = unknown, which is not a member either.
        qualifies: in the universe, the condition true, not excluded.
        member: the same after the limit; None where the limit cuts and nobody said whether it
            kept this entity.
        universe: who is asked about, explained; None = everybody.
        exclude: the exclusions, each explained; a true one takes the entity out.
        flip: the fewest conditions that would have to change.
        lapse: when that happens by itself.
    """

    key: Key
    as_of: datetime
    truth: Truth
    in_universe: bool
    qualifies: bool
    member: bool | None
    where: ExplainedNode
    universe: ExplainedNode | None
    exclude: tuple[ExplainedLeaf, ...]
    flip: RuleFlip
    lapse: Lapse

    @property
    def lapses_at(self) -> datetime | None:
        """The instant at which membership changes by itself, None if none is known."""
        return self.lapse.at


MAX_EVIDENCE = 20
NO_VALUE = "No value was found that would do."


def explained_leaves(node: ExplainedNode) -> tuple[ExplainedLeaf, ...]:
    """Return the leaves in reading order."""
    if isinstance(node, ExplainedLeaf):
        return (node,)
    return tuple(leaf for child in node.children for leaf in explained_leaves(child))
