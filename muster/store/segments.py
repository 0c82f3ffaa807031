"""Segments and their published versions: what readers see is whatever one pointer points to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, select, true, update
from sqlalchemy.dialects.postgresql import insert

from muster.base.errors import Conflict, NotFound
from muster.base.ids import RuleId, RunId, SegmentId, WorkspaceId
from muster.base.records import LineageEdge, Rule, RunState, Segment, SegmentVersion
from muster.store.names import missing, taken, unknown
from muster.store.tables import lineage as lineage_table
from muster.store.tables import runs, segment_versions, segments

_CURRENT = "current_"


@dataclass(frozen=True, slots=True)
class ComputedFrom:
    """What a version is computed from: a segment's version, or a table (``version`` None)."""

    kind: Literal["segment", "table"]
    name: str
    version: int | None = None


def ensure(connection: Connection, workspace_id: WorkspaceId, rule: Rule) -> Segment:
    """Return the rule's segment; create it, named like the rule, when it has none.

    Raises:
        Conflict: NAME_TAKEN, the segment of another rule bears the name.
    """
    connection.execute(
        insert(segments)
        .values(workspace_id=workspace_id, rule_id=rule.id, name=rule.name)
        .on_conflict_do_nothing()
    )
    found = connection.execute(
        _with_current(workspace_id).where(segments.c.rule_id == rule.id)
    ).one_or_none()
    if found is None:
        raise taken("segment", rule.name)
    return segment_record(found)


def by_name(connection: Connection, workspace_id: WorkspaceId, name: str) -> Segment:
    """Return the named segment; NotFound UNKNOWN_SEGMENT lists those that exist."""
    found = connection.execute(
        _with_current(workspace_id).where(segments.c.name == name)
    ).one_or_none()
    if found is None:
        known = connection.scalars(
            select(segments.c.name)
            .where(segments.c.workspace_id == workspace_id, segments.c.deleted_at.is_(None))
            .order_by(segments.c.name.collate("C"))
        )
        raise unknown("segment", name, known=list(known))
    return segment_record(found)


def by_id(connection: Connection, workspace_id: WorkspaceId, segment_id: SegmentId) -> Segment:
    """Return the segment; NotFound UNKNOWN_SEGMENT when this workspace has none of that id."""
    found = connection.execute(
        _with_current(workspace_id).where(segments.c.id == segment_id)
    ).one_or_none()
    if found is None:
        raise missing("segment", segment_id)
    return segment_record(found)


def every(connection: Connection, workspace_id: WorkspaceId) -> tuple[Segment, ...]:
    """Return the workspace's segments by name."""
    rows = connection.execute(_with_current(workspace_id).order_by(segments.c.name.collate("C")))
    return tuple(segment_record(row) for row in rows)


def children(
    connection: Connection, workspace_id: WorkspaceId, segment_id: SegmentId
) -> tuple[Segment, ...]:
    """Return, by name, the segments whose current version was computed from this one."""
    from_it = (
        select(lineage_table.c.segment_id)
        .where(
            lineage_table.c.workspace_id == segments.c.workspace_id,
            lineage_table.c.segment_id == segments.c.id,
            lineage_table.c.number == segments.c.current_version,
            lineage_table.c.parent_segment_id == segment_id,
        )
        .exists()
    )
    rows = connection.execute(
        _with_current(workspace_id).where(from_it).order_by(segments.c.name.collate("C"))
    )
    return tuple(segment_record(row) for row in rows)


