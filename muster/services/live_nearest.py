"""The published segments that a rule's members have most in common with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from muster.base.errors import Conflict, InvalidFile, NotFound
from muster.base.records import Segment
from muster.engines import bits
from muster.engines.bits import Words
from muster.engines.entities import EntityDictionary
from muster.services.context import WorkspaceContext
from muster.services.member_cache import members_of_version
from muster.store import segments as segment_store


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A published segment beside the rule; sizes in entities, shares 0 to 1, 0 of nobody.

    Attributes:
        jaccard: intersection / union.
        share_of_rule: of the rule's members, those in the segment.
        share_of_segment: of the segment's members, those in the rule.
        contained: every member of the rule is in the segment.
        contains: every member of the segment is in the rule.
    """

    segment: Segment
    size: int
    intersection: int
    jaccard: float
    share_of_rule: float
    share_of_segment: float
    contained: bool
    contains: bool


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest segments, nearest first, of all that were compared.

    ``unreadable``: names of those whose members are gone or damaged.
    """

    found: tuple[Neighbour, ...]
    compared: int
    unreadable: tuple[str, ...]


def nearest(
    context: WorkspaceContext, members: Words, entities: EntityDictionary, *, most: int
) -> Nearest:
    """Compare with every published segment; members that were read once stay in memory."""
    with context.transaction() as connection:
        every = segment_store.every(connection, context.workspace.id)
    published, unreadable = list[tuple[Segment, int, Words]](), list[str]()
    for segment in every:
        if segment.current is None:
            continue
        try:
            words = members_of_version(context, segment.current, entities)
        except (NotFound, Conflict, InvalidFile):  # said, and the others still help
            unreadable.append(segment.name)
        else:
            published.append((segment, segment.current.size, words))
    found = neighbours(members, published)
    return Nearest(found[:most], len(published), tuple(unreadable))


def neighbours(
    members: Words, segments: Iterable[tuple[Segment, int, Words]]
) -> tuple[Neighbour, ...]:
    """Compare with segments, their sizes given: the largest Jaccard index first, then by name."""
    size = bits.count(members)
    found = [
        _neighbour(segment, size, other, bits.count(members & words))
        for segment, other, words in segments
    ]
    return tuple(sorted(found, key=lambda one: (-one.jaccard, one.segment.name)))


def _neighbour(segment: Segment, size: int, other: int, both: int) -> Neighbour:
    return Neighbour(
        segment,
        other,
        both,
        _share(both, size + other - both),
        _share(both, size),
        _share(both, other),
        contained=0 < size == both,
        contains=0 < other == both,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
