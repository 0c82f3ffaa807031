"""Where the data comes from, over HTTP: tables, how fresh they are, what their fields hold."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from muster.api.deps import Reader, Runner
from muster.api.patience import PatienceDep
from muster.api.plain_values import plain
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.sources import (
    FieldProfileBody,
    SourceBody,
    SourceList,
    SourceProfileBody,
    TopValueBody,
    TrialBody,
    TrialStepBody,
    WarehouseBody,
)
from muster.rules.sentence_words import label_of
from muster.services.source_profile import ProfiledField, profile_source
from muster.services.source_trial import try_sources
from muster.services.sources import Source, list_sources

router = APIRouter(
    prefix="/api/sources",
    tags=["data model"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 502, 503)},
)


@router.get("")
def get_sources(context: Reader, patience: PatienceDep) -> SourceList:
    """List the tables behind the data model; a broken warehouse is said in sentences."""
    found = list_sources(context, patience=patience)
    return SourceList(
        warehouse=WarehouseBody(kind="DuckDB", location=found.location, sentence=found.sentence),
        items=[_source(one) for one in found.items],
        total=len(found.items),
    )


@router.post("/test")
def post_test(context: Runner, patience: PatienceDep) -> TrialBody:
    """Try the warehouse step by step; what does not go well is said in its step."""
    steps = try_sources(context, patience=patience)
    return TrialBody(
        ok=all(step.ok for step in steps),
        steps=[
            TrialStepBody(
                name=step.name,
                ok=step.ok,
                seconds=round(step.seconds, 4),
                sentence=step.sentence,
                hint=step.hint,
            )
            for step in steps
        ],
    )


@router.get("/{name}/profile")
def get_profile(
    context: Reader,
    patience: PatienceDep,
    name: Annotated[
        str, Path(max_length=200, description="Of the entity, events or a list", examples=["card"])
    ],
) -> SourceProfileBody:
    """Say what the fields of a source hold; counted once for a state of the data."""
    found = profile_source(context, name, patience=patience)
    return SourceProfileBody(
        name=found.name,
        rows=found.rows,
        fields=[_field(one, found.rows) for one in found.fields],
        seconds=round(found.seconds, 4),
        synthetic=context.workspace.synthetic,
    )


def _source(found: Source) -> SourceBody:
    return SourceBody(
        name=found.name,
        label=found.label,
        kind=found.kind,
        table=found.table,
        rows=found.span.rows if found.span else None,
        newest=found.span.newest if found.span else None,
        oldest=found.span.oldest if found.span else None,
        fresh=found.fresh,
        sentence=found.sentence,
        fields=found.fields,
        used_by=list(found.used_by),
    )


def _field(found: ProfiledField, rows: int) -> FieldProfileBody:
    field = found.field
    return FieldProfileBody(
        name=field.name,
        label=label_of(field),
        type=field.type,
        pii=field.pii,
        description=field.description,
        coverage=found.filled / rows if rows else None,
        distinct=found.distinct,
        low=None if found.low is None else plain(found.low),
        high=None if found.high is None else plain(found.high),
        top=[
            TopValueBody(value=plain(value), count=number, share=number / rows if rows else 0.0)
            for value, number in found.top
        ],
        hidden=found.hidden,
    )
