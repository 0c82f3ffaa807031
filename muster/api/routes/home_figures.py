"""The first page's numbers over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import Reader
from muster.api.patience import PatienceDep
from muster.api.schemas.home_figures import (
    AttentionBody,
    BarBody,
    BarsBody,
    FigureBody,
    HomeBody,
    PointBody,
    PosterBody,
)
from muster.api.schemas.problem import ProblemDetails
from muster.rules.sentence_words import label_of
from muster.services.home import home
from muster.services.home_attention import Attention
from muster.services.home_figures import Figure
from muster.services.live_breakdown import Breakdown
from muster.services.posters import Poster
from muster.services.profile import bin_label

router = APIRouter(
    prefix="/api",
    tags=["analytics"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 503)},
)


@router.get("/home")
def get_home(context: Reader, patience: PatienceDep) -> HomeBody:
    """Show the first page: key figures, what needs attention, segments that moved."""
    found = home(context, patience=patience)
    return HomeBody(
        figures=[_figure(one) for one in found.figures],
        attention=[_attention(one) for one in found.attention],
        recently_refreshed=[_poster(one) for one in found.recently_refreshed],
        fastest_growing=[_poster(one) for one in found.fastest_growing],
        synthetic=context.workspace.synthetic,
    )


def _figure(found: Figure) -> FigureBody:
    return FigureBody.model_validate(
        {
            "key": found.key,
            "label": found.label,
            "value": found.value,
            "unit": found.unit,
            "previous": found.previous,
            "previous_label": found.previous_label,
            "series": [PointBody(at=day, value=float(number)) for day, number in found.series],
            "note": found.note,
        }
    )


def _attention(found: Attention) -> AttentionBody:
    return AttentionBody(
        kind=found.kind,
        severity=found.severity,
        title=found.title,
        sentence=found.sentence,
        at=found.at,
        rule_id=found.rule_id,
        segment_id=found.segment_id,
        run_id=found.run_id,
        fix=found.fix,
    )


def _poster(found: Poster) -> PosterBody:
    overview = found.overview
    current = overview.segment.current
    return PosterBody(
        segment_id=overview.segment.id,
        rule_id=overview.rule.id,
        name=overview.segment.name,
        title=overview.rule.title,
        sentence=overview.sentence,
        tags=list(overview.rule.tags),
        row_count=current.size if current else None,
        share=overview.share,
        entered=current.entered if current else None,
        left=current.left if current else None,
        as_of=current.as_of if current else None,
        stale=overview.stale,
        sizes=list(overview.sizes),
        bars=None if found.bars is None else _bars(found.bars),
    )


def _bars(found: Breakdown) -> BarsBody:
    return BarsBody(
        name=found.field.name,
        label=label_of(found.field),
        parts=[
            BarBody(
                label=bin_label(one.bin),
                share=one.share,
                share_of_everyone=one.share_of_everyone,
            )
            for one in found.parts
            if one.bin.kind != "missing"
        ],
    )
