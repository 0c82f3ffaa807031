"""Bodies about signing in, sessions and who one is."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, SecretStr

_LONGEST = 1000


class SignInBody(BaseModel):
    """An e-mail address and its password."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=_LONGEST, examples=["ada@example.com"])
    password: SecretStr = Field(max_length=_LONGEST, examples=["correct horse battery staple"])


class PasswordBody(BaseModel):
    """A change of one's own password."""

    model_config = ConfigDict(extra="forbid")

    current_password: SecretStr = Field(
        max_length=_LONGEST, description="The present one", examples=["correct horse battery"]
    )
    new_password: SecretStr = Field(
        max_length=_LONGEST, description="12 to 256 characters", examples=["four other words here"]
    )


class AcceptBody(BaseModel):
    """An invitation taken up: an account is made, or the one there is joins the workspace."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(
        max_length=_LONGEST, description="From the link", examples=["mi_Zk3nYp0T7w2x"]
    )
    name: str = Field(max_length=200, description="What people call you", examples=["Ada"])
    password: SecretStr = Field(
        max_length=_LONGEST,
        description="A new one; of an account that exists, its own",
        examples=["correct horse battery staple"],
    )


class OwnWorkspace(BaseModel):
    """One workspace somebody belongs to."""

    name: str = Field(examples=["payments"])
    title: str = Field(examples=["Payments"])
    role: str = Field(examples=["analyst"])
    permissions: list[str] = Field(description="What the role allows, in alphabetical order")


class WhoBody(BaseModel):
    """Who sent the request, as this server sees it."""

    signed_in: bool
    mode: str = Field(description="local, password or databricks-apps", examples=["password"])
    ways: list[str] = Field(
        description="How one may sign in here: password, oidc", examples=[["password"]]
    )
    name: str | None = Field(description="What people call them", examples=["Ada"])
    email: str | None = Field(examples=["ada@example.com"])
    kind: str | None = Field(
        description="local, user or token; null: not signed in", examples=["user"]
    )
    installation_admin: bool = Field(description="May enter every workspace and make new ones")
    workspaces: list[OwnWorkspace]


class SessionBody(BaseModel):
    """One of one's own signed-in browsers."""

    id: str = Field(description="Names the session, opens nothing", examples=["5e88489840be1f02"])
    current: bool = Field(description="It is the one that asks")
    method: str = Field(description="password or oidc", examples=["password"])
    agent: str = Field(description="What the browser calls itself")
    created_at: datetime
    last_used_at: datetime = Field(description="Exact to a minute")
    expires_at: datetime = Field(description="It ends then at the latest")


class SessionList(BaseModel):
    """One's own sessions, the newest first."""

    items: list[SessionBody]
    total: int
