"""The statements behind pages of segments, built once per shape: building costs more than running.

A shape is which filters and which order there are; what they are filtered by comes as parameters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
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
    case,
    false,
    func,
    or_,
    select,
)

from muster.base.ids import WorkspaceId
from muster.store.column_types import Instant, PlainText
from muster.store.rule_content import owner
from muster.store.segments import is_current, segment_columns
from muster.store.tables import lineage, rule_versions, rules, segment_versions, segments

RULE_PREFIX = "rule_"
MOST_SIZES = 30
"""So many of the newest versions tell how the size has moved."""

_meant = rule_versions.alias("meant")
_evaluated = rule_versions.alias("evaluated")
_parents = segments.alias("parents")


class Freshness(StrEnum):
    """Whether what readers see is what the rule, and the segments it is made of, say now."""

    FRESH = "fresh"
    STALE = "stale"
    NEVER = "never"


class SegmentOrder(StrEnum):
    """How a list of segments is sorted."""

    ID = "id"
    NAME = "name"
    REFRESHED = "refreshed"  # the latest first, those never refreshed last
    SIZE = "size"  # the largest first, those never refreshed last


@dataclass(frozen=True, slots=True)
class SegmentFilter:
    """Which segments are wanted; every part that is given must fit.

    Attributes:
        search: stands in the name, the title or the description, in whatever case.
        tag: the rule bears it.
        owner: who wrote the rule first.
        refreshed_before: the current version was published earlier, or there is none.
    """

    search: str | None = None
    tag: str | None = None
    freshness: Freshness | None = None
    refreshed_before: datetime | None = None
    owner: str | None = None


EVERYTHING = SegmentFilter()
_BY_VERSION = (SegmentOrder.REFRESHED, SegmentOrder.SIZE)
_OF_RULE = and_(rules.c.workspace_id == segments.c.workspace_id, rules.c.id == segments.c.rule_id)
_PUBLISHED = func.coalesce(rules.c.published_version, rules.c.current_version)
_CONTENT = and_(
    rule_versions.c.workspace_id == rules.c.workspace_id,
    rule_versions.c.rule_id == rules.c.id,
    rule_versions.c.version == _PUBLISHED,
)
_SPECIAL = re.compile(r"[\\%_]")  # in a LIKE pattern
_WORKSPACE_ID = bindparam("workspace_id", type_=BigInteger)
_WORDS = bindparam("words", type_=PlainText)
_TAG = bindparam("tag", type_=PlainText)
_OWNER = bindparam("owner", type_=PlainText)
_BEFORE = bindparam("before", type_=Instant)
_AFTER = bindparam("after", type_=BigInteger)
_LIMIT = bindparam("limit", type_=BigInteger)
_OFFSET = bindparam("offset", type_=BigInteger)


def chosen(wanted: SegmentFilter, order: SegmentOrder, *, after: bool) -> Select[Any]:
    """Return the statement whose one row is ``total``, how many fit, and ``ids``, those shown.

    Ids first: joining and sorting all that is shown of 5,000 segments costs a hundred times as
    much. It takes `values`, ``limit`` and ``offset``, and ``after`` if so.
    """
    return _chosen(
        bool(wanted.search),
        wanted.tag is not None,
        wanted.freshness,
        wanted.refreshed_before is not None,
        wanted.owner is not None,
        order,
        after,
    )


def values(workspace_id: WorkspaceId, wanted: SegmentFilter) -> dict[str, object]:
    """Return the parameters of `chosen`."""
    return {
        "workspace_id": workspace_id,
        "words": _SPECIAL.sub(r"\\\g<0>", wanted.search or ""),
        "tag": wanted.tag,
        "before": wanted.refreshed_before,
        "owner": wanted.owner,
    }


@cache
def _chosen(
    search: bool,
    tag: bool,
    freshness: Freshness | None,
    before: bool,
    owned: bool,
    order: SegmentOrder,
    after: bool,
) -> Select[Any]:
    by_stale = freshness in (Freshness.FRESH, Freshness.STALE)
    source: FromClause = segments
    if by_stale or search or tag or owned:
        source = source.join(rules, _OF_RULE)
    if search or tag:
        source = source.join(rule_versions, _CONTENT)
    if by_stale or before or order in _BY_VERSION:
        source = source.outerjoin(segment_versions, is_current())
    conditions = _conditions(search=search, tag=tag, freshness=freshness, before=before)
    if owned:
        conditions.append(owner() == _OWNER)
    keys = {f"key_{place}": key for place, key in enumerate(_sorted(order))}
    labelled = [key.label(name) for name, (key, _) in keys.items()]
    fitting = _there(select(segments.c.id, *labelled).select_from(source).where(*conditions))
    # What takes long to find out is found out once; else counting and cutting are faster apart.
    found = fitting.cte("fitting") if conditions else fitting.subquery("fitting")
    ids = select(found.c.id)
    if after:
        ids = ids.where(found.c.id > _AFTER)
    by = [
        found.c[name].desc().nulls_last() if down else found.c[name].asc()
        for name, (_, down) in keys.items()
    ]
    shown = ids.order_by(*by, found.c.id).limit(_LIMIT).offset(_OFFSET)
    counted = found if conditions else _there(select(segments.c.id)).subquery("there")
    return select(
        select(func.count()).select_from(counted).scalar_subquery().label("total"),
        func.array(shown.scalar_subquery(), type_=ARRAY(BigInteger)).label("ids"),
    )


def _conditions(
    *, search: bool, tag: bool, freshness: Freshness | None, before: bool
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search:
        texts = (segments.c.name, rule_versions.c.title, rule_versions.c.description)
        found.append(or_(*(text.icontains(_WORDS, escape="\\") for text in texts)))
    if tag:
        found.append(any_(rule_versions.c.tags) == _TAG)
    never = segments.c.current_version.is_(None)
    match freshness:
        case Freshness.NEVER:
            found.append(never)
        case Freshness.STALE:
            found.append(_stale())
        case Freshness.FRESH:
            found += [~never, ~_stale()]
    if before:
        found.append(or_(never, segment_versions.c.published_at < _BEFORE))
    return found


def _sorted(order: SegmentOrder) -> tuple[tuple[ColumnElement[Any], bool], ...]:
    """Return what sorts the segments before their ids do, each with whether the largest leads."""
    match order:
        case SegmentOrder.ID:
            return ()
        case SegmentOrder.NAME:
            return ((segments.c.name.collate("C"), False),)
        case SegmentOrder.REFRESHED:
            return ((segment_versions.c.published_at, True),)
        case SegmentOrder.SIZE:
            return ((segment_versions.c.size, True),)


def _there(statement: Select[Any]) -> Select[Any]:
    """Leave out other workspaces' segments and deleted ones (a rule goes with its segment)."""
    return statement.where(
        segments.c.workspace_id == _WORKSPACE_ID, segments.c.deleted_at.is_(None)
    )


