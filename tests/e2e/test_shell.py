"""The frame around all pages: palette, keys, drawer, ended session, lost connection, first load."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest
from playwright.sync_api import Page, Response, expect

from tests.e2e.axe import axe
from tests.e2e.conftest import NewPage
from tests.e2e.shots import NARROW, fits
from tests.e2e.sites import ADA, PASSWORD, Site
from tests.e2e.states import offline
from tests.e2e.watching import expect_problems, settled, visit

FIRST_LOAD_BYTES = 200_000


def sign_in(page: Page, email: str = ADA) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    settled(page)


def test_the_palette_finds_a_segment_by_what_is_typed(page: Page) -> None:
    visit(page, "/runs")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search pages, actions, rules and segments")
    expect(field).to_be_focused()
    axe(page)
    field.fill("premium core")
    expect(page.get_by_role("option", name=re.compile("^Premium core"))).to_be_visible()
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Premium core")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/segments/\d+"))


def test_the_palette_refreshes_a_segment(page: Page, api: httpx.Client) -> None:
    visit(page, "/rules")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name=re.compile("^Search pages"))
    expect(field).to_be_focused()
    field.fill("refresh harbour bank")
    page.get_by_role("option", name=re.compile("^Refresh Harbour Bank")).click()
    expect(page.get_by_text(re.compile("Harbour Bank.* is being refreshed"))).to_be_visible()
    page.get_by_role("button", name="Watch it").click()
    expect(page).to_have_url(re.compile(r"/runs/\d+"))
    newest = api.get("/api/runs", params={"per_page": 1}).json()["items"][0]
    assert newest["rules"] == ["harbour_bank_test"]


def test_keys_lead_to_places_and_can_be_turned_off(page: Page) -> None:
    visit(page, "/")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", level=1, name="Segments")).to_be_visible()
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("[data-search]").first).to_be_focused()
    page.keyboard.type("gr?n")
    expect(page).to_have_url(re.compile("/segments"))
    page.locator("main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Go to Compare")
    axe(page)
    page.keyboard.press("Escape")
    visit(page, "/settings/account")
    page.get_by_role("switch", name="Keys of one letter").click()
    page.locator("main").focus()
    page.keyboard.press("n")
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name=re.compile("^Search pages"))).to_be_focused()
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page).to_have_url(re.compile("/settings/account"))


def test_the_menu_of_a_narrow_window_is_a_drawer(new_page: NewPage) -> None:
    page = new_page(size=NARROW)
    visit(page, "/rules")
    opener = page.get_by_role("button", name="Open the menu")
    opener.click()
    expect(page.get_by_role("link", name="Home").last).to_be_focused()
    axe(page)
    fits(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    page.get_by_role("link", name="Runs").click()
    expect(page.get_by_role("heading", level=1, name="Runs")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()


@pytest.mark.parametrize("name", ["Workspace: Streaming", "Notifications", "running", "Your menu"])
def test_panels_of_the_bar_open_and_give_the_focus_back(page: Page, name: str) -> None:
    visit(page, "/runs")
    opener = page.get_by_role("button", name=re.compile(name))
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "true")
    settled(page)
    axe(page)
    page.keyboard.press("Escape")
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(opener).to_be_focused()


def test_an_ended_session_is_begun_again_on_the_same_page(
    new_page: NewPage, password_site: Site
) -> None:
    page = new_page(site=password_site)
    expect_problems(page, "401")
    sign_in(page)
    visit(page, "/settings/workspace")
    page.get_by_label("Versions of a segment").fill("12")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save the settings").click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog.get_by_label("E-mail address")).to_have_value(ADA)
    axe(page)
    password = dialog.get_by_role("textbox", name="Password")
    password.fill("not the password")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    password.fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Versions of a segment")).to_have_value("12 versions")


def test_a_lost_connection_is_told_and_loses_nothing(page: Page) -> None:
    visit(page, "/settings/account")
    page.get_by_role("switch", name="Keys of one letter").focus()
    with offline(page):
        expect(page.get_by_text("You are offline.")).to_be_visible()
        axe(page)
    expect(page.get_by_text("You are offline.")).to_be_hidden()


def test_the_skip_link_and_the_title_lead_readers_to_the_page(page: Page) -> None:
    visit(page, "/rules")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(page).to_have_title("Runs · Muster")
    expect(page.get_by_role("status").filter(has_text="Runs · Muster")).to_have_count(1)


def test_the_first_load_is_light(page: Page) -> None:
    scripts: list[Response] = []
    page.on("response", lambda it: scripts.append(it) if it.url.endswith(".js") else None)
    visit(page, "/")
    page.wait_for_load_state("networkidle")
    sizes = {it.url: len(gzip.compress(it.body(), 9)) for it in scripts}
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, sizes
