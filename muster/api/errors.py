"""The only place where errors become HTTP: status, problem details, and nothing else leaks."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from muster.api.schemas.orders_changes import ConflictDetails, conflict_body
from muster.api.schemas.problem import Fault, ProblemDetails
from muster.api.security_headers import COMMON
from muster.base.errors import (
    Busy,
    CellsChanged,
    Conflict,
    EngineFailed,
    Forbidden,
    InvalidInput,
    MusterError,
    NotFound,
    Stale,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

logger = logging.getLogger("muster.api")

_STATUSES: tuple[tuple[type[MusterError], int], ...] = (
    (InvalidInput, 422),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (Stale, 412),
    (TooManyRequests, 429),
    (NotFound, 404),
    (Conflict, 409),
    (Busy, 503),
    (Unavailable, 503),
    (EngineFailed, 502),
)
_CODES = {404: "NO_SUCH_PAGE", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}


def install(app: FastAPI) -> None:
    """Teach an application to answer errors as problem details."""
    app.add_exception_handler(MusterError, _muster_error)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def _answer(details: ProblemDetails, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        details.model_dump(mode="json"),
        status_code=details.status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )


def _details(
    code: str,
    status: int,
    title: str,
    *,
    hint: str | None = None,
    path: str | None = None,
    problems: list[Fault] | None = None,
) -> ProblemDetails:
    return ProblemDetails(
        type=f"urn:muster:error:{code}",
        title=title,
        status=status,
        code=code,
        hint=hint,
        path=path,
        problems=problems or [],
    )


def _muster_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MusterError)
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    faults = [
        Fault(code=item.code, path=item.path, sentence=item.sentence, hint=item.hint)
        for item in error.problems
    ]
    details = _details(
        error.code, status, error.sentence, hint=error.hint, path=error.path, problems=faults
    )
    if isinstance(error, CellsChanged):
        found = [conflict_body(one) for one in error.conflicts]
        details = ConflictDetails(**details.model_dump(), conflicts=found)
    return _answer(details, _headers_of(error))


def _headers_of(error: MusterError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="muster"'}
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def _malformed(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [
        Fault(
            code="MALFORMED",
            path="$." + ".".join(str(part) for part in item["loc"]),
            sentence=f"{item['msg']}.",
            hint=None,
        )
        for item in error.errors()
    ]
    title = faults[0].sentence if faults else "The request is malformed."
    return _answer(_details("MALFORMED", 422, title, problems=faults))


def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "HTTP_ERROR")
    return _answer(_details(code, error.status_code, str(error.detail)))


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """Say that Muster is at fault; what happened goes to the log, not to the caller."""
    # by the route's template: an address may hold a person's key
    route = getattr(request.state, "route", "(none)")
    logger.error("unexpected error on %s", route, exc_info=error)
    # made outside of every middleware, so it brings the common headers along itself
    return _answer(
        _details("INTERNAL", 500, "Something went wrong inside Muster; see its log."), COMMON
    )
