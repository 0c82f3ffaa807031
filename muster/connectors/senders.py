"""Everything that carries a notification out of Muster; built once, by `wiring.py`."""

from __future__ import annotations

from dataclasses import dataclass

from muster.connectors.mail import MailSender
from muster.connectors.webhook import WebhookSender


@dataclass(frozen=True, slots=True)
class Senders:
    """The ways out."""

    webhook: WebhookSender
    mail: MailSender
