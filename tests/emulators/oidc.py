"""An identity provider on this machine: real HTTP, real RS256 signatures, and faults on request."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "muster+test", "a secret/with: signs"


class OidcEmulator:
    """What the provider knows, and which faults it shows.

    Attributes:
        person: claims of who is signed in at the provider.
        claims: put over those of the next ID tokens; a value None leaves the claim out.
        fault: "status_500", "no_id_token", "alg_none", "hs256", "wrong_key", "issuer" or None.
    """

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}, private=True)
        self.published = [self.key]
        self.person: dict[str, Any] = {
            "sub": "ada-1",
            "email": "ada@example.com",
            "email_verified": True,
            "name": "Ada",
        }
        self.claims: dict[str, Any] = {}
        self.fault: str | None = None
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)}, private=True)
        self.published = [self.key]

    def sign_in(self, address: str) -> str:
        """Do what the person does: visit the provider, agree, and be sent back.

        Returns:
            The path and query of Muster that the browser goes to.
        """
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}" == self.issuer
        asked = dict(parse_qsl(parts.query, strict_parsing=True))
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def discovery(self) -> dict[str, Any]:
        issuer = "https://evil.example" if self.fault == "issuer" else self.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def keys(self) -> dict[str, Any]:
        encryption = {**self.key.as_dict(private=False), "use": "enc", "kid": "other"}
        return {"keys": [*(key.as_dict(private=False) for key in self.published), encryption]}

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        kind, _, value = authorization.partition(" ")
        given = base64.b64decode(value).decode() if kind == "Basic" else ":"
        name, _, secret = given.partition(":")
        if (unquote_plus(name), unquote_plus(secret)) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or form.get("redirect_uri") != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        if self.fault == "no_id_token":
            return 200, {"access_token": "x", "token_type": "Bearer"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self._sign(asked)}

    def _sign(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.fault == "alg_none":
            parts = [{"alg": "none"}, claims]
            texts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in parts]
            return ".".join(text.rstrip("=") for text in texts) + "."
        if self.fault == "hs256":
            from joserfc.jwk import OctKey

            # the attack: the public key, which anybody has, used as a shared secret
            shared = OctKey.import_key(json.dumps(self.key.as_dict(private=False)))
            return jwt.encode({"alg": "HS256", "kid": "first"}, claims, shared, ["HS256"])
        signer = RSAKey.generate_key(2048, private=True) if self.fault == "wrong_key" else self.key
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, signer, ["RS256"])


@contextmanager
def running() -> Iterator[OidcEmulator]:
    """Serve an identity provider on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            emulator.asked.append(self.path)
            if emulator.fault == "status_500":
                self._answer(500, {})
            elif self.path == "/.well-known/openid-configuration":
                self._answer(200, emulator.discovery())
            elif self.path == "/keys":
                self._answer(200, emulator.keys())
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            emulator.asked.append(self.path)
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            self._answer(*emulator.token(form, self.headers.get("Authorization", "")))

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    emulator = OidcEmulator(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield emulator
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
