"""How large a rule would have been, over HTTP: of a saved rule, and of one that is not."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from muster.api.deps import Editor, Reader
from muster.api.patience import PatienceDep
from muster.api.routes.rules import RuleIdPath
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.size_history import (
    LeavingBody,
    PastSizeBody,
    SizeHistoryBody,
    SizeHistoryRequest,
)
from muster.base.ids import RuleId
from muster.rules.sentence import sentence
from muster.rules.unsaved import read_rule
from muster.services.context import WorkspaceContext
from muster.services.needed import definition_of
from muster.services.rules import find_rule
from muster.services.size_history import MOST_AHEAD, MOST_DAYS, SizeHistory, size_history
from muster.services.workspaces import current_model

router = APIRouter(
    prefix="/api",
    tags=["rules"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 502, 503)},
)


@router.get("/rules/{rule_id}/size-history")
def get_size_history(
    context: Reader,
    rule_id: RuleIdPath,
    patience: PatienceDep,
    days: Annotated[int, Query(ge=0, le=MOST_DAYS, description="Days before the last")] = 90,
    ahead: Annotated[
        int, Query(ge=0, le=MOST_AHEAD, description="Days to come: how many leave by then")
    ] = 0,
    as_of: Annotated[AwareDatetime | None, Query(description="The last instant; else now")] = None,
    local_time: Annotated[
        str | None,
        Query(
            pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
            description="Time of day in the rule's zone; else that of as_of",
            examples=["06:00"],
        ),
    ] = None,
) -> SizeHistoryBody:
    """Say how large a rule, as it is edited, would have been on each of the past days."""
    found = size_history(
        context,
        definition_of(find_rule(context, RuleId(rule_id))),
        days=days,
        ahead=ahead,
        as_of=as_of,
        local_time=_time(local_time),
        patience=patience,
    )
    return _body(context, found)


@router.post("/size-history")
def post_size_history(
    context: Editor, body: SizeHistoryRequest, patience: PatienceDep
) -> SizeHistoryBody:
    """Say how large a rule that is not saved would have been on each of the past days."""
    found = size_history(
        context,
        read_rule(body.rule),
        days=body.days,
        ahead=body.ahead,
        as_of=body.as_of,
        local_time=_time(body.local_time),
        patience=patience,
    )
    return _body(context, found)


def _time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


def _body(context: WorkspaceContext, found: SizeHistory) -> SizeHistoryBody:
    return SizeHistoryBody(
        sentence=sentence(found.rule, current_model(context)),
        points=[
            PastSizeBody(
                as_of=one.as_of,
                row_count=one.size,
                universe_count=one.universe,
                unknown_count=one.unknown,
                entered=one.entered,
                left=one.left,
            )
            for one in found.points
        ],
        leaving=[LeavingBody(by=one.by, members=one.members) for one in found.leaving],
        method=found.method,
        notes=list(found.notes),
        seconds=round(found.seconds, 3),
        synthetic=context.workspace.synthetic,
    )
