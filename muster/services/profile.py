"""What the members of published segments are like, beside each other and beside everybody.

The bins are those of live answers, so a rule that is being written and a segment can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from muster.base.datamodel import DataModel, Field
from muster.base.errors import InvalidInput
from muster.base.records import Segment, SegmentVersion
from muster.compile.plan import plan_rules
from muster.engines.bits import Words
from muster.engines.duckdb_stamp import warehouse_stamp
from muster.engines.evaluate import Evaluated
from muster.rules.truth import Moment
from muster.services.context import WorkspaceContext
from muster.services.evaluating import evaluate, live_instant
from muster.services.live_axes import Axis, Bin
from muster.services.live_breakdown import (
    AxesAsked,
    Breakdown,
    Part,
    axes_of,
    compared,
    fields_of,
)
from muster.services.member_cache import members_of_version
from muster.services.members import current_version
from muster.services.overlap import refuse_repeated
from muster.services.patience import ENDLESS, Patience
from muster.services.segments import find_segment
from muster.services.wave import Catalog
from muster.services.workspaces import current_model

MOST: Final = 6
FEWEST_MEMBERS: Final = 30
"""A part of fewer members is not called telling: chance alone moves it."""
_MOST_DIFFERENCES = 50
_LITTLE = 0.1
"""Shares that differ by less than this, as a share of everybody's, tell nothing."""


@dataclass(frozen=True, slots=True)
class ProfiledSegment:
    """One of the segments, in the version that readers see."""

    segment: Segment
    version: SegmentVersion


@dataclass(frozen=True, slots=True)
class ProfiledAttribute:
    """One attribute; ``parts[i][j]`` is bin i of segment j. ``several``: as `Breakdown`."""

    field: Field
    several: bool
    parts: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of an attribute in which a segment is unlike everybody; ``part``: see its bin."""

    field: Field
    segment: Segment
    part: Part


@dataclass(frozen=True, slots=True)
class Profile:
    """Segments by attribute; ``differences``: the most telling first; ``hidden``: personal ones."""

    segments: tuple[ProfiledSegment, ...]
    attributes: tuple[ProfiledAttribute, ...]
    differences: tuple[Difference, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Everybody:
    """Who is in the warehouse, of which stamp, and what attributes part them into."""

    context: WorkspaceContext
    model: DataModel
    evaluated: Evaluated
    moment: Moment
    stamp: str
    patience: Patience

    def axes(self, fields: Iterable[Field]) -> tuple[Axis, ...]:
        """Return the bins of some attributes."""
        return axes_of(
            self.context,
            self.model,
            self.evaluated,
            fields,
            moment=self.moment,
            stamp=self.stamp,
            patience=self.patience,
        )

    def members(self, version: SegmentVersion) -> Words:
        """Return those members of a version that are still there.

        Raises:
            As `members_of_version`.
        """
        members = members_of_version(self.context, version, self.evaluated.entities)
        return members & self.evaluated.present


def profile_segments(
    context: WorkspaceContext,
    wanted: Sequence[str | int],
    *,
    attributes: tuple[str, ...] | None = None,
    patience: Patience = ENDLESS,
) -> Profile:
    """Profile the current versions of one to six segments, named or by id.

    Args:
        attributes: None is every one that is not personal.

    Raises:
        InvalidInput: BAD_PROFILE, too few or too many, or one of them twice; UNKNOWN_COLUMN.
        NotFound: UNKNOWN_SEGMENT, SEGMENT_NOT_PUBLISHED, NO_MODEL, WAREHOUSE_MISSING.
        EngineFailed: the warehouse failed. Busy: COUNT_TIMEOUT, CLIENT_GONE.
    """
    if not 1 <= len(wanted) <= MOST:
        raise InvalidInput(
            "BAD_PROFILE",
            f"Up to {MOST} segments are profiled at a time.",
            path="$.body.segments",
        )
    segments = [find_segment(context, one) for one in wanted]
    refuse_repeated(segments, "BAD_PROFILE")
    versions = [current_version(segment) for segment in segments]
    found = everybody(context, patience=patience)
    shown, fields = fields_of(context, found.model, AxesAsked(attributes))
    axes = found.axes(fields)
    present = found.evaluated.present
    each = [compared(axes, found.members(version), present) for version in versions]
    profiled = tuple(_beside(breakdowns) for breakdowns in zip(*each, strict=True))
    return Profile(
        tuple(map(ProfiledSegment, segments, versions)),
        profiled,
        differences(profiled, segments),
        tuple(field.name for field in shown.hidden),
    )


def everybody(context: WorkspaceContext, *, patience: Patience = ENDLESS) -> Everybody:
    """Return who is in the warehouse now.

    Raises:
        NotFound: NO_MODEL, WAREHOUSE_MISSING. EngineFailed: the warehouse failed.
        Busy: COUNT_TIMEOUT, CLIENT_GONE, or it is being loaded.
    """
    instant = live_instant(context, None)
    model = current_model(context)
    # before the question: what is kept under it is then never of older data
    stamp = warehouse_stamp(context.warehouse_path)
    nothing = Catalog(model, {}, {}, {})
    evaluated = evaluate(context, plan_rules((), as_of=instant), nothing, patience=patience)
    moment = Moment(instant, ZoneInfo(model.time_zone))
    return Everybody(context, model, evaluated, moment, stamp, patience)


def differences(
    attributes: Iterable[ProfiledAttribute], segments: Sequence[Segment]
) -> tuple[Difference, ...]:
    """Return in which parts segments are unlike everybody, the most telling first.

    What is telling is the gap between the two shares, times by how many halvings or doublings one
    differs from the other: neither a rare value alone nor a large gap between large shares.
    """
    found = [
        Difference(one.field, segment, part)
        for one in attributes
        for parts in one.parts
        for segment, part in zip(segments, parts, strict=True)
        if part.bin.kind in ("value", "range") and _tells(part)
    ]
    found.sort(key=lambda one: -_telling(one.part))
    return tuple(found[:_MOST_DIFFERENCES])


def bin_label(found: Bin) -> str:
    """Say what is in a bin, in a few words."""
    if found.label is not None:
        return found.label
    match found.kind, found.above, found.to:
        case "missing", _, _:
            return "no value"
        case _, None, None:
            return "any other"
        case _, None, to:
            return f"up to {to}"
        case _, above, None:
            return f"above {above}"
        case _, above, to:
            return f"above {above} up to {to}"


def _tells(part: Part) -> bool:
    index = part.index
    return part.members >= FEWEST_MEMBERS and index is not None and abs(index / 100 - 1) >= _LITTLE


def _telling(part: Part) -> float:
    assert part.index is not None
    return abs((part.share - part.share_of_everyone) * math.log2(part.index / 100))


def _beside(breakdowns: Sequence[Breakdown]) -> ProfiledAttribute:
    first = breakdowns[0]
    rows = zip(*(one.parts for one in breakdowns), strict=True)
    return ProfiledAttribute(first.field, first.several, tuple(rows))
