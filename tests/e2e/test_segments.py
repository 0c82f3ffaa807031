"""Segments: the list and what is done to several, one segment's tabs, and why somebody is in."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.conftest import NewPage
from tests.e2e.shots import NARROW, fits
from tests.e2e.watching import settled, visit

HARBOUR = "Around the harbour"
SPORTS = "proven_sports_viewers"


def make_rule(api: httpx.Client, title: str, years: int) -> int:
    """Publish a rule about people of an age, and return its id."""
    where = {"field": "age", "op": ">=", "value": years}
    answer = api.post("/api/rules", json={"rule_name": title, "where": where, "tags": ["mine"]})
    assert answer.status_code == 201, answer.text
    found: int = api.get("/api/rules", params={"search": title}).json()["items"][0]["id"]
    return found


def refreshed(api: httpx.Client, rule: int) -> dict[str, Any]:
    """Refresh a rule, wait until that is over, and return its segment."""
    run = api.post(f"/api/rules/{rule}/trigger").json()["run_id"]
    while api.get(f"/api/runs/{run}").json()["state"] in ("queued", "running"):
        time.sleep(0.1)
    name = api.get(f"/api/rules/{rule}").json()["name"]
    return segment(api, name)


def segment(api: httpx.Client, name: str) -> dict[str, Any]:
    """Return a segment by its name."""
    found: dict[str, Any] = next(
        one
        for one in api.get("/api/segments", params={"search": name}).json()["items"]
        if one["name"] == name
    )
    return found


def test_segments_are_found_and_what_is_found_is_in_the_address(page: Page) -> None:
    visit(page, "/segments")
    page.get_by_label("Search segments").fill("harbour")
    expect(page.get_by_role("link", name=HARBOUR)).to_be_visible()
    expect(page).to_have_url(re.compile("search=harbour"))
    page.get_by_label("Search segments").fill("no such thing")
    expect(page.get_by_role("heading", name="No segment matches")).to_be_visible()
    page.get_by_role("button", name="Clear filters").last.click()
    page.get_by_role("button", name="Members", exact=True).click()
    expect(page).to_have_url(re.compile("order=size"))
    expect(page.get_by_role("columnheader", name="Members")).to_have_attribute(
        "aria-sort", "descending"
    )
    fits(page)
    axe(page)


def test_cards_fit_a_phone_in_the_light(new_page: NewPage) -> None:
    page = new_page(size=NARROW, theme="light")
    visit(page, "/segments?view=cards")
    expect(page.get_by_role("article").first).to_be_visible()
    fits(page)
    axe(page)


def test_an_empty_workspace_says_what_a_segment_is(page: Page) -> None:
    visit(page, "/segments?workspace=empty")
    expect(page.get_by_role("heading", name="No segments yet")).to_be_visible()
    axe(page)


def test_a_view_is_kept_under_a_name(page: Page) -> None:
    visit(page, "/segments?order=size&freshness=fresh")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Keep this view…").click()
    page.get_by_label("Its name").fill("SEGMENTS largest")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_role("button", name="View: SEGMENTS largest")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="SEGMENTS largest").click()
    expect(page).to_have_url(re.compile("freshness=fresh"))


def test_several_get_a_tag_and_are_put_away_and_back(page: Page, api: httpx.Client) -> None:
    for title in ("SEGMENTS bulk one", "SEGMENTS bulk two"):
        refreshed(api, make_rule(api, title, 30))
    visit(page, "/segments?search=SEGMENTS+bulk")
    page.get_by_label("Choose all on this page").check()
    page.get_by_role("button", name="Add tag").click()
    page.get_by_role("dialog").get_by_role("combobox", name="Tag").fill("together")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("“together” added to 2 segments.")).to_be_visible()
    assert "together" in segment(api, "segments_bulk_one")["tags"]
    page.get_by_label("Choose all on this page").check()
    axe(page)
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    said = page.get_by_role("alert").filter(has_text="2 segments archived.")
    said.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 segments back as before.")).to_be_visible()
    assert segment(api, "segments_bulk_two")["status"] == "published"


def test_two_are_compared(page: Page) -> None:
    visit(page, "/segments?tag=sports")
    for box in page.get_by_role("checkbox", name=re.compile("^Choose [^a]")).all()[:2]:
        box.check()
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile("/compare.*of="))


@pytest.mark.parametrize("tab", ["overview", "members", "lineage", "history", "runs"])
def test_every_tab_is_accessible_and_fits(page: Page, api: httpx.Client, tab: str) -> None:
    visit(page, f"/segments/{segment(api, SPORTS)['id']}?tab={tab}")
    expect(page.get_by_role("tab", selected=True)).to_have_text(tab.capitalize())
    settled(page)
    fits(page)
    axe(page)
    page.set_viewport_size(NARROW)
    fits(page)


def test_refreshing_shows_the_new_size(page: Page, api: httpx.Client) -> None:
    title = "SEGMENTS to refresh"
    rule = make_rule(api, title, 40)
    made = refreshed(api, rule)
    changed = {
        "rule_name": title,
        "where": {"field": "age", "op": ">=", "value": 60},
    }
    assert api.put(f"/api/rules/{rule}", json=changed).is_success
    visit(page, f"/segments/{made['id']}")
    expect(page.get_by_text("Stale", exact=True)).to_be_visible()
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("Fresh", exact=True)).to_be_visible()
    size = segment(api, made["name"])["row_count"]
    assert size < made["row_count"]
    expect(page.get_by_test_id("segment-size")).to_have_text(f"{size:,}")


def test_why_somebody_is_in_and_why_somebody_else_is_out(page: Page, api: httpx.Client) -> None:
    number = segment(api, SPORTS)["id"]
    visit(page, f"/segments/{number}?tab=members")
    why = page.get_by_role("button", name=re.compile("^Why is .* in, or out"))
    why.first.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_test_id("verdict")).to_have_text("In")
    expect(sheet.get_by_role("list", name="Times in and out")).to_be_visible()
    settled(page)
    axe(page)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    left = api.get(f"/api/segments/{number}/versions/2/difference").json()["left_sample"][0]
    page.get_by_role("button", name="Check a person").click()
    sheet.get_by_label("Key of the profile").fill(left)
    page.keyboard.press("Enter")
    expect(sheet.get_by_test_id("verdict")).to_have_text("Out")
    expect(sheet.get_by_text("Not met").first).to_be_visible()


def test_an_old_version_is_restored_after_a_plan(page: Page, api: httpx.Client) -> None:
    title = "SEGMENTS to restore"
    rule = make_rule(api, title, 20)
    made = refreshed(api, rule)
    changed = {"rule_name": title, "where": {"field": "age", "op": ">=", "value": 70}}
    assert api.put(f"/api/rules/{rule}", json=changed).is_success
    visit(page, f"/segments/{made['id']}?tab=history")
    expect(page.locator("ins", has_text="70")).to_be_visible()
    expect(page.locator("del", has_text="20")).to_be_visible()
    page.get_by_role("button", name="Restore version 1…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(re.compile("enter, "))).to_be_visible()
    dialog.get_by_label("Why").fill("It was better before.")
    axe(page)
    dialog.get_by_role("button", name="Restore", exact=True).click()
    expect(page.get_by_text("“It was better before.”")).to_be_visible()
    assert "20" in api.get(f"/api/rules/{rule}").json()["sentence"]


def test_what_others_are_made_of_is_not_deleted(page: Page, api: httpx.Client) -> None:
    visit(page, f"/segments/{segment(api, SPORTS)['id']}")
    page.get_by_role("button", name="More about this segment").click()
    page.get_by_role("menuitem", name="Delete…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Premium sports")).to_be_visible()
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    axe(page)