def _stale() -> ColumnElement[bool]:
    """Return whether what readers see is not what the rule, or the parents, say now.

    Of most segments the published version of the rule is the one that was evaluated; only for the
    others the meaning of the two versions is read.
    """
    newer_parent = (
        select(lineage.c.number)
        .join(
            _parents,
            and_(
                _parents.c.workspace_id == lineage.c.workspace_id,
                _parents.c.id == lineage.c.parent_segment_id,
            ),
        )
        .where(
            lineage.c.workspace_id == segments.c.workspace_id,
            lineage.c.segment_id == segments.c.id,
            lineage.c.number == segments.c.current_version,
            _parents.c.current_version > lineage.c.parent_number,
        )
        .exists()
    )
    same_version = and_(
        segment_versions.c.rule_id == segments.c.rule_id,
        segment_versions.c.rule_version == _PUBLISHED,
    )
    evaluated = _fingerprint(
        _evaluated,
        _evaluated.c.rule_id == segment_versions.c.rule_id,
        _evaluated.c.version == segment_versions.c.rule_version,
    )
    meant = _fingerprint(_meant, _meant.c.rule_id == rules.c.id, _meant.c.version == _PUBLISHED)
    means_another = case((same_version, false()), else_=evaluated != meant)
    return case(
        (segments.c.current_version.is_(None), false()), else_=or_(means_another, newer_parent)
    )


def _fingerprint(of: Any, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return (
        select(of.c.fingerprint)
        .where(of.c.workspace_id == segments.c.workspace_id, *conditions)
        .scalar_subquery()
    )


def _sizes() -> ColumnElement[Any]:
    """Return the sizes of the last versions as one array, the newest first."""
    past = segment_versions.alias("past")
    newest = (
        select(past.c.size)
        .where(past.c.workspace_id == segments.c.workspace_id, past.c.segment_id == segments.c.id)
        .order_by(past.c.number.desc())
        .limit(MOST_SIZES)
    )
    return func.array(newest.scalar_subquery(), type_=ARRAY(BigInteger))


def _listed() -> Select[Any]:
    """Select segments with all that `segment_list` shows of them."""
    content = [column.label(RULE_PREFIX + column.name) for column in rule_versions.columns]
    columns = (
        *segment_columns(),
        *content,
        rules.c.name.label("rule_name"),
        rules.c.status.label("status"),
        rules.c.published_version.label("published_version"),
        rules.c.created_at.label("rule_since"),
        _stale().label("stale"),
        owner().label("owner"),
        _sizes().label("sizes"),
    )
    joined = (
        segments.join(rules, _OF_RULE)
        .join(rule_versions, _CONTENT)
        .outerjoin(segment_versions, is_current())
    )
    return _there(select(*columns).select_from(joined))


LISTED = _listed()
BY_IDS = LISTED.where(segments.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
BY_ID = LISTED.where(segments.c.id == bindparam("wanted", type_=BigInteger))
BY_NAME = LISTED.where(segments.c.name == bindparam("wanted", type_=PlainText))
BY_NAMES = LISTED.where(
    segments.c.name == any_(bindparam("names", type_=ARRAY(PlainText)))
).order_by(segments.c.name.collate("C"))
