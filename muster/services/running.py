"""Executing a claimed run, whatever its kind, and taking back those whose worker vanished."""

from __future__ import annotations

import logging
from typing import assert_never

from muster.base.correlation import bind
from muster.base.errors import Busy, MusterError, Unavailable
from muster.base.ids import RunId, WorkspaceId
from muster.base.people import system_principal
from muster.base.records import Run, RunKind, RunState
from muster.base.spans import span
from muster.services.access import enter
from muster.services.attempts import Attempt, insistently, tell_failure
from muster.services.collecting import discard
from muster.services.context import Resources, WorkspaceContext
from muster.services.refresh import execute
from muster.services.retention import retain
from muster.store import leases, run_log, runs, workspaces

_logger = logging.getLogger("muster.runs")


def execute_run(resources: Resources, workspace_id: WorkspaceId, run_id: RunId, fence: int) -> None:
    """Execute the attempt with this fence; how it ended is in the run, never an exception.

    Failures of Muster itself are raised after they are written down, so that they can be logged.
    """
    context, run = insistently(lambda: _opened(resources, workspace_id, run_id))
    if run.fence != fence or run.state is not RunState.RUNNING:
        return  # somebody else has it by now, or it is over
    attempt = Attempt(context, run)
    with (
        bind(run_id=run.id, workspace=context.workspace.name),
        span("run", kind=run.kind.value, rules=len(run.rules), attempt=run.attempt),
    ):
        try:
            match run.kind:
                case RunKind.REFRESH:
                    execute(attempt)
                case RunKind.RETENTION:
                    retain(attempt)
                case _:
                    assert_never(run.kind)
        except (MusterError, OSError, MemoryError):
            return  # the run tells of it


def reap(resources: Resources) -> tuple[Run, ...]:
    """Queue again the runs whose lease ended; those that crashed too often fail, and are told."""
    with resources.database.transaction() as connection:
        found = leases.reap(connection)
        for run in found:
            run_log.add(
                connection,
                run.workspace_id,
                run.id,
                level="warning",
                message=run.error or "It was cancelled while its worker was gone.",
            )
            tell_failure(connection, run)
    for run in found:
        if run.state is not RunState.QUEUED:  # the next attempt would see to them
            discard_files(resources, run)
    return found


def give_up_crashed(resources: Resources, run: Run, *, error: str) -> Run:
    """Write that the process which executed a run died, and queue it again (or end it).

    Raises:
        LostLease: the run is somebody else's by now, or over.
    """
    with resources.database.transaction(run.workspace_id) as connection:
        after = leases.crashed(connection, run, error=error)
        run_log.add(connection, run.workspace_id, run.id, level="warning", message=error)
        tell_failure(connection, after)
        return after


def discard_files(resources: Resources, run: Run) -> None:
    """Remove the files of an attempt whose process is gone; without the database they stay."""
    try:
        context, _ = _opened(resources, run.workspace_id, run.id)
    except (Busy, Unavailable) as error:
        _logger.warning("the files of run %s stay for now: %s", run.id, error.sentence)
        return
    discard(Attempt(context, run))


def _opened(
    resources: Resources, workspace_id: WorkspaceId, run_id: RunId
) -> tuple[WorkspaceContext, Run]:
    with resources.database.transaction(workspace_id) as connection:
        run = runs.by_id(connection, workspace_id, run_id)
        name = workspaces.by_id(connection, workspace_id).name
    principal = system_principal(run.requested_by or "scheduler")
    return enter(resources, name, principal), run
