"""Live answers: what a builder shows beside a rule while it is being written."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import Editor
from muster.api.patience import PatienceDep
from muster.api.routes.builder import name_of
from muster.api.schemas.live import LiveBody, LiveRequest
from muster.api.schemas.problem import ProblemDetails
from muster.api.values import plain
from muster.base.errors import InvalidInput
from muster.rules.nodes import Definition
from muster.rules.unsaved import read_rule
from muster.services.context import WorkspaceContext
from muster.services.live import LivePart, LiveQuestion, answer, estimated
from muster.services.live_breakdown import AxesAsked
from muster.services.live_shape import Shape, answer_shape, estimate_shape
from muster.services.patience import Patience

router = APIRouter(
    prefix="/api",
    tags=["builder"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422, 502, 503)},
)


@router.post("/live")
def post_live(context: Editor, body: LiveRequest, patience: PatienceDep) -> LiveBody:
    """Tell all about a rule that is being written: exact, from its conditions' truths alone."""
    definition = read_rule(body.rule)
    shape = (_estimate if body.estimate else _answer)(context, definition, body, patience)
    return LiveBody.model_validate({**shape, "synthetic": context.workspace.synthetic})


def _answer(
    context: WorkspaceContext, definition: Definition, body: LiveRequest, patience: Patience
) -> Shape:
    names = None if body.attributes is None else tuple(body.attributes)
    question = LiveQuestion(
        parts=frozenset(body.parts),
        curve=body.curve,
        narrowing=body.order == "narrowing",
        samples=body.samples,
        axes=AxesAsked(names, body.clear),
        nearest=body.nearest,
        sample_rows=body.sample_rows,
        as_of=body.as_of,
        draft=body.draft,
        name=name_of(body.rule),
    )
    shape = answer_shape(answer(context, definition, question, patience=patience))
    if shape["sample"] is not None:
        shape["sample"]["data"] = plain(shape["sample"]["data"])
    return shape


def _estimate(
    context: WorkspaceContext, definition: Definition, body: LiveRequest, patience: Patience
) -> Shape:
    if set(body.parts) - {LivePart.SIZE}:
        raise InvalidInput(
            "ESTIMATE_IS_OF_SIZE",
            "An estimate is of the size alone; the other parts are exact.",
            hint='Ask for the part "size" alone, or without estimate.',
            path="$.body.parts",
        )
    found = estimated(context, definition, as_of=body.as_of, draft=body.draft, patience=patience)
    return estimate_shape(found)
