"""The first page: figures, what needs a hand with its fix, rails, drafts, and a new workspace."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.conftest import NewPage
from tests.e2e.shots import NARROW, fits
from tests.e2e.states import failing
from tests.e2e.test_segments import make_rule, refreshed
from tests.e2e.watching import settled, visit


def test_it_shows_four_figures_and_posters(page: Page) -> None:
    visit(page, "/")
    for figure in ("people", "segments", "events", "money"):
        expect(page.get_by_test_id(f"figure-{figure}")).to_have_text(re.compile(r"\d"))
    rail = page.get_by_role("list", name="Recently refreshed")
    expect(rail.get_by_role("link").first).to_be_visible()
    fits(page)
    axe(page)


def test_a_rail_moves_by_its_arrows(page: Page) -> None:
    visit(page, "/")
    rail = page.get_by_role("list", name="Fastest growing")
    back = page.get_by_role("button", name="Back in “Fastest growing”")
    expect(back).to_be_disabled()
    page.get_by_role("button", name="Further in “Fastest growing”").click()
    expect(back).to_be_enabled()
    assert rail.evaluate("(list) => list.scrollLeft") > 0


def test_it_fits_a_phone_in_the_light(new_page: NewPage) -> None:
    page = new_page(size=NARROW, theme="light")
    visit(page, "/")
    fits(page)
    axe(page)


def test_a_stale_segment_is_refreshed_from_here(page: Page, api: httpx.Client) -> None:
    rule = make_rule(api, "SEGMENTS stale on the first page", 50)
    refreshed(api, rule)
    changed = {"rule_name": "SEGMENTS stale on the first page", "where": age_from(18)}
    assert api.put(f"/api/rules/{rule}", json=changed).is_success
    visit(page, "/")
    everything = page.get_by_role("button", name=re.compile("^Show all"))
    if everything.is_visible():
        everything.click()
    page.get_by_role(
        "button", name=re.compile("Refresh: .*SEGMENTS stale on the first page")
    ).click()
    expect(page.get_by_text("The refresh is queued.")).to_be_visible()
    expect(
        page.get_by_role("list", name="Needs attention").get_by_text(
            "SEGMENTS stale on the first page"
        )
    ).to_have_count(0)


def test_a_draft_is_gone_on_with_or_let_go(page: Page, api: httpx.Client) -> None:
    value = {"content": {"details": {"title": "SEGMENTS half done"}, "definition": {}}}
    assert api.put("/api/kept/draft:new", json={"value": value}).is_success
    visit(page, "/")
    card = page.get_by_role("article").filter(has_text="SEGMENTS half done")
    expect(card.get_by_role("link")).to_have_attribute("href", re.compile("/rules/new"))
    card.get_by_role("button", name="Discard").click()
    expect(card).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
    api.delete("/api/kept/draft:new")


def test_a_new_workspace_is_shown_three_steps(page: Page) -> None:
    visit(page, "/?workspace=empty")
    expect(page.get_by_role("heading", name="Three steps to the first segment")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Go to sources")).to_be_visible()
    axe(page)


def test_a_failure_can_be_tried_again(page: Page) -> None:
    failing(page, "**/api/home*", times=1)
    visit(page, "/")
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong in the server.")
    page.get_by_role("button", name="Try again").click()
    settled(page)
    expect(page.get_by_test_id("figure-people")).to_be_visible()


def age_from(years: int) -> dict[str, object]:
    """A condition on the age."""
    return {"field": "age", "op": ">=", "value": years}
