"""Every page in every state it can be in: no violation of axe, no error, nothing cut off."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.pages import OF_WORKSPACE, PAGES, addresses
from tests.e2e.shots import NARROW, fits
from tests.e2e.sites import EMPTY
from tests.e2e.states import failing, offline, signed_out, slow
from tests.e2e.watching import settled, visit

# Who is here and where is known: what the page itself asks for is held back, or fails.
OWN = re.compile(r"/api/(?!session|workspaces)")
ASK_NOTHING = ("settings-account", "settings-about")
LIGHT = "() => localStorage.setItem('mantine-color-scheme-value', 'light')"


@pytest.fixture
def paths(api: httpx.Client) -> dict[str, str]:
    return addresses(api)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_waits_is_whole_and_fits_a_telephone_in_the_light(
    page: Page, paths: dict[str, str], name: str
) -> None:
    with slow(page, OWN):
        page.goto(paths[name])
        page.get_by_role("main").wait_for()
        page.wait_for_timeout(300)  # skeletons come after a moment
        axe(page)
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page).to_have_title(re.compile(r".+ · Muster$"))
    fits(page)
    axe(page)
    page.set_viewport_size(NARROW)
    page.evaluate(LIGHT)
    page.reload()
    settled(page)
    fits(page)
    axe(page)


@pytest.mark.parametrize("name", OF_WORKSPACE)
def test_a_page_of_an_empty_workspace_says_what_to_do(page: Page, name: str) -> None:
    path = PAGES[name]
    visit(page, f"{path}{'&' if '?' in path else '?'}workspace={EMPTY}")
    fits(page)
    axe(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_fails_says_so_and_can_be_tried_again(
    page: Page, paths: dict[str, str], name: str
) -> None:
    failing(page, OWN, status=500)
    page.goto(paths[name])
    settled(page, title=False)
    axe(page)
    again = page.get_by_role("button", name="Try again")
    if name not in ASK_NOTHING:
        expect(again.first).to_be_visible()
    page.unroute(OWN)
    if again.count():
        again.first.click()
        settled(page)


@pytest.mark.parametrize("name", ["home", "rules", "builder", "segment"])
def test_who_is_offline_is_told_and_keeps_the_page(
    page: Page, paths: dict[str, str], name: str
) -> None:
    visit(page, paths[name])
    title = page.get_by_role("heading", level=1).inner_text()
    with offline(page):
        expect(page.get_by_text("You are offline.")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        axe(page)
    expect(page.get_by_text("You are offline.")).to_be_hidden()


@pytest.mark.parametrize("name", ["home", "rules", "builder-new", "segment"])
def test_whose_session_has_ended_may_sign_in_again(
    page: Page, paths: dict[str, str], name: str
) -> None:
    visit(page, paths[name])
    signed_out(page)
    page.get_by_role("navigation").get_by_role("link", name="Runs").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Sign in")).to_be_visible()
    axe(page)
