"""Which files of members are in use: those that versions point to, and attempts at work write."""

from __future__ import annotations

from sqlalchemy import Connection, select

from muster.base.ids import WorkspaceId
from muster.base.records import RunState
from muster.store.tables import runs, segment_versions


def attempts_at_work(connection: Connection, workspace_id: WorkspaceId) -> dict[int, int]:
    """Return the runs at work, each with the fence of its present attempt."""
    rows = connection.execute(
        select(runs.c.id, runs.c.fence).where(
            runs.c.workspace_id == workspace_id, runs.c.state == RunState.RUNNING.value
        )
    )
    return {row.id: row.fence for row in rows}


def pointed_to(
    connection: Connection, workspace_id: WorkspaceId, *, run_id: int | None = None
) -> frozenset[str]:
    """Return the files that versions (of one run, or of all) point to, deleted segments' too."""
    wanted = select(segment_versions.c.bitmap).where(
        segment_versions.c.workspace_id == workspace_id, segment_versions.c.bitmap.is_not(None)
    )
    if run_id is not None:
        wanted = wanted.where(segment_versions.c.run_id == run_id)
    return frozenset(connection.scalars(wanted))
