"""Headers that tell browsers what pages of this server may do: nothing that they do not need."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
# What the web app is made of sets inline styles; scripts come from its own files alone. Charts and
# files to save are made in the browser, hence data: and blob:.
APP_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; connect-src 'self'; font-src 'self' data:; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# The pages of the API's documentation bring a small inline script and style of their own, and
# nothing that anybody typed.
_DOCUMENTATION_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
_DOCUMENTATION = ("/docs", "/redoc")
_YEAR_SECONDS = 365 * 24 * 3600

COMMON = {
    "X-Content-Type-Options": "nosniff",
    # not `no-referrer`: browsers would then send `Origin: null` with the forms of our own pages
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityHeaders:
    """Adds the headers to every answer; what a route set itself stays."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = self._headers(scope["path"])

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, complete)

    def _headers(self, path: str) -> dict[str, str]:
        found = dict(COMMON)
        found["Content-Security-Policy"] = (
            _DOCUMENTATION_POLICY if path.startswith(_DOCUMENTATION) else PAGE_POLICY
        )
        if path.startswith(("/api/", "/sign-", "/invitation")):
            found["Cache-Control"] = "no-store"
        if self._https:
            found["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"
        return found
