"""Tags and owners of rules over HTTP: what lists are filtered by."""

from __future__ import annotations

from fastapi import APIRouter

from muster.api.deps import Reader
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.rule_labels import OwnerBody, OwnerList, TagBody, TagList
from muster.services.rule_labels import list_owners, list_tags

router = APIRouter(
    prefix="/api",
    tags=["rules"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 503)},
)


@router.get("/tags")
def get_tags(context: Reader) -> TagList:
    """List every tag with how many rules bear it."""
    found = list_tags(context)
    return TagList(
        items=[TagBody(tag=tag, rules=number) for tag, number in found], total=len(found)
    )


@router.get("/owners")
def get_owners(context: Reader) -> OwnerList:
    """List who wrote rules first, each with how many."""
    found = list_owners(context)
    items = [OwnerBody(owner=owner, rules=number) for owner, number in found]
    return OwnerList(items=items, total=len(found))