def publish(
    connection: Connection,
    workspace_id: WorkspaceId,
    segment_id: SegmentId,
    *,
    rule_version: int,
    run_id: RunId,
    size: int,
    entered: int,
    left: int,
    universe_size: int,
    unknown_size: int,
    as_of: datetime,
    watermark: datetime | None,
    bitmap: str | None,
    sql: str,
    seconds: float,
    computed_from: Iterable[ComputedFrom] = (),
) -> SegmentVersion:
    """Add the next version with its lineage and make it the one readers see.

    All of it belongs to the caller's transaction: readers see all of it, once that is committed, or
    nothing. Two publishers of one segment take turns. The fields are those of SegmentVersion.

    Raises:
        NotFound: UNKNOWN_SEGMENT (this one, or a parent), UNKNOWN_SEGMENT_VERSION of a parent,
            UNKNOWN_RUN.
        Conflict: RUN_STATE, the run is not running (any more): it may have been cancelled.
    """
    rule_id = connection.execute(
        select(segments.c.rule_id)
        .where(segments.c.workspace_id == workspace_id, segments.c.id == segment_id)
        .with_for_update(key_share=True)
    ).scalar_one_or_none()
    if rule_id is None:
        raise missing("segment", segment_id)
    _require_running(connection, workspace_id, run_id)
    number = 1 + (_newest_number(connection, workspace_id, segment_id) or 0)
    added = connection.execute(
        insert(segment_versions)
        .values(
            workspace_id=workspace_id,
            segment_id=segment_id,
            number=number,
            rule_id=rule_id,
            rule_version=rule_version,
            run_id=run_id,
            size=size,
            entered=entered,
            left=left,
            universe_size=universe_size,
            unknown_size=unknown_size,
            as_of=as_of,
            watermark=watermark,
            bitmap=bitmap,
            sql=sql,
            seconds=seconds,
            published_at=func.clock_timestamp(),
        )
        .returning(segment_versions)
    ).one()
    edges = [
        _edge_values(connection, workspace_id, source)
        | {"workspace_id": workspace_id, "segment_id": segment_id, "number": number}
        for source in dict.fromkeys(computed_from)
    ]
    if edges:
        connection.execute(insert(lineage_table), edges)
    connection.execute(
        update(segments)
        .where(segments.c.workspace_id == workspace_id, segments.c.id == segment_id)
        .values(current_version=number)
    )
    return version_record(added)


def lineage(
    connection: Connection, workspace_id: WorkspaceId, segment_id: SegmentId, *, number: int
) -> tuple[LineageEdge, ...]:
    """Return what a version was computed from: segments first, then tables, each by name."""
    table = lineage_table.c
    rows = connection.execute(
        select(table.segment_id, table.number, table.kind, table.name, table.parent_number)
        .where(
            table.workspace_id == workspace_id,
            table.segment_id == segment_id,
            table.number == number,
        )
        .order_by(table.kind.collate("C"), table.name.collate("C"))
    )
    return tuple(
        LineageEdge(
            segment_id=SegmentId(row.segment_id),
            number=row.number,
            kind=row.kind,
            name=row.name,
            version=row.parent_number,
        )
        for row in rows
    )


def versions(
    connection: Connection,
    workspace_id: WorkspaceId,
    segment_id: SegmentId,
    *,
    limit: int,
    offset: int = 0,
    before: int | None = None,
) -> tuple[SegmentVersion, ...]:
    """Return the newest versions first, at most ``limit``; empty when there is no such segment.

    Args:
        offset: newest versions to pass over.
        before: only versions with a lower number.
    """
    older = true() if before is None else segment_versions.c.number < before
    rows = connection.execute(
        select(segment_versions)
        .where(
            segment_versions.c.workspace_id == workspace_id,
            segment_versions.c.segment_id == segment_id,
            older,
        )
        .order_by(segment_versions.c.number.desc())
        .limit(limit)
        .offset(offset)
    )
    return tuple(version_record(row) for row in rows)


def version(
    connection: Connection, workspace_id: WorkspaceId, segment_id: SegmentId, *, number: int
) -> SegmentVersion:
    """Return one version; NotFound UNKNOWN_SEGMENT_VERSION when there is none."""
    found = connection.execute(
        select(segment_versions).where(
            segment_versions.c.workspace_id == workspace_id,
            segment_versions.c.segment_id == segment_id,
            segment_versions.c.number == number,
        )
    ).one_or_none()
    if found is None:
        raise missing("segment version", number)
    return version_record(found)


def forget_bitmaps(
    connection: Connection, workspace_id: WorkspaceId, segment_id: SegmentId, *, keep_last: int
) -> tuple[str, ...]:
    """Take the bitmap from all versions but the newest ones.

    Args:
        keep_last: versions that keep theirs; at least 1, so the current one always does.

    Returns:
        The files, in order of their names, that no version of the workspace points to any more;
        they may be removed once the transaction is committed.
    """
    if keep_last < 1:
        raise ValueError("the current version keeps its bitmap: keep_last must be at least 1")
    current = connection.execute(
        select(segments.c.current_version)
        .where(segments.c.workspace_id == workspace_id, segments.c.id == segment_id)
        .with_for_update(key_share=True)
    ).scalar_one_or_none()
    newest = _newest_number(connection, workspace_id, segment_id)
    if current is None or newest is None:
        return ()
    old = and_(
        segment_versions.c.workspace_id == workspace_id,
        segment_versions.c.segment_id == segment_id,
        segment_versions.c.number <= newest - keep_last,
        segment_versions.c.number != current,
        segment_versions.c.bitmap.is_not(None),
    )
    files = set(connection.scalars(select(segment_versions.c.bitmap).where(old)))
    connection.execute(update(segment_versions).where(old).values(bitmap=None))
    in_use = connection.scalars(
        select(segment_versions.c.bitmap).where(
            segment_versions.c.workspace_id == workspace_id, segment_versions.c.bitmap.in_(files)
        )
    )
    return tuple(sorted(files - set(in_use)))


