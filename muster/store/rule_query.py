"""The statements behind pages of rules, built once per shape: building costs more than running.

A shape is which filters and which order there are; what they are filtered by comes as parameters.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
    true,
)

from muster.base.records import RunState
from muster.store.column_types import PlainText
from muster.store.rule_content import all_content, owner
from muster.store.tables import rule_versions, rules, runs, segment_versions, segments
from muster.store.tables_runs import run_rules

_WORKSPACE_ID = bindparam("workspace_id", type_=BigInteger)
_NAMES = bindparam("names", type_=ARRAY(PlainText))
_WORDS = bindparam("words", type_=PlainText)  # special characters escaped by a backslash
_STATUSES = bindparam("statuses", type_=ARRAY(PlainText))
_AFTER = bindparam("after", type_=BigInteger)
_NEWEST = and_(
    rule_versions.c.workspace_id == rules.c.workspace_id,
    rule_versions.c.rule_id == rules.c.id,
    rule_versions.c.version == rules.c.current_version,
)


@cache
def chosen(
    *, search: bool, tag: bool, scheduled: bool, owned: bool, order: str, after: bool
) -> Select[Any]:
    """Return the statement whose one row is ``total``, how many fit, and ``ids``, those shown.

    Ids first: sorting ten thousand descriptions to show ten of them takes a hundred times as long.
    Parameters: workspace_id, statuses, limit, offset; words, tag, owner, after where there are
    such.
    """
    conditions = _conditions(search=search, tag=tag, scheduled=scheduled)
    if owned:
        conditions.append(owner() == bindparam("owner", type_=PlainText))
    of_versions = search or tag or scheduled
    total = _asked(func.count(), of_versions=of_versions).where(*conditions)
    shown = _asked(rules.c.id, of_versions=of_versions or order in ("title", "updated"))
    shown = shown.where(*conditions)
    if after:
        shown = shown.where(rules.c.id > _AFTER)
    shown = (
        shown.order_by(*_order(order))
        .limit(bindparam("limit", type_=BigInteger))
        .offset(bindparam("offset", type_=BigInteger))
    )
    return select(
        total.scalar_subquery().label("total"),
        func.array(shown.scalar_subquery(), type_=ARRAY(BigInteger)).label("ids"),
    )


def _asked(what: ColumnElement[Any], *, of_versions: bool) -> Select[Any]:
    """Build a query of rules alone, or with their newest versions where these matter."""
    source: FromClause = rules.join(rule_versions, _NEWEST) if of_versions else rules
    return (
        select(what)
        .select_from(source)
        .where(rules.c.workspace_id == _WORKSPACE_ID, rules.c.deleted_at.is_(None))
    )


def _conditions(*, search: bool, tag: bool, scheduled: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [rules.c.status == any_(_STATUSES)]
    if search:
        texts = (rules.c.name, rule_versions.c.title, rule_versions.c.description)
        found.append(or_(*(text.icontains(_WORDS, escape="\\") for text in texts)))
    if tag:
        found.append(any_(rule_versions.c.tags) == bindparam("tag", type_=PlainText))
    if scheduled:
        found.append(rule_versions.c.schedule.is_not(None))
    return found


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


def _with_figures() -> Select[Any]:
    """Select rules as they are edited, with size and time of what readers see of each segment."""
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
        all_content("current_version")
        .add_columns(
            segment_versions.c.size,
            segment_versions.c.published_at,
            segments.c.id.label("segment_id"),
            owner().label("owner"),
        )
        .outerjoin(segments, of_rule)
        .outerjoin(segment_versions, current)
        .where(rules.c.workspace_id == _WORKSPACE_ID)
    )


def _last_runs() -> Select[Any]:
    asked = select(func.unnest(_NAMES).label("rule")).subquery("asked")
    newest = (
        select(run_rules.c.run_id)
        .where(run_rules.c.workspace_id == _WORKSPACE_ID, run_rules.c.rule == asked.c.rule)
        .order_by(run_rules.c.run_id.desc())
        .limit(1)
        .lateral("newest")
    )
    return (
        select(asked.c.rule, runs.c.id, runs.c.state, runs.c.created_at, runs.c.finished_at)
        .select_from(asked)
        .join(newest, true())
        .join(runs, and_(runs.c.workspace_id == _WORKSPACE_ID, runs.c.id == newest.c.run_id))
    )


LISTED_BY_IDS = _with_figures().where(rules.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
LISTED_BY_ID = _with_figures().where(rules.c.id == bindparam("rule_id", type_=BigInteger))
LAST_RUNS = _last_runs()
"""The newest run that each of some ``names`` was ever part of."""
WAITING_RUNS = (
    select(runs.c.id, runs.c.state, runs.c.created_at, runs.c.finished_at, runs.c.rules)
    .where(
        runs.c.workspace_id == _WORKSPACE_ID,
        runs.c.state.in_([RunState.QUEUED.value, RunState.RUNNING.value]),
        runs.c.rules.overlap(_NAMES),
    )
    .order_by(runs.c.id)
)
"""The runs that are queued or going on and have one of some ``names``."""
