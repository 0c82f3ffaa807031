"""Sends what the outbox holds: claimed under a lease, sent outside any transaction, then settled.

At least once: a sender that dies after sending and before writing it down leaves a message that is
sent again, with the same id (header Muster-Delivery, e-mail Message-ID), so receivers can tell.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import uuid
from collections import deque
from datetime import UTC
from typing import Any, assert_never

from muster.base.errors import MusterError
from muster.base.notices import (
    Channel,
    ChannelKind,
    Delivery,
    DeliveryState,
    Notification,
    Severity,
    worded,
)
from muster.base.people import system_principal
from muster.connectors.mail import Mail, read_addresses
from muster.connectors.outcome import Outcome, Verdict
from muster.connectors.webhook import WebhookMessage
from muster.services import channel_secrets
from muster.services.context import Resources
from muster.services.notifying import notify
from muster.store import audit, channels, deliveries
from muster.store.database import Transaction

logger = logging.getLogger("muster.delivering")

MAX_ATTEMPTS = 8
LEASE_SECONDS = 300.0
"""Longer than a batch takes (20 messages, 8 at a time), even if its mail server dawdles."""

_AT_ONCE = 8
_FIRST_WAIT_SECONDS = 15.0
_LONGEST_WAIT_SECONDS = 3600.0
_IDS = uuid.UUID("5a1d1a0e-6f2c-4a53-9d0e-2f5b1d9c7a10")


def deliver_due(resources: Resources, *, limit: int = 20) -> int:
    """Send what is due, of every workspace; return how many messages were settled.

    Safe to call in many processes at once: each message is leased to one of them.

    Args:
        resources: the database, the senders and the secret key.
        limit: at most so many messages.
    """
    with resources.database.transaction() as connection:
        claimed = deliveries.claim_due(connection, limit=limit, lease_seconds=LEASE_SECONDS)
    if not claimed:
        return 0
    waiting, settled = deque(claimed), deque[int]()

    def work() -> None:
        while (delivery := _next(waiting)) is not None:
            try:
                settled.append(_deliver(resources, delivery))
            except Exception:
                # the lease ends by itself; the attempt is counted, so this ends, too
                logger.exception("a notification could not be handled")

    # daemons, unlike a pool's: a server that stops must not wait for a slow receiver
    threads = [
        threading.Thread(target=work, name="muster-deliver", daemon=True)
        for _ in range(min(_AT_ONCE, len(claimed)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(settled)


def _next(waiting: deque[Delivery]) -> Delivery | None:
    """Take the next message; None when there is none left."""
    try:
        return waiting.popleft()
    except IndexError:  # another thread may have taken the last one
        return None


def send(
    resources: Resources,
    channel: Channel,
    notification: Notification,
    *,
    workspace: str,
    delivery_id: str,
) -> Outcome:
    """Send one message now and say what became of it.

    Raises:
        Unavailable: SECRET_KEY_CHANGED, the channel's secret cannot be read any more.
    """
    match channel.kind:
        case ChannelKind.WEBHOOK:
            now = resources.clock.now_utc()
            signing = channel_secrets.usable(resources.secret_keys(), channel, now=now)
            document = _document(notification, workspace=workspace, delivery_id=delivery_id)
            message = WebhookMessage(
                notification.kind,
                delivery_id,
                now,
                json.dumps(document, ensure_ascii=False).encode(),
            )
            return resources.senders.webhook.send(channel.target, message, secrets=signing)
        case ChannelKind.EMAIL:
            return resources.senders.mail.send(
                Mail(
                    recipients=read_addresses(channel.target),
                    subject=f"[{workspace}] {notification.title}",
                    paragraphs=(notification.body,),
                    message_id=delivery_id,
                    footer=f"Sent by Muster to the channel {channel.name} of {workspace}"
                    f" at {notification.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC.",
                )
            )
        case _ as never:
            assert_never(never)


def delivery_id(delivery: Delivery) -> str:
    """Return the id a message bears each time it is sent.

    It is made of when the row was written, too: after a restore of an older backup, numbers come
    again, but they do not mean the same.
    """
    name = f"{delivery.notification.workspace_id}/{delivery.id}/{delivery.created_at.isoformat()}"
    return str(uuid.uuid5(_IDS, name))


def wait_seconds(attempts: int, *, jitter: float) -> float:
    """Return how long to wait after so many attempts.

    Args:
        attempts: made so far, 1 or more.
        jitter: 0 to 1; spreads the wait over 75 to 125 per cent, so that receivers which failed
            together are not asked together.
    """
    wait = min(_FIRST_WAIT_SECONDS * 3.0 ** (attempts - 1), _LONGEST_WAIT_SECONDS)
    return wait * (0.75 + jitter / 2)


def _deliver(resources: Resources, delivery: Delivery) -> int:
    """Send and settle one claimed delivery; 1 when its outcome was written, else 0."""
    outcome = _attempt(resources, delivery)
    if not outcome.delivered:
        logger.warning(
            "a notification was not delivered",
            extra={
                "delivery": delivery_id(delivery),
                "channel": delivery.channel.name,
                "attempt": delivery.attempts,
                "code": outcome.code,
                "detail": outcome.detail,
            },
        )
    try:
        return int(_settle(resources, delivery, outcome))
    except MusterError as error:
        # the lease ends by itself, and the message is sent again under the same id
        logger.exception("an outcome could not be written", extra={"code": error.code})
        return 0


def _attempt(resources: Resources, delivery: Delivery) -> Outcome:
    if delivery.attempts > MAX_ATTEMPTS:
        return Outcome(
            Verdict.REFUSED, "Its sender stopped in the midst each time.", code="SENDER_STOPPED"
        )
    try:
        return send(
            resources,
            delivery.channel,
            delivery.notification,
            workspace=delivery.workspace,
            delivery_id=delivery_id(delivery),
        )
    except MusterError as error:
        return Outcome(Verdict.FAILED, error.sentence, code=error.code)


def _settle(resources: Resources, delivery: Delivery, outcome: Outcome) -> bool:
    """Write an outcome; False when the lease was lost meanwhile."""
    if outcome.delivered:
        state, wait = DeliveryState.SENT, 0.0
    elif outcome.verdict is Verdict.FAILED and delivery.attempts < MAX_ATTEMPTS:
        state = DeliveryState.PENDING
        wait = wait_seconds(delivery.attempts, jitter=secrets.SystemRandom().random())
        wait = max(wait, outcome.wait_seconds or 0.0)
    else:
        state, wait = DeliveryState.FAILED, 0.0
    error = None if outcome.delivered else outcome.detail
    workspace_id = delivery.notification.workspace_id
    with resources.database.transaction(workspace_id) as connection:
        settled = deliveries.settle(
            connection, delivery, state=state, error=error, wait_seconds=wait
        )
        if not settled:
            return False
        if outcome.verdict is Verdict.GONE:
            _switch_off(connection, delivery, outcome)
        elif state is DeliveryState.FAILED:
            _tell(
                connection,
                delivery,
                kind="delivery.failed",
                notice=delivery.notification.title,
                attempts=delivery.attempts,
                error=outcome.detail,
            )
    return True


def _switch_off(connection: Transaction, delivery: Delivery, outcome: Outcome) -> None:
    """Disable a channel whose receiver is gone, and say so in the feed."""
    channel = delivery.channel
    if not channels.disable(connection, channel.workspace_id, channel.id):
        return
    deliveries.give_up_on_channel(
        connection, channel.workspace_id, channel.id, error=outcome.detail
    )
    _tell(connection, delivery, kind="channel.disabled")
    audit.record(
        connection,
        channel.workspace_id,
        actor=system_principal().name,
        action="channel.disable",
        subject=f"channel/{channel.name}",
        before={"enabled": True},
        after={"enabled": False},
        reason=outcome.detail,
    )


def _tell(connection: Transaction, delivery: Delivery, *, kind: str, **values: object) -> None:
    title, body = worded(kind, channel=delivery.channel.name, **values)
    notify(
        connection,
        delivery.notification.workspace_id,
        kind=kind,
        severity=Severity.ERROR,
        subject=f"channel/{delivery.channel.name}",
        title=title,
        body=body,
        data={"channel_id": delivery.channel.id, "notification_id": delivery.notification.id},
        dedupe_key=f"{kind}/{delivery.id}",
    )


def _document(notification: Notification, *, workspace: str, delivery_id: str) -> dict[str, Any]:
    """Return what a webhook says, as documented in `docs/guides/notifications.md`."""
    return {
        "id": delivery_id,
        "event": notification.kind,
        "workspace": workspace,
        "at": notification.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "severity": notification.severity.value,
        "subject": notification.subject,
        "title": notification.title,
        "body": notification.body,
        "data": notification.data,
    }