def _with_current(workspace_id: WorkspaceId) -> Select[tuple[Any, ...]]:
    """Select segments with their current version's columns, which are NULL before the first run."""
    return (
        select(*segment_columns())
        .outerjoin(segment_versions, is_current())
        .where(segments.c.workspace_id == workspace_id, segments.c.deleted_at.is_(None))
    )


def segment_columns() -> list[ColumnElement[Any]]:
    """Return the columns that `segment_record` reads, of segments joined with versions."""
    current = [column.label(_CURRENT + column.name) for column in segment_versions.columns]
    return [segments.c.id, segments.c.workspace_id, segments.c.rule_id, segments.c.name, *current]


def is_current() -> ColumnElement[bool]:
    """Return the condition that joins a segment with its current version."""
    return and_(
        segment_versions.c.workspace_id == segments.c.workspace_id,
        segment_versions.c.segment_id == segments.c.id,
        segment_versions.c.number == segments.c.current_version,
    )


def segment_record(row: Row[tuple[Any, ...]]) -> Segment:
    """Build the record from a row with `segment_columns`."""
    values = row._mapping
    published = values[f"{_CURRENT}number"] is not None
    return Segment(
        id=SegmentId(values["id"]),
        workspace_id=WorkspaceId(values["workspace_id"]),
        rule_id=RuleId(values["rule_id"]),
        name=values["name"],
        current=version_record(row, prefix=_CURRENT) if published else None,
    )


def version_record(row: Row[tuple[Any, ...]], *, prefix: str = "") -> SegmentVersion:
    """Build the record from a row whose version columns bear a prefix."""
    values = {
        column.name: row._mapping[prefix + column.name] for column in segment_versions.columns
    }
    return SegmentVersion(
        segment_id=SegmentId(values["segment_id"]),
        number=values["number"],
        rule_version=values["rule_version"],
        run_id=RunId(values["run_id"]),
        size=values["size"],
        entered=values["entered"],
        left=values["left"],
        universe_size=values["universe_size"],
        unknown_size=values["unknown_size"],
        as_of=values["as_of"],
        watermark=values["watermark"],
        bitmap=values["bitmap"],
        sql=values["sql"],
        seconds=values["seconds"],
        published_at=values["published_at"],
    )


def _newest_number(
    connection: Connection, workspace_id: WorkspaceId, segment_id: SegmentId
) -> int | None:
    newest: int | None = connection.scalar(
        select(func.max(segment_versions.c.number)).where(
            segment_versions.c.workspace_id == workspace_id,
            segment_versions.c.segment_id == segment_id,
        )
    )
    return newest


def _require_running(connection: Connection, workspace_id: WorkspaceId, run_id: RunId) -> None:
    """Refuse a run that is not running; from here on nobody cancels it until we are done."""
    state = connection.execute(
        select(runs.c.state)
        .where(runs.c.workspace_id == workspace_id, runs.c.id == run_id)
        .with_for_update(key_share=True)
    ).scalar_one_or_none()
    if state is None:
        raise missing("run", run_id)
    if state != RunState.RUNNING.value:
        raise Conflict("RUN_STATE", f"Run {run_id} is {state} and cannot publish.")


def _edge_values(
    connection: Connection, workspace_id: WorkspaceId, source: ComputedFrom
) -> dict[str, object]:
    """Return the columns of one lineage row; the parent must exist in the same workspace."""
    values: dict[str, object] = {
        "kind": source.kind,
        "name": source.name,
        "parent_segment_id": None,
        "parent_number": None,
    }
    if source.kind == "segment":
        parent = by_name(connection, workspace_id, source.name)
        if source.version is None:
            raise NotFound(
                "UNKNOWN_SEGMENT_VERSION",
                f'The segment "{source.name}" has no version that was computed from.',
            )
        version(connection, workspace_id, parent.id, number=source.version)
        values |= {"parent_segment_id": parent.id, "parent_number": source.version}
    return values
