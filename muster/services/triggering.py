"""Asking for runs, calling them off, repeating them: what people and programs do to the queue."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from muster.base.errors import Conflict, NotFound
from muster.base.ids import RunId
from muster.base.people import Permission
from muster.base.records import Run, RunKind, RunOrigin, RunState
from muster.services.context import WorkspaceContext
from muster.store import audit, queue, runs
from muster.store import rules as rule_store
from muster.store.database import Transaction
from muster.store.names import unknown


def trigger(
    context: WorkspaceContext,
    names: Sequence[str] | None,
    *,
    origin: RunOrigin = RunOrigin.MANUAL,
    idempotency_key: str | None = None,
    priority: int = 10,
) -> tuple[Run, bool]:
    """Queue a refresh of rules (None = all published ones) as of now.

    While an equal run is queued, that one comes back, as of now; so does, for ever, the one that
    the same idempotency key gave before.

    Returns:
        The run, and whether it was made now.

    Raises:
        Forbidden: NOT_ALLOWED.
        NotFound: UNKNOWN_RULE, NO_RULES.
        Conflict: IDEMPOTENCY_KEY_REUSED, the key belongs to a run of other rules.
    """
    context.require(Permission.RUN)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        rules = _known(connection, context, names)
        run, made = queue.enqueue(
            connection,
            workspace_id,
            rules=rules,
            as_of=context.resources.clock.now_utc(),
            origin=origin,
            requested_by=context.actor,
            priority=priority,
            dedupe_key=dedupe_key(rules),
            idempotency_key=idempotency_key,
        )
        if not made and run.rules != rules:
            raise _key_reused(run)
        if made:
            _record(connection, context, "run.trigger", run, after=_told(run))
    return run, made


def cancel_run(context: WorkspaceContext, run_id: RunId) -> Run:
    """Call off a run: a queued one at once, a running one as soon as its worker hears of it.

    Raises:
        Forbidden: NOT_ALLOWED.
        NotFound: UNKNOWN_RUN.
        Conflict: RUN_STATE, it is over already.
    """
    context.require(Permission.RUN)
    with context.transaction() as connection:
        before = runs.by_id(connection, context.workspace.id, run_id)
        run = queue.cancel(connection, context.workspace.id, run_id, by=context.actor)
        if before.cancel_requested_at is None:
            _record(connection, context, "run.cancel", run, before={"state": before.state.value})
    return run


def retry_run(
    context: WorkspaceContext, run_id: RunId, *, idempotency_key: str | None = None
) -> Run:
    """Queue a new run of the same rules, as of now, in place of one that failed or was cancelled.

    Returns:
        The new run, or an equal one that is queued already.

    Raises:
        Forbidden: NOT_ALLOWED.
        NotFound: UNKNOWN_RUN, UNKNOWN_RULE.
        Conflict: RUN_STATE, it neither failed nor was cancelled; IDEMPOTENCY_KEY_REUSED.
    """
    context.require(Permission.RUN)
    with context.transaction() as connection:
        before = runs.by_id(connection, context.workspace.id, run_id)
        if before.state not in (RunState.FAILED, RunState.CANCELLED):
            raise Conflict("RUN_STATE", f"Run {run_id} is {before.state} and cannot be repeated.")
        is_refresh = before.kind is RunKind.REFRESH
        if is_refresh:
            _known(connection, context, before.rules)
        run, made = queue.enqueue(
            connection,
            context.workspace.id,
            rules=before.rules,
            as_of=context.resources.clock.now_utc(),
            origin=RunOrigin.RETRY,
            requested_by=context.actor,
            priority=10,
            kind=before.kind,
            dedupe_key=dedupe_key(before.rules) if is_refresh else before.dedupe_key,
            idempotency_key=idempotency_key,
            max_attempts=before.max_attempts,
            retry_of=run_id,
        )
        if not made and run.rules != before.rules:
            raise _key_reused(run)
        queue.answered(connection, context.workspace.id, run_id)
        if made:
            _record(connection, context, "run.retry", run, after=_told(run))
    return run


def dedupe_key(rules: Sequence[str]) -> str:
    """Return what equal requests share: the same rules, in whatever order."""
    return "refresh:" + sha256("\n".join(sorted(set(rules))).encode()).hexdigest()


def _known(
    connection: Transaction, context: WorkspaceContext, names: Sequence[str] | None
) -> tuple[str, ...]:
    """Return the rules to refresh, each once and sorted; refuse those that nobody published."""
    workspace_id = context.workspace.id
    published = rule_store.published_names(connection, workspace_id, among=names)
    wanted = published if names is None else frozenset(names)
    if not wanted:
        raise NotFound(
            "NO_RULES",
            "There is no published rule to refresh.",
            hint="Publish a rule first.",
        )
    for name in sorted(wanted - published):
        known = rule_store.published_names(connection, workspace_id)
        raise unknown("rule", name, known=sorted(known))
    return tuple(sorted(wanted))


def _key_reused(run: Run) -> Conflict:
    return Conflict(
        "IDEMPOTENCY_KEY_REUSED",
        f"The idempotency key belongs to run {run.id}, which is of other rules.",
        hint="Use a new key for each different request.",
        path="$.header.Idempotency-Key",
    )


def _told(run: Run) -> dict[str, object]:
    return {"rules": list(run.rules), "origin": run.origin.value, "retry_of": run.retry_of}


def _record(
    connection: Transaction,
    context: WorkspaceContext,
    action: str,
    run: Run,
    *,
    before: object = None,
    after: object = None,
) -> None:
    audit.record(
        connection,
        context.workspace.id,
        actor=context.actor,
        action=action,
        subject=f"run/{run.id}",
        before=before,
        after=after,
        request_id=context.request_id,
    )
