"""Bodies of API tokens."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from muster.base.people import Permission, Role


class NewTokenBody(BaseModel):
    """What a new token is to be good for."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200, description="What it is for", examples=["nightly export"])
    expires_in_days: int = Field(description="1 to 366", examples=[90])
    role: Role | None = Field(
        default=None, description="At most your own; left out: your own", examples=["viewer"]
    )
    scopes: list[Permission] = Field(
        default_factory=list,
        max_length=20,
        description="Permissions it is narrowed to; empty: all its role allows",
        examples=[["read"]],
    )


class TokenBody(BaseModel):
    """An API token, without the token."""

    id: int = Field(examples=[4])
    name: str = Field(examples=["nightly export"])
    prefix: str = Field(description="How it begins", examples=["mst_Zk3nYp"])
    role: Role = Field(examples=["viewer"])
    scopes: list[Permission] = Field(description="Empty: all its role allows", examples=[["read"]])
    state: str = Field(description="active, expired or revoked", examples=["active"])
    created_by: str = Field(examples=["ada@example.com"])
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="Exact to a minute; null: never")
    revoked_at: datetime | None


class TokenList(BaseModel):
    """One's own tokens, the newest first; an admin's list holds everybody's."""

    items: list[TokenBody]
    total: int = Field(examples=[1])


class TokenWithSecret(BaseModel):
    """A token just made. It is shown here and never again."""

    token: TokenBody
    secret: str = Field(
        description="Send it as Authorization: Bearer",
        examples=["mst_Zk3nYp0T7w2xBv8sQ1dR5fH6jK9lM4aC0eG2iU3oWxY"],
    )
