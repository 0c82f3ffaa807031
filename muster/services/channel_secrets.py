"""Secrets that webhooks are signed with: made here, shown once, kept sealed, changed in peace.

After a change the former secret signs beside the new one for a day, so that no message is refused
while the receiver learns the new one.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta

from muster.base.notices import Channel
from muster.secret_key import SecretKeys
from muster.services.sealing import seal, unseal

_PURPOSE = "webhook"
FORMER_FOR = timedelta(hours=24)


def make() -> str:
    """Return a new secret of 256 bits."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def sealed(
    keys: SecretKeys, secret: str, *, former: str | None = None, now: datetime | None = None
) -> str:
    """Return a secret as it is stored, perhaps with the one it replaces."""
    document: dict[str, str] = {"current": secret}
    if former is not None and now is not None:
        document |= {"former": former, "former_until": (now + FORMER_FOR).isoformat()}
    return seal(keys, json.dumps(document), purpose=_PURPOSE)


def usable(keys: SecretKeys, channel: Channel, *, now: datetime) -> tuple[str, ...]:
    """Return what to sign a channel's messages with, the secret in use first.

    Raises:
        Unavailable: SECRET_KEY_CHANGED.
    """
    if channel.sealed_secret is None:
        return ()
    document = json.loads(unseal(keys, channel.sealed_secret, purpose=_PURPOSE))
    if "former" in document and now < datetime.fromisoformat(document["former_until"]):
        return document["current"], document["former"]
    return (document["current"],)
