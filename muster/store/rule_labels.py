"""What rules are found by: their tags and their owners, each with the number of its rules."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, func, select

from muster.base.ids import WorkspaceId
from muster.base.records import RuleStatus
from muster.store.rule_content import owner
from muster.store.tables import rule_versions, rules


def tags(connection: Connection, workspace_id: WorkspaceId) -> tuple[tuple[str, int], ...]:
    """Return every tag of drafts and published rules, the most used first, then by name."""
    return _counted(connection, workspace_id, func.unnest(rule_versions.c.tags))


def owners(connection: Connection, workspace_id: WorkspaceId) -> tuple[tuple[str, int], ...]:
    """Return who wrote drafts and published rules first, the busiest first, then by name."""
    return _counted(connection, workspace_id, owner())


def _counted(
    connection: Connection, workspace_id: WorkspaceId, label: ColumnElement[str]
) -> tuple[tuple[str, int], ...]:
    current = and_(
        rule_versions.c.workspace_id == rules.c.workspace_id,
        rule_versions.c.rule_id == rules.c.id,
        rule_versions.c.version == rules.c.current_version,
    )
    borne = (
        select(label.label("label"))
        .select_from(rules.join(rule_versions, current))
        .where(
            rules.c.workspace_id == workspace_id,
            rules.c.deleted_at.is_(None),
            rules.c.status != RuleStatus.ARCHIVED.value,
        )
        .subquery("borne")
    )
    number = func.count()
    rows = connection.execute(
        select(borne.c.label, number)
        .group_by(borne.c.label)
        .order_by(number.desc(), borne.c.label.collate("C"))
    )
    return tuple((label, count) for label, count in rows)
