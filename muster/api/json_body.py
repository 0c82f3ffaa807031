"""Request bodies read as Muster reads JSON: numbers exact, a repeated name refused.

A rule is not described by a class but by its language, so its route takes the plain JSON and lets
the language's own reader find all faults at once, each with its path.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel

from muster.base.errors import InvalidInput
from muster.base.json_value import loads

MAX_BYTES = 4_000_000


async def _json_body(request: Request) -> Any:
    """Read the body; an empty one is None.

    Raises:
        InvalidInput: TOO_LARGE, BAD_JSON.
    """
    collected = bytearray()
    async for chunk in request.stream():
        collected += chunk
        if len(collected) > MAX_BYTES:
            raise InvalidInput(
                "TOO_LARGE", f"The body is longer than {MAX_BYTES:,} bytes.", path="$"
            )
    if not collected.strip():
        return None
    try:
        text = bytes(collected).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("BAD_JSON", "The body is not UTF-8.", path="$") from error
    return loads(text)


JsonBody = Annotated[Any, Depends(_json_body)]
"""The request's JSON; the route documents its form by `documented_body`."""


def documented_body(
    model: type[BaseModel], *, examples: dict[str, Any], required: bool = True
) -> dict[str, Any]:
    """Return what a route passes as ``openapi_extra`` to document a `JsonBody`.

    Args:
        model: describes the form; it must not refer to other models.
        examples: name -> a whole body.
    """
    named = {name: {"value": value} for name, value in examples.items()}
    content = {"schema": model.model_json_schema(), "examples": named}
    return {"requestBody": {"required": required, "content": {"application/json": content}}}
