"""What people are told by themselves: the kinds of notifications, and their records.

A kind is described once, here: its severity, its words, and where it may go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from muster.base.ids import ChannelId, NotificationId, WorkspaceId


class Severity(StrEnum):
    """How much a notification wants to be read."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class ChannelKind(StrEnum):
    """How a notification leaves Muster."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class DeliveryState(StrEnum):
    """Where a message to one channel is; the last two are final."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notification.

    Attributes:
        name: stable, ``noun.verb``; what channels choose by and webhooks bear.
        severity: what it has unless its sender says otherwise.
        label: its name in lists of kinds.
        title, body: templates, filled by `worded`.
        sent: False = it stays in the feed and goes to no channel.
    """

    name: str
    severity: Severity
    label: str
    title: str
    body: str
    sent: bool = True


_ALL = (
    NoticeKind(
        "run.failed",
        Severity.ERROR,
        "A run failed",
        "Run {run} failed",
        "Run {run} of {rules} failed: {error} The last published versions stay in use.",
    ),
    NoticeKind(
        "run.dead_letter",
        Severity.ERROR,
        "A run used up its attempts",
        "Run {run} needs a person",
        "Run {run} of {rules} failed {attempts} times and is not tried again by itself: {error}",
    ),
    NoticeKind(
        "segment.shrank",
        Severity.WARNING,
        "A segment shrank",
        "{title} lost {percent} of its members",
        "Version {version} of the segment {segment} has {size} members; version {version_before}"
        " had {size_before}.",
    ),
    NoticeKind(
        "segment.grew",
        Severity.WARNING,
        "A segment grew",
        "{title} grew by {percent}",
        "Version {version} of the segment {segment} has {size} members; version {version_before}"
        " had {size_before}.",
    ),
    NoticeKind(
        "segment.emptied",
        Severity.ERROR,
        "A segment became empty",
        "{title} is empty",
        "Version {version} of the segment {segment} has no members; version {version_before}"
        " had {size_before}.",
    ),
    NoticeKind(
        "schedule.missed",
        Severity.WARNING,
        "A scheduled time was missed",
        "The schedule of {rule} was missed",
        "{missed} planned times of {rule} passed while no server could run them; the last was"
        " {at}.",
    ),
    NoticeKind(
        "approval.requested",
        Severity.INFO,
        "An edit waits for approval",
        "{rule} waits for approval",
        "{actor} asks to publish version {version} of {rule}.",
    ),
    NoticeKind(
        "approval.decided",
        Severity.INFO,
        "An approval was decided",
        "{rule}: {decision}",
        "{actor} decided on version {version} of {rule}: {decision}.",
    ),
    NoticeKind(
        "delivery.failed",
        Severity.ERROR,
        "A notification could not be delivered",
        "The channel {channel} could not be told",
        '"{notice}" was given up after {attempts} attempts: {error}',
        sent=False,  # telling a broken channel that it is broken would go on for ever
    ),
    NoticeKind(
        "channel.disabled",
        Severity.ERROR,
        "A channel was switched off",
        "The channel {channel} was switched off",
        "Its receiver answered that it is gone for good (410). Enable the channel to try again.",
        sent=False,
    ),
    NoticeKind(
        "channel.test",
        Severity.INFO,
        "A test of a channel",
        "Test of the channel {channel}",
        "{actor} tests whether the channel {channel} of the workspace {workspace} works.",
    ),
)

NOTICE_KINDS: Mapping[str, NoticeKind] = {kind.name: kind for kind in _ALL}
CHOOSABLE_KINDS: tuple[str, ...] = tuple(
    kind.name for kind in _ALL if kind.sent and kind.name != "channel.test"
)
"""Kinds that a channel may be narrowed to."""


def worded(kind: str, **values: object) -> tuple[str, str]:
    """Return title and body of a kind from its templates; KeyError when a value is missing.

    >>> worded("approval.decided", rule="VIP", decision="approved", actor="ann", version=3)[0]
    'VIP: approved'
    """
    found = NOTICE_KINDS[kind]
    return found.title.format(**values), found.body.format(**values)


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing a workspace was told. ``read``: by the reader it was fetched for."""

    id: NotificationId
    workspace_id: WorkspaceId
    at: datetime
    kind: str
    severity: Severity
    subject: str
    title: str
    body: str
    data: Any
    dedupe_key: str | None
    read: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """Where notifications of a workspace are sent.

    Attributes:
        target: a URL, or e-mail addresses with commas between them.
        sealed_secret: what a webhook is signed with, encrypted; None for e-mail.
        kinds: the kinds it is told of; empty = all.
    """

    id: ChannelId
    workspace_id: WorkspaceId
    kind: ChannelKind
    name: str
    target: str
    sealed_secret: str | None
    kinds: tuple[str, ...]
    enabled: bool
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one channel, claimed to be sent.

    Attributes:
        attempts: how often it was begun, this time included.
        fence: the number its outcome must still find in the row.
        workspace: the workspace's name, for the message.
    """

    id: int
    workspace: str
    notification: Notification
    channel: Channel
    attempts: int
    fence: int
    created_at: datetime
