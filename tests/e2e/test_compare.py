"""Compare: segments are chosen, their regions by pointer and by keys, and made into rules."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.conftest import NewPage
from tests.e2e.shots import NARROW, fits
from tests.e2e.watching import settled, visit

TWO = "/compare?of=win_back,premium_core"
FIVE = f"{TWO},regulars,gone_quiet,heavy_viewers"
PICKER = "Segments to compare"


def test_a_pair_is_suggested_and_a_third_segment_is_found_by_its_title(page: Page) -> None:
    visit(page, "/compare")
    expect(page.get_by_role("heading", name="Choose two segments to begin")).to_be_visible()
    axe(page)
    page.get_by_role("button", name=re.compile("^Compare .* and ")).first.click()
    expect(page.get_by_role("heading", name="Overlap")).to_be_visible()
    expect(page).to_have_url(re.compile("of="))
    page.get_by_role("combobox", name=PICKER).fill("regul")
    page.get_by_role("option", name=re.compile("Regulars")).click()
    expect(page).to_have_url(re.compile("regulars"))
    compared = page.get_by_role("list", name="Compared segments")
    expect(compared.get_by_role("listitem")).to_have_count(3)


def test_a_region_pressed_in_the_circles_becomes_a_rule(page: Page, api: httpx.Client) -> None:
    visit(page, TWO)
    asked = {"segments": ["win_back", "premium_core"]}
    both = api.post("/api/compare", json=asked).json()["overlaps"][0]["intersection"]
    part = page.get_by_role("button", name=f"{both:,} are in Win back and Premium core")
    part.focus()
    page.keyboard.press("Enter")
    expect(part).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("chosen="))
    page.get_by_role("link", name=f"Make a segment from these {both:,}").click()
    expect(page).to_have_url(re.compile(r"/rules/new\?.*definition="))
    expect(page.get_by_text("Win back").first).to_be_visible()
    expect(page.get_by_text("Premium core").first).to_be_visible()


def test_circles_are_pressed_where_the_pointer_is(page: Page) -> None:
    visit(page, TWO)
    circles = page.locator("svg", has=page.get_by_role("button"))
    box = circles.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)
    expect(page.get_by_role("status").get_by_text("but not in Premium core")).to_be_visible()


def test_five_segments_are_columns_pairs_and_differences(page: Page) -> None:
    visit(page, FIVE)
    column = page.get_by_role("button", name=re.compile("are in Win back and Gone quiet, but not"))
    column.press("Enter")
    expect(page.get_by_role("link", name=re.compile("^Make a segment from these"))).to_be_visible()
    page.get_by_text("How alike").click()
    expect(page).to_have_url(re.compile("measure=alike"))
    pair = page.get_by_role("button", name=re.compile(r"^Win back and Gone quiet: [\d.]+ %"))
    pair.click()
    expect(page.get_by_text("whatever else they are in")).to_be_visible()
    table = page.get_by_role("table", name="Where they differ most from everyone")
    expect(table.get_by_role("row")).to_have_count(7)
    page.get_by_role("button", name="View data: Age").click()
    expect(page.get_by_role("table", name="Age")).to_be_visible()
    page.mouse.move(0, 0)
    expect(page.get_by_role("tooltip")).to_have_count(0)
    axe(page)


def test_a_segment_that_was_never_refreshed_says_so(page: Page, api: httpx.Client) -> None:
    rule = {"rule_name": "Compared too early", "where": {"segment": "win_back"}}
    api.post("/api/rules", json={**rule, "name": "compared_too_early"})
    visit(page, f"{TWO},compared_too_early,no_such_segment")
    expect(page.get_by_text("Compared too early was never refreshed")).to_be_visible()
    expect(page.get_by_text("There is no segment called no_such_segment")).to_be_visible()
    expect(page.get_by_role("heading", name="Overlap")).to_be_visible()


def test_compare_fits_a_telephone_in_the_light(new_page: NewPage) -> None:
    page = new_page(size=NARROW, theme="light")
    for path in ("/compare", f"{TWO},regulars", FIVE):
        visit(page, path)
        settled(page)
        fits(page)
        axe(page)
