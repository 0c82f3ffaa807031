"""Rules, versions, plans and approvals as they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from muster.api.schemas.rule import (
    ApprovalBody,
    ApprovalEffectBody,
    EffectBody,
    LastRunBody,
    PlanWarning,
    RuleBody,
    RuleDetailBody,
    RuleEdgeBody,
    RuleLineageBody,
    RuleNodeBody,
    RulePlanBody,
    RuleReference,
    RuleState,
    RuleVersionBody,
    RuleVersionDetail,
)
from muster.base.json_value import exact
from muster.base.records import Approval, Rule, RuleVersion
from muster.rules.resolve import resolve_rule
from muster.rules.sentence import sentence
from muster.services.applying import ApplyPlan
from muster.services.approving import Need, largest_share
from muster.services.context import WorkspaceContext
from muster.services.effects import Effect
from muster.services.reuse import warnings_of
from muster.services.rules import RuleDetail, RuleGraph, RuleRow, combined, shown_samples
from muster.services.workspaces import current_model

Operation = Literal["INTERSECTION", "UNION", "DIFFERENCE"]
_OPERATIONS: dict[str, Operation] = {
    "INTERSECTION": "INTERSECTION",
    "UNION": "UNION",
    "DIFFERENCE": "DIFFERENCE",
}
_WRITTEN = (
    "conditions",
    "where",
    "start_date",
    "end_date",
    "universe",
    "tz",
    "limit",
    "exclude",
    "ttl",
)


def rule_body(row: RuleRow) -> RuleBody:
    """Return one rule of a list."""
    return RuleBody(**_fields(row))


def rule_detail_body(detail: RuleDetail) -> RuleDetailBody:
    """Return one rule with all its fields, what its author did not write as null."""
    rule = detail.row.listed.rule
    written = rule.definition
    said: dict[str, Any] = written if isinstance(written, dict) else {"conditions": written}
    return RuleDetailBody(
        **(_fields(detail.row) | {name: said.get(name) for name in _WRITTEN}),
        sentence=detail.sentence,
        fingerprint=rule.fingerprint,
        made_of=[rule_reference(other) for other in detail.made_of],
        author=detail.author,
        reason=detail.reason,
        approval=None if detail.approval is None else approval_body(detail.approval, rule),
    )


def rule_reference(rule: Rule) -> RuleReference:
    """Return a rule, named."""
    return RuleReference(id=rule.id, name=rule.name, rule_name=rule.title)


def rule_state(rule: Rule, message: str) -> RuleState:
    """Return where a rule is now."""
    return RuleState(
        message=message,
        rule_id=rule.id,
        status=rule.status,
        version=rule.version,
        published_version=rule.published_version,
    )


def version_body(version: RuleVersion, rule: Rule) -> RuleVersionBody:
    """Return one version of a rule, without its definition."""
    return RuleVersionBody(**_version_fields(version, rule))


def version_detail(version: RuleVersion, rule: Rule) -> RuleVersionDetail:
    """Return one version of a rule."""
    return RuleVersionDetail(
        **_version_fields(version, rule),
        definition=version.definition,
        fingerprint=version.fingerprint,
    )


def approval_body(approval: Approval, rule: Rule) -> ApprovalBody:
    """Return a request."""
    return ApprovalBody(
        id=approval.id,
        rule=rule_reference(rule),
        version=approval.version,
        state=approval.state.value,
        requested_by=approval.requested_by,
        requested_at=approval.requested_at,
        reason=approval.reason,
        moved_share=approval.moved_share,
        effects=[ApprovalEffectBody(**effect) for effect in approval.effects],
        decided_by=approval.decided_by,
        decided_at=approval.decided_at,
        comment=approval.comment,
    )


def plan_body(
    context: WorkspaceContext, plan: ApplyPlan, need: Need | None, *, clear: bool
) -> RulePlanBody:
    """Return the plan of one rule; keys in samples as the caller may see them."""
    model = current_model(context)
    (document,) = plan.documents
    resolved = resolve_rule(document.definition, model)
    samples = shown_samples(context, plan.effects, clear=clear)
    return RulePlanBody(
        as_of=plan.as_of,
        measured=plan.measured,
        needs_approval=need is not None,
        moved_share=largest_share(plan),
        sentence=sentence(resolved, model),
        effects=[_effect_body(effect, plan, samples) for effect in plan.effects],
        warnings=[
            PlanWarning(code=item.code, path=item.path, sentence=item.sentence, hint=item.hint)
            for item in warnings_of(context, document.definition, resolved, name=document.name)
        ],
        synthetic=context.workspace.synthetic,
    )


def lineage_body(graph: RuleGraph, rule_id: int) -> RuleLineageBody:
    """Return a rule's surroundings."""
    return RuleLineageBody(
        rule_id=rule_id,
        nodes=[
            RuleNodeBody(
                id=node.rule.id,
                name=node.rule.name,
                rule_name=node.rule.title,
                status=node.rule.status,
                distance=node.distance,
            )
            for node in graph.nodes
        ],
        edges=[RuleEdgeBody(parent=parent, child=child) for parent, child in graph.edges],
        truncated=graph.truncated,
    )


def _fields(row: RuleRow) -> dict[str, Any]:
    rule, last = row.listed.rule, row.last_run
    return {
        "id": rule.id,
        "rule_name": rule.title,
        "description": rule.description,
        "schedule": rule.schedule,
        "depends_on": list(row.parents),
        "operation": _operation(rule.definition),
        "name": rule.name,
        "title": rule.title,
        "tags": list(rule.tags),
        "owner": row.listed.owner,
        "status": rule.status,
        "version": rule.version,
        "published_version": rule.published_version,
        "has_draft": rule.published_version != rule.version,
        "segment_id": row.listed.segment_id,
        "size": row.listed.size,
        "last_refreshed_at": row.listed.refreshed_at,
        "last_run": None
        if last is None
        else LastRunBody(
            id=last.id,
            state=last.state,
            created_at=last.created_at,
            finished_at=last.finished_at,
        ),
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
    }


def _version_fields(version: RuleVersion, rule: Rule) -> dict[str, Any]:
    return {
        "version": version.version,
        "rule_name": version.title,
        "description": version.description,
        "schedule": version.schedule,
        "tags": list(version.tags),
        "author": version.author,
        "reason": version.reason,
        "created_at": version.created_at,
        "published": version.version == rule.published_version,
        "newest": version.version == rule.version,
    }


def _operation(definition: Any) -> Operation | None:
    """Return how a rule combines others: INTERSECTION when its author did not say; else null."""
    if not combined(definition):
        return None
    return _OPERATIONS[str(definition.get("operation") or "INTERSECTION").upper()]


def _effect_body(
    effect: Effect,
    plan: ApplyPlan,
    samples: Mapping[str, tuple[tuple[str | int, ...], tuple[str | int, ...]]],
) -> EffectBody:
    measured = plan.measured and effect.change in ("new", "changed", "child")
    entered, left = samples[effect.name]
    return EffectBody(
        name=effect.name,
        change=effect.change,
        size_before=effect.size_before if measured else None,
        size_after=effect.size_after if measured else None,
        entered=effect.entered if measured else None,
        left=effect.left if measured else None,
        entered_sample=[exact(key) for key in entered],
        left_sample=[exact(key) for key in left],
    )
