"""What becomes of a rule over HTTP: plans, versions, drafts, the archive, what surrounds it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse

from muster.api.deps import Editor, Reader
from muster.api.etags import IfMatch, etag
from muster.api.json_body import JsonBody, documented_body
from muster.api.paging import Paging, next_cursor, pages
from muster.api.routes.rules import (
    CONFLICT,
    FAULTS,
    RULE_EXAMPLES,
    STALE,
    WAITS,
    RuleIdPath,
    approval_needed,
    check_rule_match,
)
from muster.api.rule_answers import (
    lineage_body,
    plan_body,
    rule_state,
    version_body,
    version_detail,
)
from muster.api.rule_reading import read_rule_body
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.rule import (
    PlanInput,
    ReasonInput,
    RestoreInput,
    RuleInput,
    RuleLineageBody,
    RulePlanBody,
    RuleState,
    RuleVersionDetail,
    RuleVersionList,
)
from muster.base.ids import RuleId
from muster.services import lifecycle
from muster.services.applying import as_document
from muster.services.lifecycle import Saved
from muster.services.rules import find_rule, rule_graph, rule_version, rule_versions

_MEASURED: dict[int | str, dict[str, Any]] = {**CONFLICT, 502: {"model": ProblemDetails}}
ClearQuery = Annotated[
    bool, Query(description="Personal keys in clear; needs the permission, and is audited")
]
VersionPath = Annotated[
    int, Path(ge=1, le=2**31 - 1, description="Number of the version", examples=[1])
]

router = APIRouter(prefix="/api/rules", tags=["rules"], responses=FAULTS)


@router.post(
    "/plan",
    responses=_MEASURED,
    openapi_extra=documented_body(RuleInput, examples=RULE_EXAMPLES),
)
def post_plan(context: Editor, body: JsonBody, clear: ClearQuery = False) -> RulePlanBody:
    """Say what publishing a rule would change; one that has the name of a rule is its edit."""
    sent = read_rule_body(body)
    assert sent.document is not None
    plan, need = lifecycle.plan_edit(context, sent.document)
    return plan_body(context, plan, need, clear=clear)


@router.post(
    "/{rule_id}/plan",
    responses=_MEASURED,
    openapi_extra=documented_body(
        PlanInput,
        examples={**RULE_EXAMPLES, "restoring": {"version": 1}, "publishing the draft": {}},
        required=False,
    ),
)
def post_rule_plan(
    context: Editor, rule_id: RuleIdPath, body: JsonBody, clear: ClearQuery = False
) -> RulePlanBody:
    """Say what an edit, restoring a version, or (without a body) publishing the draft changes."""
    sent = read_rule_body(body, plan=True)
    rule = find_rule(context, RuleId(rule_id))
    if sent.version is not None:
        document = lifecycle.old_version(context, rule.id, sent.version)
    else:
        document = sent.document or as_document(rule, rule.name)
    if sent.name is not None:
        lifecycle.refuse_other_name(sent.name, rule)
    plan, need = lifecycle.plan_edit(context, replace(document, name=rule.name))
    return plan_body(context, plan, need, clear=clear)


@router.get("/{rule_id}/versions")
def get_versions(context: Reader, rule_id: RuleIdPath, paging: Paging) -> RuleVersionList:
    """List the versions of a rule, newest first."""
    rule, found, total = rule_versions(
        context,
        RuleId(rule_id),
        limit=paging.per_page,
        offset=paging.offset,
        before=paging.after,
    )
    return RuleVersionList(
        items=[version_body(version, rule) for version in found],
        total=total,
        page=paging.page,
        pages=pages(total, paging.per_page),
        next_cursor=next_cursor(found, paging, lambda version: version.version),
    )


@router.get("/{rule_id}/versions/{version}")
def get_version(context: Reader, rule_id: RuleIdPath, version: VersionPath) -> RuleVersionDetail:
    """Return one version of a rule as its author wrote it."""
    rule, found = rule_version(context, RuleId(rule_id), number=version)
    return version_detail(found, rule)


@router.post(
    "/{rule_id}/restore",
    response_model=RuleState,
    responses={**CONFLICT, **STALE, **WAITS},
)
def post_restore(
    context: Editor,
    rule_id: RuleIdPath,
    body: RestoreInput,
    response: Response,
    if_match: IfMatch = None,
) -> RuleState | JSONResponse:
    """Make an old version the newest one again."""
    check_rule_match(context, rule_id, if_match)
    saved = lifecycle.restore(
        context,
        RuleId(rule_id),
        number=body.version,
        publish=body.status == "published",
        reason=body.reason,
    )
    return _saved(saved, response, f"Version {body.version} restored")


@router.post(
    "/{rule_id}/publish",
    response_model=RuleState,
    responses={**CONFLICT, **STALE, **WAITS},
)
def post_publish(
    context: Editor,
    rule_id: RuleIdPath,
    response: Response,
    body: ReasonInput | None = None,
    if_match: IfMatch = None,
) -> RuleState | JSONResponse:
    """Publish the newest version."""
    check_rule_match(context, rule_id, if_match)
    saved = lifecycle.publish_draft(context, RuleId(rule_id), reason=_reason(body))
    return _saved(saved, response, "Rule published")


@router.post("/{rule_id}/discard", responses={**CONFLICT, **STALE})
def post_discard(
    context: Editor,
    rule_id: RuleIdPath,
    response: Response,
    body: ReasonInput | None = None,
    if_match: IfMatch = None,
) -> RuleState:
    """Go back from a draft to the published version."""
    check_rule_match(context, rule_id, if_match)
    rule = lifecycle.discard_draft(context, RuleId(rule_id), reason=_reason(body))
    response.headers["ETag"] = etag(rule.version)
    return rule_state(rule, "Draft discarded")


@router.post("/{rule_id}/archive", responses={**CONFLICT, **STALE})
def post_archive(
    context: Editor,
    rule_id: RuleIdPath,
    body: ReasonInput | None = None,
    if_match: IfMatch = None,
) -> RuleState:
    """Put a rule away: it is not evaluated any more; its segment stays as it is."""
    check_rule_match(context, rule_id, if_match)
    rule = lifecycle.archive(context, RuleId(rule_id), reason=_reason(body))
    return rule_state(rule, "Rule archived")


@router.post("/{rule_id}/unarchive", responses={**CONFLICT, **STALE})
def post_unarchive(
    context: Editor,
    rule_id: RuleIdPath,
    body: ReasonInput | None = None,
    if_match: IfMatch = None,
) -> RuleState:
    """Bring an archived rule back as it was."""
    check_rule_match(context, rule_id, if_match)
    rule = lifecycle.unarchive(context, RuleId(rule_id), reason=_reason(body))
    return rule_state(rule, "Rule brought back")


@router.get("/{rule_id}/lineage")
def get_rule_lineage(context: Reader, rule_id: RuleIdPath) -> RuleLineageBody:
    """Return all that a rule is made of, and all that is made of it."""
    return lineage_body(rule_graph(context, RuleId(rule_id)), rule_id)


def _saved(saved: Saved, response: Response, message: str) -> RuleState | JSONResponse:
    if saved.approval is not None:
        return approval_needed(saved)
    response.headers["ETag"] = etag(saved.rule.version)
    return rule_state(saved.rule, message)


def _reason(body: ReasonInput | None) -> str:
    return "" if body is None else body.reason
