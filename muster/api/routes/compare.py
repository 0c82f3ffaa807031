"""Segments beside each other over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import Reader
from muster.api.schemas.comparison import (
    ComparedBody,
    CompareRequest,
    ComparisonBody,
    OverlapBody,
    RegionBody,
)
from muster.api.schemas.problem import ProblemDetails
from muster.services.comparing import compare_segments
from muster.services.overview import segment_overview

router = APIRouter(
    prefix="/api",
    tags=["segments"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 503)},
)


@router.post("/compare")
def post_compare(context: Reader, body: CompareRequest) -> ComparisonBody:
    """Compare two to six segments: sizes, overlaps of each pair, and who is in exactly which."""
    found = compare_segments(context, body.segments)
    names = [one.segment.name for one in found.segments]
    return ComparisonBody(
        segments=[
            ComparedBody(
                id=one.segment.id,
                name=one.segment.name,
                segment_name=segment_overview(context, one.segment.id).rule.title,
                version=one.version.number,
                as_of=one.version.as_of,
                row_count=one.size,
                only=one.only,
            )
            for one in found.segments
        ],
        overlaps=[
            OverlapBody(
                first=names[one.first],
                second=names[one.second],
                intersection=one.intersection,
                union=one.union,
                jaccard=one.jaccard,
                share_of_first=one.share_of_first,
                share_of_second=one.share_of_second,
            )
            for one in found.overlaps
        ],
        regions=[
            RegionBody(segments=[names[place] for place in one.inside], row_count=one.size)
            for one in found.regions
        ],
        union=found.union,
        synthetic=context.workspace.synthetic,
    )
