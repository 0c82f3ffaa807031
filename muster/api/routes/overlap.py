"""The overlap of any number of segments over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Response

from muster.api.answers import answer
from muster.api.deps import Reader
from muster.api.patience import PatienceDep
from muster.api.schemas.comparison import RegionBody
from muster.api.schemas.overlap import (
    BoundsBody,
    OverlapMatrixBody,
    OverlappingBody,
    OverlapRequest,
)
from muster.api.schemas.problem import ProblemDetails
from muster.services.overlap import Bounds, overlap_segments

router = APIRouter(
    prefix="/api/segments",
    tags=["segments"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 503)},
)


@router.post("/overlap", response_model=OverlapMatrixBody)
def post_overlap(context: Reader, body: OverlapRequest, patience: PatienceDep) -> Response:
    """Compare any number of segments, each with each."""
    found = overlap_segments(
        context,
        body.segments,
        method=body.method,
        with_regions=body.regions,
        patience=patience,
    )
    names = [segment.name for segment, _ in found.segments]
    shown = OverlapMatrixBody(
        segments=[
            OverlappingBody(
                id=segment.id,
                name=segment.name,
                version=version.number,
                as_of=version.as_of,
                row_count=size,
            )
            for (segment, version), size in zip(found.segments, found.sizes, strict=True)
        ],
        method=found.method,
        estimated=found.intersection_bounds is not None,
        intersections=found.intersections.tolist(),
        jaccard=found.jaccard.tolist(),
        containment=found.containment.tolist(),
        intersection_bounds=_bounds(found.intersection_bounds),
        jaccard_bounds=_bounds(found.jaccard_bounds),
        regions=None
        if found.regions is None
        else [
            RegionBody(segments=[names[place] for place in region.inside], row_count=region.size)
            for region in found.regions
        ],
        left_out=list(found.left_out),
        synthetic=context.workspace.synthetic,
    )
    return answer(shown)


def _bounds(found: Bounds | None) -> BoundsBody | None:
    return None if found is None else BoundsBody(low=found.low.tolist(), high=found.high.tolist())
