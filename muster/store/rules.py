"""Rules and their versions: the newest is what people edit, the published one what is evaluated.

Deleted rules stay for the versions of their segments, but no function here shows them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Row,
    Select,
    any_,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy import update as update_rows
from sqlalchemy.dialects.postgresql import insert

from muster.base.errors import Conflict
from muster.base.ids import RuleId, WorkspaceId
from muster.base.records import Rule, RuleStatus, RuleVersion
from muster.store.column_types import PlainText
from muster.store.names import missing, refuse_bad_name, taken, unknown
from muster.store.rule_content import content, read_rule
from muster.store.tables import rule_versions, rules, segments

_VERSION = select(rule_versions).where(
    rule_versions.c.workspace_id == bindparam("workspace_id", type_=BigInteger),
    rule_versions.c.rule_id == bindparam("rule_id", type_=BigInteger),
    rule_versions.c.version == bindparam("number", type_=BigInteger),
)


def create(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    name: str,
    title: str,
    description: str,
    definition: Any,
    fingerprint: str,
    schedule: str | None,
    tags: Sequence[str],
    author: str,
    reason: str,
    publish: bool = True,
) -> Rule:
    """Add a rule with its version 1.

    Args:
        publish: False leaves it a draft.

    Raises:
        InvalidInput: BAD_NAME, or a text that cannot be stored.
        Conflict: NAME_TAKEN.
    """
    refuse_bad_name("rule", name)
    rule_id = connection.execute(
        insert(rules)
        .values(
            workspace_id=workspace_id,
            name=name,
            current_version=1,
            published_version=1 if publish else None,
            status=(RuleStatus.PUBLISHED if publish else RuleStatus.DRAFT).value,
        )
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "name"], index_where=rules.c.deleted_at.is_(None)
        )
        .returning(rules.c.id)
    ).scalar_one_or_none()
    if rule_id is None:
        raise taken("rule", name)
    _add_version(
        connection,
        workspace_id,
        rule_id=rule_id,
        version=1,
        title=title,
        description=description,
        definition=definition,
        fingerprint=fingerprint,
        schedule=schedule,
        tags=list(tags),
        author=author,
        reason=reason,
    )
    return by_id(connection, workspace_id, RuleId(rule_id))


def update(
    connection: Connection,
    workspace_id: WorkspaceId,
    rule_id: RuleId,
    *,
    expected_version: int,
    title: str,
    description: str,
    definition: Any,
    fingerprint: str,
    schedule: str | None,
    tags: Sequence[str],
    author: str,
    reason: str,
    publish: bool = True,
) -> Rule:
    """Add a version and make it the current one.

    Args:
        expected_version: the version the author saw and changed.
        publish: False leaves it a draft, and what is evaluated as it was.

    Raises:
        NotFound: UNKNOWN_RULE.
        Conflict: STALE_VERSION, somebody else has changed the rule meanwhile.
    """
    _lock(connection, workspace_id, rule_id, expected_version=expected_version)
    # a discarded draft leaves a number above the current one behind
    newest = connection.execute(
        select(func.max(rule_versions.c.version)).where(
            rule_versions.c.workspace_id == workspace_id, rule_versions.c.rule_id == rule_id
        )
    ).scalar_one()
    _add_version(
        connection,
        workspace_id,
        rule_id=rule_id,
        version=newest + 1,
        title=title,
        description=description,
        definition=definition,
        fingerprint=fingerprint,
        schedule=schedule,
        tags=list(tags),
        author=author,
        reason=reason,
    )
    values: dict[str, Any] = {"current_version": newest + 1}
    if publish:
        values |= {"published_version": newest + 1, "status": RuleStatus.PUBLISHED.value}
    return _change(connection, workspace_id, rule_id, values)


def set_published(
    connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId, *, expected_version: int
) -> Rule:
    """Publish the current version.

    Raises:
        NotFound: UNKNOWN_RULE. Conflict: STALE_VERSION, ``expected_version`` is not the current.
    """
    _lock(connection, workspace_id, rule_id, expected_version=expected_version)
    values = {"published_version": expected_version, "status": RuleStatus.PUBLISHED.value}
    return _change(connection, workspace_id, rule_id, values)


def discard_draft(
    connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId, *, expected_version: int
) -> Rule:
    """Go back to the published version; the draft stays in the list of versions.

    Raises:
        NotFound: UNKNOWN_RULE. Conflict: STALE_VERSION.
    """
    _lock(connection, workspace_id, rule_id, expected_version=expected_version)
    back = {"current_version": rules.c.published_version}
    return _change(connection, workspace_id, rule_id, back)


def set_status(
    connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId, status: RuleStatus
) -> Rule:
    """Archive a rule, or bring it back; NotFound UNKNOWN_RULE."""
    return _change(connection, workspace_id, rule_id, {"status": status.value})


def mark_deleted(connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId) -> None:
    """Hide a rule and its segment for good; their names are free again. NotFound UNKNOWN_RULE."""
    by_id(connection, workspace_id, rule_id)
    for table, column in ((rules, rules.c.id), (segments, segments.c.rule_id)):
        connection.execute(
            update_rows(table)
            .where(table.c.workspace_id == workspace_id, column == rule_id)
            .values(deleted_at=func.clock_timestamp())
        )


def by_name(connection: Connection, workspace_id: WorkspaceId, name: str) -> Rule:
    """Return the named rule; NotFound UNKNOWN_RULE lists those that exist."""
    found = connection.execute(_current(workspace_id).where(rules.c.name == name)).one_or_none()
    if found is None:
        known = connection.scalars(
            select(rules.c.name)
            .where(rules.c.workspace_id == workspace_id, rules.c.deleted_at.is_(None))
            .order_by(rules.c.name.collate("C"))
        )
        raise unknown("rule", name, known=list(known))
    return read_rule(found)


def by_id(connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId) -> Rule:
    """Return the rule; NotFound UNKNOWN_RULE when this workspace has none of that id."""
    found = connection.execute(_current(workspace_id).where(rules.c.id == rule_id)).one_or_none()
    if found is None:
        raise missing("rule", rule_id)
    return read_rule(found)


def every(connection: Connection, workspace_id: WorkspaceId) -> tuple[Rule, ...]:
    """Return the workspace's rules by name, drafts and archived ones too, as they are edited."""
    rows = connection.execute(_current(workspace_id).order_by(rules.c.name.collate("C")))
    return tuple(read_rule(row) for row in rows)


