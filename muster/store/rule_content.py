"""Rules joined with the content of one of their versions."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, and_, select, true

from muster.base.ids import RuleId, WorkspaceId
from muster.base.records import Rule, RuleStatus
from muster.store.tables import rule_versions, rules


def content(
    workspace_id: WorkspaceId, which: Column[Any], *, deleted: bool = False
) -> Select[tuple[Any, ...]]:
    """Build the query of all rules with the content of their current or published version.

    Args:
        deleted: deleted rules, too.
    """
    found = all_content(which.name, deleted=deleted)
    return found.where(rules.c.workspace_id == workspace_id)


@cache
def all_content(which: str, *, deleted: bool = False) -> Select[tuple[Any, ...]]:
    """Build `content` without its workspace, of the version in the named column."""
    there = true() if deleted else rules.c.deleted_at.is_(None)
    return (
        select(
            rules.c.id,
            rules.c.workspace_id,
            rules.c.name,
            rules.c.created_at,
            rules.c.status,
            rules.c.published_version,
            rule_versions.c.version,
            rule_versions.c.title,
            rule_versions.c.description,
            rule_versions.c.definition,
            rule_versions.c.fingerprint,
            rule_versions.c.schedule,
            rule_versions.c.tags,
            rule_versions.c.created_at.label("updated_at"),
        )
        .join(
            rule_versions,
            and_(
                rule_versions.c.workspace_id == rules.c.workspace_id,
                rule_versions.c.rule_id == rules.c.id,
                rule_versions.c.version == rules.c[which],
            ),
        )
        .where(there)
    )


def owner() -> ColumnElement[str]:
    """Return the column of who wrote a rule first, for a query of ``rules``."""
    first = rule_versions.alias("first")
    return (
        select(first.c.author)
        .where(
            first.c.workspace_id == rules.c.workspace_id,
            first.c.rule_id == rules.c.id,
            first.c.version == 1,
        )
        .scalar_subquery()
    )


def read_rule(row: Row[tuple[Any, ...]]) -> Rule:
    """Return the rule in a row of `content`."""
    values = row._mapping
    return Rule(
        id=RuleId(values["id"]),
        workspace_id=WorkspaceId(values["workspace_id"]),
        name=values["name"],
        title=values["title"],
        description=values["description"],
        version=values["version"],
        definition=values["definition"],
        fingerprint=values["fingerprint"],
        schedule=values["schedule"],
        tags=tuple(values["tags"]),
        created_at=values["created_at"],
        updated_at=values["updated_at"],
        status=RuleStatus(values["status"]),
        published_version=values["published_version"],
    )
