"""The values that fields really have, over HTTP: what a builder suggests."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from muster.api.deps import Reader
from muster.api.patience import PatienceDep
from muster.api.plain_values import plain
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.values import ValueBody, ValueList
from muster.services.values import suggest_values

router = APIRouter(
    prefix="/api",
    tags=["builder"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 502, 503)},
)


@router.get("/values")
def get_values(
    context: Reader,
    patience: PatienceDep,
    field: Annotated[
        str,
        Query(
            min_length=1,
            max_length=200,
            description="An attribute, or a field of the source",
            examples=["tier"],
        ),
    ],
    source: Annotated[
        str | None,
        Query(max_length=200, description="Events, or a union of some; else the entity"),
    ] = None,
    search: Annotated[
        str, Query(max_length=200, description="Part of the value, in letters of any case")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="Values to show, at most")] = 20,
) -> ValueList:
    """Suggest values that a field really has, the most frequent first."""
    found = suggest_values(
        context, field, source=source, search=search, limit=limit, patience=patience
    )
    return ValueList(
        items=[ValueBody(value=plain(value), count=number) for value, number in found.items],
        total_distinct=found.distinct,
        personal=found.personal,
    )
