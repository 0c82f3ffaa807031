"""How published segments overlap: from their member bitmaps alone, no warehouse is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from muster.base.errors import InvalidInput
from muster.base.records import Segment, SegmentVersion
from muster.engines import overlap
from muster.engines.entities import read_entities
from muster.services.context import WorkspaceContext
from muster.services.member_cache import members_of_version
from muster.services.members import current_version
from muster.services.overlap import SegmentRegion, refuse_repeated, regions_of
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
class Comparison:
    """Several segments beside each other; ``regions``: the largest first, empty ones left out."""

    segments: tuple[ComparedSegment, ...]
    overlaps: tuple[Overlap, ...]
    regions: tuple[SegmentRegion, ...]
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
    refuse_repeated(found, "BAD_COMPARISON")
    versions = [current_version(segment) for segment in found]
    entities = read_entities(context.folder)
    sets = [members_of_version(context, version, entities) for version in versions]
    regions = regions_of(sets, entities.size)
    common = overlap.matrix(sets).intersections.tolist()
    only = {region.inside: region.size for region in regions}
    sizes = [common[place][place] for place in range(len(found))]
    return Comparison(
        tuple(
            ComparedSegment(segment, version, sizes[place], only.get((place,), 0))
            for place, (segment, version) in enumerate(zip(found, versions, strict=True))
        ),
        tuple(
            _overlap(first, second, sizes, common[first][second])
            for first, second in combinations(range(len(found)), 2)
        ),
        regions,
        sum(only.values()),
    )


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
