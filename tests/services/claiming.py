"""Runs in the hands of a test: queued, claimed, executed step by step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from muster.base.records import RuleOutcome, Run, RunOrigin
from muster.services.applying import apply, plan_apply
from muster.services.attempts import Attempt
from muster.services.context import WorkspaceContext
from muster.store import leases, queue, run_log, run_rules, runs
from tests.services.small_workspace import AS_OF, documents


def queued(
    context: WorkspaceContext, rules: Sequence[str], *, as_of: datetime = AS_OF, attempts: int = 3
) -> Run:
    """Put a run into the queue."""
    with context.transaction() as connection:
        run, _ = queue.enqueue(
            connection,
            context.workspace.id,
            rules=rules,
            as_of=as_of,
            origin=RunOrigin.SCHEDULE,
            requested_by="scheduler",
            priority=0,
            max_attempts=attempts,
        )
    return run


def claimed(context: WorkspaceContext, *, lease_seconds: float = 60) -> Attempt:
    """Claim the next run."""
    with context.resources.database.transaction() as connection:
        run = queue.claim(connection, owner="test", lease_seconds=lease_seconds)
    assert run is not None
    return Attempt(context, run)


def begun(
    context: WorkspaceContext, rules: Sequence[str], *, as_of: datetime = AS_OF, attempts: int = 3
) -> Attempt:
    """Queue a run and claim it."""
    queued(context, rules, as_of=as_of, attempts=attempts)
    return claimed(context)


def taken_over(attempt: Attempt) -> Attempt:
    """Let another worker take a run over, as when the first is not heard of any more."""
    context = attempt.context
    with context.transaction() as connection:
        leases.release(connection, attempt.run)
    return claimed(context)


def present(attempt: Attempt) -> Run:
    """Return the run as it is now."""
    with attempt.context.transaction() as connection:
        return runs.by_id(connection, attempt.run.workspace_id, attempt.run.id)


def every_run(context: WorkspaceContext) -> tuple[Run, ...]:
    """Return all runs, the newest first."""
    with context.transaction() as connection:
        return runs.every(connection, context.workspace.id, limit=1000)


def outcomes(attempt: Attempt) -> dict[str, tuple[RuleOutcome, str | None]]:
    """Return what became of each rule of a run, with the code."""
    with attempt.context.transaction() as connection:
        found = run_rules.of_run(connection, attempt.run.workspace_id, attempt.run.id)
    return {one.rule: (one.outcome, one.error_code) for one in found}


def errors(attempt: Attempt) -> dict[str, str]:
    """Return why rules of a run were not published."""
    with attempt.context.transaction() as connection:
        found = run_rules.of_run(connection, attempt.run.workspace_id, attempt.run.id)
    return {one.rule: one.error for one in found if one.error}


def log_of(attempt: Attempt) -> list[str]:
    """Return the run's log."""
    with attempt.context.transaction() as connection:
        lines = run_log.after(
            connection, attempt.run.workspace_id, attempt.run.id, after_id=0, limit=1000
        )
    return [f"{line.level}: {line.message}" for line in lines]


def rule(context: WorkspaceContext, text: str) -> None:
    """Save a rule."""
    apply(context, plan_apply(context, documents(text), measured=False))
