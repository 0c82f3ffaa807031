"""Signed webhooks: one POST of JSON for each message, verifiable and repeatable.

The signature covers the time and the body, so that a message can be neither changed nor sent again
much later; the delivery's id stays the same when it is repeated. `docs/guides/notifications.md`
shows receivers how to check it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from muster.base.errors import InvalidInput, Unavailable
from muster.connectors.outcome import Outcome, Verdict
from muster.connectors.safe_http import Answer, SafeHttp

_GONE = 410
_LONGEST_WAIT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """What one POST says.

    Attributes:
        event: kind of the notification.
        delivery_id: the same whenever the same message is sent again.
        sent_at: goes into the signature.
        body: JSON, UTF-8.
    """

    event: str
    delivery_id: str
    sent_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Posts messages to the URLs of channels."""

    http: SafeHttp

    def send(self, url: str, message: WebhookMessage, *, secrets: Sequence[str]) -> Outcome:
        """Post one message and say what became of it; failures are outcomes, not errors.

        Args:
            url: where to.
            message: what.
            secrets: what to sign with; several while a secret is being changed.
        """
        timestamp = str(int(message.sent_at.timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Muster-Webhook/1",
            "Muster-Event": message.event,
            "Muster-Delivery": message.delivery_id,
            "Muster-Timestamp": timestamp,
            "Muster-Signature": ",".join(
                f"v1={sign(secret, timestamp, message.body)}" for secret in secrets
            ),
        }
        try:
            answer = self.http.post(url, body=message.body, headers=headers)
        except InvalidInput as error:
            return Outcome(Verdict.REFUSED, error.sentence, code=error.code)
        except Unavailable as error:
            return Outcome(Verdict.FAILED, error.sentence, code=error.code)
        return _judged(answer, message.sent_at)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return HMAC-SHA256 over ``timestamp.body`` in lower-case hexadecimal."""
    signed = timestamp.encode("ascii") + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _judged(answer: Answer, now: datetime) -> Outcome:
    """Return what a status means for the message."""
    status = answer.status
    if 200 <= status < 300:
        return Outcome(Verdict.DELIVERED, f"The receiver answered {status}.", status=status)
    if status == _GONE:
        return Outcome(
            Verdict.GONE, "The receiver answered 410: it is gone for good.", status=status
        )
    if 300 <= status < 400:
        return Outcome(
            Verdict.REFUSED,
            f"The receiver answered {status}, a redirect; redirects are not followed.",
            status=status,
            code="REDIRECTED",
        )
    return Outcome(
        Verdict.FAILED,
        f"The receiver answered {status}.",
        status=status,
        code="HTTP_STATUS",
        wait_seconds=_wait(answer.retry_after, now),
    )


def _wait(retry_after: str | None, now: datetime) -> float | None:
    """Return the seconds a receiver asks for, at most an hour; None when it asks for none."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal() and len(retry_after) < 10:
        seconds = float(retry_after)
    else:
        try:
            moment = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (zoned - now) / timedelta(seconds=1)
    return min(max(seconds, 0.0), _LONGEST_WAIT_SECONDS)
