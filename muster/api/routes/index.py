"""The audience index over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import Reader
from muster.api.schemas.index import IndexBody, IndexPartBody, LeftOutBody
from muster.api.schemas.problem import ProblemDetails
from muster.services.indexing import index_status

router = APIRouter(
    prefix="/api/index",
    tags=["index"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 502, 503)},
)


@router.get("")
def get_index(context: Reader) -> IndexBody:
    """Show how fresh the audience index is, and what it holds."""
    found = index_status(context)
    return IndexBody(
        state=found.state,
        sentence=found.sentence,
        generation=found.generation,
        built_at=found.built_at,
        size_bytes=found.size_bytes,
        parts=[
            IndexPartBody(
                name=part.name,
                rows=part.rows,
                size_bytes=part.size_bytes,
                newest_event=part.newest_event,
                newest_ingested=part.newest_ingested,
            )
            for part in found.parts
        ],
        left_out=[LeftOutBody(name=name, why=why) for name, why in sorted(found.left_out.items())],
    )
