"""The queue of runs: put in once, taken out once, however many servers share the database.

Times are the database's. Each function belongs to a short transaction of its caller. What a
claimed run may do afterwards is in `leases.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    cast,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from muster.base.errors import Busy, Conflict
from muster.base.ids import RunId, WorkspaceId
from muster.base.records import Run, RunKind, RunOrigin, RunState
from muster.base.workspace_settings import WorkspaceSettings
from muster.store import notices_listen
from muster.store.locks import lock_in_transaction
from muster.store.names import missing
from muster.store.runs import run_of
from muster.store.tables import runs
from muster.store.tables_people import workspace_settings

CLAIM_LOCK = "runs.claim"
FROZEN_SECONDS = 10
"""A transaction that publishes or claims and does nothing for so long is lost."""

_TRIES = 20
_NOW = func.clock_timestamp()


def enqueue(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    rules: Sequence[str],
    as_of: datetime,
    origin: RunOrigin,
    requested_by: str,
    priority: int,
    kind: RunKind = RunKind.REFRESH,
    dedupe_key: str | None = None,
    idempotency_key: str | None = None,
    max_attempts: int = 3,
    retry_of: RunId | None = None,
) -> tuple[Run, bool]:
    """Put a run into the queue, unless an equal one waits there already.

    Args:
        priority: higher goes first.
        dedupe_key: while a run with this key is queued, that one comes back; it is then as
            urgent as the more urgent of the two, and of the later instant.
        idempotency_key: the first run made (or joined) with it comes back for ever, whatever its
            state.

    Returns:
        The run, and whether it was made now.
    """
    for _ in range(_TRIES):
        found = _requested(connection, workspace_id, idempotency_key) or _joined(
            connection, workspace_id, dedupe_key, idempotency_key, priority, as_of
        )
        if found is not None:
            return found, False
        if _bears_another_key(connection, workspace_id, dedupe_key, idempotency_key):
            dedupe_key = None
        added = connection.execute(
            insert(runs)
            .values(
                workspace_id=workspace_id,
                state=RunState.QUEUED.value,
                as_of=as_of,
                rules=list(rules),
                created_at=_NOW,
                not_before=_NOW,
                kind=kind.value,
                origin=origin.value,
                requested_by=requested_by,
                priority=priority,
                dedupe_key=dedupe_key,
                idempotency_key=idempotency_key,
                max_attempts=max_attempts,
                retry_of=retry_of,
            )
            .on_conflict_do_nothing()
            .returning(runs)
        ).one_or_none()
        if added is not None:
            run = run_of(added)
            wake(connection, run)
            return run, True
        # Another transaction was faster; its run is seen by the next look, or is claimed by now.
    raise Busy(
        "QUEUE_CONTENTION",
        "Many equal requests stood in each other's way; this one was given up.",
        hint="Try again.",
    )


def begin(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    rules: Sequence[str],
    as_of: datetime,
    origin: RunOrigin,
    requested_by: str,
    owner: str,
    lease_seconds: float,
    kind: RunKind = RunKind.REFRESH,
) -> Run:
    """Add a run that its caller executes at once, as its first attempt, without queueing."""
    added = connection.execute(
        insert(runs)
        .values(
            workspace_id=workspace_id,
            state=RunState.RUNNING.value,
            as_of=as_of,
            rules=list(rules),
            created_at=_NOW,
            started_at=_NOW,
            not_before=_NOW,
            kind=kind.value,
            origin=origin.value,
            requested_by=requested_by,
            priority=0,
            attempt=1,
            fence=1,
            owner=owner,
            lease_until=in_seconds(lease_seconds),
        )
        .returning(runs)
    ).one()
    run = run_of(added)
    tell(connection, run)
    return run


def waiting(connection: Connection) -> bool:
    """Say whether any run could be claimed, its workspace's limit aside."""
    due = select(runs.c.id).where(runs.c.state == RunState.QUEUED.value, runs.c.not_before <= _NOW)
    return connection.scalar(select(due.exists())) is True


def claim(connection: Connection, *, owner: str, lease_seconds: float) -> Run | None:
    """Take the most urgent run whose workspace may run one more; None when there is none.

    Most urgent: highest priority, then waiting the longest. The transaction must see all
    workspaces, and be committed at once: claims take turns, so that no two of them together
    exceed a workspace's limit.
    """
    if not waiting(connection):
        return None
    lose_when_frozen(connection)
    lock_in_transaction(connection, CLAIM_LOCK)
    at_work = (
        select(runs.c.workspace_id, func.count().label("number"))
        .where(runs.c.state == RunState.RUNNING.value)
        .group_by(runs.c.workspace_id)
        .subquery()
    )
    limit = func.coalesce(
        cast(func.jsonb_extract_path_text(workspace_settings.c.document, "concurrency"), Integer),
        WorkspaceSettings().concurrency,
    )
    next_id = connection.scalar(
        select(runs.c.id)
        .outerjoin(at_work, at_work.c.workspace_id == runs.c.workspace_id)
        .outerjoin(workspace_settings, workspace_settings.c.workspace_id == runs.c.workspace_id)
        .where(
            runs.c.state == RunState.QUEUED.value,
            runs.c.not_before <= _NOW,
            func.coalesce(at_work.c.number, 0) < limit,
        )
        .order_by(runs.c.priority.desc(), runs.c.not_before, runs.c.id)
        .limit(1)
        .with_for_update(of=runs, skip_locked=True)
    )
    if next_id is None:
        return None
    taken = connection.execute(
        update(runs)
        .where(runs.c.id == next_id)
        .values(
            state=RunState.RUNNING.value,
            owner=owner,
            attempt=runs.c.attempt + 1,
            fence=runs.c.fence + 1,
            lease_until=in_seconds(lease_seconds),
            started_at=_NOW,
            progress=None,
            error_code=None,
            error=None,
        )
        .returning(runs)
    ).one()
    run = run_of(taken)
    tell(connection, run)
    return run


