"""How the sizes of all segments have moved, and which versions readers saw day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on

from muster.base.ids import RuleId, SegmentId, WorkspaceId
from muster.base.records import RuleStatus, SegmentVersion
from muster.store.segment_query import MOST_SIZES
from muster.store.segments import is_current, version_record
from muster.store.tables import rule_versions, rules, segment_versions, segments

_before = segment_versions.alias("before")
_base = segment_versions.alias("base")


@dataclass(frozen=True, slots=True)
class SegmentMove:
    """How one segment's size has moved; only those of published rules, refreshed at least once.

    Attributes:
        before: size of the version before the current one; None if there is none.
        base: size of the 30th newest version, or of the first.
        rule_changed: the two newest versions were computed from different versions of the rule.
    """

    segment_id: SegmentId
    rule_id: RuleId
    name: str
    title: str
    size: int
    before: int | None
    base: int | None
    rule_changed: bool
    published_at: datetime


def moves(connection: Connection, workspace_id: WorkspaceId) -> tuple[SegmentMove, ...]:
    """Return every segment that readers see, by name."""
    of_rule = and_(
        rules.c.workspace_id == segments.c.workspace_id, rules.c.id == segments.c.rule_id
    )
    content = and_(
        rule_versions.c.workspace_id == rules.c.workspace_id,
        rule_versions.c.rule_id == rules.c.id,
        rule_versions.c.version == rules.c.published_version,
    )
    joined = (
        segments.join(segment_versions, is_current())
        .join(rules, of_rule)
        .join(rule_versions, content)
        .outerjoin(_before, _version_of(_before, segments.c.current_version - 1))
        .outerjoin(
            _base,
            _version_of(_base, func.greatest(1, segments.c.current_version - MOST_SIZES + 1)),
        )
    )
    rows = connection.execute(
        select(
            segments.c.id,
            segments.c.rule_id,
            segments.c.name,
            rule_versions.c.title,
            segment_versions.c.size,
            _before.c.size.label("before"),
            _base.c.size.label("base"),
            (_before.c.rule_version != segment_versions.c.rule_version).label("changed"),
            segment_versions.c.published_at,
        )
        .select_from(joined)
        .where(
            segments.c.workspace_id == workspace_id,
            segments.c.deleted_at.is_(None),
            rules.c.status == RuleStatus.PUBLISHED.value,
        )
        .order_by(segments.c.name.collate("C"))
    )
    return tuple(
        SegmentMove(
            SegmentId(row.id),
            RuleId(row.rule_id),
            row.name,
            row.title,
            row.size,
            row.before,
            row.base,
            bool(row.changed),
            row.published_at,
        )
        for row in rows
    )


def _version_of(versions: Any, number: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(
        versions.c.workspace_id == segments.c.workspace_id,
        versions.c.segment_id == segments.c.id,
        versions.c.number == number,
    )


def daily_versions(
    connection: Connection, workspace_id: WorkspaceId, *, since: datetime, zone: str
) -> tuple[SegmentVersion, ...]:
    """Return each segment's last version of each local day, without its SQL, the oldest first.

    Args:
        since: a local midnight; of all versions before it only the last counts.
    """
    columns: list[ColumnElement[Any]] = [
        column for column in segment_versions.columns if column.name != "sql"
    ]
    columns.append(literal("").label("sql"))
    day = func.date_trunc(
        "day", func.timezone(zone, func.greatest(segment_versions.c.as_of, since))
    )
    of_rule = and_(
        rules.c.workspace_id == segments.c.workspace_id, rules.c.id == segments.c.rule_id
    )
    of_segment = and_(
        segment_versions.c.workspace_id == segments.c.workspace_id,
        segment_versions.c.segment_id == segments.c.id,
    )
    rows = connection.execute(
        select(*columns)
        .ext(distinct_on(segment_versions.c.segment_id, day))
        .select_from(segments.join(rules, of_rule).join(segment_versions, of_segment))
        .where(
            segments.c.workspace_id == workspace_id,
            segments.c.deleted_at.is_(None),
            rules.c.status == RuleStatus.PUBLISHED.value,
        )
        .order_by(
            segment_versions.c.segment_id,
            day,
            segment_versions.c.as_of.desc(),
            segment_versions.c.number.desc(),
        )
    )
    found = [version_record(row) for row in rows]
    return tuple(sorted(found, key=lambda version: version.as_of))