def published(connection: Connection, workspace_id: WorkspaceId) -> tuple[Rule, ...]:
    """Return by name the rules that are evaluated, each with its published version's content."""
    rows = connection.execute(
        content(workspace_id, rules.c.published_version)
        .where(rules.c.status == RuleStatus.PUBLISHED.value)
        .order_by(rules.c.name.collate("C"))
    )
    return tuple(read_rule(row) for row in rows)


def published_names(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    among: Collection[str] | None = None,
) -> frozenset[str]:
    """Return the names of the rules that are evaluated, all or those among some names."""
    asked = select(rules.c.name).where(
        rules.c.workspace_id == workspace_id,
        rules.c.deleted_at.is_(None),
        rules.c.status == RuleStatus.PUBLISHED.value,
        rules.c.published_version.is_not(None),
    )
    if among is not None:
        asked = asked.where(rules.c.name == any_(literal(list(among), ARRAY(PlainText))))
    return frozenset(connection.scalars(asked))


def published_by_id(connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId) -> Rule:
    """Return a rule with its published version's content; NotFound UNKNOWN_RULE without one."""
    found = connection.execute(
        content(workspace_id, rules.c.published_version).where(rules.c.id == rule_id)
    ).one_or_none()
    if found is None:
        raise missing("rule", rule_id)
    return read_rule(found)


def versions(
    connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId
) -> tuple[RuleVersion, ...]:
    """Return all versions of a rule, newest first; empty when there is no such rule."""
    rows = connection.execute(
        select(rule_versions)
        .where(rule_versions.c.workspace_id == workspace_id, rule_versions.c.rule_id == rule_id)
        .order_by(rule_versions.c.version.desc())
    )
    return tuple(_version(row) for row in rows)


def version(
    connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId, *, number: int
) -> RuleVersion:
    """Return one version of a rule; NotFound UNKNOWN_RULE_VERSION when there is none."""
    found = connection.execute(
        _VERSION, {"workspace_id": workspace_id, "rule_id": rule_id, "number": number}
    ).one_or_none()
    if found is None:
        raise missing("rule version", number)
    return _version(found)


def _lock(
    connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId, *, expected_version: int
) -> None:
    """Hold the rule's row until the transaction ends, if its current version is the expected."""
    current = connection.execute(
        select(rules.c.current_version)
        .where(
            rules.c.workspace_id == workspace_id,
            rules.c.id == rule_id,
            rules.c.deleted_at.is_(None),
        )
        .with_for_update(key_share=True)
    ).scalar_one_or_none()
    if current is None:
        raise missing("rule", rule_id)
    if current != expected_version:
        raise Conflict(
            "STALE_VERSION",
            f"The rule is at version {current}; this change was made to version"
            f" {expected_version}.",
            hint="Look at the newer version and make the change again.",
        )


def _change(
    connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId, values: dict[str, Any]
) -> Rule:
    connection.execute(
        update_rows(rules)
        .where(rules.c.workspace_id == workspace_id, rules.c.id == rule_id)
        .values(**values)
    )
    return by_id(connection, workspace_id, rule_id)


def _add_version(connection: Connection, workspace_id: WorkspaceId, **content: Any) -> None:
    connection.execute(
        insert(rule_versions).values(
            workspace_id=workspace_id, created_at=func.clock_timestamp(), **content
        )
    )


def _current(workspace_id: WorkspaceId) -> Select[tuple[Any, ...]]:
    return content(workspace_id, rules.c.current_version)


def _version(row: Row[tuple[Any, ...]]) -> RuleVersion:
    values = row._mapping
    return RuleVersion(
        rule_id=RuleId(values["rule_id"]),
        version=values["version"],
        title=values["title"],
        description=values["description"],
        definition=values["definition"],
        fingerprint=values["fingerprint"],
        schedule=values["schedule"],
        tags=tuple(values["tags"]),
        author=values["author"],
        reason=values["reason"],
        created_at=values["created_at"],
    )
