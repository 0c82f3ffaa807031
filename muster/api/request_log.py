"""Gives each request an id, logs one line about it, and counts and times it.

Pure ASGI, around everything else, so that failures and streams are seen to their end. Routes are
named by their template: an address may hold a person's key.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from muster.api.metrics import Metrics
from muster.base.correlation import bind
from muster.base.spans import span

logger = logging.getLogger("muster.access")
HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
UNKNOWN_ROUTE = "(none)"


def install(app: FastAPI, metrics: Metrics) -> None:
    """Put the middleware around everything, the answer to unexpected errors included.

    `add_middleware` would put it inside of that one, and then just these answers had no id. To be
    called before other middleware is added, so that `_RouteNote` is the innermost.
    """
    app.add_middleware(_RouteNote)
    build = app.build_middleware_stack

    def build_all() -> ASGIApp:
        return RequestLog(build(), metrics=metrics)

    app.build_middleware_stack = build_all  # type: ignore[method-assign]


class RequestLog:
    """The middleware."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = request_id_of(Headers(scope=scope))
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        started = time.perf_counter()
        self.metrics.in_progress.inc()
        with bind(request_id=request_id), span("http request", method=scope["method"]) as tell:
            try:
                await self.app(scope, receive, send_marked)
            finally:
                self.metrics.in_progress.dec()
                # 499: whoever asked went away before the answer began
                self._finish(scope, status or 499, time.perf_counter() - started)
                tell(route=route_of(scope), status=status or 499)

    def _finish(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = route_of(scope)
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.request_seconds.labels(method, route).observe(seconds)
        principal = scope.get("state", {}).get("principal")
        level = logging.DEBUG if route in _PROBES and status < 500 else logging.INFO
        logger.log(
            level,
            "%s %s %d",
            method,
            route,
            status,
            extra={
                "method": method,
                "route": route,
                "status": status,
                "seconds": round(seconds, 6),
                "actor_kind": getattr(getattr(principal, "kind", None), "value", None),
            },
        )


class _RouteNote:
    """Writes down which route answered, where the outermost middleware finds it.

    The router notes it in the scope, of which middleware in between may have made a copy; the
    state in it stays one and the same.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        try:
            await self.app(scope, receive, send)
        finally:
            path = getattr(scope.get("route"), "path", None)
            if isinstance(path, str) and path:
                scope.setdefault("state", {})["route"] = path


def request_id_of(headers: Headers) -> str:
    """Return the sender's request id if it is a harmless one, else a new one."""
    given = headers.get(HEADER, "")
    return given if _ACCEPTED.fullmatch(given) else uuid.uuid4().hex


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered, e.g. ``/api/rules/{rule_id}``."""
    found: str = scope.get("state", {}).get("route", UNKNOWN_ROUTE)
    return found
