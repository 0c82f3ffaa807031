"""Signing in with an identity provider: begun in one browser, finished once, in the same one.

Only people who have an account, or were invited, get in; an account is tied to the provider's own
name of the person (issuer and subject), for e-mail addresses change hands.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from muster.base.accounts import SignInMethod, User
from muster.base.errors import Forbidden, Unauthenticated
from muster.connectors.oidc import OidcIdentity, OidcProvider
from muster.services import joining
from muster.services.context import Resources
from muster.services.signing_in import (
    NewSession,
    SignInPolicy,
    Visitor,
    begin_session,
    hash_token,
    is_token,
)
from muster.store import audit, sign_in, users
from muster.store.database import Transaction
from muster.store.sign_in import SignInState

VISIT_LIFETIME = timedelta(minutes=10)
_LONGEST_RETURN = 2000


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """A visit to the provider: where to go, and the token the browser keeps meanwhile."""

    address: str
    token: str


def start(resources: Resources, provider: OidcProvider, *, return_to: str | None) -> Visit:
    """Begin a visit to the identity provider.

    Raises:
        Unavailable: OIDC_UNAVAILABLE.
    """
    token = secrets.token_urlsafe(32)
    visit = SignInState(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        return_to=safe_return(return_to),
    )
    address = provider.address(state=visit.state, nonce=visit.nonce, verifier=visit.verifier)
    with resources.database.transaction() as connection:
        sign_in.sweep(connection)
        sign_in.add_state(
            connection, token_hash=hash_token(token), state=visit, lifetime=VISIT_LIFETIME
        )
    return Visit(address, token)


def finish(
    resources: Resources,
    provider: OidcProvider,
    policy: SignInPolicy,
    *,
    token: str | None,
    state: str,
    code: str,
    domains: tuple[str, ...],
    visitor: Visitor,
) -> tuple[NewSession, str]:
    """Finish a visit: return the session and where the browser wanted to go.

    Args:
        token: what the browser kept since the visit began.
        state, code: what the provider sent the browser back with.
        domains: whose addresses the provider may vouch for; none: everybody's.

    Raises:
        Unauthenticated: OIDC_STATE, the visit is unknown, used, too old, or another browser's;
            OIDC_REFUSED, the provider does not vouch.
        Forbidden: NOT_INVITED, ACCOUNT_DISABLED, EMAIL_UNVERIFIED, IDENTITY_MISMATCH.
        Unavailable: OIDC_UNAVAILABLE.
    """
    visit = None
    if is_token(token):
        with resources.database.transaction() as connection:
            visit = sign_in.take_state(connection, token_hash=hash_token(token or ""))
    if visit is None or not hmac.compare_digest(visit.state.encode(), state.encode()):
        raise Unauthenticated(
            "OIDC_STATE",
            "This sign-in was not begun in this browser, or too long ago.",
            hint="Begin again on the sign-in page.",
        )
    try:
        identity = provider.identify(code=code, nonce=visit.nonce, verifier=visit.verifier)
        with resources.database.transaction() as connection:
            user = _user(connection, identity, domains, visitor)
            if identity.email == user.email:
                joining.accept_open(connection, user, request_id=visitor.request_id)
            begun = begin_session(
                connection, policy, user, method=SignInMethod.OIDC, visitor=visitor
            )
    except (Unauthenticated, Forbidden) as error:
        _tell_refused(resources, error.code, visitor)
        raise
    return begun, visit.return_to


def safe_return(address: str | None) -> str:
    """Return a path of this server; anything that could lead elsewhere becomes the first page.

    >>> [safe_return(text) for text in ("/rules?x=1", "//evil.example", "https://evil.example")]
    ['/rules?x=1', '/', '/']
    """
    if address is None or not address.startswith("/") or len(address) > _LONGEST_RETURN:
        return "/"
    # browsers read a backslash as a slash, and drop tabs and line ends in the middle
    odd = not address.isprintable() or not address.isascii() or "\\" in address or " " in address
    return "/" if odd or address.startswith("//") else address


def _user(
    connection: Transaction, identity: OidcIdentity, domains: tuple[str, ...], visitor: Visitor
) -> User:
    """Return the account of an identity; link or make it when that is allowed."""
    known = users.by_identity(connection, issuer=identity.issuer, subject=identity.subject)
    if known is None:
        known = _first_visit(connection, identity, domains, visitor)
    elif domains and known.email.rpartition("@")[2] not in domains:
        raise _not_invited()
    if known.disabled_at is not None:
        raise Forbidden("ACCOUNT_DISABLED", "This account is closed.")
    return known


def _first_visit(
    connection: Transaction, identity: OidcIdentity, domains: tuple[str, ...], visitor: Visitor
) -> User:
    email = identity.email
    if email is None:
        raise Forbidden(
            "EMAIL_UNVERIFIED", "The identity provider has not verified your e-mail address."
        )
    if domains and email.rpartition("@")[2] not in domains:
        raise _not_invited()
    found = users.by_email(connection, email)
    if found is None:
        made = joining.join_by_email(
            connection, email=email, name=identity.name, request_id=visitor.request_id
        )
        if made is None:
            raise _not_invited()
        found = made
    if found.issuer is not None:
        raise Forbidden(
            "IDENTITY_MISMATCH",
            "The account of this e-mail address belongs to somebody else at the provider.",
            hint="Ask who runs the server.",
        )
    users.link(connection, found.id, issuer=identity.issuer, subject=identity.subject)
    audit.record(
        connection,
        None,
        actor=found.email,
        action="user.link",
        subject=f"user/{found.id}",
        after={"issuer": identity.issuer},
        request_id=visitor.request_id,
    )
    return found


def _not_invited() -> Forbidden:
    return Forbidden(
        "NOT_INVITED",
        "You have no account here.",
        hint="Ask an admin of the workspace to invite your e-mail address.",
    )


def _tell_refused(resources: Resources, code: str, visitor: Visitor) -> None:
    with resources.database.transaction() as connection:
        audit.record(
            connection,
            None,
            actor="nobody",
            action="session.refuse",
            subject="user/unknown",
            reason=code,
            request_id=visitor.request_id,
        )
