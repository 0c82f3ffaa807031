"""What the members of segments are like, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import Reader
from muster.api.patience import PatienceDep
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.profile import (
    DifferenceBody,
    ProfileBody,
    ProfiledAttributeBody,
    ProfiledBody,
    ProfilePartBody,
    ProfileRequest,
)
from muster.services.live_breakdown import Part
from muster.services.live_shape import plain_value
from muster.services.overview import segment_overview
from muster.services.profile import (
    Difference,
    ProfiledAttribute,
    bin_label,
    profile_segments,
)

router = APIRouter(
    prefix="/api",
    tags=["segments"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 502, 503)},
)


@router.post("/profile")
def post_profile(context: Reader, body: ProfileRequest, patience: PatienceDep) -> ProfileBody:
    """Say what the members of one to six segments are like, beside everybody."""
    names = None if body.attributes is None else tuple(body.attributes)
    found = profile_segments(context, body.segments, attributes=names, patience=patience)
    return ProfileBody(
        segments=[
            ProfiledBody(
                id=one.segment.id,
                name=one.segment.name,
                title=segment_overview(context, one.segment.id).rule.title,
                row_count=one.version.size,
            )
            for one in found.segments
        ],
        attributes=[_attribute(one) for one in found.attributes],
        differences=[_difference(one) for one in found.differences],
        hidden=list(found.hidden),
        synthetic=context.workspace.synthetic,
    )


def _attribute(found: ProfiledAttribute) -> ProfiledAttributeBody:
    return ProfiledAttributeBody(
        name=found.field.name,
        label=found.field.label or found.field.name,
        several=found.several,
        parts=[_part(parts) for parts in found.parts],
    )


def _part(parts: tuple[Part, ...]) -> ProfilePartBody:
    first = parts[0]
    return ProfilePartBody.model_validate(
        {
            "kind": first.bin.kind,
            "label": first.bin.label,
            "above": plain_value(first.bin.above),
            "to": plain_value(first.bin.to),
            "everyone": first.everyone,
            "share_of_everyone": first.share_of_everyone,
            "members": [part.members for part in parts],
            "shares": [part.share for part in parts],
            "indexes": [part.index for part in parts],
        }
    )


def _difference(found: Difference) -> DifferenceBody:
    part = found.part
    assert part.index is not None
    return DifferenceBody(
        attribute=found.field.name,
        label=found.field.label or found.field.name,
        part=bin_label(part.bin),
        segment=found.segment.name,
        share=part.share,
        share_of_everyone=part.share_of_everyone,
        index=part.index,
    )
