"""The way to an identity provider and back: two addresses that browsers visit, not programs."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from muster.api.authentication import address_of, sign_in_of, visitor_of
from muster.api.cookies import VISIT, drop_cookie, read_cookie, set_cookie
from muster.api.deps import ResourcesDep, SettingsDep
from muster.api.routes.session import keep
from muster.base.errors import MusterError, NotFound, Unauthenticated
from muster.connectors.oidc import OidcProvider
from muster.services import oidc_sign_in

router = APIRouter(prefix="/api/session/oidc", include_in_schema=False)

_Text = Annotated[str | None, Query(max_length=4000)]


@router.get("/start")
def start(request: Request, resources: ResourcesDep, return_to: _Text = None) -> RedirectResponse:
    """Send the browser to the identity provider."""
    sign_in = sign_in_of(request)
    sign_in.limits.spend("address", address_of(request))
    try:
        visit = oidc_sign_in.start(resources, _provider(request), return_to=return_to)
    except MusterError as error:
        return _back(error)
    answer = RedirectResponse(visit.address, status_code=303)
    set_cookie(
        answer, VISIT, visit.token, https=sign_in.https, lifetime=oidc_sign_in.VISIT_LIFETIME
    )
    return answer


@router.get("/callback")
def callback(
    request: Request,
    resources: ResourcesDep,
    settings: SettingsDep,
    state: _Text = None,
    code: _Text = None,
    iss: _Text = None,
) -> RedirectResponse:
    """Take the browser back from the identity provider and begin a session."""
    sign_in = sign_in_of(request)
    sign_in.limits.spend("address", address_of(request))
    try:
        provider = _provider(request)
        if iss is not None and iss != provider.client.issuer:
            raise Unauthenticated("OIDC_REFUSED", "Another identity provider answered.")
        begun, return_to = oidc_sign_in.finish(
            resources,
            provider,
            sign_in.policy,
            token=read_cookie(request, VISIT, https=sign_in.https),
            state=state or "",
            code=code or "",
            domains=settings.oidc_email_domains,
            visitor=visitor_of(request),
        )
    except MusterError as error:
        answer = _back(error)
    else:
        answer = RedirectResponse(return_to, status_code=303)
        keep(request, answer, begun)
    drop_cookie(answer, VISIT, https=sign_in.https)
    return answer


def _provider(request: Request) -> OidcProvider:
    found = sign_in_of(request).provider
    if found is None:
        raise NotFound("NO_IDENTITY_PROVIDER", "No identity provider is set up here.")
    return found


def _back(error: MusterError) -> RedirectResponse:
    """Lead to the sign-in page, which knows the sentence for the code."""
    return RedirectResponse("/sign-in?" + urlencode({"problem": error.code}), status_code=303)
