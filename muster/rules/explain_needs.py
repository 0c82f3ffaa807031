"""What must be read of one entity to explain a rule about it, and to foresee its lapse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from muster.base.datamodel import DataModel, Field
from muster.rules.duration import FIRST_INSTANT
from muster.rules.evaluate_events import regular_periods
from muster.rules.nodes import Member
from muster.rules.resolved import (
    InArea,
    Measure,
    Occurrence,
    Path,
    ResolvedLeaf,
    ResolvedRule,
    Scan,
    Test,
    leaves_of,
)
from muster.rules.truth import Moment
from muster.rules.windows import interval_of

_SLACK = timedelta(days=10)
"""Edges of windows may step back a few days as time goes on: 28, 29, 30, 31 March minus a month."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a rule looks at.

    Attributes:
        attributes: names of the entity's attributes.
        sources: event source -> since when its events matter; None = since ever.
        lists: names of lists.
        members: the conditions on segments, whose published versions the caller looks up.
    """

    attributes: tuple[str, ...]
    sources: Mapping[str, datetime | None]
    lists: tuple[str, ...]
    members: tuple[Member, ...]


def needs_of(rule: ResolvedRule, model: DataModel, *, as_of: datetime) -> Needs:
    """Return what a rule looks at, at ``as_of`` (with a zone) or later."""
    moment = Moment(as_of.astimezone(UTC), ZoneInfo(rule.time_zone))
    leaves: list[ResolvedLeaf] = [*leaves_of(rule.where), *rule.exclude]
    if rule.universe is not None:
        leaves += leaves_of(rule.universe)
    members = [leaf for leaf in leaves if isinstance(leaf, Member)]
    sources: dict[str, datetime | None] = {}
    for leaf in leaves:
        for source, since in _sources(leaf, moment):
            known = sources.get(source, since)
            sources[source] = None if known is None or since is None else min(known, since)
    return Needs(
        tuple(sorted({name for leaf in leaves for name in _attributes(leaf, model)})),
        dict(sorted(sources.items())),
        tuple(sorted({leaf.listed for leaf in members if leaf.listed is not None})),
        tuple(leaf for leaf in members if leaf.segment is not None),
    )


def _attributes(leaf: ResolvedLeaf, model: DataModel) -> Iterator[str]:
    if isinstance(leaf, Test | InArea):
        yield leaf.field.name
    if isinstance(leaf, Test) and isinstance(leaf.operand, Field):
        yield leaf.operand.name
    guarded = isinstance(leaf, Occurrence) and leaf.guard is not None
    if guarded and model.entity.created_at is not None:
        yield model.entity.created_at


def _sources(leaf: ResolvedLeaf, moment: Moment) -> Iterator[tuple[str, datetime | None]]:
    match leaf:
        case Occurrence(scan):
            since = _earliest(_occurrence_start(leaf, moment), leaf.pattern.of)
            yield from ((source, since) for source in scan.sources)
        case Measure(aggregate):
            since = _earliest(_start(aggregate.scan, moment), 0)
            yield from ((source, since) for source in aggregate.scan.sources)
        case Path(steps):
            for step in steps:
                since = _earliest(_start(Scan(step.sources, None, leaf.window), moment), 0)
                yield from ((source, since) for source in step.sources)
        case _:
            return


def _earliest(start: datetime | None, periods: int) -> datetime | None:
    slack = _SLACK * (periods + 1)
    return None if start is None or start - FIRST_INSTANT < slack else start - slack


def _start(scan: Scan, moment: Moment) -> datetime | None:
    return interval_of(scan.window, as_of_utc=moment.as_of, zone=moment.zone).start


def _occurrence_start(leaf: Occurrence, moment: Moment) -> datetime | None:
    """A first time, a stop and a restart are told from all that happened before."""
    match leaf.pattern.kind:
        case "plain":
            return _start(leaf.scan, moment)
        case "regular":
            return regular_periods(leaf, moment)[-1].start
        case _:
            return None
