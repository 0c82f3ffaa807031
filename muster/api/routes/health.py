"""Is the process alive, can it work, and how is it doing? For probes and for Prometheus."""

from __future__ import annotations

import hmac
import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

import muster
from muster.api.authentication import authenticate, sign_in_of
from muster.api.cookies import SESSION, read_cookie
from muster.api.deps import ResourcesDep, SettingsDep
from muster.api.metrics import CONTENT_TYPE, Metrics
from muster.api.schemas.health import CheckBody, HealthBody, ReadinessBody
from muster.api.schemas.problem import ProblemDetails
from muster.base.accounts import SignInMode
from muster.base.errors import Forbidden, MusterError, Unauthenticated
from muster.base.people import Principal
from muster.services.access import workspaces_of
from muster.services.health import Check, Prober, Readiness, Status
from muster.settings import Settings

router = APIRouter(tags=["health"])
logger = logging.getLogger("muster.api")
_LOOPBACK = ("127.0.0.1", "::1")
# Whoever comes through a proxy on this machine is no neighbour, however near it looks.
_FORWARDING = ("forwarded", "x-forwarded-for", "x-real-ip")


async def _prober(request: Request) -> Prober:
    found: Prober = request.app.state.prober
    return found


async def _metrics(request: Request) -> Metrics:
    found: Metrics = request.app.state.metrics
    return found


ProberDep = Annotated[Prober, Depends(_prober)]
MetricsDep = Annotated[Metrics, Depends(_metrics)]


@router.get("/healthz")
def healthz() -> HealthBody:
    """Say that the process answers."""
    return HealthBody(status="ok", version=muster.__version__)


@router.get("/readyz", responses={503: {"model": ReadinessBody}})
def readyz(
    request: Request,
    response: Response,
    resources: ResourcesDep,
    settings: SettingsDep,
    prober: ProberDep,
) -> ReadinessBody:
    """Try what the process needs; 503 when it cannot do its work. Details for who is signed in."""
    found = prober.readiness()
    if found.status is Status.FAILED:
        response.status_code = 503
    response.headers["Cache-Control"] = "no-store"
    principal = _who(request, resources, settings)
    try:
        named = _visible(resources, principal)
    except MusterError as error:
        logger.warning("names of workspaces are left out: %s", error)
        named = frozenset()  # who asks is known, and needs to hear what is wrong
    return _body(found, named=named)


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus text", "content": {"text/plain": {}}},
        401: {"model": ProblemDetails},
        403: {"model": ProblemDetails},
    },
)
def get_metrics(
    request: Request, resources: ResourcesDep, settings: SettingsDep, metrics: MetricsDep
) -> Response:
    """Return figures for Prometheus: to this machine, or to who has MUSTER_METRICS_TOKEN."""
    _admit_scraper(request, settings)
    return Response(metrics.exposed(resources), media_type=CONTENT_TYPE)


def _admit_scraper(request: Request, settings: Settings) -> None:
    """Raise unless the sender may read the metrics."""
    if settings.metrics_token is not None:
        expected = f"Bearer {settings.metrics_token.get_secret_value()}"
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise Unauthenticated(
                "METRICS_TOKEN_WRONG",
                "The metrics need the bearer token of MUSTER_METRICS_TOKEN.",
            )
        return
    near = request.client is not None and request.client.host in _LOOPBACK
    if not near or any(name in request.headers for name in _FORWARDING):
        raise Forbidden(
            "METRICS_LOCAL_ONLY",
            "The metrics are for this machine alone.",
            hint="Set MUSTER_METRICS_TOKEN to read them from elsewhere.",
        )


def _who(request: Request, resources: ResourcesDep, settings: Settings) -> Principal | None:
    """Return who asks, None for a stranger or while nobody can be recognised."""
    if settings.sign_in is not SignInMode.LOCAL and not _shows_credentials(request):
        return None  # a probe is no failed attempt to sign in, which would count against it
    try:
        return authenticate(request, resources, settings)
    except MusterError as error:
        logger.debug("readiness is asked for by a stranger: %s", error)
        return None


def _shows_credentials(request: Request) -> bool:
    cookie = read_cookie(request, SESSION, https=sign_in_of(request).https)
    return cookie is not None or any(
        name in request.headers for name in ("authorization", "x-forwarded-email")
    )


def _visible(resources: ResourcesDep, principal: Principal | None) -> frozenset[str] | None:
    """Return the names of the workspaces a sender may hear of; None for a stranger."""
    if principal is None:
        return None
    return frozenset(one.name for one in workspaces_of(resources, principal))


def _body(found: Readiness, *, named: frozenset[str] | None) -> ReadinessBody:
    return ReadinessBody(
        status=found.status.value, checks=[_check(check, named=named) for check in found.checks]
    )


def _check(check: Check, *, named: frozenset[str] | None) -> CheckBody:
    known = named is not None and (check.workspace is None or check.workspace in named)
    return CheckBody(
        name=check.name,
        status=check.status.value,
        detail=check.detail if known else None,
        workspace=check.workspace if known else None,
        seconds=round(check.seconds, 6),
        checked_at=check.checked_at,
    )
