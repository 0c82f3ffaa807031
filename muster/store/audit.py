"""The audit log: who did what to what. It only grows; the database refuses anything else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from muster.base.ids import WorkspaceId
from muster.base.records import AuditEntry
from muster.store.tables import audit


def record(
    connection: Connection,
    workspace_id: WorkspaceId | None,
    *,
    actor: str,
    action: str,
    subject: str,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> AuditEntry:
    """Add an entry, in the transaction of the deed it tells of.

    Args:
        workspace_id: None when the deed concerns the whole installation.
        action: verb with its noun, e.g. ``rule.update``.
        subject: what it was done to, e.g. ``rule/vip``.
        before, after: JSON; None when there is nothing to tell.
    """
    added = connection.execute(
        insert(audit)
        .values(
            workspace_id=workspace_id,
            at=func.clock_timestamp(),
            actor=actor,
            action=action,
            subject=subject,
            before=before,
            after=after,
            reason=reason,
        )
        .returning(audit)
    ).one()
    return _entry(added)


def every(
    connection: Connection, workspace_id: WorkspaceId | None, *, limit: int
) -> tuple[AuditEntry, ...]:
    """Return the newest entries first, at most ``limit``: of one workspace, or of none (None)."""
    rows = connection.execute(
        select(audit)
        .where(audit.c.workspace_id.is_not_distinct_from(workspace_id))
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    return tuple(_entry(row) for row in rows)


def _entry(row: Row[tuple[Any, ...]]) -> AuditEntry:
    values = row._mapping
    found = values["workspace_id"]
    return AuditEntry(
        id=values["id"],
        workspace_id=None if found is None else WorkspaceId(found),
        at=values["at"],
        actor=values["actor"],
        action=values["action"],
        subject=values["subject"],
        before=values["before"],
        after=values["after"],
        reason=values["reason"],
        request_id=values["request_id"],
        position=values["position"],
        previous_hash=values["previous_hash"],
        hash=values["hash"],
    )
