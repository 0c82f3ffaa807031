"""The rule language as a tree, exactly as an author wrote it: frozen nodes, names unresolved.

`parse.py` makes these from JSON, `dump.py` writes them back, `resolve.py` checks them against a
data model. ``path`` is where a node stood in the author's JSON; it takes no part in equality.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as plain_field
from typing import Any

from muster.rules.duration import Duration
from muster.rules.windows import Window


@dataclass(frozen=True, slots=True)
class All:
    """Every child is true."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one child is true."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The child is false; unknown stays unknown."""

    child: Node


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``n`` of the children are true."""

    n: int
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """A test on a whole number: ``op`` one of = != > >= < <= between (then low and high)."""

    op: str
    low: int
    high: int | None = None

    def holds(self, number: int) -> bool:
        """Whether the number passes."""
        match self.op:
            case "=":
                return number == self.low
            case "!=":
                return number != self.low
            case ">":
                return number > self.low
            case ">=":
                return number >= self.low
            case "<":
                return number < self.low
            case "<=":
                return number <= self.low
            case _:
                return self.high is not None and self.low <= number <= self.high


@dataclass(frozen=True, slots=True)
class Attribute:
    """A test on one field; inside an event's ``where`` the field is the event's."""

    field: str
    op: str
    value: Any = None
    value_field: str | None = None
    bounds: str = "[]"
    nulls_included: bool = False
    fold: str | None = None
    quantifier: str = "any"
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class Pattern:
    """How occurrences lie in time.

    ``kind``: plain, first_time, stopped (``length`` = how long before the window it was active,
    None = ever), restarted (``length`` = the quiet gap before the window, None = the window's own
    length), regular (in at least ``hit`` of the last ``of`` periods of ``length`` each).
    """

    kind: str = "plain"
    length: Duration | None = None
    hit: int = 0
    of: int = 0
    whole_days: bool = False


PLAIN = Pattern()


@dataclass(frozen=True, slots=True)
class Observed:
    """How long an entity must be known before absence counts; ``length`` None = the window."""

    required: bool
    length: Duration | None = None


@dataclass(frozen=True, slots=True)
class Did:
    """Something happened, so many times, in a window."""

    events: tuple[str, ...]
    where: Node | None = None
    window: Window | None = None
    times: Count = Count(">=", 1)
    distinct: str | None = None
    pattern: Pattern = PLAIN
    observed: Observed | None = None
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class AdHocMetric:
    """An aggregate spelled out in the rule instead of named in the data model."""

    aggregate: str
    on: tuple[str, ...]
    of: str | None = None
    where: Node | None = None
    window: Window | None = None
    quantile: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A test on a number computed from an entity's events."""

    metric: str | AdHocMetric
    op: str
    value: Any
    bounds: str = "[]"
    where: Node | None = None
    window: Window | None = None
    empty: str | None = None
    rank: str = "value"
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence; times are measured from the last present step before it."""

    events: tuple[str, ...]
    where: Node | None = None
    within: Duration | None = None
    not_before: Duration | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Events in order. ``start``: any, first or last event that fits the first step."""

    steps: tuple[Step, ...]
    same: tuple[str, ...] = ()
    start: str = "any"
    window: Window | None = None
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class Changed:
    """Entered or left within a window, by the published versions."""

    kind: str
    window: Window


@dataclass(frozen=True, slots=True)
class Member:
    """Membership of a stored segment, or of a list in the warehouse.

    ``freshness``: "same_run" (the parent is refreshed in the same wave), "stored" (whatever is
    published), or a Duration (published at most so long ago, else refreshed).
    """

    segment: str | None = None
    listed: str | None = None
    included: bool = True
    version: int | None = None
    freshness: str | Duration = "same_run"
    changed: Changed | None = None
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """A point inside a circle, a polygon or a named place; degrees and kilometres."""

    field: str
    latitude: float | None = None
    longitude: float | None = None
    km: float | None = None
    polygon: tuple[tuple[float, float], ...] = ()
    place: str | None = None
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A stable random share: hash(salt, key) in [low, high) of 0 to 1; bounds as decimal text."""

    salt: str
    low: str
    high: str
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class Interests:
    """Interests by list and, with ``min_affinity`` or ``window``, by shown behaviour."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    min_affinity: str | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Facets:
    """The advertiser's form: OR inside a facet, AND between facets, an empty facet says nothing."""

    age_bands: tuple[str, ...] = ()
    demographics: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    locations: tuple[str, ...] = ()
    interests: Interests = Interests()
    path: str = plain_field(default="$", compare=False)


Leaf = Attribute | Did | Metric | Sequence | Member | Near | Bucket | Facets
Node = All | AnyOf | Not | AtLeast | Leaf


@dataclass(frozen=True, slots=True)
class Limit:
    """Keep the ``n`` members that rank first; ties are broken by the entity key, ascending."""

    n: int
    rank_by: str
    descending: bool = True
    path: str = plain_field(default="$", compare=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole rule.

    Attributes:
        where: the condition.
        universe: who is asked about at all: a name from the data model, a node, or None = everyone.
        time_zone: IANA zone, None = the data model's.
        limit, exclude: applied in this order, last.
        default_window: the window of every event condition that names none (start_date/end_date).
        ttl: how long a delivered membership lives.
    """

    where: Node
    universe: str | Node | None = None
    time_zone: str | None = None
    limit: Limit | None = None
    exclude: tuple[Member, ...] = ()
    default_window: Window | None = None
    ttl: Duration | None = None


def children_of(node: Node) -> tuple[Node, ...]:
    """Return the child conditions of a node; event filters (``where``) are not children."""
    match node:
        case All(children) | AnyOf(children) | AtLeast(_, children):
            return children
        case Not(child):
            return (child,)
        case _:
            return ()
