"""The page behind the link of an invitation: a form that works without any script."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from muster.api.authentication import address_of, sign_in_of, visitor_of
from muster.api.deps import ResourcesDep
from muster.api.plain_pages import LONGEST_TEXT, Form, plain_page, problem_note
from muster.api.routes.session import keep
from muster.api.routes.sign_in_page import provider_link, waiting
from muster.base.accounts import SignInMode
from muster.base.errors import (
    Conflict,
    InvalidInput,
    MusterError,
    NotFound,
    TooManyRequests,
    Unauthenticated,
)
from muster.services.context import Resources
from muster.services.joining import Offer, accept_invitation, read_offer
from muster.services.passwords import SHORTEST

router = APIRouter(include_in_schema=False)

_TITLE = "Your invitation"
_STATUSES: tuple[tuple[type[MusterError], int], ...] = (
    (InvalidInput, 422),
    (Unauthenticated, 401),
    (Conflict, 409),
    (TooManyRequests, 429),
)
_ELSEWHERE = {
    SignInMode.LOCAL: "Nobody signs in to this Muster: it answers to one person at one machine,"
    " who may do everything already.",
    SignInMode.DATABRICKS_APPS: "Databricks signs people in to this Muster. Open the app from"
    " your Databricks workspace; an admin adds you to a Muster workspace from there.",
}


@router.get("/invitation")
def show(
    request: Request,
    resources: ResourcesDep,
    token: Annotated[str, Query(max_length=LONGEST_TEXT)] = "",
) -> Response:
    """Show what one is invited to, and the form that takes it up."""
    return _not_here(request) or _form_page(request, resources, token)


@router.post("/invitation")
def post(request: Request, resources: ResourcesDep, form: Form) -> Response:
    """Take the invitation up, and be signed in."""
    refused = _not_here(request)
    if refused is not None:
        return refused
    token, name = (form.get(field, "")[:LONGEST_TEXT] for field in ("token", "name"))
    offer = read_offer(resources, token)
    try:
        if "again" in form and form["again"] != form.get("password"):
            raise InvalidInput("NOT_THE_SAME", "The two passwords are not the same.")
        begun = accept_invitation(
            resources,
            sign_in_of(request).policy,
            token=token,
            name=name,
            password=form.get("password", "")[:LONGEST_TEXT],
            visitor=visitor_of(request),
        )
    except NotFound:
        return _unknown()
    except (InvalidInput, Unauthenticated, Conflict, TooManyRequests) as error:
        return _form_page(request, resources, token, name=name, error=error)
    answer = RedirectResponse(f"/?workspace={offer.workspace}" if offer else "/", status_code=303)
    keep(request, answer, begun)
    return answer


def _not_here(request: Request) -> Response | None:
    """Return why invitations are not taken up on this server; count the request otherwise."""
    sign_in = sign_in_of(request)
    if sign_in.mode in _ELSEWHERE:
        body = f'<p>{_ELSEWHERE[sign_in.mode]}</p><a class="button" href="/">Open Muster</a>'
        return plain_page("No invitation is needed", body, status=409)
    # nobody is known yet, so guesses count against their address
    sign_in.limits.spend("address", address_of(request))
    return None


def _form_page(
    request: Request,
    resources: Resources,
    token: str,
    *,
    name: str = "",
    error: MusterError | None = None,
) -> Response:
    offer = read_offer(resources, token)
    if offer is None:
        return _unknown()
    body = (
        f"<p>You are invited to work in <strong>{escape(offer.title)}</strong>"
        f" as {escape(offer.role.value)}.</p>{_problem(error)}"
    )
    if offer.has_account and not offer.has_password:
        body += (
            "<p>Your account signs in with the identity provider. Sign in there, and the invitation"
            f" is taken up by that.</p>{provider_link(request, '/', parted=False)}"
        )
    else:
        body += (
            f'<form method="post" action="/invitation">{_fields(offer, token, name)}</form>'
            f"{provider_link(request, '/', parted=True)}"
        )
    status = next((code for kind, code in _STATUSES if isinstance(error, kind)), 200)
    page = plain_page(_TITLE, body, status=status)
    if isinstance(error, TooManyRequests):
        page.headers["Retry-After"] = str(error.retry_after_seconds)
    return page


def _fields(offer: Offer, token: str, name: str) -> str:
    fixed = (
        f'<input type="hidden" name="token" value="{escape(token)}">'
        '<label for="email">E-mail address</label>'
        '<input id="email" type="email" autocomplete="username" readonly'
        f' value="{escape(offer.email)}">'
    )
    if offer.has_account:
        return (
            f'{fixed}<label for="password">Your account&rsquo;s password</label>'
            '<input id="password" name="password" type="password" required autofocus'
            f' autocomplete="current-password" maxlength="{LONGEST_TEXT}"'
            ' aria-describedby="hint">'
            '<p class="hint" id="hint">There is an account with this address already.</p>'
            "<button>Join</button>"
        )
    new = f'type="password" autocomplete="new-password" required maxlength="{LONGEST_TEXT}"'
    return (
        f'{fixed}<label for="name">Your name</label>'
        f'<input id="name" name="name" autocomplete="name" required maxlength="200"'
        f' value="{escape(name)}"{"" if name else " autofocus"}>'
        f'<label for="password">Choose a password</label><input id="password" name="password" {new}'
        f' minlength="{SHORTEST}" aria-describedby="hint"{" autofocus" if name else ""}>'
        f'<p class="hint" id="hint">At least {SHORTEST} characters: four words that mean nothing'
        ' together are good.</p><label for="again">The password again</label>'
        f'<input id="again" name="again" {new}><button>Join</button>'
    )


def _problem(error: MusterError | None) -> str:
    if error is None:
        return ""
    if isinstance(error, TooManyRequests):
        return problem_note(waiting(error))
    return problem_note(" ".join(part for part in (error.sentence, error.hint) if part))


def _unknown() -> Response:
    body = (
        "<p>It was used already, taken back, is too old, or its link is not whole. Ask whoever"
        ' invited you for a new one.</p><a class="button plain" href="/sign-in">Sign in</a>'
    )
    return plain_page("This invitation is not open", body, status=404)
