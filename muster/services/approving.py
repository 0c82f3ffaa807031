"""Edits that move many people wait for a second person: who must ask, who decides, what happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from muster.base.errors import Conflict, Forbidden, InvalidInput
from muster.base.ids import ApprovalId, RuleId
from muster.base.notices import NOTICE_KINDS, worded
from muster.base.people import Permission
from muster.base.records import Approval, ApprovalState, Rule
from muster.base.workspace_settings import WorkspaceSettings
from muster.services.applying import (
    ApplyPlan,
    as_document,
    checked_again,
    plan_apply,
    too_busy,
    write_plan,
)
from muster.services.context import WorkspaceContext
from muster.services.effects import Effect
from muster.services.notifying import notify
from muster.services.publication import record
from muster.store import approvals as approval_store
from muster.store import rule_lists
from muster.store import rules as rule_store
from muster.store.database import Transaction

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Need:
    """Why an edit needs somebody else's approval.

    ``moved_share``: the largest share of one segment's members that would enter or leave.
    """

    moved_share: float | None


@dataclass(frozen=True, slots=True)
class AskedApproval:
    """A request with the rule it is about."""

    approval: Approval
    rule: Rule


def moved_share(effect: Effect) -> float:
    """Return how many enter or leave as a share of those who are in; 1.0 if nobody was.

    >>> moved_share(Effect("vip", "changed", 10, 7, 1, 4, (), ()))
    0.5
    """
    moved = effect.entered + effect.left
    if effect.size_before == 0:
        return 1.0 if moved else 0.0
    return moved / effect.size_before


def largest_share(plan: ApplyPlan) -> float | None:
    """Return the largest share of one segment's members that a plan moves.

    A segment that was never evaluated does not count; None when nothing was measured.
    """
    shares = [moved_share(effect) for effect in plan.effects if effect.change != "new"]
    return max(shares, default=0.0) if plan.measured else None


def approvals_needed(plan: ApplyPlan, settings: WorkspaceSettings) -> Mapping[str, Need]:
    """Return which rules of a plan may not be published by their author alone, and why.

    A rule that was never published moves nobody who is there; one whose words alone change neither.
    """
    effects = {effect.name: effect for effect in plan.effects}
    needed: dict[str, Need] = {}
    for document in plan.documents:
        if effects[document.name].change != "changed":
            continue
        touched = (document.name, *plan.reach.get(document.name, ()))
        shares = [moved_share(effects[name]) for name in touched if name in effects]
        largest = max(shares) if plan.measured else None
        if _reaches(largest, settings.approval_share):
            needed[document.name] = Need(largest)
    return needed


def ask(
    connection: Transaction,
    context: WorkspaceContext,
    rule: Rule,
    need: Need,
    plan: ApplyPlan,
    *,
    reason: str,
) -> Approval:
    """Request approval for the rule's current version; an older request is withdrawn."""
    workspace_id = context.workspace.id
    pending = approval_store.pending_of(connection, workspace_id, rule.id)
    if pending is not None and pending.version == rule.version:
        return pending
    end_pending(connection, context, rule, comment=f"replaced by version {rule.version}")
    touched = {rule.name, *plan.reach.get(rule.name, ())}
    approval = approval_store.create(
        connection,
        workspace_id,
        rule_id=rule.id,
        version=rule.version,
        requested_by=context.actor,
        reason=reason,
        effects=[_told_effect(effect) for effect in plan.effects if effect.name in touched],
        moved_share=need.moved_share,
    )
    _tell(connection, context, rule, approval, "approval.requested")
    _record(connection, context, rule, approval, "approval.request", reason=reason)
    return approval


def end_pending(
    connection: Transaction,
    context: WorkspaceContext,
    rule: Rule,
    *,
    comment: str,
    besides: int | None = None,
) -> None:
    """Withdraw the rule's pending request, if there is one, because it is pointless now.

    Args:
        besides: a request about this version stays.
    """
    pending = approval_store.pending_of(connection, context.workspace.id, rule.id)
    if pending is not None and pending.version != besides:
        ended = _end(connection, context, pending.id, ApprovalState.WITHDRAWN, comment)
        _record(connection, context, rule, ended, "approval.withdraw", reason=comment)


def list_approvals(
    context: WorkspaceContext,
    *,
    limit: int,
    offset: int = 0,
    before_id: int | None = None,
    state: ApprovalState | None = None,
    rule_id: RuleId | None = None,
) -> tuple[tuple[AskedApproval, ...], int]:
    """Return some requests with their rules, newest first, and how many there are in all."""
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        found, total = approval_store.page(
            connection,
            workspace_id,
            limit=limit,
            offset=offset,
            before_id=before_id,
            state=state,
            rule_id=rule_id,
        )
        rules = {
            rule.id: rule
            for rule in rule_lists.by_ids(
                connection, workspace_id, {approval.rule_id for approval in found}
            )
        }
    return tuple(AskedApproval(approval, rules[approval.rule_id]) for approval in found), total


def decide(
    context: WorkspaceContext, approval_id: ApprovalId, *, approve: bool, comment: str = ""
) -> AskedApproval:
    """Publish the version a request is about, or refuse it, saying why.

    Raises:
        Forbidden: NOT_ALLOWED; OWN_REQUEST, somebody else has to decide.
        InvalidInput: COMMENT_NEEDED, a refusal says why.
        NotFound: UNKNOWN_APPROVAL. InvalidRule: the version does not fit what is there now.
        Conflict: ALREADY_DECIDED; APPROVAL_OUTDATED, a newer version was made since.
    """
    context.require(Permission.OPERATE)
    if not approve and not comment.strip():
        raise InvalidInput(
            "COMMENT_NEEDED", "A refusal says why.", path="$.comment", hint="Write a comment."
        )
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        approval = approval_store.by_id(connection, workspace_id, approval_id)
        approval_store.require_pending(approval)
        rule = rule_store.by_id(connection, workspace_id, approval.rule_id)
        if approval.requested_by == context.actor:
            raise Forbidden(
                "OWN_REQUEST",
                "Whoever asks for approval cannot give it.",
                hint="Somebody else with the role operator decides.",
            )
        if not approve:
            ended = _end(connection, context, approval_id, ApprovalState.REJECTED, comment)
            _tell(connection, context, rule, ended, "approval.decided")
            _record(connection, context, rule, ended, "approval.reject", reason=comment)
            return AskedApproval(ended, rule)
    return _approve(context, approval, rule, comment)


def withdraw(
    context: WorkspaceContext, approval_id: ApprovalId, *, comment: str = ""
) -> AskedApproval:
    """Take a request back; its author may, and whoever may decide.

    Raises:
        Forbidden: NOT_ALLOWED. NotFound: UNKNOWN_APPROVAL. Conflict: ALREADY_DECIDED.
    """
    context.require(Permission.EDIT)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        approval = approval_store.by_id(connection, workspace_id, approval_id)
        if approval.requested_by != context.actor:
            context.require(Permission.OPERATE)
        approval_store.require_pending(approval)
        rule = rule_store.by_id(connection, workspace_id, approval.rule_id)
        ended = _end(connection, context, approval_id, ApprovalState.WITHDRAWN, comment)
        _record(connection, context, rule, ended, "approval.withdraw", reason=comment)
        return AskedApproval(ended, rule)


def _approve(
    context: WorkspaceContext, approval: Approval, rule: Rule, comment: str
) -> AskedApproval:
    """Publish the version, checked once more against what is published now."""
    if rule.version != approval.version:
        raise Conflict(
            "APPROVAL_OUTDATED",
            f"The request is about version {approval.version}, and the rule is at version"
            f" {rule.version} now.",
            hint="Its author has to ask again.",
        )
    document = as_document(rule, rule.name)
    plan = plan_apply(context, [document], measured=False, from_file=False)
    for _ in range(_TRIES):
        with context.transaction() as connection:
            written = write_plan(connection, context, plan, reason=comment)
            if written is not None:
                ended = _end(connection, context, approval.id, ApprovalState.APPROVED, comment)
                _tell(connection, context, rule, ended, "approval.decided")
                _record(connection, context, rule, ended, "approval.approve", reason=comment)
                return AskedApproval(ended, written[0])
        plan = checked_again(context, plan)
    raise too_busy()


def _reaches(share: float | None, limit: float | None) -> bool:
    """Whether a share is at least the limit as its author wrote it: 0.1 is a tenth."""
    if share is None or limit is None:
        return False
    return Fraction(str(share)) >= Fraction(str(limit))


def _end(
    connection: Transaction,
    context: WorkspaceContext,
    approval_id: ApprovalId,
    state: ApprovalState,
    comment: str,
) -> Approval:
    return approval_store.decide(
        connection,
        context.workspace.id,
        approval_id,
        state=state,
        decided_by=context.actor,
        comment=comment or None,
    )


def _tell(
    connection: Transaction, context: WorkspaceContext, rule: Rule, approval: Approval, kind: str
) -> None:
    title, body = worded(
        kind,
        rule=rule.title,
        actor=context.actor,
        version=approval.version,
        decision=approval.state.value,
    )
    notify(
        connection,
        context.workspace.id,
        kind=kind,
        severity=NOTICE_KINDS[kind].severity,
        subject=f"approval/{approval.id}",
        title=title,
        body=body,
        data={
            "approval": approval.id,
            "rule": rule.name,
            "version": approval.version,
            "state": approval.state.value,
        },
        dedupe_key=f"{kind}/{approval.id}",
    )


def _record(
    connection: Transaction,
    context: WorkspaceContext,
    rule: Rule,
    approval: Approval,
    action: str,
    *,
    reason: str,
) -> None:
    after = {
        "approval": approval.id,
        "version": approval.version,
        "state": approval.state.value,
        "moved_share": approval.moved_share,
    }
    record(connection, context, action, rule.name, after=after, reason=reason)


def _told_effect(effect: Effect) -> dict[str, Any]:
    """Return what a request keeps of an effect: figures, nobody's key."""
    return {
        "name": effect.name,
        "change": effect.change,
        "size_before": effect.size_before,
        "size_after": effect.size_after,
        "entered": effect.entered,
        "left": effect.left,
    }
