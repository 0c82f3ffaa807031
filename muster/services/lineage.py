"""Where a segment comes from, down to tables, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.base.errors import NotFound
from muster.base.ids import SegmentId
from muster.base.records import LineageEdge, Segment
from muster.services.context import WorkspaceContext
from muster.services.needed import children_of
from muster.services.segments import find_segment, find_version
from muster.services.workspaces import current_model
from muster.store import segments as segment_store


@dataclass(frozen=True, slots=True)
class Ancestor:
    """What a segment version was computed from, and from what that was.

    Attributes:
        kind: "segment" or "table".
        segment_id: None for a table, and for a segment that was deleted since.
        version: the segment's version that was used; None for a table.
        behind: how many versions have been published since that one.
        age: how old its ``as_of`` is now; None for a table.
        repeated: it stands elsewhere in the tree already, with its own parents.
    """

    kind: str
    name: str
    segment_id: SegmentId | None
    version: int | None
    behind: int
    size: int | None
    as_of: datetime | None
    age: timedelta | None
    parents: tuple[Ancestor, ...]
    repeated: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a segment comes from (down to tables) and which segments are made of it."""

    segment: Segment
    age: timedelta | None
    parents: tuple[Ancestor, ...]
    made_of_it: tuple[Segment, ...]

    @property
    def children(self) -> tuple[str, ...]:
        """The names of the segments that are made of it, sorted."""
        return tuple(child.name for child in self.made_of_it)


def read_lineage(context: WorkspaceContext, name: str | int) -> Lineage:
    """Return what a segment's current version was computed from, and what is made of it.

    Raises:
        NotFound: UNKNOWN_SEGMENT, NO_MODEL.
    """
    model = current_model(context)
    segment = find_segment(context, name)
    now = context.resources.clock.now_utc()
    current = segment.current
    return Lineage(
        segment,
        None if current is None else now - current.as_of,
        () if current is None else _Tree(context, now).parents(segment, current.number),
        children_of(context, model, segment.name),
    )


class _Tree:
    """Follows lineage down; a version that was followed once is only named the next time."""

    def __init__(self, context: WorkspaceContext, now: datetime) -> None:
        self._context = context
        self._now = now
        self._followed: set[tuple[str, int]] = set()

    def parents(self, segment: Segment, number: int) -> tuple[Ancestor, ...]:
        """Return what one version was computed from."""
        self._followed.add((segment.name, number))
        with self._context.transaction() as connection:
            edges = segment_store.lineage(
                connection, self._context.workspace.id, segment.id, number=number
            )
        return tuple(self._ancestor(edge) for edge in edges)

    def _ancestor(self, edge: LineageEdge) -> Ancestor:
        if edge.kind == "table" or edge.version is None:
            return Ancestor("table", edge.name, None, None, 0, None, None, None, (), False)
        try:
            segment, used = find_version(self._context, edge.name, edge.version)
        except NotFound:  # deleted since: all that is known is that it was used
            return Ancestor(
                "segment", edge.name, None, edge.version, 0, None, None, None, (), False
            )
        newest = used.number if segment.current is None else segment.current.number
        repeated = (edge.name, edge.version) in self._followed
        return Ancestor(
            "segment",
            edge.name,
            segment.id,
            used.number,
            newest - used.number,
            used.size,
            used.as_of,
            self._now - used.as_of,
            () if repeated else self.parents(segment, used.number),
            repeated,
        )
