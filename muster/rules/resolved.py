"""A rule whose names and values have been checked against a data model.

Facets, named metrics, universes and the date range of the list form are gone: only these few nodes
are left, with typed values. The reference evaluator and the compiler both start from here. Windows
stay expressions: nothing here depends on ``as_of``.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as plain_field
from datetime import date, datetime
from decimal import Decimal

from muster.base.datamodel import Field, Fold
from muster.rules.duration import Duration
from muster.rules.nodes import PLAIN, Bucket, Count, Member, Pattern
from muster.rules.windows import Window

Scalar = str | int | float | Decimal | bool | date | datetime
"""A typed value; instants are datetimes in UTC, days are dates."""


@dataclass(frozen=True, slots=True)
class Range:
    """A span of values; a missing end is open."""

    low: Scalar | None
    high: Scalar | None
    low_included: bool = True
    high_included: bool = True


Operand = Scalar | Range | Duration | Field | tuple[Scalar, ...] | None


@dataclass(frozen=True, slots=True)
class Test:
    """One field against one operand.

    ``op`` is one of: eq ne lt le gt ge (Scalar or Field), within outside (Range), in not_in has_any
    has_all has_none (tuple), contains not_contains starts ends like regex (text, already folded),
    exists missing (None), in_last in_next older_than anniversary_in (Duration), age (Range of whole
    years, on a birth date).
    """

    __test__ = False  # not a pytest class

    field: Field
    op: str
    operand: Operand
    nulls_included: bool = False
    fold: Fold = Fold.NONE
    quantifier: str = "any"
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Every child is true."""

    children: tuple[Resolved, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """At least one child is true."""

    children: tuple[Resolved, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The child is false; unknown stays unknown."""

    child: Resolved


@dataclass(frozen=True, slots=True)
class Threshold:
    """At least ``n`` children are true; unknown while the unknown ones could decide."""

    n: int
    children: tuple[Resolved, ...]


@dataclass(frozen=True, slots=True)
class Circle:
    """Degrees and kilometres; on the edge counts as inside."""

    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """Corners (latitude, longitude) in degrees, closed by itself, straight on the flat map."""

    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class InArea:
    """A point inside an area; unknown where the point has no latitude or longitude."""

    field: Field
    area: Circle | Polygon
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class Scan:
    """Which events are looked at: sources, a filter on one event, a window."""

    sources: tuple[str, ...]
    where: Resolved | None
    window: Window


@dataclass(frozen=True, slots=True)
class Guard:
    """Absence counts only if the entity existed this long; None = at the window's start."""

    length: Duration | None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Events counted against ``count``; ``distinct`` is a field or day, week, month (local)."""

    scan: Scan
    count: Count
    distinct: Field | str | None = None
    pattern: Pattern = PLAIN
    guard: Guard | None = None
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value per entity from its events.

    ``empty_is_zero``: no value (no event, or only nulls) counts as 0; otherwise it is unknown.
    ``output`` is the value as a pseudo-field: its name reads well, its type is the value's.
    """

    name: str
    scan: Scan
    of: Field | None
    quantile: Decimal | None
    empty_is_zero: bool
    output: Field


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregate's value, or its rank among the universe, against an operand.

    ``rank`` "value": ``test.field`` is the aggregate's output. "percentile": the share (0 to 100)
    of ranked entities whose value is not larger. "top_n": 1 + the number with a larger value.
    """

    aggregate: Aggregate
    test: Test
    rank: str = "value"
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class ResolvedStep:
    """One step of a sequence; lengths are elapsed time from the last present step."""

    sources: tuple[str, ...]
    where: Resolved | None
    within: Duration | None
    not_before: Duration | None
    absent: bool


@dataclass(frozen=True, slots=True)
class Path:
    """Events in order; ``same`` fields are equal (and not null) across all steps."""

    steps: tuple[ResolvedStep, ...]
    same: tuple[str, ...]
    start: str
    window: Window
    path: str = plain_field(default="$", compare=False)


ResolvedLeaf = Test | InArea | Occurrence | Measure | Path | Member | Bucket
Resolved = Conjunction | Disjunction | Negation | Threshold | ResolvedLeaf


@dataclass(frozen=True, slots=True)
class ResolvedLimit:
    """Keep the first ``n`` by a value; entities without the value come last."""

    n: int
    by: Aggregate | Field
    descending: bool


@dataclass(frozen=True, slots=True)
class ResolvedRule:
    """A rule ready to evaluate: members = universe and where, then limit, then exclusions."""

    where: Resolved
    universe: Resolved | None
    limit: ResolvedLimit | None
    exclude: tuple[Member, ...]
    time_zone: str


def resolved_children(node: Resolved) -> tuple[Resolved, ...]:
    """Return the child conditions of a node; event filters are not children."""
    match node:
        case Conjunction(children) | Disjunction(children) | Threshold(_, children):
            return children
        case Negation(child):
            return (child,)
        case _:
            return ()


def leaves_of(node: Resolved) -> tuple[ResolvedLeaf, ...]:
    """Return the leaves in reading order, each occurrence by itself."""
    match node:
        case Conjunction() | Disjunction() | Threshold() | Negation():
            return tuple(leaf for child in resolved_children(node) for leaf in leaves_of(child))
        case _:
            return (node,)
