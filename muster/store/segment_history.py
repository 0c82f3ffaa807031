"""Which version of a segment was the last one at an instant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from muster.base.ids import SegmentId, WorkspaceId
from muster.base.records import SegmentVersion
from muster.store import segments
from muster.store.tables import segment_versions


def version_at(
    connection: Connection, workspace_id: WorkspaceId, segment_id: SegmentId, *, at: datetime
) -> SegmentVersion | None:
    """Return the version with the last ``as_of`` not after an instant; None before the first."""
    number = connection.scalar(
        select(segment_versions.c.number)
        .where(
            segment_versions.c.workspace_id == workspace_id,
            segment_versions.c.segment_id == segment_id,
            segment_versions.c.as_of <= at,
        )
        .order_by(segment_versions.c.as_of.desc(), segment_versions.c.number.desc())
        .limit(1)
    )
    if number is None:
        return None
    return segments.version(connection, workspace_id, segment_id, number=number)
