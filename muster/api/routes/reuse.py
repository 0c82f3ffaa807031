"""What a rule has to do with the published ones, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import Reader
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.reuse import FindingBody, ReuseBody, ReuseRequest
from muster.base.json_value import exact
from muster.rules.unsaved import read_rule
from muster.services.reuse import find_reuse

router = APIRouter(
    prefix="/api",
    tags=["builder"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 503)},
)


@router.post("/reuse")
def post_reuse(context: Reader, body: ReuseRequest) -> ReuseBody:
    """Find published segments that are the same as a rule, part of it, or what it is made of."""
    found = find_reuse(context, read_rule(body.rule), name=body.name)
    items = [
        FindingBody.model_validate(
            {
                "relation": one.relation,
                "segments": list(one.segments),
                "operation": one.operation,
                "sentence": one.sentence,
                "definition": exact(one.definition),
                "path": one.path,
            }
        )
        for one in found.findings
    ]
    return ReuseBody(
        items=items, total=len(items), compared=found.compared, truncated=found.truncated
    )
