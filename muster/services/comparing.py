"""How published segments overlap: from their member bitmaps alone, no warehouse is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from muster.base.errors import InvalidInput, Problem
from muster.base.records import Segment, SegmentVersion
from muster.engines import bits
from muster.engines.entities import read_entities
from muster.services.context import WorkspaceContext
from muster.services.members import current_version, version_members
from muster.services.segments import find_segment

FEWEST, MOST = 2, 6


@dataclass(frozen=True, slots=True)
class ComparedSegment:
    """One of the compared segments; ``only``: members that are in none of the others."""

    segment: Segment
    version: SegmentVersion
    size: int
    only: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two of the segments, by their place in the comparison.

    ``jaccard``: intersection / union, 0 for two empty ones. The shares are of each one's members.
    """

    first: int
    second: int
    intersection: int
    union: int
    jaccard: float
    share_of_first: float
    share_of_second: float


@dataclass(frozen=True, slots=True)
class Region:
    """Entities that are in exactly these segments (places in the comparison) and no other."""

    inside: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several segments beside each other; ``regions``: the largest first, empty ones left out."""

    segments: tuple[ComparedSegment, ...]
    overlaps: tuple[Overlap, ...]
    regions: tuple[Region, ...]
    union: int


def compare_segments(context: WorkspaceContext, wanted: Sequence[str | int]) -> Comparison:
    """Compare the current versions of two to six segments, named or by id.

    Raises:
        InvalidInput: BAD_COMPARISON, too few or too many, or one of them twice.
        NotFound: UNKNOWN_SEGMENT, SEGMENT_NOT_PUBLISHED.
    """
    if not FEWEST <= len(wanted) <= MOST:
        raise InvalidInput(
            "BAD_COMPARISON",
            f"{FEWEST} to {MOST} segments are compared at a time.",
            path="$.body.segments",
        )
    found = [find_segment(context, one) for one in wanted]
    _refuse_repeated(found)
    versions = [current_version(segment) for segment in found]
    entities = read_entities(context.folder)
    codes = np.zeros(entities.size, dtype=np.uint8)  # bit i: in segment i
    for place, version in enumerate(versions):
        members = version_members(context, version, entities)
        codes |= bits.to_flags(members, entities.size).view(np.uint8) << np.uint8(place)
    exact = np.bincount(codes, minlength=2 ** len(found)).tolist()
    sizes = [_sum(exact, 1 << place) for place in range(len(found))]
    return Comparison(
        tuple(
            ComparedSegment(segment, version, sizes[place], exact[1 << place])
            for place, (segment, version) in enumerate(zip(found, versions, strict=True))
        ),
        tuple(
            _overlap(first, second, sizes, _sum(exact, 1 << first | 1 << second))
            for first, second in combinations(range(len(found)), 2)
        ),
        _regions(exact, len(found)),
        sum(exact[1:]),
    )


def _refuse_repeated(found: Sequence[Segment]) -> None:
    problems = [
        Problem(
            "BAD_COMPARISON",
            f"$.body.segments[{place}]",
            f'"{segment.name}" is compared with itself.',
        )
        for place, segment in enumerate(found)
        if segment.id in [other.id for other in found[:place]]
    ]
    if problems:
        raise InvalidInput.of("BAD_COMPARISON", "The list of segments", problems)


def _sum(exact: Sequence[int], mask: int) -> int:
    """Return how many entities are in all segments of a mask, whatever else they are in."""
    return sum(size for code, size in enumerate(exact) if code & mask == mask)


def _overlap(first: int, second: int, sizes: Sequence[int], intersection: int) -> Overlap:
    union = sizes[first] + sizes[second] - intersection
    return Overlap(
        first,
        second,
        intersection,
        union,
        _share(intersection, union),
        _share(intersection, sizes[first]),
        _share(intersection, sizes[second]),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _regions(exact: Sequence[int], number: int) -> tuple[Region, ...]:
    found = [
        Region(tuple(place for place in range(number) if code >> place & 1), size)
        for code, size in enumerate(exact)
        if code and size
    ]
    return tuple(sorted(found, key=lambda region: (-region.size, region.inside)))
