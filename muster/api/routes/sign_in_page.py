"""The sign-in page: forms that work without any script."""

from __future__ import annotations

from html import escape
from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from muster.api.authentication import authenticate, sign_in_of, visitor_of
from muster.api.cookies import SESSION, drop_cookie
from muster.api.deps import ResourcesDep, SettingsDep
from muster.api.plain_pages import LONGEST_TEXT, Form, plain_page, problem_note
from muster.api.routes.session import keep, refuse_other_mode
from muster.base.accounts import SignInMode
from muster.base.errors import TooManyRequests, Unauthenticated
from muster.services.oidc_sign_in import safe_return
from muster.services.signing_in import sign_in_with_password, sign_out

router = APIRouter(include_in_schema=False)

_TITLE = "Sign in"
# Only these are ever shown: the code stands in the address, which anybody can write.
_PROBLEMS = {
    "OIDC_STATE": "That sign-in was begun elsewhere, or too long ago. Please begin again.",
    "OIDC_REFUSED": "The identity provider did not vouch for you. Please try again.",
    "OIDC_UNAVAILABLE": "The identity provider does not answer. Please try again later.",
    "NOT_INVITED": "You have no account here. Ask an admin of your workspace to invite you.",
    "EMAIL_UNVERIFIED": "The identity provider has not verified your e-mail address.",
    "IDENTITY_MISMATCH": "The account of your e-mail address is tied to another identity.",
    "ACCOUNT_DISABLED": "This account is closed.",
}
_Text = Annotated[str | None, Query(max_length=4000)]


@router.get("/sign-in")
def show(
    request: Request,
    resources: ResourcesDep,
    settings: SettingsDep,
    return_to: _Text = None,
    problem: _Text = None,
) -> Response:
    """Show the page; where nobody signs in, lead on."""
    target = safe_return(return_to)
    onward = RedirectResponse("/" if target.startswith("/sign-") else target, status_code=303)
    if settings.sign_in is SignInMode.LOCAL:
        return onward
    try:
        name = authenticate(request, resources, settings).name
    except Unauthenticated as error:
        if settings.sign_in is SignInMode.DATABRICKS_APPS:  # never round in a circle
            return _platform_is_silent(error, target)
        return _sign_in(request, target, message=_PROBLEMS.get(problem or ""))
    if settings.sign_in is SignInMode.DATABRICKS_APPS:
        return onward
    return _signed_in(name, target)


@router.post("/sign-in")
def post(request: Request, resources: ResourcesDep, form: Form) -> Response:
    """Sign in with the form."""
    refuse_other_mode(request)
    target = safe_return(form.get("return_to"))
    email = form.get("email", "")[:LONGEST_TEXT]
    try:
        begun = sign_in_with_password(
            resources,
            sign_in_of(request).policy,
            email=email,
            password=form.get("password", "")[:LONGEST_TEXT],
            visitor=visitor_of(request),
        )
    except Unauthenticated as error:
        return _sign_in(request, target, message=error.sentence, email=email, status=401)
    except TooManyRequests as error:
        page = _sign_in(request, target, message=waiting(error), email=email, status=429)
        page.headers["Retry-After"] = str(error.retry_after_seconds)
        return page
    answer = RedirectResponse(target, status_code=303)
    keep(request, answer, begun)
    return answer


@router.post("/sign-out")
def leave(request: Request, resources: ResourcesDep) -> RedirectResponse:
    """Sign out with the form."""
    sign_out(resources, visitor=visitor_of(request))
    answer = RedirectResponse("/sign-in", status_code=303)
    drop_cookie(answer, SESSION, https=sign_in_of(request).https)
    return answer


def waiting(error: TooManyRequests) -> str:
    """Return what to tell somebody who has to wait."""
    return f"{error.sentence} Try again in {error.retry_after_seconds} seconds."


def provider_link(request: Request, target: str, *, parted: bool) -> str:
    """Return the way to the identity provider, if there is one; ``parted``: after another way."""
    provider = sign_in_of(request).provider
    if provider is None:
        return ""
    host = urlsplit(provider.client.issuer).hostname or "the identity provider"
    address = "/api/session/oidc/start?" + urlencode({"return_to": target})
    kind = "button plain" if parted else "button"
    link = f'<a class="{kind}" href="{escape(address)}">Sign in with {escape(host)}</a>'
    return f'<p class="or">or</p>{link}' if parted else link


def _sign_in(
    request: Request, target: str, *, message: str | None, email: str = "", status: int = 200
) -> Response:
    faulty = ' aria-describedby="problem" aria-invalid="true"' if message and email else ""
    body = (
        f'{problem_note(message)}<form method="post" action="/sign-in">'
        f'<input type="hidden" name="return_to" value="{escape(target)}">'
        '<label for="email">E-mail address</label>'
        '<input id="email" name="email" type="email" autocomplete="username" required'
        f' maxlength="254" value="{escape(email)}"{faulty}{"" if email else " autofocus"}>'
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password"'
        f' required maxlength="{LONGEST_TEXT}"{" autofocus" if email else ""}{faulty}>'
        f"<button>Sign in</button></form>{provider_link(request, target, parted=True)}"
    )
    return plain_page(_TITLE, body, status=status)


def _signed_in(name: str, target: str) -> Response:
    body = (
        f"<p>You are signed in as <strong>{escape(name)}</strong>.</p>"
        f'<a class="button" href="{escape(target)}">Go on</a>'
        '<form method="post" action="/sign-out"><button class="plain">Sign out</button></form>'
    )
    return plain_page("You are signed in", body)


def _platform_is_silent(error: Unauthenticated, target: str) -> Response:
    if error.code != "NOT_SIGNED_IN":
        return plain_page("You cannot come in", problem_note(error.sentence), status=401)
    body = (
        "<p>Databricks signs people in to this Muster, and did not say who you are. That is so"
        " when the page is opened by another address than the app&rsquo;s own.</p>"
        "<p>In your Databricks workspace, open <strong>Compute</strong>, then"
        " <strong>Apps</strong>, and follow the address shown there.</p>"
        f'<a class="button" href="{escape(target)}">Try again</a>'
    )
    return plain_page("Open Muster from Databricks", body, status=401)
