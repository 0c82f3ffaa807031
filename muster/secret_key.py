"""The installation's secret: from MUSTER_SECRET_KEY, or a file of its own in the data folder.

Nothing uses the secret itself: each purpose (sealing, cookies …) derives keys of its own from it
by HKDF-SHA256, so that one leaking betrays no other. Several secrets, parted by commas, allow a
change without interruption: the first writes, all of them read.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from muster.base.errors import InvalidInput, Unavailable

FILE_NAME = "secret.key"
_SHORTEST = 32
_KEY_BYTES = 32
_SALT = b"muster secret key 1"


@dataclass(frozen=True, slots=True, repr=False)
class SecretKeys:
    """The secrets of an installation, the one in use first; never printed."""

    secrets: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"SecretKeys({len(self.secrets)} secrets)"

    def derive(self, purpose: str) -> tuple[bytes, ...]:
        """Return a key of 32 bytes per secret for one purpose, the one in use first."""
        return tuple(
            HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=_SALT, info=purpose.encode()).derive(
                secret
            )
            for secret in self.secrets
        )


def load_secret_keys(configured: str | None, data_folder: Path) -> SecretKeys:
    """Return the secrets that were configured, else those of the data folder's file.

    The file is made when it is missing, for its owner alone to read.

    Args:
        configured: MUSTER_SECRET_KEY; secrets parted by commas, each of 32 characters or more.
        data_folder: where the file is.

    Raises:
        InvalidInput: BAD_SECRET_KEY, one is too short.
        Unavailable: SECRET_KEY_EXPOSED, others may read the file; SECRET_KEY_UNREADABLE.
    """
    if configured is not None and configured.strip():
        return _parse(configured, "MUSTER_SECRET_KEY")
    path = data_folder / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Unavailable(
                "SECRET_KEY_EXPOSED",
                f"Others than its owner may read {path}.",
                hint=f"Run `chmod 600 {path}`.",
            )
        return _parse(path.read_text(encoding="ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(
            "SECRET_KEY_UNREADABLE",
            f"The secret key {path} can be neither read nor made: {error}.",
            hint="Set MUSTER_SECRET_KEY, or give Muster a data folder that it may write to.",
        ) from error


def _parse(text: str, where: str) -> SecretKeys:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if not found or any(len(part) < _SHORTEST for part in found):
        raise InvalidInput(
            "BAD_SECRET_KEY",
            f"{where} holds a secret of less than {_SHORTEST} characters.",
            path=where,
            hint="Make one with `openssl rand -base64 48`.",
        )
    return SecretKeys(tuple(part.encode() for part in found))


def _make(path: Path) -> None:
    """Write a new secret whole or not at all; of two processes at once, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return  # another process was first, and its secret is the one
    finally:
        temporary.unlink()
