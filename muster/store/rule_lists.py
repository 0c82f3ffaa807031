"""Looking for rules among ten thousand: pages, who mentions whom, what ran last; parsed nowhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from muster.base.ids import RuleId, RunId, WorkspaceId
from muster.base.records import Rule, RuleStatus, RunState
from muster.store.names import missing
from muster.store.rules import content, read_rule
from muster.store.tables import rule_versions, rules, runs, segment_versions, segments
from muster.store.tables_runs import run_rules

ORDERS = ("id", "name", "title", "updated")


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule with the figures of its segment, None before the first refresh."""

    rule: Rule
    size: int | None
    refreshed_at: datetime | None


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
    statuses: Collection[RuleStatus] = (RuleStatus.DRAFT, RuleStatus.PUBLISHED),
    schedule_only: bool = False,
    order: str = "id",
) -> tuple[tuple[ListedRule, ...], int]:
    """Return some of the rules that fit, and how many fit in all.

    Args:
        after_id: only rules with a larger id; makes sense with the order "id" alone.
        search: part of a name, a title or a description, in letters of any case.
        order: one of ORDERS; "updated" has the newest change first.
    """
    fitting = _fitting(search, tag, statuses, schedule_only=schedule_only)
    of_versions = bool(search or tag is not None or schedule_only)
    total = connection.execute(
        _asked(func.count(), workspace_id, fitting, of_versions=of_versions)
    ).scalar_one()
    # ids first: sorting ten thousand descriptions to show ten of them takes a hundred times as long
    chosen = _asked(
        rules.c.id,
        workspace_id,
        fitting,
        of_versions=of_versions or order in ("title", "updated"),
    )
    if after_id is not None:
        chosen = chosen.where(rules.c.id > after_id)
    chosen = chosen.order_by(*_order(order)).limit(limit).offset(offset)
    ids = list(connection.execute(chosen).scalars())
    found = content(workspace_id, rules.c.current_version).where(rules.c.id.in_(ids))
    by_id = {row.id: _listed(row) for row in connection.execute(_with_figures(found))}
    return tuple(by_id[number] for number in ids if number in by_id), total


def listed(connection: Connection, workspace_id: WorkspaceId, rule_id: RuleId) -> ListedRule:
    """Return one rule with its figures; NotFound UNKNOWN_RULE."""
    asked = content(workspace_id, rules.c.current_version).where(rules.c.id == rule_id)
    found = connection.execute(_with_figures(asked)).one_or_none()
    if found is None:
        raise missing("rule", rule_id)
    return _listed(found)


def last_runs(
    connection: Connection, workspace_id: WorkspaceId, names: Collection[str]
) -> dict[str, LastRun]:
    """Return the newest run of each named rule that was ever part of one, waiting ones too."""
    if not names:
        return {}
    asked = select(func.unnest(cast(list(names), ARRAY(Text))).label("rule")).subquery("asked")
    newest = (
        select(run_rules.c.run_id)
        .where(run_rules.c.workspace_id == workspace_id, run_rules.c.rule == asked.c.rule)
        .order_by(run_rules.c.run_id.desc())
        .limit(1)
        .lateral("newest")
    )
    rows = connection.execute(
        select(asked.c.rule, runs.c.id, runs.c.state, runs.c.created_at, runs.c.finished_at)
        .select_from(asked)
        .join(newest, true())
        .join(runs, and_(runs.c.workspace_id == workspace_id, runs.c.id == newest.c.run_id))
    )
    found = {row.rule: _run(row) for row in rows}
    # what became of each rule is written once a run begins; few runs wait or run at one time
    waiting = connection.execute(
        select(runs)
        .where(
            runs.c.workspace_id == workspace_id,
            runs.c.state.in_([RunState.QUEUED.value, RunState.RUNNING.value]),
            runs.c.rules.overlap(list(names)),
        )
        .order_by(runs.c.id)
    )
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


def _asked(
    what: ColumnElement[Any],
    workspace_id: WorkspaceId,
    fitting: ColumnElement[bool],
    *,
    of_versions: bool,
) -> Select[Any]:
    """Build a query of rules alone, or with their newest versions where these matter."""
    found = select(what).select_from(rules)
    if of_versions:
        newest = and_(
            rule_versions.c.workspace_id == rules.c.workspace_id,
            rule_versions.c.rule_id == rules.c.id,
            rule_versions.c.version == rules.c.current_version,
        )
        found = found.join(rule_versions, newest)
    return found.where(rules.c.workspace_id == workspace_id, rules.c.deleted_at.is_(None), fitting)


def _with_figures(found: Select[tuple[Any, ...]]) -> Select[tuple[Any, ...]]:
    """Add size and time of what readers see of each rule's segment."""
    of_rule = and_(
        segments.c.workspace_id == rules.c.workspace_id,
        segments.c.rule_id == rules.c.id,
        segments.c.deleted_at.is_(None),
    )
    current = and_(
        segment_versions.c.workspace_id == segments.c.workspace_id,
        segment_versions.c.segment_id == segments.c.id,
        segment_versions.c.number == segments.c.current_version,
    )
    return (
        found.add_columns(segment_versions.c.size, segment_versions.c.published_at)
        .outerjoin(segments, of_rule)
        .outerjoin(segment_versions, current)
    )


def _listed(row: Row[tuple[Any, ...]]) -> ListedRule:
    return ListedRule(read_rule(row), row.size, row.published_at)


def _run(row: Any) -> LastRun:
    return LastRun(RunId(row.id), RunState(row.state), row.created_at, row.finished_at)


def _fitting(
    search: str, tag: str | None, statuses: Collection[RuleStatus], *, schedule_only: bool
) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [rules.c.status.in_([status.value for status in statuses])]
    if search:
        columns = (rules.c.name, rule_versions.c.title, rule_versions.c.description)
        wanted.append(or_(*(column.icontains(search, autoescape=True) for column in columns)))
    if tag is not None:
        wanted.append(rule_versions.c.tags.contains([tag]))
    if schedule_only:
        wanted.append(rule_versions.c.schedule.is_not(None))
    return and_(*wanted)


def _order(order: str) -> tuple[ColumnElement[Any], ...]:
    match order:
        case "name":
            return (rules.c.name.collate("C"),)
        case "title":
            return (func.lower(rule_versions.c.title), rules.c.id)
        case "updated":
            return (rule_versions.c.created_at.desc(), rules.c.id.desc())
        case _:
            return (rules.c.id,)
