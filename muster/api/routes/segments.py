"""Segments over HTTP: lists, one, its versions, where it comes from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime

from muster.api.answers import answer
from muster.api.deps import Reader
from muster.api.etags import IfNoneMatch, content_etag, is_known
from muster.api.paging import Paging, next_cursor, pages
from muster.api.routes.members import SegmentIdPath
from muster.api.routes.rules import OwnerQuery
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.segment import (
    AncestorBody,
    DifferenceBody,
    LineageBody,
    LineageEdgeBody,
    LineageNode,
    RelatedSegment,
    RuleReference,
    SegmentBody,
    SegmentDetail,
    SegmentList,
    SegmentVersionBody,
    SegmentVersionDetail,
    SegmentVersionList,
    SqlBody,
)
from muster.base.errors import InvalidInput
from muster.base.records import Segment, SegmentVersion
from muster.services.lineage import Ancestor, Lineage, read_lineage
from muster.services.overview import SegmentOverview, segment_overview, segment_page
from muster.services.segments import compare_versions, find_version, version_page
from muster.store.segment_query import Freshness, SegmentFilter, SegmentOrder

router = APIRouter(
    prefix="/api/segments",
    tags=["segments"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 503)},
)

_ETAG = {"ETag": {"description": "Changes with the answer", "schema": {"type": "string"}}}
VersionPath = Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of a version")]


@router.get("", response_model=SegmentList)
def get_segments(
    context: Reader,
    page: Paging,
    search: Annotated[
        str | None,
        Query(max_length=200, description="Found in name, title or description, in any case"),
    ] = None,
    tag: Annotated[str | None, Query(max_length=50, description="The rule bears it")] = None,
    freshness: Annotated[
        Freshness | None, Query(description="Whether it is what its rule and parents say now")
    ] = None,
    owner: OwnerQuery = None,
    refreshed_before: Annotated[
        AwareDatetime | None, Query(description="Not refreshed since this instant")
    ] = None,
    order: Annotated[
        SegmentOrder, Query(description="refreshed and size: greatest first; cursors are for id")
    ] = SegmentOrder.ID,
) -> Response:
    """List a workspace's segments with size, share and freshness."""
    if page.after is not None and order is not SegmentOrder.ID:
        raise InvalidInput(
            "BAD_CURSOR",
            "A cursor goes on in the order of ids.",
            path="$.query.cursor",
            hint="Use page, or leave order out.",
        )
    found = segment_page(
        context,
        wanted=SegmentFilter(search, tag, freshness, refreshed_before, owner),
        order=order,
        limit=page.per_page,
        offset=page.offset,
        after=page.after,
    )
    following = next_cursor(found.items, page, lambda one: one.segment.id)
    body = SegmentList(
        items=[_segment(one) for one in found.items],
        total=found.total,
        page=page.page,
        pages=pages(found.total, page.per_page),
        next_cursor=following if order is SegmentOrder.ID else None,
        synthetic=context.workspace.synthetic,
    )
    return answer(body)


@router.get(
    "/{segment_id}",
    response_model=SegmentDetail,
    responses={
        200: {"headers": _ETAG},
        304: {"description": "It is what If-None-Match names", "headers": _ETAG},
    },
)
def get_segment(
    context: Reader, segment_id: SegmentIdPath, if_none_match: IfNoneMatch = None
) -> Response:
    """Show one segment."""
    found = segment_overview(context, segment_id)
    current = found.segment.current
    body = SegmentDetail(
        **_segment(found).model_dump(),
        sql_query=current.sql if current else None,
        run_id=current.run_id if current else None,
        seconds=current.seconds if current else None,
        rule_version=current.rule_version if current else None,
        synthetic=context.workspace.synthetic,
    )
    text = body.model_dump_json()
    tag = content_etag(current.number if current else 0, text)
    if is_known(if_none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(text, media_type="application/json", headers={"ETag": tag})


@router.get("/{segment_id}/versions")
def get_versions(context: Reader, segment_id: SegmentIdPath, page: Paging) -> SegmentVersionList:
    """List the published versions, the newest first."""
    segment, found = version_page(
        context,
        segment_id,
        limit=page.per_page,
        offset=page.offset,
        before=page.after,
    )
    total = segment.current.number if segment.current else 0  # numbered without gaps
    return SegmentVersionList(
        items=[_version(segment, one) for one in found],
        total=total,
        page=page.page,
        pages=pages(total, page.per_page),
        next_cursor=next_cursor(found, page, lambda one: one.number),
    )


@router.get("/{segment_id}/versions/{number}")
def get_version(
    context: Reader, segment_id: SegmentIdPath, number: VersionPath
) -> SegmentVersionDetail:
    """Show one published version with its SQL."""
    segment, found = find_version(context, segment_id, number)
    return SegmentVersionDetail(**_version(segment, found).model_dump(), sql_query=found.sql)


@router.get("/{segment_id}/versions/{number}/difference")
def get_difference(
    context: Reader,
    segment_id: SegmentIdPath,
    number: VersionPath,
    against: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="The other version; else the one before")
    ] = None,
    sample: Annotated[int, Query(ge=0, le=1000, description="Keys to show of each")] = 20,
) -> DifferenceBody:
    """Say who entered and who left from the other version to this one."""
    found = compare_versions(context, segment_id, before=against, after=number, sample=sample)
    segment, _ = find_version(context, segment_id, number)
    return DifferenceBody(
        segment=segment.name,
        before=_version(segment, found.before),
        after=_version(segment, found.after),
        entered=found.entered,
        left=found.left,
        stayed=found.stayed,
        entered_sample=list(found.entered_sample),
        left_sample=list(found.left_sample),
        rule_changed=found.rule_changed,
    )


