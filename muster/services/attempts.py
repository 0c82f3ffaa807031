"""One attempt at a run: what it says while it works, and what becomes of it when it fails.

Words and progress are best effort, since the work goes on without them; the end of a run is not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from muster.base.errors import Busy, EngineFailed, LostLease, MusterError, RunCancelled, Unavailable
from muster.base.notices import Severity, worded
from muster.base.records import Run, RunState
from muster.services.context import WorkspaceContext
from muster.services.notifying import notify
from muster.store import leases, run_log
from muster.store.database import Transaction

Result = TypeVar("Result")

_logger = logging.getLogger("muster.runs")
_REPORT_SECONDS = 0.25
_PATIENCE_SECONDS: Final = 120.0
_DATABASE = "DATABASE_"
# What may go away by itself, so that another try makes sense. Everything else fails at once.
_PASSING_CODES = {
    "DATABASE_UNREACHABLE",
    "DATABASE_FULL",
    "DATABASE_READ_ONLY",
    "MEMBERS_UNWRITABLE",
    "WAREHOUSE_UNREADABLE",
}
# Whoever holds the warehouse may be loading data for minutes: it is waited for longer.
_HELD_CODES = {"WAREHOUSE_BUSY", "ENGINE_LOCKED"}
_HELD_ATTEMPTS = 10
_PASSING_KINDS = {"out_of_memory", "disk_full", "locked", "interrupted"}


@dataclass(slots=True)
class Attempt:
    """One claimed run in the hands of whoever executes it."""

    context: WorkspaceContext
    run: Run
    _reported: float = field(default=0.0, repr=False)

    def log(
        self, message: str, *, level: run_log.Level = "info", detail: dict[str, Any] | None = None
    ) -> None:
        """Add a line to the run's log."""
        _logger.log(
            logging.getLevelNamesMapping()[level.upper()],
            "run %s: %s",
            self.run.id,
            message,
            extra={"run_id": self.run.id, "workspace": self.context.workspace.name},
        )
        with_best_effort(
            self.context, lambda connection: self._add(connection, level, message, detail)
        )

    def _add(
        self, connection: Transaction, level: run_log.Level, message: str, detail: Any
    ) -> None:
        run_log.add(
            connection,
            self.run.workspace_id,
            self.run.id,
            level=level,
            message=message,
            detail=detail,
        )

    def progress(self, share: float, what: str) -> None:
        """Say how far the work is, a few times a second at most.

        Raises:
            LostLease: the run is somebody else's by now. RunCancelled: it is not wanted any more.
        """
        now = time.monotonic()
        if now - self._reported < _REPORT_SECONDS:
            return
        self._reported = now
        with_best_effort(
            self.context,
            lambda connection: leases.report(connection, self.run, share=share, what=what),
        )


def with_best_effort(context: WorkspaceContext, action: Callable[[Transaction], None]) -> None:
    """Write something the work can do without: a lost database is logged, and waited for later."""
    try:
        with context.transaction() as connection:
            action(connection)
    except (Busy, Unavailable) as error:
        _logger.warning("not written down: %s", error.sentence)


def insistently(
    action: Callable[[], Result], *, patience_seconds: float = _PATIENCE_SECONDS
) -> Result:
    """Do what needs the product database; while it is lost or busy, wait and do it again.

    The action must be one transaction that may be repeated: it checks the run's fence, so that a
    commit whose answer was lost is not done twice.
    """
    deadline = time.monotonic() + patience_seconds
    wait_seconds = 0.2
    while True:
        try:
            return action()
        except (Busy, Unavailable) as error:
            if not error.code.startswith(_DATABASE) or time.monotonic() >= deadline:
                raise
            _logger.warning("waiting for the product database: %s", error.sentence)
        time.sleep(wait_seconds)
        wait_seconds = min(wait_seconds * 2, 5.0)


def is_passing(error: BaseException) -> bool:
    """Say whether the same run may well succeed a little later."""
    if isinstance(error, EngineFailed):
        return error.kind in _PASSING_KINDS
    if isinstance(error, MusterError):
        return isinstance(error, Busy) or error.code in _PASSING_CODES
    return isinstance(error, OSError | MemoryError)


def settle(attempt: Attempt, error: BaseException, *, retry: bool) -> Run | None:
    """Write down how an attempt ended that did not publish.

    Args:
        retry: a passing failure is tried again later by whoever claims the run then.

    Returns:
        The run as it is now; None when it was somebody else's already.
    """
    if isinstance(error, LostLease):
        attempt.log("This attempt was given up: another one has the run.", level="warning")
        return None
    code, sentence = reason_of(error)
    stopped = isinstance(error, RunCancelled | KeyboardInterrupt) or (
        not retry and isinstance(error, EngineFailed) and error.kind == "interrupted"
    )
    context, run = attempt.context, attempt.run

    def write() -> Run:
        with context.transaction() as connection:
            if stopped:
                return leases.finish(
                    connection, run, state=RunState.CANCELLED, error_code=code, error=sentence
                )
            if retry and is_passing(error):
                after = leases.fail_or_retry(
                    connection,
                    run,
                    error_code=code,
                    error=sentence,
                    least_attempts=_HELD_ATTEMPTS if code in _HELD_CODES else 1,
                )
            else:
                after = leases.finish(
                    connection, run, state=RunState.FAILED, error_code=code, error=sentence
                )
            tell_failure(connection, after)
            return after

    try:
        after = insistently(write)
    except LostLease:
        return None
    attempt.log(_last_words(after, sentence), level="info" if stopped else "error")
    return after


def reason_of(error: BaseException) -> tuple[str, str]:
    """Return code and sentence of a failure; what nobody expected is named by its kind alone."""
    match error:
        case MusterError():
            return error.code, error.sentence
        case KeyboardInterrupt():
            return "RUN_CANCELLED", "It was stopped with Ctrl-C."
        case MemoryError():
            return "OUT_OF_MEMORY", "The run needed more memory than it may use."
        case OSError():
            return "DISK_FAILED", f"The data folder failed: {error.strerror or error}."
        case _:
            # never its text, which may quote data
            return "INTERNAL_ERROR", f"Muster failed unexpectedly ({type(error).__name__})."


def tell_failure(connection: Transaction, run: Run) -> None:
    """Notify the workspace of a run that failed for good, in the transaction that says so."""
    if run.state is not RunState.FAILED:
        return
    kind = "run.dead_letter" if run.dead_letter else "run.failed"
    shown = ", ".join(run.rules[:3]) + (" …" if len(run.rules) > 3 else "")
    title, body = worded(
        kind, run=run.id, rules=shown or run.kind.value, error=run.error, attempts=run.attempt
    )
    notify(
        connection,
        run.workspace_id,
        kind=kind,
        severity=Severity.ERROR,
        subject=f"run/{run.id}",
        title=title,
        body=body,
        data={"run": run.id, "rules": list(run.rules), "error_code": run.error_code},
        dedupe_key=f"{kind}/{run.id}",
    )


def _last_words(run: Run, sentence: str) -> str:
    match run.state:
        case RunState.QUEUED:
            at = f"{run.not_before:%H:%M:%S} UTC" if run.not_before else "soon"
            return f"Attempt {run.attempt} failed and is repeated at {at}: {sentence}"
        case RunState.CANCELLED:
            return f"Cancelled: {sentence}"
        case _:
            return f"Failed: {sentence}"
