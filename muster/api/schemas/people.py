"""Bodies of members and invitations."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from muster.base.people import Role

_LONGEST_EMAIL = 320


class MemberBody(BaseModel):
    """Somebody who belongs to the workspace."""

    user_id: int = Field(examples=[3])
    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["Ada"])
    role: Role = Field(examples=["analyst"])
    since: datetime = Field(description="When they became a member")
    last_seen_at: datetime | None = Field(description="Exact to a few minutes; null: never")
    disabled: bool = Field(description="Their account is closed, so they cannot sign in")


class MemberList(BaseModel):
    """The members of a workspace, by e-mail address."""

    items: list[MemberBody]
    total: int = Field(examples=[2])


class RoleChange(BaseModel):
    """Another role for a member."""

    model_config = ConfigDict(extra="forbid")

    role: Role = Field(description="viewer, analyst, operator or admin", examples=["operator"])
    reason: str = Field(
        default="", max_length=500, description="For the audit log", examples=["covers for Bob"]
    )


class NewInvitationBody(BaseModel):
    """Whom to invite, and as what."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=_LONGEST_EMAIL, examples=["grace@example.com"])
    role: Role = Field(description="viewer, analyst, operator or admin", examples=["analyst"])


class InvitationBody(BaseModel):
    """An invitation, without its token."""

    id: int = Field(examples=[7])
    email: str = Field(examples=["grace@example.com"])
    role: Role = Field(examples=["analyst"])
    state: str = Field(description="open, accepted, revoked or expired", examples=["open"])
    invited_by: str = Field(examples=["ada@example.com"])
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None


class InvitationList(BaseModel):
    """A workspace's invitations, the newest first."""

    items: list[InvitationBody]
    total: int = Field(examples=[1])


class InvitationWithToken(BaseModel):
    """An invitation just made. Its token is shown here and never again."""

    invitation: InvitationBody
    token: str = Field(
        description="Pass it on to the invited person alone; it opens the account",
        examples=["mi_Zk3nYp0T7w2xBv8sQ1dR5fH6jK9lM4aC0eG2iU3oWxY"],
    )
