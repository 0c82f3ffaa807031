"""Brings pages into states that need a fault: of the network, of the server, of the session.

Only the network is simulated. What is answered has the very form in which the server answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route

from tests.e2e.watching import expect_problems


def failing(
    page: Page,
    pattern: str | re.Pattern[str],
    *,
    status: int = 500,
    code: str = "INTERNAL",
    title: str = "Something went wrong in the server.",
    hint: str | None = None,
    times: int | None = None,
) -> None:
    """Answer requests of an address (``**/api/home*``) with an error.

    Args:
        times: only so many of them; None: all.
    """
    problem = {
        "type": f"urn:muster:error:{code}",
        "title": title,
        "status": status,
        "code": code,
        "hint": hint,
        "path": None,
        "problems": [],
    }
    expect_problems(page, rf"Failed to load resource: the server responded .* {status}\b")

    def answer(route: Route) -> None:
        route.fulfill(
            status=status,
            content_type="application/problem+json",
            headers={"X-Request-Id": "0000-e2e"},
            body=json.dumps(problem),
        )

    page.route(pattern, answer, **({} if times is None else {"times": times}))


def signed_out(page: Page) -> None:
    """Let the session have ended: every further request of the API answers 401."""
    failing(
        page,
        "**/api/**",
        status=401,
        code="NOT_SIGNED_IN",
        title="You are not signed in.",
        hint="Sign in at /sign-in, or send a token.",
    )


@contextmanager
def offline(page: Page) -> Iterator[None]:
    """Cut the network while the block runs."""
    expect_problems(page, "ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED")
    page.context.set_offline(True)
    try:
        yield
    finally:
        page.context.set_offline(False)


@contextmanager
def slow(page: Page, pattern: str | re.Pattern[str] = "**/api/**") -> Iterator[None]:
    """Hold back the answers to an address while the block runs, then let them come."""
    held: list[Route] = []
    released = False

    def hold(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    page.route(pattern, hold)
    try:
        yield
    finally:
        released = True
        for route in held:
            route.continue_()
