"""Pages of segments with the rule each comes from: filtered, sorted and cut by the database.

The statements are in `segment_query`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, func, or_, select

from muster.base.ids import RuleId, WorkspaceId
from muster.base.records import Rule, RuleStatus, Segment
from muster.store import segment_query
from muster.store.names import missing, unknown
from muster.store.segment_query import EVERYTHING, RULE_PREFIX, SegmentFilter, SegmentOrder
from muster.store.segments import segment_record
from muster.store.tables import rule_versions, rules, segments


@dataclass(frozen=True, slots=True)
class ListedSegment:
    """A segment, the published content of its rule (the draft before the first publication).

    ``stale``: the rule means something else since the current version was computed, or a segment it
    was computed from has a newer version. ``owner``: who wrote the rule first. ``sizes``: of the
    last versions, the oldest first.
    """

    segment: Segment
    rule: Rule
    stale: bool
    owner: str
    sizes: tuple[int, ...]


def page(
    connection: Connection,
    workspace_id: WorkspaceId,
    *,
    wanted: SegmentFilter = EVERYTHING,
    order: SegmentOrder = SegmentOrder.ID,
    limit: int,
    offset: int = 0,
    after: int | None = None,
) -> tuple[tuple[ListedSegment, ...], int]:
    """Return some of the segments that fit, and how many fit in all.

    Args:
        after: only segments with a greater id; of use with the order ID.
    """
    chosen = connection.execute(
        segment_query.chosen(wanted, order, after=after is not None),
        segment_query.values(workspace_id, wanted)
        | {"limit": limit, "offset": offset, "after": after},
    ).one()
    rows = connection.execute(
        segment_query.BY_IDS, {"workspace_id": workspace_id, "ids": chosen.ids}
    )
    found = {listed.segment.id: listed for listed in map(_listed_record, rows)}
    return tuple(found[number] for number in chosen.ids if number in found), chosen.total


def total(connection: Connection, workspace_id: WorkspaceId) -> int:
    """Return how many segments there are."""
    found: int = connection.execute(
        select(func.count()).where(
            segments.c.workspace_id == workspace_id, segments.c.deleted_at.is_(None)
        )
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
    asked = segment_query.BY_NAME if by_name else segment_query.BY_ID
    found = connection.execute(
        asked, {"workspace_id": workspace_id, "wanted": segment}
    ).one_or_none()
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
        segment_query.BY_NAMES, {"workspace_id": workspace_id, "names": list(names)}
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
    asked = segment_query.LISTED.where(holds).order_by(segments.c.name.collate("C"))
    rows = connection.execute(asked, {"workspace_id": workspace_id})
    return tuple(_listed_record(row) for row in rows)


def _listed_record(row: Row[Any]) -> ListedSegment:
    segment = segment_record(row)
    values = row._mapping
    rule = Rule(
        id=RuleId(segment.rule_id),
        workspace_id=segment.workspace_id,
        name=values["rule_name"],
        title=values[f"{RULE_PREFIX}title"],
        description=values[f"{RULE_PREFIX}description"],
        version=values[f"{RULE_PREFIX}version"],
        definition=values[f"{RULE_PREFIX}definition"],
        fingerprint=values[f"{RULE_PREFIX}fingerprint"],
        schedule=values[f"{RULE_PREFIX}schedule"],
        tags=tuple(values[f"{RULE_PREFIX}tags"]),
        created_at=values["rule_since"],
        updated_at=values[f"{RULE_PREFIX}created_at"],
        status=RuleStatus(values["status"]),
        published_version=values["published_version"],
    )
    sizes = tuple(reversed(values["sizes"]))
    return ListedSegment(segment, rule, values["stale"], values["owner"], sizes)
