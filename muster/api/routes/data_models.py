"""A workspace's data model over HTTP, as the text of model.yml."""

from __future__ import annotations

from fastapi import APIRouter, Response

from muster.api.deps import Administrator, Editor, Reader
from muster.api.etags import IfMatch, check_match, etag
from muster.api.schemas.data_model import (
    DataModelBody,
    DataModelRequest,
    ModelCheckBody,
    ModelCheckRequest,
    ModelSummary,
    UnfitRuleBody,
)
from muster.api.schemas.problem import Fault, ProblemDetails
from muster.base.records import StoredModel
from muster.services.model_draft import judge_model
from muster.services.workspaces import find_model, save_model, stored_model

router = APIRouter(
    prefix="/api",
    tags=["data model"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 412, 422, 503)},
)

_ETAG = {"ETag": {"description": "The version, for If-Match", "schema": {"type": "string"}}}


@router.get("/model", responses={200: {"headers": _ETAG}})
def get_model(context: Reader, response: Response) -> DataModelBody:
    """Show the newest version of model.yml."""
    return _body(stored_model(context), response)


@router.put("/model", responses={200: {"headers": _ETAG}})
def put_model(
    context: Administrator, body: DataModelRequest, response: Response, if_match: IfMatch = None
) -> DataModelBody:
    """Check a model.yml and make it the newest version; 422 names every fault.

    A text that means the same as before makes no new version.
    """
    expected = None
    if if_match is not None:
        before = find_model(context)
        expected = 0 if before is None else before.version
        check_match(if_match, expected)
    saved = save_model(context, body.document, expected_version=expected, reason=body.reason)
    return _body(saved, response)


@router.post("/model/check", responses={502: {"model": ProblemDetails}})
def post_model_check(context: Editor, body: ModelCheckRequest) -> ModelCheckBody:
    """Say what saving a model.yml would come to: its faults, and the rules it would not fit."""
    found = judge_model(context, body.document)
    model = found.model
    return ModelCheckBody(
        valid=model is not None,
        problems=[
            Fault(code=one.code, path=one.path, sentence=one.sentence, hint=one.hint)
            for one in found.problems
        ],
        rules=[
            UnfitRuleBody(id=one.rule.id, name=one.rule.name, sentence=one.sentence)
            for one in found.unfit
        ],
        summary=None
        if model is None
        else ModelSummary(
            entity=model.entity.name,
            attributes=len(model.attributes),
            sources=len(model.events),
            metrics=len(model.metrics),
        ),
    )


def _body(stored: StoredModel, response: Response) -> DataModelBody:
    response.headers["ETag"] = etag(stored.version)
    return DataModelBody(
        version=stored.version,
        document=stored.document,
        fingerprint=stored.fingerprint,
        created_at=stored.created_at,
    )
