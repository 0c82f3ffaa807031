"""Key figures over HTTP."""

from __future__ import annotations

import json
from decimal import Decimal

from fastapi import APIRouter, Response

from muster.api.deps import Reader
from muster.api.schemas.analytics import SummaryBody
from muster.api.schemas.problem import ProblemDetails
from muster.services.analytics import summarise

router = APIRouter(
    prefix="/api/analytics",
    tags=["analytics"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 502, 503)},
)


@router.get("/summary", response_model=SummaryBody)
def get_summary(context: Reader) -> Response:
    """Show the key figures; they are counted again when the data changes."""
    found = summarise(context)
    body = SummaryBody(
        total_users=found.entities,
        total_transactions=found.events,
        total_spend=None,
        currency=found.currency,
        as_of=found.as_of,
        watermark=found.watermark,
        total_segments=found.segments,
        total_rules=found.rules,
        synthetic=context.workspace.synthetic,
    )
    texts = {name: json.dumps(value) for name, value in body.model_dump(mode="json").items()}
    texts["total_spend"] = _number(found.money, found.scale)
    content = ", ".join(f"{json.dumps(name)}: {text}" for name, text in texts.items())
    return Response(f"{{{content}}}", media_type="application/json")


def _number(money: Decimal | None, scale: int) -> str:
    """Write money as a JSON number with all its digits, which a float might not hold."""
    return "null" if money is None else f"{money:.{scale}f}"
