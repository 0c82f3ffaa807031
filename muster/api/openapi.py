"""The OpenAPI document: FastAPI's, with all errors as the problem details they are."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from muster.api.schemas.problem import Fault, ProblemDetails

PROBLEM_JSON = "application/problem+json"
_REFERENCE = {"$ref": "#/components/schemas/ProblemDetails"}
_OTHERS = {
    "400": "The request cannot be understood",
    "401": "Nobody is signed in, or the credentials are wrong",
    "403": "Who is signed in may not do this",
    "404": "There is no such thing, or not for you",
    "409": "The present state forbids it",
    "412": "It was changed since it was read (If-Match)",
    "413": "The body is too large",
    "415": "The body is not JSON",
    "422": "What was sent is at fault; `problems` names every fault with its path",
    "429": "Too many requests; Retry-After says when to try again",
    "502": "The warehouse failed",
    "503": "Busy, or something it needs is not there; the same request may succeed later",
}


def install(app: FastAPI) -> None:
    """Make the application describe its errors; the document is built once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_problems(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=app.description,
                    routes=app.routes,
                )
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _with_problems(found: dict[str, Any]) -> dict[str, Any]:
    """Document problem details for every operation."""
    template = "#/components/schemas/{model}"
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for model in (Fault, ProblemDetails):
        schemas[model.__name__] = model.model_json_schema(ref_template=template)
        schemas[model.__name__].pop("$defs", None)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for operations in found["paths"].values():
        for operation in operations.values():
            _describe(operation["responses"])
    return found


def _describe(responses: dict[str, Any]) -> None:
    """Give every error of one operation its content type; what it says itself goes first."""
    for status, description in _OTHERS.items():
        known = responses.get(status, {})
        words = known.get("description", description)
        if status == "422" and words == "Validation Error":
            words = description
        content = {
            kind: content
            for kind, content in known.get("content", {}).items()
            if "HTTPValidationError" not in str(content) and "ProblemDetails" not in str(content)
        }
        responses[status] = {
            **{name: value for name, value in known.items() if name not in ("content",)},
            "description": words,
            "content": {**content, PROBLEM_JSON: {"schema": _REFERENCE}},
        }
