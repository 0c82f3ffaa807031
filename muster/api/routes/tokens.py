"""API tokens over HTTP. A viewer may have one too: it allows no more than its owner may do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path

from muster.api.deps import Reader
from muster.api.schemas.api_token import NewTokenBody, TokenBody, TokenList, TokenWithSecret
from muster.api.schemas.problem import ProblemDetails
from muster.base.grants import ApiToken
from muster.base.ids import TokenId
from muster.services import tokens

router = APIRouter(
    prefix="/api/tokens",
    tags=["people"],
    responses={
        401: {"model": ProblemDetails},
        403: {"model": ProblemDetails},
        404: {"model": ProblemDetails},
        422: {"model": ProblemDetails},
        503: {"model": ProblemDetails},
    },
)

TokenPath = Annotated[
    int, Path(alias="token_id", ge=1, le=2**63 - 1, description="Id of the token", examples=[4])
]


@router.get("")
def get_tokens(context: Reader) -> TokenList:
    """List one's own tokens in the workspace; an admin sees everybody's."""
    now = context.resources.clock.now_utc()
    found = [_body(token, now) for token in tokens.list_tokens(context)]
    return TokenList(items=found, total=len(found))


@router.post("", status_code=201)
def post_token(context: Reader, body: NewTokenBody) -> TokenWithSecret:
    """Make a token for oneself, for this workspace; it is shown here and never again."""
    made = tokens.create_token(
        context,
        name=body.name,
        expires_in_days=body.expires_in_days,
        role=body.role,
        scopes=body.scopes,
        path="$.body",
    )
    now = context.resources.clock.now_utc()
    return TokenWithSecret(token=_body(made.token, now), secret=made.secret)


@router.delete("/{token_id}", status_code=204)
def delete_token(context: Reader, token_id: TokenPath) -> None:
    """Revoke one of one's own tokens, an admin anybody's; at once and for good."""
    tokens.revoke_token(context, TokenId(token_id))


def _body(token: ApiToken, now: datetime) -> TokenBody:
    return TokenBody(
        id=token.id,
        name=token.name,
        prefix=token.prefix,
        role=token.role,
        scopes=sorted(token.scopes),
        state=token.state(now=now),
        created_by=token.created_by,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
    )
