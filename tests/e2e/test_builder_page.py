"""The builder's page: starts, the live number, drafts, saving, and two people at one rule."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.building import live, size, size_after
from tests.e2e.shots import NARROW
from tests.e2e.watching import expect_problems, visit

FREQUENT = {"where": [{"did": "view", "window": {"last": "P90D"}, "times": {"op": ">=", "n": 3}}]}


def made(api: httpx.Client, title: str) -> int:
    """Save a rule of its own name; return its id."""
    answer = api.post("/api/rules", json={"rule_name": f"{title} {time.time_ns()}", **FREQUENT})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["rule_id"])


def test_a_template_becomes_a_rule_that_is_saved_refreshed_and_looked_into(page: Page) -> None:
    visit(page, "/rules/new")
    axe(page)
    page.get_by_role("link", name=re.compile("^Frequent")).click()
    before = size(page)
    page.keyboard.press("Control+s")
    expect(page.get_by_label("Name of the rule")).to_be_focused()
    page.keyboard.type(f"Frequent viewers {time.time_ns()}")
    times = page.get_by_label("Times", exact=True)
    assert 0 < size_after(page, lambda: times.fill("5")) < before
    page.get_by_role("combobox", name="Refreshes").click()
    page.get_by_role("option", name="Monday to Friday").click()
    fires = page.get_by_role("list", name="The next five times").get_by_role("listitem")
    expect(fires).to_have_count(5)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Save and refresh").click()
    expect(page).to_have_url(re.compile(r"/rules/edit/\d+"))
    expect(page.get_by_role("link", name="See who entered")).to_be_visible(timeout=60_000)
    axe(page)


def test_what_is_behind_the_number_is_shown_where_it_is_asked_for(page: Page) -> None:
    visit(page, "/rules/new?from=template&template=frequent")
    size(page)
    panel = page.get_by_role("tabpanel", name="Steps")
    panel.get_by_role("button", name=re.compile("^Views happened")).click()
    expect(page.get_by_role("slider")).to_be_visible()
    before = size(page)
    assert size_after(page, lambda: page.get_by_role("slider").press("ArrowRight")) < before
    expect(page.get_by_label("Times", exact=True)).to_have_value("4")
    for tab, shown in (
        ("Nearly in", "fail only this one"),
        ("People", "Check a person"),
        ("Profile", "Attribute"),
        ("Overlap", "Nearest segments"),
    ):
        page.get_by_role("tab", name=tab).click()
        panel = page.get_by_role("tabpanel", name=tab)
        expect(panel.get_by_text(shown).first).to_be_visible()
        axe(page)
    page.get_by_role("tab", name="People").click()
    why = page.get_by_role("button", name=re.compile("^Why is .* in")).first
    why.click()
    expect(page.get_by_role("dialog")).to_contain_text("Condition by condition")
    page.keyboard.press("Escape")
    expect(why).to_be_focused()


def test_json_is_checked_applied_and_undone(page: Page) -> None:
    expect_problems(page, "422")
    visit(page, "/rules/new?from=template&template=frequent")
    before = size(page)
    page.get_by_role("tab", name="JSON").click()
    area = page.get_by_label("The rule as JSON")
    area.fill('{"where": [')
    expect(page.get_by_text("This is not JSON")).to_be_visible()
    area.fill('[{"field": "nope", "op": "=", "value": 1}]')
    expect(page.get_by_text('There is no attribute "nope".')).to_be_visible()
    axe(page)
    area.fill('[{"field": "plan", "op": "=", "value": "premium"}]')
    apply = page.get_by_role("button", name="Apply", exact=True)
    assert size_after(page, apply.click) != before
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(live(page)).to_have_attribute("data-size", str(before))
    for view, words in (("YAML", "where:"), ("SQL", "SELECT"), ("Sentence", "at least 3 times")):
        page.get_by_role("tab", name=view).click()
        expect(page.get_by_role("tabpanel", name=view)).to_contain_text(words)


def test_a_draft_is_kept_and_offered_again(page: Page, api: httpx.Client) -> None:
    rule = made(api, "Drafted")
    visit(page, f"/rules/edit/{rule}")
    page.get_by_label("Times", exact=True).fill("7")
    expect(page.get_by_test_id("draft-state")).to_have_text("Draft saved")
    visit(page, f"/rules/edit/{rule}")
    axe(page)
    page.get_by_role("button", name="Continue your draft").click()
    expect(page.get_by_label("Times", exact=True)).to_have_value("7")
    page.get_by_role("button", name="Undo", exact=True).wait_for()
    page.get_by_label("Times", exact=True).fill("3")
    expect(page.get_by_test_id("draft-state")).to_have_count(0)
    visit(page, f"/rules/edit/{rule}")
    expect(live(page)).to_be_visible()


@pytest.mark.parametrize("way", ["Keep mine", "Take theirs", "Keep both changes"])
def test_two_people_at_one_rule_lose_nothing_unseen(
    page: Page, api: httpx.Client, way: str
) -> None:
    expect_problems(page, "412")
    rule = made(api, "Shared")
    title = api.get(f"/api/rules/{rule}").json()["title"]
    visit(page, f"/rules/edit/{rule}")
    page.get_by_label("Times", exact=True).fill("4")
    api.put(f"/api/rules/{rule}", json={"rule_name": title, "description": "Theirs", **FREQUENT})
    page.keyboard.press("Control+s")
    review = page.get_by_role("dialog", name="What this changes")
    expect(review.get_by_role("table")).to_be_visible()
    axe(page)
    review.get_by_role("button", name="Publish").click()
    conflict = page.get_by_role("dialog", name="Somebody else saved this rule")
    expect(conflict).to_contain_text("differ in the description, the conditions")
    axe(page)
    conflict.get_by_role("button", name=way).click()
    expect(conflict).to_be_hidden()
    mine, theirs = way != "Take theirs", way != "Keep mine"
    expect(page.get_by_label("Times", exact=True)).to_have_value("4" if mine else "3")
    expect(page.get_by_label("Description")).to_have_value("Theirs" if theirs else "")
    if mine:
        expect(page.get_by_text("Saved as version 3")).to_be_visible()
    saved = api.get(f"/api/rules/{rule}").json()
    assert saved["version"] == (3 if mine else 2)
    assert saved["description"] == ("Theirs" if theirs else "")


def test_a_narrow_window_keeps_the_number_at_its_foot(new_page: Callable[..., Page]) -> None:
    page = new_page(size=NARROW)
    visit(page, "/rules/new?from=template&template=frequent")
    size(page)
    expect(page.get_by_role("button", name="What is behind it")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    axe(page)
