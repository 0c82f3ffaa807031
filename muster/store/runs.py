"""Runs as they are read; how their state changes is in `queue.py` and `leases.py`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from muster.base.ids import RunId, WorkspaceId
from muster.base.records import Run, RunKind, RunOrigin, RunState
from muster.store.names import missing
from muster.store.tables import runs


def by_id(connection: Connection, workspace_id: WorkspaceId, run_id: RunId) -> Run:
    """Return the run; NotFound UNKNOWN_RUN when this workspace has none of that id."""
    found = connection.execute(
        select(runs).where(runs.c.workspace_id == workspace_id, runs.c.id == run_id)
    ).one_or_none()
    if found is None:
        raise missing("run", run_id)
    return run_of(found)


def every(connection: Connection, workspace_id: WorkspaceId, *, limit: int) -> tuple[Run, ...]:
    """Return the newest runs first, at most ``limit``."""
    rows = connection.execute(
        select(runs)
        .where(runs.c.workspace_id == workspace_id)
        .order_by(runs.c.id.desc())
        .limit(limit)
    )
    return tuple(run_of(row) for row in rows)


def run_of(row: Row[tuple[Any, ...]]) -> Run:
    """Return the record of a row of the table."""
    values = dict(row._mapping)
    values["state"] = RunState(values["state"])
    values["kind"] = RunKind(values["kind"])
    values["origin"] = RunOrigin(values["origin"])
    values["rules"] = tuple(values["rules"])
    return Run(**values)
