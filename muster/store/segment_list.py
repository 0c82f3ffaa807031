"""Pages of segments with the rule each comes from: filtered, sorted and cut by the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    or_,
    select,
)

from muster.base.ids import RuleId, SegmentId, WorkspaceId
from muster.base.records import Rule, RuleStatus, Segment
from muster.store.names import missing, unknown
from muster.store.segments import is_current, segment_columns, segment_record
from muster.store.tables import lineage, rule_versions, rules, segment_versions, segments

_RULE = "rule_"
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
        refreshed_before: the current version was published earlier, or there is none.
    """

    search: str | None = None
    tag: str | None = None
    freshness: Freshness | None = None
    refreshed_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListedSegment:
    """A segment, the published content of its rule (the draft before the first publication).

    ``stale``: the rule means something else since the current version was computed, or a segment it
    was computed from has a newer version.
    """

    segment: Segment
    rule: Rule
    stale: bool


EVERYTHING = SegmentFilter()
_BY_VERSION = (SegmentOrder.REFRESHED, SegmentOrder.SIZE)
_OF_RULE = and_(rules.c.workspace_id == segments.c.workspace_id, rules.c.id == segments.c.rule_id)
_CONTENT = and_(
    rule_versions.c.workspace_id == rules.c.workspace_id,
    rule_versions.c.rule_id == rules.c.id,
    rule_versions.c.version == func.coalesce(rules.c.published_version, rules.c.current_version),
)
_EVALUATED = and_(
    _evaluated.c.workspace_id == segment_versions.c.workspace_id,
    _evaluated.c.rule_id == segment_versions.c.rule_id,
    _evaluated.c.version == segment_versions.c.rule_version,
)


def page(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    wanted: SegmentFilter = EVERYTHING,
    order: SegmentOrder = SegmentOrder.ID,
    limit: int,
    offset: int = 0,
    after: int | None = None,
) -> tuple[ListedSegment, ...]:
    """Return some segments.

    Args:
        after: only segments with a greater id; of use with the order ID.
    """
    statement = _matching(workspace_id, wanted, order, [segments.c.id])
    if after is not None:
        statement = statement.where(segments.c.id > after)
    ids = connection.scalars(statement.order_by(*_sorted(order)).limit(limit).offset(offset)).all()
    rows = connection.execute(_listed(workspace_id).where(segments.c.id.in_(ids)))
    found = {listed.segment.id: listed for listed in map(_listed_record, rows)}
    return tuple(found[SegmentId(number)] for number in ids)


def total(
    connection: Connection, workspace_id: WorkspaceId, *, wanted: SegmentFilter = EVERYTHING
) -> int:
    """Return how many segments fit."""
    found: int = connection.execute(
        _matching(workspace_id, wanted, SegmentOrder.ID, [func.count()])
    ).scalar_one()
    return found


def total_of_rules(connection: Connection, workspace_id: WorkspaceId) -> int:
    """Return how many rules there are, drafts and archived ones included."""
    found: int = connection.execute(
        select(func.count()).where(
            rules.c.workspace_id == workspace_id, rules.c.deleted_at.is_(None)
        )
    ).scalar_one()
    return found


def one(connection: Connection, workspace_id: WorkspaceId, segment: str | int) -> ListedSegment:
    """Return one segment by its name or id; NotFound UNKNOWN_SEGMENT."""
    by_name = isinstance(segment, str)
    condition = segments.c.name == segment if by_name else segments.c.id == segment
    found = connection.execute(_listed(workspace_id).where(condition)).one_or_none()
    if found is not None:
        return _listed_record(found)
    if isinstance(segment, int):
        raise missing("segment", segment)
    raise unknown("segment", segment, known=names(connection, workspace_id))


def named(
    connection: Connection, workspace_id: WorkspaceId, names: Collection[str]
) -> tuple[ListedSegment, ...]:
    """Return those of the named segments that exist, by name."""
    rows = connection.execute(
        _listed(workspace_id)
        .where(segments.c.name.in_(names))
        .order_by(segments.c.name.collate("C"))
    )
    return tuple(_listed_record(row) for row in rows)


def names(connection: Connection, workspace_id: WorkspaceId) -> tuple[str, ...]:
    """Return the names of all segments, sorted."""
    found = connection.scalars(
        select(segments.c.name)
        .where(segments.c.workspace_id == workspace_id, segments.c.deleted_at.is_(None))
        .order_by(segments.c.name.collate("C"))
    )
    return tuple(found)


