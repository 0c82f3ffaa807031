"""A workspace's settings over HTTP: everybody in it reads them, admins change them."""

from __future__ import annotations

from fastapi import APIRouter, Response

from muster.api.deps import Administrator, Reader
from muster.api.etags import IfMatch, check_match, etag
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.workspace_settings import SettingsBody, SettingsState
from muster.base.workspace_settings import WorkspaceSettings
from muster.services import workspace_settings

router = APIRouter(
    prefix="/api/settings",
    tags=["settings"],
    responses={
        401: {"model": ProblemDetails},
        403: {"model": ProblemDetails},
        404: {"model": ProblemDetails},
        422: {"model": ProblemDetails},
        503: {"model": ProblemDetails},
    },
)


@router.get("")
def get_settings(context: Reader, response: Response) -> SettingsState:
    """Read the workspace's settings; the ETag names their revision."""
    return _state(response, *workspace_settings.read_with_revision(context))


@router.put("", responses={412: {"model": ProblemDetails}})
def put_settings(
    context: Administrator, body: SettingsBody, response: Response, if_match: IfMatch = None
) -> SettingsState:
    """Change the settings, all of them or none; with If-Match, only those that were read."""
    _, revision = workspace_settings.read_with_revision(context)
    check_match(if_match, revision)
    changed = workspace_settings.change_settings(
        context,
        body.model_dump(),
        expected_revision=None if if_match is None else revision,
        path="$.body",
    )
    return _state(response, *changed)


def _state(response: Response, settings: WorkspaceSettings, revision: int) -> SettingsState:
    response.headers["ETag"] = etag(revision)
    return SettingsState(
        settings=SettingsBody(**workspace_settings.as_json(settings)), revision=revision
    )
