"""The sign-in page: forms that work without any script."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Annotated
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from muster.api.authentication import authenticate, sign_in_of, visitor_of
from muster.api.cookies import SESSION, drop_cookie
from muster.api.deps import ResourcesDep, SettingsDep
from muster.api.routes.session import keep, refuse_other_mode
from muster.base.accounts import SignInMode
from muster.base.errors import InvalidInput, TooManyRequests, Unauthenticated
from muster.services.oidc_sign_in import safe_return
from muster.services.signing_in import sign_in_with_password, sign_out

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: dark; --ground: #0b0b0d; --card: #16161a; --line: #3a3a44; --text: #f4f4f6;
  --quiet: #a9a9b4; --accent: #e50914; --press: #b8070f; --bad: #ff8f8f; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem;
  background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; padding: 2rem; }
h1 { font-size: 1.5rem; margin: 0 0 1.5rem; letter-spacing: .02em; }
h1::before { content: ""; display: inline-block; width: .55rem; height: 1.1rem;
  background: var(--accent); margin-right: .6rem; vertical-align: -.1rem; border-radius: 2px; }
label { display: block; font-size: .9rem; color: var(--quiet); margin: 0 0 .35rem; }
input { width: 100%; font: inherit; color: var(--text); background: var(--ground);
  border: 1px solid #74747f; border-radius: 8px; padding: .65rem .8rem; margin: 0 0 1.1rem; }
button, .button { display: block; width: 100%; font: inherit; font-weight: 600; color: #fff;
  text-align: center; text-decoration: none; background: var(--accent); border: 1px solid
  transparent; border-radius: 8px; padding: .7rem 1rem; cursor: pointer; margin: .4rem 0 0; }
button:hover { background: var(--press); }
.plain { background: transparent; border-color: #74747f; }
.plain:hover { background: #222228; }
:focus-visible { outline: 3px solid #fff; outline-offset: 2px; }
p { margin: 0 0 1.1rem; }
.bad { color: var(--bad); border-left: 3px solid var(--bad); padding-left: .75rem; }
.or { color: var(--quiet); text-align: center; margin: 1.1rem 0 .6rem; font-size: .9rem; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
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
_LONGEST_FORM_BYTES = 20_000
_Text = Annotated[str | None, Query(max_length=4000)]


async def _form(request: Request) -> dict[str, str]:
    """Read a posted form; a field that is there twice is refused."""
    body = await request.body()
    try:
        if len(body) > _LONGEST_FORM_BYTES:
            raise ValueError("too long")
        found = parse_qs(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=10, errors="strict"
        )
        if any(len(values) > 1 for values in found.values()):
            raise ValueError("a field is repeated")
    except ValueError as error:
        raise InvalidInput("BAD_FORM", "The form cannot be read.", path="$.body") from error
    return {name: values[0] for name, values in found.items()}


Form = Annotated[dict[str, str], Depends(_form)]


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
    if settings.sign_in is not SignInMode.PASSWORD:
        return RedirectResponse("/" if target.startswith("/sign-") else target, status_code=303)
    try:
        name = authenticate(request, resources, settings).name
    except Unauthenticated:
        return _page(_sign_in(request, target, message=_PROBLEMS.get(problem or "")))
    return _page(_signed_in(name, target))


@router.post("/sign-in")
def post(request: Request, resources: ResourcesDep, form: Form) -> Response:
    """Sign in with the form."""
    refuse_other_mode(request)
    target = safe_return(form.get("return_to"))
    email = form.get("email", "")[:1000]
    try:
        begun = sign_in_with_password(
            resources,
            sign_in_of(request).policy,
            email=email,
            password=form.get("password", "")[:1000],
            visitor=visitor_of(request),
        )
    except Unauthenticated as error:
        return _page(_sign_in(request, target, message=error.sentence, email=email), status=401)
    except TooManyRequests as error:
        waiting = f"{error.sentence} Try again in {error.retry_after_seconds} seconds."
        page = _page(_sign_in(request, target, message=waiting, email=email), status=429)
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


def _page(body: str, *, status: int = 200) -> HTMLResponse:
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in · Muster</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>Muster</h1>{body}</main></body></html>"
    )
    return HTMLResponse(page, status, headers={"Content-Security-Policy": _POLICY})


def _sign_in(request: Request, target: str, *, message: str | None, email: str = "") -> str:
    shown = f'<p class="bad" role="alert" id="problem">{escape(message)}</p>' if message else ""
    faulty = ' aria-describedby="problem" aria-invalid="true"' if message and email else ""
    return (
        f'{shown}<form method="post" action="/sign-in">'
        f'<input type="hidden" name="return_to" value="{escape(target)}">'
        '<label for="email">E-mail address</label>'
        '<input id="email" name="email" type="email" autocomplete="username" required'
        f' maxlength="254" value="{escape(email)}"{faulty}{"" if email else " autofocus"}>'
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password"'
        f' required maxlength="1000"{" autofocus" if email else ""}>'
        f"<button>Sign in</button></form>{_provider(request, target)}"
    )


def _provider(request: Request, target: str) -> str:
    provider = sign_in_of(request).provider
    if provider is None:
        return ""
    host = urlsplit(provider.client.issuer).hostname or "the identity provider"
    address = "/api/session/oidc/start?" + urlencode({"return_to": target})
    return (
        '<p class="or">or</p>'
        f'<a class="button plain" href="{escape(address)}">Sign in with {escape(host)}</a>'
    )


def _signed_in(name: str, target: str) -> str:
    return (
        f"<p>You are signed in as <strong>{escape(name)}</strong>.</p>"
        f'<a class="button" href="{escape(target)}">Go on</a>'
        '<form method="post" action="/sign-out"><button class="plain">Sign out</button></form>'
    )
