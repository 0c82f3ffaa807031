"""Runs: one row for each refresh, and the only ways its state may change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from muster.base.errors import Conflict
from muster.base.ids import RunId, WorkspaceId
from muster.base.records import Run, RunKind, RunOrigin, RunState
from muster.store.names import missing
from muster.store.tables import runs

# the states a run may be in just before
_BEFORE: dict[RunState, tuple[RunState, ...]] = {
    RunState.RUNNING: (RunState.QUEUED,),
    RunState.PUBLISHED: (RunState.RUNNING,),
    RunState.FAILED: (RunState.QUEUED, RunState.RUNNING),
    RunState.CANCELLED: (RunState.QUEUED, RunState.RUNNING),
}


def create(
    connection: Connection, workspace_id: WorkspaceId, *, as_of: datetime, rules: Sequence[str]
) -> Run:
    """Add a queued run for at least one rule name."""
    added = connection.execute(
        insert(runs)
        .values(
            workspace_id=workspace_id, state=RunState.QUEUED.value, as_of=as_of, rules=list(rules)
        )
        .returning(runs)
    ).one()
    return run_of(added)


def start(connection: Connection, workspace_id: WorkspaceId, run_id: RunId) -> Run:
    """Mark a queued run as running.

    Raises:
        NotFound: UNKNOWN_RUN.
        Conflict: RUN_STATE, it is not queued any more.
    """
    return _change(
        connection,
        workspace_id,
        run_id,
        state=RunState.RUNNING,
        values={"started_at": func.clock_timestamp()},
    )


def finish(
    connection: Connection,
    workspace_id: WorkspaceId,
    run_id: RunId,
    *,
    state: RunState,
    figures: Any = None,
    error_code: str | None = None,
    error: str | None = None,
) -> Run:
    """Mark a run as published, failed or cancelled; FAILED needs ``error_code`` and ``error``.

    Raises:
        NotFound: UNKNOWN_RUN.
        Conflict: RUN_STATE, it is final already, or was to be published without having run.
    """
    return _change(
        connection,
        workspace_id,
        run_id,
        state=state,
        values={
            "finished_at": func.clock_timestamp(),
            "figures": figures,
            "error_code": error_code,
            "error": error,
        },
    )


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


def _change(
    connection: Connection,
    workspace_id: WorkspaceId,
    run_id: RunId,
    *,
    state: RunState,
    values: dict[str, Any],
) -> Run:
    """Change the state if the present one allows it; the row's lock makes the check exact."""
    allowed = [before.value for before in _BEFORE.get(state, ())]
    changed = connection.execute(
        update(runs)
        .where(runs.c.workspace_id == workspace_id, runs.c.id == run_id, runs.c.state.in_(allowed))
        .values(state=state.value, **values)
        .returning(runs)
    ).one_or_none()
    if changed is None:
        present = by_id(connection, workspace_id, run_id)
        raise Conflict("RUN_STATE", f"Run {run_id} is {present.state} and cannot become {state}.")
    return run_of(changed)


def run_of(row: Row[tuple[Any, ...]]) -> Run:
    """Return the record of a row of the table."""
    values = dict(row._mapping)
    values["state"] = RunState(values["state"])
    values["kind"] = RunKind(values["kind"])
    values["origin"] = RunOrigin(values["origin"])
    values["rules"] = tuple(values["rules"])
    return Run(**values)
