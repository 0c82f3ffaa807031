"""Rules over HTTP: listed, written, triggered."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import JSONResponse

from muster.api.answers import answer
from muster.api.deps import Editor, Reader, Runner
from muster.api.etags import IfMatch, check_match, etag
from muster.api.json_body import JsonBody, documented_body
from muster.api.paging import Paging, next_cursor, pages
from muster.api.rule_answers import approval_body, rule_body, rule_detail_body
from muster.api.rule_reading import read_rule_body
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.rule import (
    BRIEF_RULE,
    COMBINED_RULE,
    MUSTER_RULE,
    ApprovalNeeded,
    RuleCreated,
    RuleDetailBody,
    RuleInput,
    RuleList,
    RuleTriggered,
    RuleUpdated,
)
from muster.base.errors import Conflict, InvalidInput
from muster.base.ids import RuleId
from muster.base.records import RuleStatus, RunOrigin
from muster.services import lifecycle
from muster.services.context import WorkspaceContext
from muster.services.lifecycle import Saved
from muster.services.rules import RuleRow, find_rule, rule_detail, rule_page
from muster.services.triggering import trigger

FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 503)
}
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ProblemDetails}}
STALE: dict[int | str, dict[str, Any]] = {412: {"model": ProblemDetails}}
WAITS: dict[int | str, dict[str, Any]] = {
    202: {"model": ApprovalNeeded, "description": "Kept as a draft until somebody approves it"},
    502: {"model": ProblemDetails},
}
RULE_EXAMPLES = {
    "conditions": BRIEF_RULE,
    "combination": COMBINED_RULE,
    "events, as a draft": MUSTER_RULE,
}
RuleIdPath = Annotated[int, Path(ge=1, le=2**63 - 1, description="Id of the rule", examples=[1])]
SearchQuery = Annotated[
    str, Query(max_length=200, description="Part of a name, title or description")
]
TagQuery = Annotated[str | None, Query(max_length=50, description="Only rules with this tag")]
OwnerQuery = Annotated[
    str | None, Query(min_length=1, max_length=200, description="Who wrote the rule first")
]
StatusQuery = Annotated[
    list[RuleStatus] | None,
    Query(description="Only these; without it, drafts and published ones", max_length=3),
]

router = APIRouter(prefix="/api/rules", tags=["rules"], responses=FAULTS)


@router.get("", response_model=RuleList)
def get_rules(
    context: Reader,
    paging: Paging,
    search: SearchQuery = "",
    tag: TagQuery = None,
    owner: OwnerQuery = None,
    status: StatusQuery = None,
    scheduled: Annotated[bool, Query(description="Only rules with a schedule")] = False,
    order: Annotated[
        Literal["id", "name", "title", "updated"],
        Query(description="updated: the newest change first; a cursor goes with id alone"),
    ] = "id",
) -> Response:
    """List rules, a page at a time."""
    if paging.after is not None and order != "id":
        raise InvalidInput(
            "BAD_CURSOR",
            "A cursor goes through rules in order of id.",
            path="$.query.cursor",
            hint="Use page, or leave order out.",
        )
    found, total = rule_page(
        context,
        limit=paging.per_page,
        offset=paging.offset,
        after_id=None if paging.after is None else RuleId(paging.after),
        search=search,
        tag=tag,
        owner=owner,
        statuses=status or (RuleStatus.DRAFT, RuleStatus.PUBLISHED),
        schedule_only=scheduled,
        order=order,
    )
    body = RuleList(
        items=[rule_body(row) for row in found],
        total=total,
        page=paging.page,
        pages=pages(total, paging.per_page),
        next_cursor=next_cursor(found, paging, _id_of) if order == "id" else None,
        synthetic=context.workspace.synthetic,
    )
    return answer(body)


@router.post(
    "",
    status_code=201,
    response_model=RuleCreated,
    responses={**CONFLICT, **WAITS},
    openapi_extra=documented_body(RuleInput, examples=RULE_EXAMPLES),
)
def post_rule(context: Editor, body: JsonBody, response: Response) -> RuleCreated | JSONResponse:
    """Create a rule, and publish it unless it is to be a draft."""
    sent = read_rule_body(body)
    assert sent.document is not None
    saved = lifecycle.save(
        context,
        sent.document,
        rule_id=None,
        expected_version=None,
        publish=sent.publish,
        reason=sent.reason,
    )
    if saved.approval is not None:
        return approval_needed(saved)
    response.headers["ETag"] = etag(saved.rule.version)
    response.headers["Location"] = f"/api/rules/{saved.rule.id}"
    return RuleCreated(message="Rule created successfully", rule_id=saved.rule.id)


@router.get("/{rule_id}", response_model=RuleDetailBody)
def get_rule(context: Reader, rule_id: RuleIdPath) -> Response:
    """Return a rule as it is edited, with all its fields; its ETag goes into If-Match."""
    found = rule_detail(context, RuleId(rule_id))
    version = found.row.listed.rule.version
    return answer(rule_detail_body(found), headers={"ETag": etag(version)})


@router.put(
    "/{rule_id}",
    response_model=RuleUpdated,
    responses={**CONFLICT, **STALE, **WAITS},
    openapi_extra=documented_body(RuleInput, examples=RULE_EXAMPLES),
)
def put_rule(
    context: Editor,
    rule_id: RuleIdPath,
    body: JsonBody,
    response: Response,
    if_match: IfMatch = None,
) -> RuleUpdated | JSONResponse:
    """Replace a rule's content by what is sent; what is left out is not kept."""
    sent = read_rule_body(body)
    assert sent.document is not None
    rule = find_rule(context, RuleId(rule_id))
    check_match(if_match, rule.version)
    if sent.name is not None:
        lifecycle.refuse_other_name(sent.name, rule)
    saved = lifecycle.save(
        context,
        sent.document,
        rule_id=rule.id,
        expected_version=None if if_match is None else rule.version,
        publish=sent.publish,
        reason=sent.reason,
    )
    if saved.approval is not None:
        return approval_needed(saved)
    response.headers["ETag"] = etag(saved.rule.version)
    return RuleUpdated(message="Rule updated successfully")


