"""The physical questions a plan asks: atoms with every bound a literal, and gates that join them.

Atoms are plain hashable data, so equal questions of different rules are asked once. A gate combines
truths by three-valued logic; a formula is an atom or a gate over formulas.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from muster.base.datamodel import Field
from muster.rules.nodes import Bucket, Count, Member
from muster.rules.resolved import Aggregate, InArea, Resolved, Test
from muster.rules.windows import Interval


@dataclass(frozen=True, slots=True)
class BoundScan:
    """Events of some sources within two instants (UTC), passing a filter with literal bounds."""

    sources: tuple[str, ...]
    where: Resolved | None
    interval: Interval


@dataclass(frozen=True, slots=True)
class EntityAtom:
    """A test on the entity's own row."""

    test: Test | InArea | Bucket


@dataclass(frozen=True, slots=True)
class ObservedAtom:
    """True if the entity is known since before an instant (UTC) or local day; else unknown."""

    field: Field
    before: datetime | date


@dataclass(frozen=True, slots=True)
class Counted:
    """The number of events, or of distinct values, or of distinct local periods."""

    count: Count
    distinct: Field | str | None = None


@dataclass(frozen=True, slots=True)
class Valued:
    """An aggregate's value against a test; the aggregate's own scan is not looked at here."""

    aggregate: Aggregate
    test: Test


@dataclass(frozen=True, slots=True)
class FirstTime:
    """The first event ever lies at or after ``start``."""

    start: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """The last event lies before ``start``, and at or after ``since`` (None = ever)."""

    start: datetime
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Restarted:
    """Events at or after ``start``, none in [gap_start, start), some before ``gap_start``."""

    start: datetime
    gap_start: datetime


@dataclass(frozen=True, slots=True)
class Regular:
    """Events in at least ``hit`` of the periods."""

    periods: tuple[Interval, ...]
    hit: int


Having = Counted | Valued | FirstTime | Stopped | Restarted | Regular


@dataclass(frozen=True, slots=True)
class EventAtom:
    """A question about one entity's events of one scan; ``zone`` where local days matter.

    ``today`` is the local day that a recency counts back from: its window may end long before.
    """

    scan: BoundScan
    having: Having
    zone: str = "UTC"
    today: date | None = None


@dataclass(frozen=True, slots=True)
class BoundStep:
    """One step of a sequence; lengths are elapsed time."""

    sources: tuple[str, ...]
    where: Resolved | None
    within: timedelta | None
    not_before: timedelta | None
    absent: bool


@dataclass(frozen=True, slots=True)
class PathAtom:
    """Events in order within two instants."""

    steps: tuple[BoundStep, ...]
    same: tuple[str, ...]
    start: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class RankAtom:
    """An aggregate's rank among a universe (None = every entity) against a test."""

    aggregate: Aggregate
    scan: BoundScan
    rank: str
    test: Test
    universe: Formula | None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class MemberAtom:
    """Membership of a stored segment or a list; ``changed_in`` bounds an entered/exited change."""

    member: Member
    changed_in: Interval | None = None


Atom = EntityAtom | ObservedAtom | EventAtom | PathAtom | RankAtom | MemberAtom


@dataclass(frozen=True, slots=True)
class Gate:
    """``kind``: all, any, not, or at_least (then ``n``)."""

    kind: str
    children: tuple[Formula, ...]
    n: int = 0


Formula = Atom | Gate


def atoms_of(formula: Formula) -> tuple[Atom, ...]:
    """Return the distinct atoms of a formula in reading order, those of ranked universes too."""
    found: dict[Atom, None] = {}
    _collect(formula, found)
    return tuple(found)


def _collect(formula: Formula, found: dict[Atom, None]) -> None:
    if isinstance(formula, Gate):
        for child in formula.children:
            _collect(child, found)
        return
    if isinstance(formula, RankAtom) and formula.universe is not None:
        _collect(formula.universe, found)
    found[formula] = None
