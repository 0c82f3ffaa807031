"""Runs in any state, brought there by the functions that Muster itself uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from muster.base.ids import WorkspaceId
from muster.base.records import Run, RunOrigin, RunState
from muster.store import leases, queue


def queued(
    connection: Connection, workspace_id: WorkspaceId, *, as_of: datetime, rules: Sequence[str]
) -> Run:
    """Return a run that waits."""
    run, _ = queue.enqueue(
        connection,
        workspace_id,
        rules=rules,
        as_of=as_of,
        origin=RunOrigin.MANUAL,
        requested_by="ann",
        priority=0,
    )
    return run


def running(
    connection: Connection, workspace_id: WorkspaceId, *, as_of: datetime, rules: Sequence[str]
) -> Run:
    """Return a run at work."""
    return queue.begin(
        connection,
        workspace_id,
        rules=rules,
        as_of=as_of,
        origin=RunOrigin.MANUAL,
        requested_by="ann",
        owner="ann's",
        lease_seconds=60,
    )


def ended(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    as_of: datetime,
    rules: Sequence[str],
    state: RunState,
) -> Run:
    """Return a run that is over."""
    run = running(connection, workspace_id, as_of=as_of, rules=rules)
    failed = state is RunState.FAILED
    return leases.finish(
        connection,
        run,
        state=state,
        error_code="ENGINE_TIMEOUT" if failed else None,
        error="It took too long." if failed else None,
    )
