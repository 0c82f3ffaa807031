"""Requests to publish a version of a rule: at most one of each rule is pending."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, func, insert, select, update

from muster.base.errors import Conflict
from muster.base.ids import ApprovalId, RuleId, WorkspaceId
from muster.base.records import Approval, ApprovalState
from muster.store.names import missing
from muster.store.tables_runs import approvals

_PENDING_OF = select(approvals).where(
    approvals.c.workspace_id == bindparam("workspace_id", type_=BigInteger),
    approvals.c.rule_id == bindparam("rule_id", type_=BigInteger),
    approvals.c.state == ApprovalState.PENDING.value,
)


def create(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    rule_id: RuleId,
    version: int,
    requested_by: str,
    reason: str,
    effects: Any,
    moved_share: float | None,
) -> Approval:
    """Ask for a decision on one version; the rule must have no pending request.

    Args:
        effects: JSON of what publishing would do, without anybody's data.
        moved_share: the largest share of members of one segment that would move, 0.5 = half.
    """
    added = connection.execute(
        insert(approvals)
        .values(
            workspace_id=workspace_id,
            rule_id=rule_id,
            version=version,
            requested_by=requested_by,
            requested_at=func.clock_timestamp(),
            reason=reason,
            effects=effects,
            moved_share=moved_share,
        )
        .returning(approvals)
    ).one()
    return _approval(added)


def by_id(connection: Connection, workspace_id: WorkspaceId, approval_id: ApprovalId) -> Approval:
    """Return the request; NotFound UNKNOWN_APPROVAL when this workspace has none of that id."""
    found = connection.execute(
        select(approvals).where(
            approvals.c.workspace_id == workspace_id, approvals.c.id == approval_id
        )
    ).one_or_none()
    if found is None:
        raise missing("approval", approval_id)
    return _approval(found)


def pending_of(
    connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId
) -> Approval | None:
    """Return the rule's pending request, None when there is none."""
    found = connection.execute(
        _PENDING_OF, {"workspace_id": workspace_id, "rule_id": rule_id}
    ).one_or_none()
    return None if found is None else _approval(found)


def page(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    limit: int,
    offset: int = 0,
    before_id: int | None = None,
    state: ApprovalState | None = None,
    rule_id: RuleId | None = None,
) -> tuple[tuple[Approval, ...], int]:
    """Return some requests, newest first, and how many there are in all.

    Args:
        before_id: only requests older than this one (a cursor).
    """
    wanted = [approvals.c.workspace_id == workspace_id]
    if state is not None:
        wanted.append(approvals.c.state == state.value)
    if rule_id is not None:
        wanted.append(approvals.c.rule_id == rule_id)
    total = connection.execute(
        select(func.count()).select_from(approvals).where(*wanted)
    ).scalar_one()
    if before_id is not None:
        wanted.append(approvals.c.id < before_id)
    rows = connection.execute(
        select(approvals).where(*wanted).order_by(approvals.c.id.desc()).limit(limit).offset(offset)
    )
    return tuple(_approval(row) for row in rows), total


def decide(
    connection: Connection,
    workspace_id: WorkspaceId,
    approval_id: ApprovalId,
    *,
    state: ApprovalState,
    decided_by: str,
    comment: str | None,
) -> Approval:
    """End a pending request; of two people who decide at once, one is told that it is over.

    Raises:
        NotFound: UNKNOWN_APPROVAL. Conflict: ALREADY_DECIDED.
    """
    ended = connection.execute(
        update(approvals)
        .where(
            approvals.c.workspace_id == workspace_id,
            approvals.c.id == approval_id,
            approvals.c.state == ApprovalState.PENDING.value,
        )
        .values(
            state=state.value,
            decided_by=decided_by,
            decided_at=func.clock_timestamp(),
            comment=comment,
        )
        .returning(approvals)
    ).one_or_none()
    if ended is not None:
        return _approval(ended)
    raise _decided(by_id(connection, workspace_id, approval_id))


def require_pending(approval: Approval) -> None:
    """Raise Conflict ALREADY_DECIDED unless the request waits for a decision."""
    if approval.state is not ApprovalState.PENDING:
        raise _decided(approval)


def _decided(approval: Approval) -> Conflict:
    return Conflict(
        "ALREADY_DECIDED",
        f"The request is {approval.state.value} already, by {approval.decided_by}.",
    )


def _approval(row: Row[tuple[Any, ...]]) -> Approval:
    values = row._mapping
    return Approval(
        id=ApprovalId(values["id"]),
        workspace_id=WorkspaceId(values["workspace_id"]),
        rule_id=RuleId(values["rule_id"]),
        version=values["version"],
        requested_by=values["requested_by"],
        requested_at=values["requested_at"],
        reason=values["reason"],
        effects=values["effects"],
        moved_share=values["moved_share"],
        state=ApprovalState(values["state"]),
        decided_by=values["decided_by"],
        decided_at=values["decided_at"],
        comment=values["comment"],
    )
