"""What goes wrong in a page while a test uses it: errors, failed requests, breaches of the CSP."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from playwright.sync_api import ConsoleMessage, Error, Page, Request, expect

# Said where the policy is broken; the browser's own line about it does not always come.
_REPORT_BREACHES = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP ${event.violatedDirective} forbids ${event.blockedURI}`));
"""
# A request that the page itself called off is no fault: that is how it drops what is out of date.
_CALLED_OFF = "net::ERR_ABORTED"
_WAITED_FOR = ("fetch", "xhr", "document", "script", "stylesheet")
_QUIET_MILLISECONDS = 120
_SETTLED = """(title) => {
  const shown = document.querySelector(title ? 'h1' : 'main');
  const waiting = '[aria-busy="true"], .mantine-Skeleton-root[data-visible="true"]';
  const busy = [...document.querySelectorAll(waiting)];
  return document.fonts.status === 'loaded' && shown !== null
    && busy.every((one) => one.closest('[inert],[hidden]') !== null);
}"""


@dataclass
class Watch:
    """What one page did.

    Attributes:
        problems: everything that should not happen, one line each.
        expected: patterns of problems that the test brings about itself.
        open: requests whose answer has not come.
    """

    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    open: set[Request] = field(default_factory=set)

    def unexpected(self) -> list[str]:
        """Return the problems that no pattern allows."""
        return [
            problem
            for problem in self.problems
            if not any(re.search(pattern, problem) for pattern in self.expected)
        ]


_watches: WeakKeyDictionary[Page, Watch] = WeakKeyDictionary()


def watch(page: Page) -> Watch:
    """Begin to watch a page."""
    found = _watches[page] = Watch()
    page.add_init_script(_REPORT_BREACHES)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            found.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def thrown(error: Error) -> None:
        found.problems.append(f"thrown: {error}")

    def began(request: Request) -> None:
        if request.resource_type in _WAITED_FOR:
            found.open.add(request)

    def failed(request: Request) -> None:
        found.open.discard(request)
        if request.failure != _CALLED_OFF:
            found.problems.append(f"request: {request.failure} {request.method} {request.url}")

    page.on("console", said)
    page.on("pageerror", thrown)
    page.on("request", began)
    page.on("requestfinished", lambda request: found.open.discard(request))
    page.on("requestfailed", failed)
    return found


def watch_of(page: Page) -> Watch:
    """Return what a page did so far."""
    return _watches[page]


def expect_problems(page: Page, *patterns: str) -> None:
    """Allow problems that a test brings about itself, by regular expressions."""
    watch_of(page).expected += patterns


def settled(page: Page, *, title: bool = True, seconds: float = 20) -> None:
    """Wait until a page shows its title, nothing on it is busy and no answer is waited for.

    Args:
        title: False: pages that failed to load may have none.
    """
    page.wait_for_function(_SETTLED, arg=title, timeout=seconds * 1000)
    waited, quiet = 0.0, 0
    while quiet < 2:
        page.wait_for_timeout(_QUIET_MILLISECONDS / 2)
        waited += _QUIET_MILLISECONDS / 2000
        quiet = quiet + 1 if not watch_of(page).open else 0
        if waited > seconds:
            open_ones = [request.url for request in watch_of(page).open]
            raise AssertionError(f"{page.url} still waits for {open_ones}")
    page.wait_for_function(_SETTLED, arg=title, timeout=seconds * 1000)


def visit(page: Page, path: str) -> None:
    """Open a page of the site and wait until it is settled."""
    page.goto(path)
    expect(page.locator("h1").first).to_be_visible()
    settled(page)
