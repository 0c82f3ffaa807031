"""Refuses bodies that are too long, whether they say their length or come in chunks."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from muster.api.problems import problem_response


class BodyLimit:
    """Answers 413 to a body longer than the limit, without reading the rest of it.

    ``files``: path -> the limit of a route that takes whole files and does not keep them in memory.
    """

    def __init__(
        self, app: ASGIApp, *, limit_bytes: int, files: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._limit = limit_bytes
        self._files = dict(files or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while its body stays within the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = max(self._limit, self._files.get(scope["path"], 0))
        sentence = f"The body is longer than {limit:,} bytes."
        if _announced(scope) > limit:
            await problem_response(413, "BODY_TOO_LARGE", sentence)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # raised where the route reads its body; it becomes a 413 there
                raise HTTPException(413, sentence)
            return message

        await self._app(scope, counted, send)


def _announced(scope: Scope) -> int:
    """Return the length a request announces; 0 when it does not, or not with a number."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
