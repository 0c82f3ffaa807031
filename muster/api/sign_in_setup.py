"""Makes the settings of sign-in into what routes and middlewares use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from muster.api.gate import GateRules
from muster.api.rate_limits import RateLimits
from muster.base.accounts import SignInMode
from muster.connectors.oidc import OidcClient, OidcProvider
from muster.services.context import Resources
from muster.services.signing_in import SignInPolicy
from muster.settings import Settings

CALLBACK = "/api/session/oidc/callback"


@dataclass(frozen=True, slots=True)
class SignIn:
    """How one server lets people in; lives as long as the application."""

    mode: SignInMode
    policy: SignInPolicy
    limits: RateLimits
    provider: OidcProvider | None
    https: bool


def set_up(settings: Settings, resources: Resources) -> SignIn:
    """Return how this server lets people in."""
    local = settings.sign_in is SignInMode.LOCAL
    policy = SignInPolicy(
        lifetime=timedelta(hours=settings.session_hours),
        idle=timedelta(hours=settings.session_idle_hours),
        attempts_key=resources.secret_keys().derive("sign-in attempts")[0],
    )
    return SignIn(
        mode=settings.sign_in,
        policy=policy,
        limits=RateLimits(0 if local else settings.requests_per_minute),
        provider=_provider(settings),
        https=is_https(settings),
    )


def gate_rules(settings: Settings) -> GateRules:
    """Return what the server lets in."""
    origin = None if settings.public_url is None else settings.public_url.rstrip("/").lower()
    own = {urlsplit(origin).hostname or ""} if origin is not None else set()
    hosts = {name.partition(":")[0] for name in settings.allowed_hosts}
    # outside local mode a public URL alone does not narrow: probes and proxies use other names
    narrowed = bool(hosts) or settings.sign_in is SignInMode.LOCAL
    return GateRules(settings.sign_in, frozenset(hosts | own if narrowed else ()), origin)


def is_https(settings: Settings) -> bool:
    """Whether people reach this server by https."""
    return (settings.public_url or "").startswith("https:")


def _provider(settings: Settings) -> OidcProvider | None:
    if settings.oidc_issuer is None or settings.public_url is None:
        return None
    secret = settings.oidc_client_secret
    return OidcProvider(
        OidcClient(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id or "",
            client_secret=None if secret is None else secret.get_secret_value(),
            redirect_uri=settings.public_url.rstrip("/") + CALLBACK,
        )
    )
