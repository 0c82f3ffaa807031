"""What a run says about itself while it works, line by line."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select

from muster.base.ids import RunId, WorkspaceId
from muster.base.records import RunLogLine
from muster.store.tables_runs import run_log

Level = Literal["info", "warning", "error"]


def add(
    connection: Connection,
    workspace_id: WorkspaceId,
    run_id: RunId,
    *,
    level: Level,
    message: str,
    detail: Any = None,
) -> None:
    """Add a line; ``detail`` is JSON for programs, without personal data."""
    connection.execute(
        insert(run_log).values(
            workspace_id=workspace_id,
            run_id=run_id,
            at=func.clock_timestamp(),
            level=level,
            message=message,
            detail=detail,
        )
    )


def after(
    connection: Connection, workspace_id: WorkspaceId, run_id: RunId, *, after_id: int, limit: int
) -> tuple[RunLogLine, ...]:
    """Return the lines behind one (0 = from the first), oldest first, at most ``limit``."""
    rows = connection.execute(
        select(
            run_log.c.id,
            run_log.c.run_id,
            run_log.c.at,
            run_log.c.level,
            run_log.c.message,
            run_log.c.detail,
        )
        .where(
            run_log.c.workspace_id == workspace_id,
            run_log.c.run_id == run_id,
            run_log.c.id > after_id,
        )
        .order_by(run_log.c.id)
        .limit(limit)
    )
    return tuple(RunLogLine(**row._mapping) for row in rows)
