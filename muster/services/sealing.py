"""Encrypts what must be kept but not seen: the secrets that webhooks are signed with."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from muster.base.errors import Unavailable
from muster.secret_key import SecretKeys


def seal(keys: SecretKeys, text: str, *, purpose: str) -> str:
    """Return a text encrypted and authenticated for one purpose, with the secret in use."""
    return _fernet(keys, purpose).encrypt(text.encode()).decode("ascii")


def unseal(keys: SecretKeys, sealed: str, *, purpose: str) -> str:
    """Return a sealed text.

    Raises:
        Unavailable: SECRET_KEY_CHANGED, it was sealed with another key or for another purpose.
    """
    try:
        return _fernet(keys, purpose).decrypt(sealed).decode()
    except (InvalidToken, ValueError) as error:
        raise Unavailable(
            "SECRET_KEY_CHANGED",
            "A stored secret cannot be read with the present secret key.",
            hint="Put the former key behind the new one in MUSTER_SECRET_KEY (NEW,FORMER), restore"
            " the file secret.key, or store the secret anew.",
        ) from error


def _fernet(keys: SecretKeys, purpose: str) -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(key)) for key in keys.derive(f"seal/{purpose}")]
    )
