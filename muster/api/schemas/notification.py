"""Bodies about notifications and the channels they are sent through."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from muster.base.notices import ChannelKind, DeliveryState, Severity

Kinds = Annotated[
    list[Annotated[str, Field(max_length=60)]],
    Field(
        max_length=50,
        description="Notifications it is told of; an empty list: all",
        examples=[["run.failed", "segment.shrank"]],
    ),
]
Target = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description="URL of a webhook, or e-mail addresses with commas between them",
        examples=["https://hooks.example.org/muster"],
    ),
]


class NotificationBody(BaseModel):
    """One thing the workspace was told."""

    id: int = Field(examples=[41])
    at: datetime
    kind: str = Field(examples=["segment.shrank"])
    severity: Severity = Field(examples=["warning"])
    subject: str = Field(description="What it is about", examples=["segment/vip"])
    title: str = Field(examples=["VIP lost 60.0% of its members"])
    body: str = Field(examples=["Version 8 of the segment vip has 400 members."])
    data: Any = Field(description="For programs; null when there is nothing to add")
    read: bool = Field(description="You have read it")


class NotificationList(BaseModel):
    """A part of the feed, newest first."""

    items: list[NotificationBody]
    total: int = Field(description="How many the filter leaves", examples=[120])
    unread: int = Field(description="How many you have not read", examples=[3])
    page: int = Field(examples=[1])
    pages: int = Field(examples=[12])
    next_cursor: str | None = Field(description="Send it as cursor to go on; null at the end")


class MarkedRead(BaseModel):
    """What marking all as read did."""

    marked: int = Field(description="How many were unread", examples=[3])


class LastDeliveryBody(BaseModel):
    """The newest message that was tried through a channel."""

    state: DeliveryState = Field(examples=["sent"])
    attempts: int = Field(examples=[1])
    error: str | None = Field(description="Why the last attempt failed")
    at: datetime


class ChannelBody(BaseModel):
    """One channel; its signing secret is never shown again."""

    id: int = Field(examples=[2])
    name: str = Field(examples=["ops"])
    kind: ChannelKind = Field(examples=["webhook"])
    target: str = Field(examples=["https://hooks.example.org/muster"])
    kinds: list[str] = Field(description="Empty: all", examples=[["run.failed"]])
    enabled: bool
    created_by: str = Field(examples=["ann@example.org"])
    created_at: datetime
    last_delivery: LastDeliveryBody | None = Field(description="Null before the first")
    problem: str | None = Field(description="Why nothing can be sent now; null: nothing known")


class ChannelList(BaseModel):
    """The channels of a workspace, by name."""

    items: list[ChannelBody]
    total: int = Field(examples=[1])
    kinds: list[str] = Field(description="Kinds that channels may choose")


class NewChannel(BaseModel):
    """A channel to add."""

    model_config = ConfigDict(extra="forbid")

    kind: ChannelKind = Field(description="How it is sent", examples=["webhook"])
    name: str = Field(
        min_length=1,
        max_length=63,
        description="Lower-case letters, digits and underscores",
        examples=["ops"],
    )
    target: Target
    kinds: Kinds = []


class ChannelChange(BaseModel):
    """Parts of a channel to change; what is left out, or null, stays."""

    model_config = ConfigDict(extra="forbid")

    target: Target | None = None
    kinds: Kinds | None = None
    enabled: bool | None = Field(
        default=None,
        description="Off: nothing is sent, and what waits is given up",
        examples=[True],
    )


class ChannelWithSecret(BaseModel):
    """A channel that was made, or got a new secret."""

    channel: ChannelBody
    secret: str | None = Field(
        description="What its messages are signed with; shown this once. Null for e-mail",
        examples=["whsec_…"],
    )


class ChannelTest(BaseModel):
    """How a test message fared."""

    delivered: bool
    detail: str = Field(examples=["The receiver answered 200."])
    code: str | None = Field(description="Null when delivered", examples=["HOST_TOO_SLOW"])
    status: int | None = Field(description="HTTP status, if there was one", examples=[200])
    seconds: float = Field(examples=[0.12])
