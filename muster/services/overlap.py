"""How any number of published segments overlap: exactly from their members, or from sketches."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from muster.base.errors import InvalidInput, NotFound, Problem
from muster.base.records import Segment, SegmentVersion
from muster.engines import bits, overlap, sketches
from muster.engines.bits import Words
from muster.engines.entities import EntityDictionary, read_entities
from muster.engines.sketches import Sketch
from muster.services.context import WorkspaceContext
from muster.services.member_cache import members_of_version
from muster.services.members import current_version
from muster.services.patience import ENDLESS, Patience
from muster.store import segments as segment_store

MOST = 1000
Method = Literal["exact", "sketch"]
_PATH = "$.body.segments"
_IN_MEMORY_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Bounds:
    """The ends of the 95 % intervals of estimates, of the same shape."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SegmentRegion:
    """Entities that are in exactly these segments (places) and in no other of those compared."""

    inside: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class OverlapMatrix:
    """How n segments overlap; matrices are of shape (n, n), the diagonal a segment with itself.

    Attributes:
        containment: row i, column j: the share of segment i that is in segment j.
        intersection_bounds, jaccard_bounds: only of estimates; None = the numbers are exact.
        regions: the largest first, empty ones left out; None unless asked for.
        left_out: names of segments that were never refreshed.
    """

    segments: tuple[tuple[Segment, SegmentVersion], ...]
    method: Method
    intersections: NDArray[np.int64]
    jaccard: NDArray[np.float64]
    containment: NDArray[np.float64]
    intersection_bounds: Bounds | None
    jaccard_bounds: Bounds | None
    regions: tuple[SegmentRegion, ...] | None
    left_out: tuple[str, ...]

    @property
    def sizes(self) -> list[int]:
        """Members of each; estimates if the matrix is one."""
        found: list[int] = self.intersections.diagonal().tolist()
        return found


def overlap_segments(
    context: WorkspaceContext,
    wanted: Sequence[str | int] | None = None,
    *,
    method: Method = "exact",
    with_regions: bool = False,
    patience: Patience = ENDLESS,
) -> OverlapMatrix:
    """Return how the current versions of some segments (names or ids; None = all) overlap.

    Raises:
        InvalidInput: BAD_OVERLAP: too many, one of them twice, regions of too many or of estimates.
        NotFound: UNKNOWN_SEGMENT, SEGMENT_NOT_PUBLISHED.
        Busy: CLIENT_GONE.
    """
    found, left_out = _chosen(context, wanted)
    if with_regions and (method != "exact" or len(found) > overlap.LARGEST_REGIONS):
        raise InvalidInput(
            "BAD_OVERLAP",
            f"Regions are told apart exactly, and for at most {overlap.LARGEST_REGIONS} segments.",
            path="$.body.regions",
        )
    entities = read_entities(context.folder)
    pairs = tuple((segment, current_version(segment)) for segment in found)
    with tempfile.TemporaryDirectory(prefix="muster-overlap-") as folder:
        sets = _members(context, [version for _, version in pairs], entities, Path(folder))
        if method == "sketch":
            made = [_sketch(words, entities) for words in sets]
            return _estimated(pairs, made, left_out, patience)
        matrix = overlap.matrix(sets, gone=patience.gone)
        regions = regions_of(sets, entities.size) if with_regions else None
    return OverlapMatrix(
        pairs,
        method,
        matrix.intersections,
        matrix.jaccard,
        matrix.containment,
        None,
        None,
        regions,
        left_out,
    )


def regions_of(sets: Sequence[Words], size: int) -> tuple[SegmentRegion, ...]:
    """Return who is in exactly which sets, the largest region first."""
    found = [
        SegmentRegion(tuple(place for place in range(len(sets)) if code >> place & 1), number)
        for code, number in overlap.regions(sets, size).items()
    ]
    return tuple(sorted(found, key=lambda region: (-region.size, region.inside)))


