"""Looking for rules among ten thousand: pages, who mentions whom, what ran last; parsed nowhere."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Text,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from muster.base.ids import RuleId, RunId, SegmentId, WorkspaceId
from muster.base.records import Rule, RuleStatus, RunState
from muster.store import rule_query
from muster.store.names import missing
from muster.store.rule_content import content, read_rule
from muster.store.tables import rule_versions, rules

_SPECIAL = re.compile(r"[\\%_]")  # in a LIKE pattern


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule with its segment, if it was ever published, and its figures, if it was refreshed.

    ``owner``: who wrote it first.
    """

    rule: Rule
    segment_id: SegmentId | None
    size: int | None
    refreshed_at: datetime | None
    owner: str


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run that a rule was part of."""

    id: RunId
    state: RunState
    created_at: datetime
    finished_at: datetime | None


def page(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    limit: int,
    offset: int = 0,
    after_id: RuleId | None = None,
    search: str = "",
    tag: str | None = None,
    owner: str | None = None,
    statuses: Collection[RuleStatus] = (RuleStatus.DRAFT, RuleStatus.PUBLISHED),
    schedule_only: bool = False,
    order: str = "id",
) -> tuple[tuple[ListedRule, ...], int]:
    """Return some of the rules that fit, and how many fit in all.

    Args:
        after_id: only rules with a larger id; makes sense with the order "id" alone.
        search: part of a name, a title or a description, in letters of any case.
        owner: who wrote the rule first.
        order: "id", "name", "title" or "updated", which has the newest change first.
    """
    parameters: dict[str, object] = {
        "workspace_id": workspace_id,
        "statuses": [status.value for status in statuses],
        "limit": limit,
        "offset": offset,
        "after": after_id,
        "words": _SPECIAL.sub(r"\\\g<0>", search),
        "tag": tag,
        "owner": owner,
    }
    asked = rule_query.chosen(
        search=bool(search),
        tag=tag is not None,
        scheduled=schedule_only,
        owned=owner is not None,
        order=order,
        after=after_id is not None,
    )
    chosen = connection.execute(asked, parameters).one()
    rows = connection.execute(
        rule_query.LISTED_BY_IDS, {"workspace_id": workspace_id, "ids": chosen.ids}
    )
    by_id = {row.id: _listed(row) for row in rows}
    return tuple(by_id[number] for number in chosen.ids if number in by_id), chosen.total


def listed(connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId) -> ListedRule:
    """Return one rule with its figures; NotFound UNKNOWN_RULE."""
    found = connection.execute(
        rule_query.LISTED_BY_ID, {"workspace_id": workspace_id, "rule_id": rule_id}
    ).one_or_none()
    if found is None:
        raise missing("rule", rule_id)
    return _listed(found)


def last_runs(
    connection: Connection, workspace_id: WorkspaceId, names: Collection[str]
) -> dict[str, LastRun]:
    """Return the newest run of each named rule that was ever part of one, waiting ones too."""
    if not names:
        return {}
    asked = {"workspace_id": workspace_id, "names": list(names)}
    found = {row.rule: _run(row) for row in connection.execute(rule_query.LAST_RUNS, asked)}
    # what became of each rule is written once a run begins; few runs wait or run at one time
    waiting = connection.execute(rule_query.WAITING_RUNS, asked)
    for row in waiting:
        for name in set(row.rules) & set(names):
            if name not in found or found[name].id < row.id:
                found[name] = _run(row)
    return found


def publication_stamp(connection: Connection, workspace_id: WorkspaceId) -> str:
    """Return a text that is another one whenever another set of versions is published."""
    each = cast(tuple_(rules.c.id, rules.c.published_version), Text)
    listed = func.string_agg(each, aggregate_order_by(literal(","), rules.c.id))
    found = connection.execute(
        select(func.md5(func.coalesce(listed, ""))).where(
            rules.c.workspace_id == workspace_id,
            rules.c.deleted_at.is_(None),
            rules.c.status == RuleStatus.PUBLISHED.value,
        )
    ).scalar_one()
    return str(found)


def mentioning(
    connection: Connection,
    workspace_id: WorkspaceId,
    names: Collection[str],
    *,
    drafts: bool = False,
) -> tuple[Rule, ...]:
    """Return by name rules whose text holds one of some names; archived ones do not count.

    A cheap first sieve, so that few definitions must be parsed.

    Args:
        drafts: look at the newest versions instead of the published ones.
    """
    which = rules.c.current_version if drafts else rules.c.published_version
    text = cast(rule_versions.c.definition, Text)
    wanted = rules.c.status == RuleStatus.PUBLISHED.value
    if drafts:
        wanted = rules.c.status != RuleStatus.ARCHIVED.value
    rows = connection.execute(
        content(workspace_id, which)
        .where(wanted, or_(*(text.contains(f'{name}"', autoescape=True) for name in names)))
        .order_by(rules.c.name.collate("C"))
    )
    return tuple(read_rule(row) for row in rows)


def named(
    connection: Connection,
    workspace_id: WorkspaceId,
    names: Collection[str],
    *,
    ids: Collection[int] = (),
) -> tuple[Rule, ...]:
    """Return by name, as they are edited, those rules that exist of some names and ids."""
    rows = connection.execute(
        content(workspace_id, rules.c.current_version)
        .where(or_(rules.c.name.in_(names), rules.c.id.in_(ids)))
        .order_by(rules.c.name.collate("C"))
    )
    return tuple(read_rule(row) for row in rows)


def by_ids(
    connection: Connection, workspace_id: WorkspaceId, ids: Collection[RuleId]
) -> tuple[Rule, ...]:
    """Return, in no order, rules by id as they are edited; deleted ones too."""
    rows = connection.execute(
        content(workspace_id, rules.c.current_version, deleted=True).where(rules.c.id.in_(ids))
    )
    return tuple(read_rule(row) for row in rows)


def ids_of(
    connection: Connection, workspace_id: WorkspaceId, names: Collection[str]
) -> dict[str, RuleId]:
    """Return the ids of those named rules that exist."""
    rows = connection.execute(
        select(rules.c.name, rules.c.id).where(
            rules.c.workspace_id == workspace_id,
            rules.c.deleted_at.is_(None),
            rules.c.name.in_(names),
        )
    )
    return {row.name: RuleId(row.id) for row in rows}


def with_title(
    connection: Connection, workspace_id: WorkspaceId, title: str, *, besides: RuleId | None
) -> Rule | None:
    """Return the oldest other rule whose newest version bears a title, None without one."""
    asked = content(workspace_id, rules.c.current_version).where(rule_versions.c.title == title)
    if besides is not None:
        asked = asked.where(rules.c.id != besides)
    found = connection.execute(asked.order_by(rules.c.id).limit(1)).one_or_none()
    return None if found is None else read_rule(found)


def _listed(row: Row[tuple[Any, ...]]) -> ListedRule:
    return ListedRule(read_rule(row), row.segment_id, row.size, row.published_at, row.owner)


def _run(row: Any) -> LastRun:
    return LastRun(RunId(row.id), RunState(row.state), row.created_at, row.finished_at)
