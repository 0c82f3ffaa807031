"""Which tables of the warehouse the segments that readers see were computed from."""

from __future__ import annotations

from sqlalchemy import Connection, and_, select

from muster.base.ids import WorkspaceId
from muster.store.tables import lineage, segments


def users_of_tables(
    connection: Connection, workspace_id: WorkspaceId
) -> dict[str, tuple[str, ...]]:
    """Return by table the names of the segments (and rules) that look at it, sorted."""
    current = and_(
        segments.c.workspace_id == lineage.c.workspace_id,
        segments.c.id == lineage.c.segment_id,
        segments.c.current_version == lineage.c.number,
    )
    rows = connection.execute(
        select(lineage.c.name, segments.c.name.label("segment"))
        .select_from(lineage.join(segments, current))
        .where(
            lineage.c.workspace_id == workspace_id,
            lineage.c.kind == "table",
            segments.c.deleted_at.is_(None),
        )
        .order_by(segments.c.name.collate("C"))
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row.segment)
    return {table: tuple(names) for table, names in found.items()}