@router.get("/{segment_id}/lineage")
def get_lineage(context: Reader, segment_id: SegmentIdPath) -> LineageBody:
    """Show what the current version was computed from, and what is made of the segment."""
    return _lineage(read_lineage(context, segment_id))


@router.get("/{segment_id}/sql")
def get_sql(context: Reader, segment_id: SegmentIdPath) -> SqlBody:
    """Show the current version as one SELECT."""
    _, version = find_version(context, segment_id, None)
    return SqlBody(version=version.number, dialect="duckdb", sql=version.sql)


def _segment(item: SegmentOverview) -> SegmentBody:
    current, rule = item.segment.current, item.rule
    return SegmentBody(
        id=item.segment.id,
        name=item.segment.name,
        segment_name=rule.title,
        description=rule.description,
        table_name=f"segment_output_{item.segment.id}",
        row_count=current.size if current else None,
        last_refreshed_at=current.published_at if current else None,
        rule=RuleReference(id=rule.id, name=rule.name, rule_name=rule.title),
        title=rule.title,
        sentence=item.sentence,
        share=item.share,
        universe_count=current.universe_size if current else None,
        unknown_count=current.unknown_size if current else None,
        entered=current.entered if current else None,
        left=current.left if current else None,
        version=current.number if current else None,
        as_of=current.as_of if current else None,
        watermark=current.watermark if current else None,
        stale=item.stale,
        tags=list(rule.tags),
        status=rule.status,
        schedule=rule.schedule,
        owner=item.owner,
        sizes=list(item.sizes),
    )


def _version(segment: Segment, version: SegmentVersion) -> SegmentVersionBody:
    return SegmentVersionBody(
        version=version.number,
        rule_version=version.rule_version,
        run_id=version.run_id,
        row_count=version.size,
        share=version.size / version.universe_size if version.universe_size else 0.0,
        universe_count=version.universe_size,
        unknown_count=version.unknown_size,
        entered=version.entered,
        left=version.left,
        as_of=version.as_of,
        watermark=version.watermark,
        seconds=version.seconds,
        published_at=version.published_at,
        members_kept=version.bitmap is not None,
        current=segment.current is not None and segment.current.number == version.number,
    )


def _lineage(found: Lineage) -> LineageBody:
    segment, current = found.segment, found.segment.current
    own = LineageNode(
        key=f"segment:{segment.name}",
        kind="segment",
        name=segment.name,
        segment_id=segment.id,
        version=current.number if current else None,
        versions_behind=0,
        row_count=current.size if current else None,
    )
    nodes, edges = {own.key: own}, dict[tuple[str, str], None]()
    for parent in found.parents:
        _flatten(parent, own.key, nodes, edges)
    for child in found.made_of_it:
        key = f"segment:{child.name}"
        nodes.setdefault(
            key,
            LineageNode(
                key=key,
                kind="segment",
                name=child.name,
                segment_id=child.id,
                version=child.current.number if child.current else None,
                versions_behind=0,
                row_count=child.current.size if child.current else None,
            ),
        )
        edges[own.key, key] = None
    return LineageBody(
        segment=segment.name,
        version=own.version,
        as_of=current.as_of if current else None,
        age_seconds=None if found.age is None else found.age.total_seconds(),
        parents=[_ancestor(parent) for parent in found.parents],
        children=[RelatedSegment(id=child.id, name=child.name) for child in found.made_of_it],
        nodes=list(nodes.values()),
        edges=[LineageEdgeBody(source=source, target=target) for source, target in edges],
    )


def _ancestor(found: Ancestor) -> AncestorBody:
    return AncestorBody(
        kind=found.kind,
        name=found.name,
        segment_id=found.segment_id,
        version=found.version,
        versions_behind=found.behind,
        row_count=found.size,
        as_of=found.as_of,
        age_seconds=None if found.age is None else found.age.total_seconds(),
        repeated=found.repeated,
        parents=[_ancestor(parent) for parent in found.parents],
    )


def _flatten(
    found: Ancestor,
    child: str,
    nodes: dict[str, LineageNode],
    edges: dict[tuple[str, str], None],
) -> None:
    """Add one ancestor and its own to a graph in which everything stands once."""
    key = f"{found.kind}:{found.name}"
    nodes.setdefault(
        key,
        LineageNode(
            key=key,
            kind=found.kind,
            name=found.name,
            segment_id=found.segment_id,
            version=found.version,
            versions_behind=found.behind,
            row_count=found.size,
        ),
    )
    edges[key, child] = None
    for parent in found.parents:
        _flatten(parent, key, nodes, edges)