def refuse_repeated(found: Sequence[Segment], code: str) -> None:
    """Refuse a list that names one segment twice.

    Raises:
        InvalidInput: with the given code, every repetition by its place.
    """
    seen: set[int] = set()
    problems = []
    for place, segment in enumerate(found):
        if segment.id in seen:
            sentence = f'"{segment.name}" is compared with itself.'
            problems.append(Problem(code, f"{_PATH}[{place}]", sentence))
        seen.add(segment.id)
    if problems:
        raise InvalidInput.of(code, "The list of segments", problems)


def _chosen(
    context: WorkspaceContext, wanted: Sequence[str | int] | None
) -> tuple[list[Segment], tuple[str, ...]]:
    """Return the segments, and the names of those that have no members yet."""
    with context.transaction() as connection:
        every = segment_store.every(connection, context.workspace.id)
    if wanted is None:
        found = [segment for segment in every if segment.current is not None]
        left_out = tuple(segment.name for segment in every if segment.current is None)
    else:
        known: dict[str | int, Segment] = {segment.name: segment for segment in every}
        known |= {segment.id: segment for segment in every}
        found, left_out = [_known(known, one) for one in wanted], ()
    if len(found) > MOST:
        raise InvalidInput(
            "BAD_OVERLAP",
            f"At most {MOST:,} segments are compared at a time.",
            path=_PATH,
            hint="Name those that matter.",
        )
    refuse_repeated(found, "BAD_OVERLAP")
    return found, left_out


def _known(known: dict[str | int, Segment], wanted: str | int) -> Segment:
    if wanted not in known:
        raise NotFound("UNKNOWN_SEGMENT", f'There is no segment "{wanted}".', path=_PATH)
    return known[wanted]


def _members(
    context: WorkspaceContext,
    versions: Sequence[SegmentVersion],
    entities: EntityDictionary,
    folder: Path,
) -> Sequence[Words]:
    """Return the members of versions; many large sets lie in a file, which memory may forget."""
    words = len(bits.zeros(entities.size))
    if len(versions) * words * 8 <= _IN_MEMORY_BYTES:
        return [members_of_version(context, version, entities) for version in versions]
    shape = (len(versions), words)
    held = np.memmap(folder / "members", dtype=np.uint64, mode="w+", shape=shape)
    for place, version in enumerate(versions):
        held[place] = members_of_version(context, version, entities)
    return list(held)


def _sketch(words: Words, entities: EntityDictionary) -> Sketch:
    ordinals = bits.to_ordinals(words, entities.size)
    return sketches.sketch_of(_hashes(_Keys(entities))[ordinals])


class _Keys:
    """A dictionary as the key of a cache: equal if the ends of the keys are."""

    def __init__(self, entities: EntityDictionary) -> None:
        self.entities = entities
        self._fingerprint = entities.fingerprint(entities.size)

    def __hash__(self) -> int:
        return hash(self._fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keys) and other._fingerprint == self._fingerprint


@lru_cache(maxsize=1)
def _hashes(keys: _Keys) -> NDArray[np.uint64]:
    return sketches.hashes_of(keys.entities.keys.tolist())


def _estimated(
    pairs: tuple[tuple[Segment, SegmentVersion], ...],
    made: Sequence[Sketch],
    left_out: tuple[str, ...],
    patience: Patience,
) -> OverlapMatrix:
    number = len(made)
    common = np.zeros((3, number, number))
    jaccard = np.zeros((3, number, number))
    for row, column, found in sketches.pairs(made, gone=patience.gone):
        for cells, one in ((common, found.intersection), (jaccard, found.jaccard)):
            values: Any = (one.value, one.low, one.high)
            cells[:, row, column] = cells[:, column, row] = values
    intersections = np.rint(common[0]).astype(np.int64)
    return OverlapMatrix(
        pairs,
        "sketch",
        intersections,
        jaccard[0],
        overlap.shares(intersections, intersections.diagonal()[:, None]).clip(max=1.0),
        Bounds(common[1], common[2]),
        Bounds(jaccard[1], jaccard[2]),
        None,
        left_out,
    )
