"""Requests to publish an edit that moves many people, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from muster.api.deps import Editor, Operator, Reader
from muster.api.paging import Paging, next_cursor, pages
from muster.api.routes.rules import CONFLICT, FAULTS
from muster.api.rule_answers import approval_body
from muster.api.schemas.rule import ApprovalBody, ApprovalList, DecisionInput, RefusalInput
from muster.base.ids import ApprovalId, RuleId
from muster.base.records import ApprovalState
from muster.services import approving
from muster.services.approving import AskedApproval

ApprovalIdPath = Annotated[
    int, Path(ge=1, le=2**63 - 1, description="Id of the request", examples=[7])
]

router = APIRouter(prefix="/api/approvals", tags=["approvals"], responses=FAULTS)


@router.get("")
def get_approvals(
    context: Reader,
    paging: Paging,
    state: Annotated[ApprovalState | None, Query(description="Only requests in this state")] = None,
    rule: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="Only requests about this rule")
    ] = None,
) -> ApprovalList:
    """List requests, newest first."""
    found, total = approving.list_approvals(
        context,
        limit=paging.per_page,
        offset=paging.offset,
        before_id=paging.after,
        state=state,
        rule_id=None if rule is None else RuleId(rule),
    )
    return ApprovalList(
        items=[_body(item) for item in found],
        total=total,
        page=paging.page,
        pages=pages(total, paging.per_page),
        next_cursor=next_cursor(found, paging, lambda item: item.approval.id),
    )


@router.post("/{approval_id}/approve", responses=CONFLICT)
def post_approve(
    context: Operator, approval_id: ApprovalIdPath, body: DecisionInput | None = None
) -> ApprovalBody:
    """Publish the version the request is about; never by whoever asks for it."""
    comment = "" if body is None else body.comment
    return _body(approving.decide(context, ApprovalId(approval_id), approve=True, comment=comment))


@router.post("/{approval_id}/reject", responses=CONFLICT)
def post_reject(context: Operator, approval_id: ApprovalIdPath, body: RefusalInput) -> ApprovalBody:
    """Refuse to publish the version, and say why; it stays a draft."""
    return _body(
        approving.decide(context, ApprovalId(approval_id), approve=False, comment=body.comment)
    )


@router.post("/{approval_id}/withdraw", responses=CONFLICT)
def post_withdraw(
    context: Editor, approval_id: ApprovalIdPath, body: DecisionInput | None = None
) -> ApprovalBody:
    """Take a request back: its author may, and whoever may decide."""
    comment = "" if body is None else body.comment
    return _body(approving.withdraw(context, ApprovalId(approval_id), comment=comment))


def _body(item: AskedApproval) -> ApprovalBody:
    return approval_body(item.approval, item.rule)
