"""An identity provider (OpenID Connect): authorization code with PKCE, and a verified ID token.

The provider is named by who runs the server, so its addresses are not guarded against; every
request has a time limit, follows no redirect and reads a bounded answer.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from muster.base.errors import Unauthenticated, Unavailable

_TIMEOUT_SECONDS = 10.0
_LARGEST_ANSWER_BYTES = 1_000_000
_FRESH_SECONDS = 3600.0
_KEYS_AGAIN_SECONDS = 30.0
"""An unknown key is looked for again no more often: anybody may invent a key's name."""
_DOWN_SECONDS = 5.0
_LEEWAY_SECONDS = 60
# asymmetric ones alone: with HS256 the client secret would be the key, and "none" is no signature
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


@dataclass(frozen=True, slots=True)
class OidcClient:
    """Muster at an identity provider; ``client_secret`` None: a public client."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class OidcIdentity:
    """Who a verified ID token names; ``email`` None unless the provider verified it."""

    issuer: str
    subject: str
    email: str | None
    name: str


class OidcProvider:
    """One identity provider; its addresses and keys are read when first needed and kept an hour."""

    def __init__(self, client: OidcClient) -> None:
        self.client = client
        self._lock = threading.Lock()
        self._document: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        self._document_read = self._keys_read = -_FRESH_SECONDS
        self._failed_at = -_FRESH_SECONDS

    def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return where to send the browser.

        Raises:
            Unavailable: OIDC_UNAVAILABLE.
        """
        found: str = add_params_to_uri(
            self._endpoint("authorization_endpoint"),
            [
                ("response_type", "code"),
                ("client_id", self.client.client_id),
                ("redirect_uri", self.client.redirect_uri),
                ("scope", "openid email profile"),
                ("state", state),
                ("nonce", nonce),
                ("code_challenge", create_s256_code_challenge(verifier)),
                ("code_challenge_method", "S256"),
            ],
        )
        return found

    def identify(self, *, code: str, nonce: str, verifier: str) -> OidcIdentity:
        """Exchange a code for an ID token and return whom it names.

        Raises:
            Unauthenticated: OIDC_REFUSED, the provider refuses the code, or the token is not for
                this sign-in.
            Unavailable: OIDC_UNAVAILABLE.
        """
        answer = self._exchange(code, verifier)
        token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str):
            raise _refused("it sent no ID token")
        try:
            decoded = self._decode(token)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.client.issuer},
                    "aud": {"essential": True, "value": self.client.client_id},
                    "exp": {"essential": True},
                    "nonce": {"essential": True, "value": nonce},
                },
                {
                    "nonce": nonce,
                    "client_id": self.client.client_id,
                    "access_token": access_token if isinstance(access_token, str) else None,
                },
            )
            claims.validate(now=int(time.time()), leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise _refused(f"its ID token is not good ({type(error).__name__})") from error
        return self._identity(claims)

    def _identity(self, claims: dict[str, Any]) -> OidcIdentity:
        subject, email = claims.get("sub"), claims.get("email")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise _refused("its ID token names nobody")
        verified = claims.get("email_verified") is True and isinstance(email, str)
        name = claims.get("name")
        return OidcIdentity(
            issuer=self.client.issuer,
            subject=subject,
            email=str(email).strip().lower() if verified else None,
            name=name if isinstance(name, str) else "",
        )

    def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "code_verifier": verifier,
        }
        document = self._discovered()
        auth = None
        secret = self.client.client_secret
        methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret is None:
            form["client_id"] = self.client.client_id
        elif "client_secret_basic" in methods:
            auth = httpx.BasicAuth(_quoted(self.client.client_id), _quoted(secret))
        else:
            form |= {"client_id": self.client.client_id, "client_secret": secret}
        return self._ask("POST", self._endpoint("token_endpoint"), form=form, auth=auth)

    def _decode(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(_FRESH_SECONDS), algorithms=_ALGORITHMS)
        except InvalidKeyIdError:
            # the provider may have changed its keys since they were read
            return jwt.decode(token, self._key_set(_KEYS_AGAIN_SECONDS), algorithms=_ALGORITHMS)

    def _key_set(self, fresh_seconds: float) -> KeySet:
        address = self._endpoint("jwks_uri")
        with self._lock:
            if self._keys is None or time.monotonic() - self._keys_read > fresh_seconds:
                document = self._ask("GET", address)
                try:
                    self._keys = KeySet.import_key_set(_signing_keys(document))
                except (JoseError, ValueError, TypeError, KeyError) as error:
                    raise _unavailable("its keys cannot be read") from error
                self._keys_read = time.monotonic()
            return self._keys

    def _endpoint(self, name: str) -> str:
        found = self._discovered().get(name)
        secure = self.client.issuer.startswith("http:") or str(found).startswith("https:")
        if not isinstance(found, str) or not found.startswith("http") or not secure:
            raise _unavailable(f"its discovery document has no usable {name}")
        return found

    def _discovered(self) -> dict[str, Any]:
        address = self.client.issuer.rstrip("/") + "/.well-known/openid-configuration"
        with self._lock:
            old = time.monotonic() - self._document_read > _FRESH_SECONDS
            if self._document is None or old:
                self._document = self._discover_unless_down(address)
                self._document_read = time.monotonic()
            return self._document

    def _discover_unless_down(self, address: str) -> dict[str, Any]:
        """Read the document, unless that failed a moment ago: a queue must not wait one by one."""
        if time.monotonic() - self._failed_at < _DOWN_SECONDS:
            raise _unavailable("it could not be used a moment ago")
        try:
            document = self._ask("GET", address)
            if document.get("issuer") != self.client.issuer:
                raise _unavailable(
                    f'its discovery document names the issuer "{document.get("issuer")}"'
                )
        except Unavailable:
            self._failed_at = time.monotonic()
            raise
        return document

    def _ask(
        self,
        method: str,
        address: str,
        *,
        form: dict[str, str] | None = None,
        auth: httpx.Auth | None = None,
    ) -> dict[str, Any]:
        """Send one request and return the JSON object it answers."""
        try:
            with httpx.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False) as client:
                headers = {"Accept": "application/json"}
                with client.stream(
                    method, address, data=form, auth=auth, headers=headers
                ) as answer:
                    body = b""
                    for part in answer.iter_bytes():
                        body += part
                        if len(body) > _LARGEST_ANSWER_BYTES:
                            raise _unavailable("its answer is too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unavailable(f"it does not answer ({type(error).__name__})") from error
        if form is not None and answer.status_code in (400, 401):
            raise _refused("it refuses the code")
        if answer.status_code != 200:
            raise _unavailable(f"it answers with status {answer.status_code}")
        try:
            found = httpx.Response(200, content=body).json()
        except ValueError as error:
            raise _unavailable("its answer is not JSON") from error
        if not isinstance(found, dict):
            raise _unavailable("its answer is not a JSON object")
        return found


def _signing_keys(document: dict[str, Any]) -> Any:
    """Leave out the keys for encryption, and kinds that could be nobody's public key."""
    keys = [
        key
        for key in document["keys"]
        if key.get("use", "sig") == "sig" and key.get("kty") in ("RSA", "EC", "OKP")
    ]
    return {"keys": keys}


def _quoted(text: str) -> str:
    """Write a part of HTTP Basic as RFC 6749, section 2.3.1, asks."""
    return quote_plus(text)


def _refused(why: str) -> Unauthenticated:
    return Unauthenticated("OIDC_REFUSED", f"The identity provider did not vouch for you: {why}.")


def _unavailable(why: str) -> Unavailable:
    return Unavailable(
        "OIDC_UNAVAILABLE",
        f"The identity provider cannot be used: {why}.",
        hint="Check MUSTER_OIDC_ISSUER, and that the provider can be reached from this server.",
    )
