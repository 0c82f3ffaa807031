"""Who sent a request: the sign-in mode decides what counts as proof.

An API token counts in every mode but databricks-apps, where the platform asks for its own; who
shows one is judged by it alone, whatever cookies came along.
"""

from __future__ import annotations

from fastapi import Request

from muster.api.cookies import SESSION, read_cookie
from muster.api.sign_in_setup import SignIn
from muster.base.accounts import SignInMode
from muster.base.errors import Unauthenticated
from muster.base.people import Principal, local_principal
from muster.services.context import Resources
from muster.services.platform_sign_in import principal_of_platform
from muster.services.signing_in import Visitor, principal_of_session
from muster.services.tokens import principal_of_token
from muster.settings import Settings

_LONGEST_AGENT = 400


def sign_in_of(request: Request) -> SignIn:
    """Return how this server lets people in."""
    found: SignIn = request.app.state.sign_in
    return found


def visitor_of(request: Request) -> Visitor:
    """Return who asks, before anything about them is proved."""
    return Visitor(
        address=address_of(request),
        agent=request.headers.get("user-agent", "")[:_LONGEST_AGENT],
        token=read_cookie(request, SESSION, https=sign_in_of(request).https),
        request_id=getattr(request.state, "request_id", None),
    )


def address_of(request: Request) -> str:
    """Return where a request came from, as the server's own socket or its trusted proxy says."""
    return request.client.host if request.client else "unknown"


def authenticate(request: Request, resources: Resources, settings: Settings) -> Principal:
    """Return the verified sender of a request, and count the request against their limit.

    Raises:
        Unauthenticated: NOT_SIGNED_IN, BAD_TOKEN, ACCOUNT_DISABLED.
        TooManyRequests: RATE_LIMITED.
    """
    limits = sign_in_of(request).limits
    try:
        found = _principal(request, resources, settings)
    except Unauthenticated:
        limits.spend("address", address_of(request))
        raise
    request.state.principal = found  # its kind goes into the access log
    limits.spend("person", _counted_as(found))
    return found


def is_bearer(request: Request) -> bool:
    """Whether a request shows an API token, good or not."""
    return request.headers.get("authorization", "")[:7].lower() == "bearer "


def _principal(request: Request, resources: Resources, settings: Settings) -> Principal:
    # the platform's own tokens come by the same header, checked by its proxy
    if is_bearer(request) and settings.sign_in is not SignInMode.DATABRICKS_APPS:
        return _of_token(request, resources)
    match settings.sign_in:
        case SignInMode.LOCAL:
            return local_principal(settings.actor)
        case SignInMode.PASSWORD:
            return _of_session(request, resources)
        case SignInMode.DATABRICKS_APPS:
            return _of_platform(request, resources, settings)


def _of_token(request: Request, resources: Resources) -> Principal:
    token = request.headers["authorization"][7:].strip()
    found = principal_of_token(resources, token) if token else None
    if found is None:
        raise Unauthenticated(
            "BAD_TOKEN",
            "The API token is unknown, expired or revoked.",
            hint="Send Authorization: Bearer and the token.",
        )
    return found


def _of_session(request: Request, resources: Resources) -> Principal:
    sign_in = sign_in_of(request)
    cookie = read_cookie(request, SESSION, https=sign_in.https)
    found = None
    if cookie is not None:
        found = principal_of_session(resources, cookie, idle=sign_in.policy.idle)
    if found is None:
        raise Unauthenticated(
            "NOT_SIGNED_IN", "You are not signed in.", hint="Sign in at /sign-in, or send a token."
        )
    return found


def _of_platform(request: Request, resources: Resources, settings: Settings) -> Principal:
    """Believe the platform's headers; that this is the platform was checked at the start."""
    name = request.headers.get("x-forwarded-preferred-username", "")
    email = request.headers.get("x-forwarded-email") or (name if "@" in name else "")
    if not email:
        raise Unauthenticated(
            "NOT_SIGNED_IN",
            "The platform did not say who you are.",
            hint="Open the app at its own address.",
        )
    return principal_of_platform(resources, email=email, name=name, admins=settings.admin_emails)


def _counted_as(principal: Principal) -> str:
    if principal.grant is not None:
        return f"token {principal.grant.id}"
    return f"user {principal.user_id}"