@router.delete("/{rule_id}", status_code=204, responses={**CONFLICT, **STALE})
def delete_rule(
    context: Editor,
    rule_id: RuleIdPath,
    if_match: IfMatch = None,
    reason: Annotated[str, Query(max_length=1000, description="Why")] = "",
) -> None:
    """Delete a rule and its segment; refused while other rules are made of it."""
    check_rule_match(context, rule_id, if_match)
    lifecycle.delete(context, RuleId(rule_id), reason=reason)


@router.post("/{rule_id}/trigger", status_code=202, responses=CONFLICT)
def post_trigger(
    context: Runner,
    rule_id: RuleIdPath,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            description="The same key asks for the same run, however often it is sent",
        ),
    ] = None,
) -> RuleTriggered:
    """Queue a run of the rule now; while one is queued already, it is that one."""
    rule = find_rule(context, RuleId(rule_id))
    if rule.status is not RuleStatus.PUBLISHED:
        raise Conflict(
            "NOT_PUBLISHED",
            f'The rule "{rule.title}" is {_named(rule.status)}, so it is not evaluated.',
            hint="Publish it first.",
        )
    run, _ = trigger(context, [rule.name], origin=RunOrigin.API, idempotency_key=idempotency_key)
    return RuleTriggered(message="Rule trigger has been scheduled", run_id=run.id)


def approval_needed(saved: Saved) -> JSONResponse:
    """Return the answer to an edit that waits for somebody else."""
    assert saved.approval is not None
    answer = ApprovalNeeded(
        message="The edit waits for approval",
        rule_id=saved.rule.id,
        approval=approval_body(saved.approval, saved.rule),
    )
    return JSONResponse(
        answer.model_dump(mode="json"),
        status_code=202,
        headers={"ETag": etag(saved.rule.version)},
    )


def check_rule_match(context: WorkspaceContext, rule_id: int, if_match: str | None) -> None:
    """Raise Stale unless an If-Match header, if there is one, names the rule's version."""
    if if_match is not None:
        check_match(if_match, find_rule(context, RuleId(rule_id)).version)


def _named(status: RuleStatus) -> str:
    return "a draft" if status is RuleStatus.DRAFT else status.value


def _id_of(row: RuleRow) -> int:
    return row.listed.rule.id
