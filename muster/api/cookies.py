"""The two cookies: of a session, and of a visit to an identity provider."""

from __future__ import annotations

from datetime import timedelta

from fastapi import Request, Response

SESSION, VISIT = "muster_session", "muster_sign_in"


def cookie_name(base: str, *, https: bool) -> str:
    """Return a cookie's name; ``__Host-``: a neighbour on the same domain cannot set it."""
    return f"__Host-{base}" if https else base


def read_cookie(request: Request, base: str, *, https: bool) -> str | None:
    """Return a cookie's value; None when it is missing or there more than once."""
    name = cookie_name(base, https=https)
    found = [
        part.strip().partition("=")
        for header in request.headers.getlist("cookie")
        for part in header.split(";")
    ]
    values = [value for given, _, value in found if given == name]
    return values[0] if len(values) == 1 else None


def set_cookie(
    response: Response, base: str, value: str, *, https: bool, lifetime: timedelta
) -> None:
    """Give the browser a cookie that no script reads and no other site's form sends."""
    response.set_cookie(
        cookie_name(base, https=https),
        value,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=https,
        httponly=True,
        # not strict: a link from a mail would find nobody signed in
        samesite="lax",
    )


def drop_cookie(response: Response, base: str, *, https: bool) -> None:
    """Take a cookie away."""
    response.delete_cookie(
        cookie_name(base, https=https), path="/", secure=https, httponly=True, samesite="lax"
    )
