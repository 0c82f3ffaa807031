"""Segments over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import Reader
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.segment import SegmentBody, SegmentList
from muster.services.overview import SegmentOverview, segment_overviews

router = APIRouter(prefix="/api", tags=["segments"])


@router.get("/segments", responses={404: {"model": ProblemDetails}})
def get_segments(context: Reader) -> SegmentList:
    """List a workspace's segments with size, share and freshness."""
    found = [segment_body(item) for item in segment_overviews(context)]
    return SegmentList(items=found, total=len(found), synthetic=context.workspace.synthetic)


def segment_body(item: SegmentOverview) -> SegmentBody:
    """Return a segment as sent."""
    current = item.segment.current
    return SegmentBody(
        id=item.segment.id,
        segment_name=item.segment.name,
        title=item.rule.title,
        sentence=item.sentence,
        row_count=current.size if current else None,
        share=item.share,
        unknown_count=current.unknown_size if current else None,
        entered=current.entered if current else None,
        left=current.left if current else None,
        version=current.number if current else None,
        as_of=current.as_of if current else None,
        watermark=current.watermark if current else None,
        last_refreshed_at=current.published_at if current else None,
    )
