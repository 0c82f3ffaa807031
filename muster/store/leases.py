"""What whoever claimed a run may still do with it: renew, report, publish, finish, hand back.

Every function finds the run by its fence, the number that each claim raises, in the transaction of
the side effect itself. So an attempt that was given up (its worker slept, or lost its connection)
changes nothing any more: it gets LostLease.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select, update
from sqlalchemy.exc import IntegrityError

from muster.base.errors import LostLease, RunCancelled
from muster.base.ids import RuleId
from muster.base.records import RuleOutcome, Run, RunState
from muster.store.queue import in_seconds, lose_when_frozen, tell, wake
from muster.store.runs import run_of
from muster.store.tables import runs, segments
from muster.store.tables_runs import run_rules

MAX_CRASHES = 10
"""A run whose worker vanished more often than this is no victim but the culprit."""

WORKER_LOST = "WORKER_LOST"
_REAPED_AT_ONCE = 20  # a bounded rate: a thousand crashed runs do not all start in one second
_RETRY_SECONDS, _CRASH_SECONDS, _LONGEST_SECONDS = 2.0, 0.5, 300.0
_NOW = func.clock_timestamp()


def heartbeat(connection: Connection, run: Run, *, lease_seconds: float) -> bool:
    """Renew the lease; return whether somebody wants the run cancelled.

    Raises:
        LostLease: the run is somebody else's by now, or over.
    """
    renewed = _change(connection, run, {"lease_until": in_seconds(lease_seconds)})
    return renewed.cancel_requested_at is not None


def report(connection: Connection, run: Run, *, share: float, what: str) -> None:
    """Say how far the work is: ``share`` from 0 to 1 and a sentence.

    Raises:
        LostLease: the run is somebody else's by now, or over.
        RunCancelled: somebody wants it cancelled.
    """
    progress = {"share": round(min(max(share, 0.0), 1.0), 4), "what": what}
    changed = _change(connection, run, {"progress": progress})
    _refuse_cancelled(changed)
    tell(connection, changed)


def hold(connection: Connection, run: Run) -> Run:
    """Lock the run's row until the transaction ends, so that what it publishes is still wanted.

    Always the first lock of a transaction; those of segments come after it.

    Raises:
        LostLease: the run is somebody else's by now, or over.
        RunCancelled: somebody wants it cancelled.
    """
    lose_when_frozen(connection)
    held = _locked(connection, run)
    _refuse_cancelled(held)
    return held


def lock_segments(connection: Connection, run: Run, rule_ids: Sequence[RuleId]) -> None:
    """Lock the segments of some rules until the transaction ends, always in the same order."""
    connection.execute(
        select(segments.c.id)
        .where(segments.c.workspace_id == run.workspace_id, segments.c.rule_id.in_(rule_ids))
        .order_by(segments.c.id)
        .with_for_update(key_share=True)
    ).all()


def finish(
    connection: Connection,
    run: Run,
    *,
    state: RunState,
    figures: Any = None,
    error_code: str | None = None,
    error: str | None = None,
    dead_letter: bool = False,
) -> Run:
    """End the run as published, failed or cancelled; FAILED needs ``error_code`` and ``error``.

    Rules of the run that are not decided yet end with it.

    Raises:
        LostLease: the run is somebody else's by now, or over.
    """
    done = _change(
        connection,
        run,
        {
            "state": state.value,
            "finished_at": _NOW,
            "lease_until": None,
            "progress": None,
            "figures": figures,
            "error_code": error_code,
            "error": error,
            "dead_letter": dead_letter,
        },
    )
    if state is not RunState.PUBLISHED:
        became = RuleOutcome.FAILED if state is RunState.FAILED else RuleOutcome.SKIPPED
        connection.execute(
            update(run_rules)
            .where(
                run_rules.c.workspace_id == run.workspace_id,
                run_rules.c.run_id == run.id,
                run_rules.c.outcome == RuleOutcome.PENDING.value,
            )
            .values(outcome=became.value, error_code=error_code, error=error)
        )
    tell(connection, done)
    return done


def end_cancelled(connection: Connection, run: Run) -> Run:
    """End a run that somebody wants cancelled.

    Raises:
        LostLease: the run is somebody else's by now, or over.
    """
    cancelled = _cancelled(_locked(connection, run))
    return finish(
        connection,
        run,
        state=RunState.CANCELLED,
        error_code=cancelled.code,
        error=cancelled.sentence,
    )


def fail_or_retry(
    connection: Connection,
    run: Run,
    *,
    error_code: str,
    error: str,
    least_attempts: int = 1,
) -> Run:
    """Put a run that failed back into the queue, to be tried again later; or end it.

    Attempts that failed are counted apart from those whose worker vanished. The wait doubles each
    time. With all attempts used up it is a dead letter; cancelled meanwhile, it is cancelled.

    Args:
        least_attempts: it is tried so often even if the run allows fewer.

    Raises:
        LostLease: the run is somebody else's by now, or over.
    """
    held = _locked(connection, run)
    if held.cancel_requested_at is not None:
        return end_cancelled(connection, held)
    failures = held.attempt - held.crashes
    if failures >= max(held.max_attempts, least_attempts):
        return finish(
            connection,
            run,
            state=RunState.FAILED,
            error_code=error_code,
            error=error,
            dead_letter=True,
        )
    values = {"error_code": error_code, "error": error}
    return _requeue(connection, run, _wait(_RETRY_SECONDS, failures), values)


def crashed(connection: Connection, run: Run, *, error: str) -> Run:
    """Put a run whose process vanished back into the queue; after too many crashes, end it.

    Raises:
        LostLease: the run is somebody else's by now, or over.
    """
    held = _locked(connection, run)
    if held.cancel_requested_at is not None:
        return end_cancelled(connection, held)
    crashes = held.crashes + 1
    if crashes > MAX_CRASHES:
        _change(connection, run, {"crashes": crashes})
        return finish(
            connection,
            run,
            state=RunState.FAILED,
            error_code=WORKER_LOST,
            error=f"{error} That happened {crashes} times, so it is not tried again.",
            dead_letter=True,
        )
    values = {"crashes": crashes, "error_code": WORKER_LOST, "error": error}
    return _requeue(connection, run, _wait(_CRASH_SECONDS, crashes), values)


def release(connection: Connection, run: Run) -> Run:
    """Hand a run back unfinished, as if it had not been tried: its worker stops in order.

    Raises:
        LostLease: the run is somebody else's by now, or over.
    """
    held = _locked(connection, run)
    if held.cancel_requested_at is not None:
        return end_cancelled(connection, held)
    return _requeue(connection, run, 0.0, {"attempt": held.attempt - 1})


def reap(connection: Connection) -> tuple[Run, ...]:
    """Take runs from workers that were not heard of while their lease lasted; some at a time.

    The transaction must see all workspaces.

    Returns:
        The runs as they are now: queued again, cancelled, or failed for good.
    """
    rows = connection.execute(
        select(runs)
        .where(runs.c.state == RunState.RUNNING.value, runs.c.lease_until < _NOW)
        .order_by(runs.c.lease_until)
        .limit(_REAPED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    return tuple(
        crashed(
            connection,
            run_of(row),
            error=f"The worker {row.owner} was not heard of any more.",
        )
        for row in rows
    )


def _requeue(connection: Connection, run: Run, seconds: float, values: dict[str, Any]) -> Run:
    """Queue a running run again; the fence stays, so the attempt before may do nothing any more."""
    values = {
        **values,
        "state": RunState.QUEUED.value,
        "not_before": in_seconds(seconds),
        "lease_until": None,
        "owner": None,
        "progress": None,
    }
    try:
        with connection.begin_nested():
            queued = _change(connection, run, values)
    except IntegrityError:
        # An equal run was queued meanwhile: both may wait, but only that one bears the key.
        queued = _change(connection, run, {**values, "dedupe_key": None})
    wake(connection, queued)
    return queued


def _wait(first_seconds: float, times: int) -> float:
    """Return how long to wait: doubled each time, and never the same for two runs."""
    longest = min(first_seconds * 2.0 ** (times - 1), _LONGEST_SECONDS)
    return longest * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, hides nothing


def _locked(connection: Connection, run: Run) -> Run:
    found = connection.execute(
        select(runs).where(_ours(run)).with_for_update(key_share=True)
    ).one_or_none()
    if found is None:
        raise _lost(run)
    return run_of(found)


def _change(connection: Connection, run: Run, values: dict[str, Any]) -> Run:
    changed = connection.execute(
        update(runs).where(_ours(run)).values(**values).returning(runs)
    ).one_or_none()
    if changed is None:
        raise _lost(run)
    return run_of(changed)


def _ours(run: Run) -> ColumnElement[bool]:
    return and_(
        runs.c.workspace_id == run.workspace_id,
        runs.c.id == run.id,
        runs.c.fence == run.fence,
        runs.c.state == RunState.RUNNING.value,
    )


def _lost(run: Run) -> LostLease:
    return LostLease("LOST_LEASE", f"Run {run.id} is not attempt {run.fence}'s any more.")


def _refuse_cancelled(run: Run) -> None:
    if run.cancel_requested_at is not None:
        raise _cancelled(run)


def _cancelled(run: Run) -> RunCancelled:
    who = f" by {run.cancelled_by}" if run.cancelled_by else ""
    return RunCancelled("RUN_CANCELLED", f"Run {run.id} was cancelled{who}.")
