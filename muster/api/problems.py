"""Problem details for what middlewares refuse, before any route is reached."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi.responses import JSONResponse

from muster.api.schemas.problem import ProblemDetails


def problem_response(
    status: int,
    code: str,
    title: str,
    *,
    hint: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return an answer that says in Muster's way why a request is refused."""
    details = ProblemDetails(
        type=f"urn:muster:error:{code}",
        title=title,
        status=status,
        code=code,
        hint=hint,
        path=None,
        problems=[],
    )
    return JSONResponse(
        details.model_dump(),
        status_code=status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )
