"""What a workspace's segments are, at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muster.base.datamodel import DataModel
from muster.base.records import Rule, Segment
from muster.services.context import WorkspaceContext
from muster.services.saying import said_by
from muster.services.workspaces import model_in
from muster.store import segment_list
from muster.store.segment_list import ListedSegment
from muster.store.segment_query import EVERYTHING, SegmentFilter, SegmentOrder


@dataclass(frozen=True, slots=True)
class SegmentOverview:
    """One segment with its rule and what the rule says in English.

    ``stale``: what readers see is not what the rule, or its parents, say now. ``owner``: who wrote
    the rule first. ``sizes``: of the last versions, the oldest first.
    """

    segment: Segment
    rule: Rule
    sentence: str
    stale: bool
    owner: str
    sizes: tuple[int, ...]

    @property
    def share(self) -> float | None:
        """Members as a share of the universe; None before the first refresh."""
        current = self.segment.current
        if current is None:
            return None
        return current.size / current.universe_size if current.universe_size else 0.0


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """Some segments, and how many there are in all."""

    items: tuple[SegmentOverview, ...]
    total: int


def segment_page(
    context: WorkspaceContext,
    *,
    wanted: SegmentFilter = EVERYTHING,
    order: SegmentOrder = SegmentOrder.ID,
    limit: int,
    offset: int = 0,
    after: int | None = None,
) -> OverviewPage:
    """Return some segments; only their rules are read, not all of the workspace.

    Raises:
        NotFound: NO_MODEL.
    """
    with context.transaction() as connection:
        model = model_in(connection, context)
        found, total = segment_list.page(
            connection,
            context.workspace.id,
            wanted=wanted,
            order=order,
            limit=limit,
            offset=offset,
            after=after,
        )
    return OverviewPage(tuple(_overview(one, model) for one in found), total)


def segments_named(context: WorkspaceContext, names: Sequence[str]) -> tuple[SegmentOverview, ...]:
    """Return those of the named segments that exist, in the order of their names here.

    Raises:
        NotFound: NO_MODEL.
    """
    with context.transaction() as connection:
        model = model_in(connection, context)
        listed = segment_list.named(connection, context.workspace.id, names)
    found = {one.segment.name: _overview(one, model) for one in listed}
    return tuple(found[name] for name in names if name in found)


def segment_overview(context: WorkspaceContext, segment: str | int) -> SegmentOverview:
    """Return one segment, named or by id.

    Raises:
        NotFound: UNKNOWN_SEGMENT, NO_MODEL.
    """
    with context.transaction() as connection:
        found = segment_list.one(connection, context.workspace.id, segment)
        model = model_in(connection, context)
    return _overview(found, model)


def _overview(found: ListedSegment, current: tuple[str, DataModel]) -> SegmentOverview:
    fingerprint, model = current
    said = said_by(found.rule, model, fingerprint=fingerprint)
    spoken = said.sentence or f"This rule no longer fits the data model: {said.fault}"
    return SegmentOverview(found.segment, found.rule, spoken, found.stale, found.owner, found.sizes)