def mentioning(
    connection: Connection, workspace_id: WorkspaceId, fragments: Collection[str]
) -> tuple[ListedSegment, ...]:
    """Return the segments whose rule's JSON text holds one of some fragments, e.g. ``"vip"``.

    What it means there is for the caller to read: it may be a value, or another thing's name.
    """
    text = cast(rule_versions.c.definition, Text)
    holds = or_(*(text.contains(fragment, autoescape=True) for fragment in fragments))
    rows = connection.execute(
        _listed(workspace_id).where(holds).order_by(segments.c.name.collate("C"))
    )
    return tuple(_listed_record(row) for row in rows)


def _listed(workspace_id: WorkspaceId) -> Select[Any]:
    """Select segments with all that `_listed_record` reads."""
    content = [column.label(_RULE + column.name) for column in rule_versions.columns]
    columns = (
        *segment_columns(),
        *content,
        rules.c.name.label("rule_name"),
        rules.c.status.label("status"),
        rules.c.published_version.label("published_version"),
        rules.c.created_at.label("rule_since"),
        _stale().label("stale"),
    )
    joined = (
        segments.join(rules, _OF_RULE)
        .join(rule_versions, _CONTENT)
        .outerjoin(segment_versions, is_current())
        .outerjoin(_evaluated, _EVALUATED)
    )
    return _there(select(*columns).select_from(joined), workspace_id)


def _matching(
    workspace_id: WorkspaceId,
    wanted: SegmentFilter,
    order: SegmentOrder,
    columns: list[ColumnElement[Any]],
) -> Select[Any]:
    """Select from the segments that fit, joined with no more than the question needs.

    Joining everything costs 40 ms with 5,000 segments, and seconds before they are analysed.
    """
    by_stale = wanted.freshness in (Freshness.FRESH, Freshness.STALE)
    by_version = by_stale or wanted.refreshed_before or order in _BY_VERSION
    source: FromClause = segments
    if by_stale or wanted.search or wanted.tag is not None:
        source = source.join(rules, _OF_RULE).join(rule_versions, _CONTENT)
    if by_version:
        source = source.outerjoin(segment_versions, is_current())
    if by_stale:
        source = source.outerjoin(_evaluated, _EVALUATED)
    found = _there(select(*columns).select_from(source), workspace_id)
    return found.where(*_conditions(wanted))


def _there(statement: Select[Any], workspace_id: WorkspaceId) -> Select[Any]:
    """Leave out other workspaces' segments and deleted ones (a rule goes with its segment)."""
    return statement.where(segments.c.workspace_id == workspace_id, segments.c.deleted_at.is_(None))


def _stale() -> ColumnElement[bool]:
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
    means_another = _evaluated.c.fingerprint != rule_versions.c.fingerprint
    return case(
        (segments.c.current_version.is_(None), false()), else_=or_(means_another, newer_parent)
    )


def _conditions(wanted: SegmentFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.search:
        texts = (segments.c.name, rule_versions.c.title, rule_versions.c.description)
        found.append(or_(*(text.icontains(wanted.search, autoescape=True) for text in texts)))
    if wanted.tag is not None:
        found.append(rule_versions.c.tags.contains([wanted.tag]))
    never = segments.c.current_version.is_(None)
    if wanted.freshness is Freshness.NEVER:
        found.append(never)
    elif wanted.freshness is Freshness.STALE:
        found.append(_stale())
    elif wanted.freshness is Freshness.FRESH:
        found += [~never, ~_stale()]
    if wanted.refreshed_before is not None:
        found.append(or_(never, segment_versions.c.published_at < wanted.refreshed_before))
    return found


def _sorted(order: SegmentOrder) -> tuple[ColumnElement[Any], ...]:
    match order:
        case SegmentOrder.ID:
            return (segments.c.id.asc(),)
        case SegmentOrder.NAME:
            return (segments.c.name.collate("C").asc(),)
        case SegmentOrder.REFRESHED:
            latest = segment_versions.c.published_at.desc().nulls_last()
            return (latest, segments.c.id.asc())
        case SegmentOrder.SIZE:
            return (segment_versions.c.size.desc().nulls_last(), segments.c.id.asc())


def _listed_record(row: Row[Any]) -> ListedSegment:
    segment = segment_record(row)
    values = row._mapping
    rule = Rule(
        id=RuleId(segment.rule_id),
        workspace_id=segment.workspace_id,
        name=values["rule_name"],
        title=values[f"{_RULE}title"],
        description=values[f"{_RULE}description"],
        version=values[f"{_RULE}version"],
        definition=values[f"{_RULE}definition"],
        fingerprint=values[f"{_RULE}fingerprint"],
        schedule=values[f"{_RULE}schedule"],
        tags=tuple(values[f"{_RULE}tags"]),
        created_at=values["rule_since"],
        updated_at=values[f"{_RULE}created_at"],
        status=RuleStatus(values["status"]),
        published_version=values["published_version"],
    )
    return ListedSegment(segment, rule, values["stale"])
