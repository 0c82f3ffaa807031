"""Refuses settings of sign-in that would let anybody in, or nobody."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from muster.base.accounts import SignInMode
from muster.base.errors import InvalidInput, Problem
from muster.settings import Settings

_PLATFORM_VARIABLES = ("DATABRICKS_APP_NAME", "DATABRICKS_HOST")


def check_sign_in(settings: Settings, *, host: str, environment: Mapping[str, str]) -> None:
    """Refuse settings that would let anybody in, or nobody.

    Args:
        host: the address the server will listen on.
        environment: of the process; a platform shows itself by its variables.

    Raises:
        InvalidInput: BAD_SETTINGS with every fault.
    """
    problems = [
        *_mode_faults(settings, host, environment),
        *_provider_faults(settings),
    ]
    if problems:
        raise InvalidInput.of("BAD_SETTINGS", "The environment", problems)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is this machine's own alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _mode_faults(settings: Settings, host: str, environment: Mapping[str, str]) -> list[Problem]:
    if settings.sign_in is SignInMode.LOCAL and not is_loopback(host):
        return [
            _fault(
                "MUSTER_HOST",
                f"In sign-in mode local everybody is an admin, so the server may not listen on"
                f" {host}.",
                "Listen on 127.0.0.1, or set MUSTER_SIGN_IN=password.",
            )
        ]
    missing = [name for name in _PLATFORM_VARIABLES if not environment.get(name)]
    if settings.sign_in is SignInMode.DATABRICKS_APPS and missing:
        return [
            _fault(
                "MUSTER_SIGN_IN",
                "The mode databricks-apps believes headers that only the platform's proxy may"
                f" set, and this is not the platform: {' and '.join(missing)} are not set.",
                "Set MUSTER_SIGN_IN=password everywhere else.",
            )
        ]
    return []


def _provider_faults(settings: Settings) -> list[Problem]:
    if settings.oidc_issuer is None:
        return []
    found = []
    if settings.sign_in is not SignInMode.PASSWORD:
        found.append(
            _fault("MUSTER_OIDC_ISSUER", "An identity provider needs MUSTER_SIGN_IN=password.")
        )
    if not settings.oidc_client_id:
        found.append(_fault("MUSTER_OIDC_CLIENT_ID", "The identity provider needs a client id."))
    if settings.public_url is None:
        found.append(
            _fault(
                "MUSTER_PUBLIC_URL",
                "The identity provider sends browsers back here, so it must be known where.",
                "Set it to the address people use, e.g. https://muster.example.",
            )
        )
    parts = urlsplit(settings.oidc_issuer)
    if parts.scheme != "https" and not (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    ):
        found.append(_fault("MUSTER_OIDC_ISSUER", "The identity provider must use https."))
    return found


def _fault(path: str, sentence: str, hint: str | None = None) -> Problem:
    return Problem("BAD_SETTING", path, sentence, hint)