def cancel(connection: Connection, workspace_id: WorkspaceId, run_id: RunId, *, by: str) -> Run:
    """Cancel a run: a queued one at once, a running one as soon as its worker hears of it.

    Raises:
        NotFound: UNKNOWN_RUN.
        Conflict: RUN_STATE, it is over already.
    """
    found = connection.execute(
        select(runs)
        .where(runs.c.workspace_id == workspace_id, runs.c.id == run_id)
        .with_for_update(key_share=True)
    ).one_or_none()
    if found is None:
        raise missing("run", run_id)
    state = RunState(found.state)
    values: dict[str, Any] = {"cancel_requested_at": _NOW, "cancelled_by": by}
    if state is RunState.QUEUED:
        values |= {"state": RunState.CANCELLED.value, "finished_at": _NOW, "progress": None}
    elif state is not RunState.RUNNING:
        raise Conflict("RUN_STATE", f"Run {run_id} is {state} already and cannot be cancelled.")
    elif found.cancel_requested_at is not None:
        return run_of(found)  # whoever asked first is remembered
    changed = connection.execute(
        update(runs)
        .where(runs.c.workspace_id == workspace_id, runs.c.id == run_id)
        .values(**values)
        .returning(runs)
    ).one()
    run = run_of(changed)
    tell(connection, run)
    return run


def answered(connection: Connection, workspace_id: WorkspaceId, run_id: RunId) -> None:
    """Take a run off the dead letters: a person has dealt with it."""
    connection.execute(
        update(runs)
        .where(runs.c.workspace_id == workspace_id, runs.c.id == run_id)
        .values(dead_letter=False)
    )


def lose_when_frozen(connection: Connection) -> None:
    """Let a transaction be lost whose process stands still, for others wait for its locks.

    A process can be frozen at any instruction (a suspended machine, a debugger), and its lease does
    not end while its own transaction holds the run's row.
    """
    name, value = "idle_in_transaction_session_timeout", f"{FROZEN_SECONDS}s"
    connection.execute(select(func.set_config(name, value, True)))


def in_seconds(seconds: float) -> Any:
    """Return the SQL for an instant from now on, by the database's clock."""
    return _NOW + func.make_interval(0, 0, 0, 0, 0, 0, literal(seconds))


def tell(connection: Connection, run: Run) -> None:
    """Tell those who watch that something about a run changed."""
    cancelling = run.cancel_requested_at is not None and run.state is RunState.RUNNING
    notices_listen.notify(
        connection,
        notices_listen.RUNS,
        {"workspace_id": run.workspace_id, "run_id": run.id}
        | ({"cancel": True} if cancelling else {}),
    )


def wake(connection: Connection, run: Run) -> None:
    """Tell watchers and idle workers that a run waits."""
    tell(connection, run)
    notices_listen.notify(connection, notices_listen.QUEUE, {"run_id": run.id})


def _requested(
    connection: Connection, workspace_id: WorkspaceId, idempotency_key: str | None
) -> Run | None:
    """Return the run that was made, or joined, by the same request."""
    if idempotency_key is None:
        return None
    found = connection.execute(
        select(runs).where(
            runs.c.workspace_id == workspace_id, runs.c.idempotency_key == idempotency_key
        )
    ).one_or_none()
    return None if found is None else run_of(found)


def _joined(
    connection: Connection,
    workspace_id: WorkspaceId,
    dedupe_key: str | None,
    idempotency_key: str | None,
    priority: int,
    as_of: datetime,
) -> Run | None:
    """Return the equal run that waits, made to serve this request, too; nobody claims it now."""
    if dedupe_key is None:
        return None
    join = (
        update(runs)
        .where(_waits(workspace_id, dedupe_key))
        .values(
            priority=func.greatest(runs.c.priority, priority),
            not_before=func.least(runs.c.not_before, _NOW),
            as_of=func.greatest(runs.c.as_of, as_of),
        )
        .returning(runs)
    )
    if idempotency_key is not None:
        join = join.where(runs.c.idempotency_key.is_(None)).values(idempotency_key=idempotency_key)
    try:
        with connection.begin_nested():
            found = connection.execute(join).one_or_none()
    except IntegrityError:
        return None  # the same request made a run at this moment; the next look finds it
    if found is None:
        return None
    run = run_of(found)
    wake(connection, run)
    return run


def _waits(workspace_id: WorkspaceId, dedupe_key: str) -> ColumnElement[bool]:
    return and_(
        runs.c.workspace_id == workspace_id,
        runs.c.dedupe_key == dedupe_key,
        runs.c.state == RunState.QUEUED.value,
    )


def _bears_another_key(
    connection: Connection,
    workspace_id: WorkspaceId,
    dedupe_key: str | None,
    idempotency_key: str | None,
) -> bool:
    """Say whether the equal run that waits is some other request's, which must keep it."""
    if dedupe_key is None or idempotency_key is None:
        return False
    found = select(runs.c.id).where(
        _waits(workspace_id, dedupe_key), runs.c.idempotency_key != idempotency_key
    )
    return connection.scalar(select(found.exists())) is True
