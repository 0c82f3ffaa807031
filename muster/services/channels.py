"""Channels of a workspace: made, changed, tested and removed by an operator."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from muster.base.errors import InvalidInput
from muster.base.ids import ChannelId, NotificationId
from muster.base.notices import (
    CHOOSABLE_KINDS,
    Channel,
    ChannelKind,
    Notification,
    Severity,
    worded,
)
from muster.base.people import Permission
from muster.connectors.mail import read_addresses
from muster.connectors.outcome import Outcome
from muster.connectors.safe_http import check_url
from muster.services import channel_secrets
from muster.services.context import WorkspaceContext
from muster.services.delivering import send
from muster.store import audit, channels, deliveries
from muster.store.channels import LastDelivery
from muster.store.database import Transaction
from muster.store.names import refuse_bad_name


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel and how it does.

    Attributes:
        problem: why nothing can be sent through it now, None when nothing is known to be wrong.
    """

    channel: Channel
    last: LastDelivery | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A channel and its new signing secret, which is never shown again; None for e-mail."""

    channel: Channel
    secret: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """How a test message fared, and how long that took."""

    outcome: Outcome
    seconds: float


def list_channels(context: WorkspaceContext) -> tuple[ChannelState, ...]:
    """Return the channels by name, each with its newest delivery and what is wrong with it."""
    context.require(Permission.OPERATE)
    with context.transaction() as connection:
        found = channels.every(connection, context.workspace.id)
        last = channels.last_deliveries(connection, context.workspace.id)
    return tuple(
        ChannelState(channel, last.get(channel.id), _problem(context, channel)) for channel in found
    )


def read_channel(context: WorkspaceContext, channel_id: ChannelId) -> ChannelState:
    """Return one channel; NotFound UNKNOWN_CHANNEL."""
    context.require(Permission.OPERATE)
    with context.transaction() as connection:
        found = channels.by_id(connection, context.workspace.id, channel_id)
        last = channels.last_deliveries(connection, context.workspace.id)
    return ChannelState(found, last.get(found.id), _problem(context, found))


def create_channel(
    context: WorkspaceContext,
    *,
    kind: ChannelKind,
    name: str,
    target: str,
    kinds: Sequence[str] = (),
) -> NewSecret:
    """Add a channel; a webhook's secret is in the answer and nowhere else.

    Args:
        context: who adds it where.
        kind: webhook or e-mail.
        name: like the names of rules.
        target: a URL, or e-mail addresses with commas between them.
        kinds: notifications it is told of; none = all.

    Raises:
        InvalidInput: BAD_NAME, BAD_URL, TLS_NEEDED, BAD_EMAIL, TOO_MANY_RECIPIENTS,
            UNKNOWN_NOTICE_KIND.
        Conflict: NAME_TAKEN.
    """
    context.require(Permission.OPERATE)
    refuse_bad_name("channel", name)
    checked = _checked_target(context, kind, target)
    chosen = _checked_kinds(kinds)
    secret = channel_secrets.make() if kind is ChannelKind.WEBHOOK else None
    kept = (
        None if secret is None else channel_secrets.sealed(context.resources.secret_keys(), secret)
    )
    with context.transaction() as connection:
        made = channels.create(
            connection,
            context.workspace.id,
            kind=kind,
            name=name,
            target=checked,
            sealed_secret=kept,
            kinds=chosen,
            created_by=context.actor,
        )
        _record(connection, context, "channel.create", made, after=_told(made))
    return NewSecret(made, secret)


def change_channel(
    context: WorkspaceContext,
    channel_id: ChannelId,
    *,
    target: str | None = None,
    kinds: Sequence[str] | None = None,
    enabled: bool | None = None,
) -> Channel:
    """Change a channel; None leaves a part as it is. Switched off, it gives up what it waits for.

    Raises:
        NotFound: UNKNOWN_CHANNEL.
        InvalidInput: as for `create_channel`.
    """
    context.require(Permission.OPERATE)
    checked = None
    if target is not None:  # before the transaction: a name may be looked up
        kind = read_channel(context, channel_id).channel.kind
        checked = _checked_target(context, kind, target)
    with context.transaction() as connection:
        before = channels.by_id(connection, context.workspace.id, channel_id, for_update=True)
        after = replace(
            before,
            target=before.target if checked is None else checked,
            kinds=before.kinds if kinds is None else _checked_kinds(kinds),
            enabled=before.enabled if enabled is None else enabled,
        )
        if after == before:
            return before
        channels.change(connection, context.workspace.id, after)
        if before.enabled and not after.enabled:
            deliveries.give_up_on_channel(
                connection, context.workspace.id, channel_id, error="The channel was switched off."
            )
        _record(
            connection, context, "channel.update", after, before=_told(before), after=_told(after)
        )
    return after


def rotate_secret(context: WorkspaceContext, channel_id: ChannelId) -> NewSecret:
    """Give a webhook a new secret; the former one signs beside it for a day.

    Raises:
        NotFound: UNKNOWN_CHANNEL.
        InvalidInput: NO_SECRET, e-mail is not signed.
        Unavailable: SECRET_KEY_CHANGED.
    """
    context.require(Permission.OPERATE)
    keys, now = context.resources.secret_keys(), context.resources.clock.now_utc()
    secret = channel_secrets.make()
    with context.transaction() as connection:
        before = channels.by_id(connection, context.workspace.id, channel_id, for_update=True)
        if before.sealed_secret is None:
            raise InvalidInput("NO_SECRET", "E-mail is not signed: this channel has no secret.")
        former = channel_secrets.usable(keys, before, now=now)[0]
        after = replace(
            before, sealed_secret=channel_secrets.sealed(keys, secret, former=former, now=now)
        )
        channels.change(connection, context.workspace.id, after)
        _record(connection, context, "channel.rotate", after)
    return NewSecret(after, secret)


def delete_channel(context: WorkspaceContext, channel_id: ChannelId) -> None:
    """Remove a channel with what it still waits for; NotFound UNKNOWN_CHANNEL."""
    context.require(Permission.OPERATE)
    with context.transaction() as connection:
        found = channels.by_id(connection, context.workspace.id, channel_id, for_update=True)
        channels.remove(connection, context.workspace.id, channel_id)
        _record(connection, context, "channel.delete", found, before=_told(found))


def try_channel(context: WorkspaceContext, channel_id: ChannelId) -> Trial:
    """Send a test message now, past the outbox, and say truly how it went.

    Raises:
        NotFound: UNKNOWN_CHANNEL.
        Unavailable: SECRET_KEY_CHANGED.
    """
    context.require(Permission.OPERATE)
    with context.transaction() as connection:
        channel = channels.by_id(connection, context.workspace.id, channel_id)
    workspace = context.workspace.name
    title, body = worded(
        "channel.test", channel=channel.name, actor=context.actor, workspace=workspace
    )
    message = Notification(
        id=NotificationId(0),
        workspace_id=context.workspace.id,
        at=context.resources.clock.now_utc(),
        kind="channel.test",
        severity=Severity.INFO,
        subject=f"channel/{channel.name}",
        title=title,
        body=body,
        data=None,
        dedupe_key=None,
    )
    began = time.monotonic()
    outcome = send(
        context.resources,
        channel,
        message,
        workspace=workspace,
        delivery_id=f"test-{secrets.token_hex(16)}",
    )
    seconds = time.monotonic() - began
    with context.transaction() as connection:
        told = {"delivered": outcome.delivered, "code": outcome.code, "status": outcome.status}
        _record(connection, context, "channel.test", channel, after=told)
    return Trial(outcome, seconds)


def _problem(context: WorkspaceContext, channel: Channel) -> str | None:
    if channel.kind is ChannelKind.EMAIL and context.resources.senders.mail.server is None:
        return "No mail server is configured: set MUSTER_SMTP_HOST and MUSTER_SMTP_FROM."
    return None


def _checked_target(context: WorkspaceContext, kind: ChannelKind, target: str) -> str:
    match kind:
        case ChannelKind.WEBHOOK:
            check_url(target, path="$.body.target")
            context.resources.senders.webhook.http.refuse_plain(target, path="$.body.target")
            return target
        case ChannelKind.EMAIL:
            return ", ".join(read_addresses(target, path="$.body.target"))
        case _ as never:
            assert_never(never)


def _checked_kinds(kinds: Sequence[str]) -> tuple[str, ...]:
    for position, kind in enumerate(kinds):
        if kind not in CHOOSABLE_KINDS:
            raise InvalidInput(
                "UNKNOWN_NOTICE_KIND",
                f'There is no notification "{kind}" to choose.',
                path=f"$.body.kinds[{position}]",
                hint=f"There are: {', '.join(CHOOSABLE_KINDS)}.",
            )
    return tuple(dict.fromkeys(kinds))


def _told(channel: Channel) -> dict[str, Any]:
    """Return what the audit log keeps of a channel; never its secret."""
    return {
        "kind": channel.kind.value,
        "target": channel.target,
        "kinds": list(channel.kinds),
        "enabled": channel.enabled,
    }


def _record(
    connection: Transaction,
    context: WorkspaceContext,
    action: str,
    channel: Channel,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    audit.record(
        connection,
        context.workspace.id,
        actor=context.actor,
        action=action,
        subject=f"channel/{channel.name}",
        before=before,
        after=after,
        request_id=context.request_id,
    )
