"""Files sent as a request's body: written to disk as they come, gone when the request is over."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from muster.base.errors import InvalidFile

UPLOAD_BYTES = 50_000_000
"""The longest file (the limit of other bodies is a setting)."""
UPLOADS = frozenset({"/api/orders/imports"})
"""The routes that take files instead of JSON."""
KINDS = (
    "text/csv",
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


async def _uploaded(request: Request) -> AsyncIterator[Path]:
    """Write the body to a temporary file.

    Raises:
        InvalidFile: EMPTY_FILE.
    """
    with tempfile.NamedTemporaryFile(prefix="muster-upload-") as file:
        async for chunk in request.stream():
            await run_in_threadpool(file.write, chunk)
        file.flush()
        if not file.tell():
            raise InvalidFile("EMPTY_FILE", "The body is empty.", path="$.body")
        yield Path(file.name)


Uploaded = Annotated[Path, Depends(_uploaded)]
"""The request's body as a file; the route documents it by `documented_file`."""


def documented_file() -> dict[str, Any]:
    """Return what a route passes as ``openapi_extra`` to document an `Uploaded` body."""
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {"requestBody": {"required": True, "content": dict.fromkeys(KINDS, schema)}}
