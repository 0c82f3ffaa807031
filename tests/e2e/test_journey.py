"""What a stranger does with the product, found by what is written on the screen alone."""

from __future__ import annotations

import re
from itertools import pairwise

from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.building import WOMEN, add_women, field, option, size
from tests.e2e.watching import settled, visit


def test_an_audience_is_built_saved_scheduled_refreshed_and_explained(page: Page) -> None:
    visit(page, "/")
    page.get_by_role("navigation").get_by_role("link", name="Rules").click()
    page.get_by_role("link", name="New rule").first.click()
    page.get_by_text("Blank", exact=True).click()

    # The number moves with every condition, and never up.
    sizes = add_women(page)
    assert len(set(sizes)) == len(sizes)
    assert all(before > after for before, after in pairwise(sizes))
    wanted = size(page)
    assert wanted > 0
    settled(page)
    axe(page)

    # Who is out by one condition alone: the builder knows some of them.
    page.get_by_role("tab", name="Nearly in").click()
    almost = page.get_by_role("tabpanel", name="Nearly in")
    expect(almost.get_by_text("fail only this one").first).to_be_visible()
    viewer = almost.get_by_role("button", name=re.compile("^Why is p_")).first.inner_text()

    page.get_by_label("Name of the rule").fill(WOMEN)
    field(page, "Refreshes").click()
    option(page, "Every day").click()
    expect(page.get_by_text(re.compile("^Every day at .*Australia/Sydney"))).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()

    # Triggered, watched until it is published.
    page.get_by_role("main").get_by_role("button", name="Refresh now").click()
    expect(page.get_by_text(f"{wanted:,} members: {wanted:,} entered, 0 left")).to_be_visible()
    axe(page)

    page.get_by_role("link", name="See who entered").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(WOMEN)
    page.get_by_role("tab", name="Members").click()
    page.get_by_text("Entered", exact=True).click()
    expect(page.get_by_text(re.compile(rf"^{wanted:,} people entered with it"))).to_be_visible()
    expect(page.get_by_role("table").get_by_text("p_").first).to_be_visible()

    # Why one viewer is out.
    page.get_by_role("button", name="Check a person").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Key of the profile").fill(viewer)
    sheet.get_by_role("button", name="Explain").click()
    expect(sheet.get_by_test_id("verdict")).to_have_text("Out")
    expect(sheet.get_by_text(re.compile(f"^{viewer}, by version 1"))).to_be_visible()
    expect(sheet.get_by_text("Condition by condition")).to_be_visible()
    settled(page)
    axe(page)
    page.keyboard.press("Escape")

    # It is a segment like the others from now on.
    visit(page, "/segments")
    page.get_by_label("Search segments").fill("seldom shown")
    expect(page.get_by_role("link", name=re.compile(re.escape(WOMEN))).first).to_be_visible()
