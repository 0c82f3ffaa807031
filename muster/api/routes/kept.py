"""What the caller keeps for themselves in a workspace: drafts, saved views, preferences."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from muster.api.deps import Reader
from muster.api.schemas.kept import KeepRequest, KeptBody, KeptList
from muster.api.schemas.problem import ProblemDetails
from muster.base.records import Kept
from muster.services import keeping

router = APIRouter(
    prefix="/api/kept",
    tags=["kept"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 409, 422)},
)

KeyPath = Annotated[
    str,
    Path(
        pattern=keeping.KEY_PATTERN,
        description="What you call it: draft:new, view:segments, preferences",
        examples=["preferences"],
    ),
]


@router.get("")
def get_all_kept(
    context: Reader,
    prefix: Annotated[
        str, Query(max_length=100, description="Only keys that begin with this")
    ] = "",
) -> KeptList:
    """List what you keep here; nobody else sees it."""
    found = keeping.list_kept(context, prefix=prefix)
    return KeptList(items=[_body(one) for one in found], total=len(found))


@router.get("/{key}")
def get_kept(context: Reader, key: KeyPath) -> KeptBody:
    """Read one thing that you keep."""
    return _body(keeping.read_kept(context, key))


@router.put("/{key}")
def put_kept(context: Reader, key: KeyPath, body: KeepRequest) -> KeptBody:
    """Keep something, in place of what was there."""
    return _body(keeping.keep(context, key, body.value))


@router.delete("/{key}", status_code=204)
def delete_kept(context: Reader, key: KeyPath) -> None:
    """Forget something; it is no fault if it was not there."""
    keeping.forget(context, key)


def _body(found: Kept) -> KeptBody:
    return KeptBody(key=found.key, value=found.value, updated_at=found.updated_at)
