"""Sessions over HTTP: sign in and out, who am I, one's own sessions and password."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from muster.api.authentication import (
    address_of,
    authenticate,
    is_bearer,
    sign_in_of,
    visitor_of,
)
from muster.api.cookies import SESSION, drop_cookie, set_cookie
from muster.api.deps import Anybody, ResourcesDep, SettingsDep
from muster.api.schemas.problem import ProblemDetails
from muster.api.schemas.session import (
    AcceptBody,
    OwnWorkspace,
    PasswordBody,
    SessionBody,
    SessionList,
    SignInBody,
    WhoBody,
)
from muster.base.accounts import SignInMode
from muster.base.errors import Conflict, Unauthenticated
from muster.base.people import Principal
from muster.services import signing_in
from muster.services.joining import accept_invitation
from muster.services.signing_in import NewSession, principal_of_user
from muster.services.whoami import Whoami, whoami

router = APIRouter(prefix="/api", tags=["session"])

_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": ProblemDetails, "description": "The address and password do not match"},
    409: {"model": ProblemDetails, "description": "Nobody signs in this way here"},
    429: {"model": ProblemDetails, "description": "Too many attempts; see Retry-After"},
}
_OWN: dict[int | str, dict[str, Any]] = {
    401: {"model": ProblemDetails, "description": "Not signed in"},
    409: {"model": ProblemDetails, "description": "Who asks has no account"},
}


@router.get("/session", responses={401: {"model": ProblemDetails, "description": "A bad token"}})
def get_session(request: Request, resources: ResourcesDep, settings: SettingsDep) -> WhoBody:
    """Say who sent the request, and how one may sign in here; also to who is not signed in."""
    try:
        principal = authenticate(request, resources, settings)
    except Unauthenticated:
        if is_bearer(request):
            raise
        return who_body(request, None)
    return who_body(request, whoami(resources, principal))


@router.post("/session", responses=_REFUSALS)
def post_session(
    body: SignInBody, request: Request, response: Response, resources: ResourcesDep
) -> WhoBody:
    """Sign in with an e-mail address and a password; the session is in a cookie."""
    refuse_other_mode(request)
    begun = signing_in.sign_in_with_password(
        resources,
        sign_in_of(request).policy,
        email=body.email,
        password=body.password.get_secret_value(),
        visitor=visitor_of(request),
    )
    keep(request, response, begun)
    return who_body(request, whoami(resources, principal_of_user(begun.user)))


@router.delete("/session", status_code=204)
def delete_session(request: Request, response: Response, resources: ResourcesDep) -> None:
    """Sign out; without a session nothing happens."""
    signing_in.sign_out(resources, visitor=visitor_of(request))
    drop_cookie(response, SESSION, https=sign_in_of(request).https)


@router.post("/session/password", responses=_REFUSALS, status_code=204)
def post_password(
    body: PasswordBody,
    request: Request,
    response: Response,
    resources: ResourcesDep,
    principal: Anybody,
) -> None:
    """Change one's own password; every other session of one's ends."""
    begun = signing_in.change_password(
        resources,
        sign_in_of(request).policy,
        principal,
        current=body.current_password.get_secret_value(),
        new=body.new_password.get_secret_value(),
        visitor=visitor_of(request),
    )
    keep(request, response, begun)


@router.get("/sessions", responses={401: _OWN[401]})
def get_sessions(request: Request, resources: ResourcesDep, principal: Anybody) -> SessionList:
    """List one's own sessions that are still good."""
    token = visitor_of(request).token
    current = signing_in.hash_token(token) if signing_in.is_token(token) and token else ""
    found = [
        SessionBody(
            id=one.id,
            current=current.startswith(one.id),
            method=one.method.value,
            agent=one.agent,
            created_at=one.created_at,
            last_used_at=one.last_used_at,
            expires_at=one.expires_at,
        )
        for one in signing_in.sessions_of(
            resources, principal, idle=sign_in_of(request).policy.idle
        )
    ]
    return SessionList(items=found, total=len(found))


@router.delete("/sessions", responses=_OWN, status_code=204)
def delete_sessions(
    request: Request, response: Response, resources: ResourcesDep, principal: Anybody
) -> None:
    """Sign out everywhere."""
    signing_in.sign_out_everywhere(resources, principal, visitor=visitor_of(request))
    drop_cookie(response, SESSION, https=sign_in_of(request).https)


@router.delete(
    "/sessions/{session_id}",
    responses={**_OWN, 404: {"model": ProblemDetails, "description": "No such session"}},
    status_code=204,
)
def delete_one_session(
    session_id: Annotated[str, Path(max_length=64, examples=["5e88489840be1f02"])],
    request: Request,
    resources: ResourcesDep,
    principal: Anybody,
) -> None:
    """Sign one of one's own browsers out."""
    signing_in.end_session(resources, principal, session_id, visitor=visitor_of(request))


@router.post(
    "/invitations/accept",
    responses={
        **_REFUSALS,
        404: {"model": ProblemDetails, "description": "Unknown, used, revoked or too old"},
    },
)
def post_accept(
    body: AcceptBody, request: Request, response: Response, resources: ResourcesDep
) -> WhoBody:
    """Take up an invitation, and be signed in."""
    refuse_other_mode(request)
    begun = accept_invitation(
        resources,
        sign_in_of(request).policy,
        token=body.token,
        name=body.name,
        password=body.password.get_secret_value(),
        visitor=visitor_of(request),
    )
    keep(request, response, begun)
    return who_body(request, whoami(resources, principal_of_user(begun.user)))


def keep(request: Request, response: Response, begun: NewSession) -> None:
    """Put a new session into the browser's cookie."""
    sign_in = sign_in_of(request)
    set_cookie(
        response, SESSION, begun.token, https=sign_in.https, lifetime=sign_in.policy.lifetime
    )


def refuse_other_mode(request: Request) -> None:
    """Raise Conflict SIGN_IN_NOT_HERE unless people sign in with passwords.

    Nobody is known yet, so the request counts against its address: TooManyRequests RATE_LIMITED.
    """
    sign_in = sign_in_of(request)
    sign_in.limits.spend("address", address_of(request))
    if sign_in.mode is not SignInMode.PASSWORD:
        raise Conflict(
            "SIGN_IN_NOT_HERE",
            f"In sign-in mode {sign_in.mode.value}, nobody signs in with a password.",
        )


def who_body(request: Request, who: Whoami | None) -> WhoBody:
    """Return who somebody is, as sent; None: nobody."""
    sign_in = sign_in_of(request)
    ways = ["password"] if sign_in.mode is SignInMode.PASSWORD else []
    if sign_in.provider is not None:
        ways.append("oidc")
    principal: Principal | None = None if who is None else who.principal
    user = None if who is None else who.user
    return WhoBody(
        signed_in=principal is not None,
        mode=sign_in.mode.value,
        ways=ways,
        name=user.name if user else principal.name if principal else None,
        email=user.email if user else None,
        kind=principal.kind.value if principal else None,
        installation_admin=principal.installation_admin if principal else False,
        workspaces=[
            OwnWorkspace(
                name=context.workspace.name,
                title=context.workspace.title,
                role=context.role.value,
                permissions=sorted(context.permissions),
            )
            for context in (who.contexts if who else ())
        ],
    )
