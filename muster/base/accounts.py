"""Accounts and sessions: who has one, and how they proved who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from muster.base.ids import UserId


class SignInMode(StrEnum):
    """What a server accepts as proof of who somebody is."""

    LOCAL = "local"  # whoever sits at this machine; loopback addresses alone
    PASSWORD = "password"  # noqa: S105 - the name of a mode; perhaps with an identity provider
    DATABRICKS_APPS = "databricks-apps"  # the platform's proxy names the person


class SignInMethod(StrEnum):
    """How one session began."""

    PASSWORD = "password"  # noqa: S105 - the name of a method
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class User:
    """An account.

    Attributes:
        email: in lower case.
        has_password: False: signs in elsewhere, or cannot yet.
        issuer, subject: who they are at an identity provider; both None: not linked.
        disabled_at: since when they may not sign in; None: they may.
    """

    id: UserId
    email: str
    name: str
    has_password: bool
    issuer: str | None
    subject: str | None
    installation_admin: bool
    created_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class UserSession:
    """One signed-in browser.

    Attributes:
        id: the beginning of the token's hash; names the session, opens nothing.
        agent: what the browser called itself.
    """

    id: str
    method: SignInMethod
    agent: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
