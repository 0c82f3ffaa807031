"""Fixtures of the tests in a real browser.

How to write one::

    from playwright.sync_api import Page, expect

    from tests.e2e.axe import axe
    from tests.e2e.watching import visit


    def test_a_rule_is_found_by_its_title(page: Page) -> None:
        visit(page, "/rules")  # opens it and waits until nothing is loading
        page.get_by_label("Search rules").fill("harbour")
        expect(page.get_by_role("link", name="Around the harbour")).to_be_visible()
        axe(page)

- ``page`` is a window of 1440 x 900 of a real `muster serve` with the workspaces ``streaming``
  (5,000 people, chosen at first), ``payments`` (400) and ``empty`` (``visit(page,
  "/rules?workspace=empty")``). Motion is reduced. After the test it must have had no console
  error, no exception, no failed request, no breach of the CSP: `expect_problems(page, "regex")`
  allows what the test brings about itself.
- All tests of a pytest worker share the server: make things under names of your own, count nothing
  that others add to. ``api`` (an httpx client of the same server) sets things up and looks after.
- ``new_page(size=NARROW, theme="light", site=password_site)`` gives more windows, each with its own
  cookies; ``password_site`` has ADA (admin) and VERA (viewer), see sites.py.
- After an action that loads: `settled(page)`, or better `expect(...)`. Find by role, label and
  visible text, never by class. Faults: tests/e2e/states.py. Fit and pictures: tests/e2e/shots.py.
- ``make web`` builds what is tested. Look on: ``MUSTER_HEADED=1 pytest tests/e2e/test_x.py``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from muster.store.embedded import EmbeddedServer
from tests.e2e.shots import WIDE
from tests.e2e.sites import STREAMING, Site, make_accounts, make_workspaces, served
from tests.e2e.watching import watch
from tests.services.small_workspace import Installation, new_database

BUILT = Path(__file__).parents[2] / "muster" / "static" / "index.html"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What a browser would remember of last time: the streaming workspace, and the theme.
_REMEMBERED = """
if (location.protocol === 'http:' && localStorage.getItem('muster:workspace') === null) {
  localStorage.setItem('muster:workspace', 'streaming');
  localStorage.setItem('mantine-color-scheme-value', '$theme');
}
"""
NewPage = Callable[..., Page]

expect.set_options(timeout=15_000)


def missing(what: str) -> None:
    """Skip, or fail where a browser is required (MUSTER_REQUIRE_BROWSER, as CI sets it)."""
    if "MUSTER_REQUIRE_BROWSER" in os.environ:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def find_chromium() -> str | None:
    """Return the browser's path: CHROMIUM_PATH, else what the system calls chromium."""
    return os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium; of the package, because its event loop would be in the way of other tests."""
    path = find_chromium()
    if path is None:
        missing("no Chromium: run scripts/browser, or set CHROMIUM_PATH")
    if not BUILT.exists():
        missing("the web app is not built: run `make web`")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=FLAGS, headless="MUSTER_HEADED" not in os.environ
        )
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def example_site(
    embedded_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The example workspaces, only to be copied."""
    with new_database(embedded_server) as name:
        made = Installation(embedded_server, name, tmp_path_factory.mktemp("e2e"))
        make_workspaces(made)
        yield made


@pytest.fixture(scope="package")
def site(
    browser: Browser, example_site: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server where everybody is an admin."""
    folder = tmp_path_factory.mktemp("site")
    with example_site.copied(folder) as copy, served(copy, folder / "serve.log") as running:
        yield running


@pytest.fixture(scope="package")
def password_site(
    browser: Browser, example_site: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server where people sign in: ADA and VERA, see sites.py."""
    folder = tmp_path_factory.mktemp("password")
    with example_site.copied(folder) as copy:
        make_accounts(copy)
        with served(copy, folder / "serve.log", sign_in="password") as running:
            yield running


@pytest.fixture
def api(site: Site) -> Iterator[httpx.Client]:
    """The server's API, about the streaming workspace."""
    headers = {"X-Muster-Workspace": STREAMING}
    with httpx.Client(base_url=site.url, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def new_page(browser: Browser, site: Site) -> Iterator[NewPage]:
    """Opens windows, each of a browser of its own; all are watched and closed in the end."""
    pages = []

    def open_page(
        *,
        site: Site = site,
        size: ViewportSize = WIDE,
        theme: Literal["dark", "light"] = "dark",
        **options: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport=size,
            color_scheme=theme,
            locale="en-AU",
            timezone_id="Australia/Sydney",
            **{"reduced_motion": "reduce", **options},
        )
        context.set_default_timeout(15_000)
        context.add_init_script(Template(_REMEMBERED).substitute(theme=theme))
        page = context.new_page()
        pages.append((page, watch(page)))
        return page

    yield open_page
    for page, _ in pages:
        page.context.close()
    problems = [problem for _, watched in pages for problem in watched.unexpected()]
    assert not problems, "the browser complains:\n" + "\n".join(problems)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One window."""
    return new_page()
