"""Runs: listed, watched, cancelled, retried."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.states import failing
from tests.e2e.watching import visit


def test_runs_are_listed_and_one_tells_everything(page: Page) -> None:
    visit(page, "/runs")
    axe(page)
    page.get_by_role("link", name="Refresh of 28 rules").first.click()
    expect(page.get_by_role("table", name="Rules of this run")).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text("published")
    axe(page)


def test_all_segments_are_refreshed_and_the_run_ends_before_ones_eyes(page: Page) -> None:
    visit(page, "/runs")
    page.get_by_role("button", name="Refresh all segments").click()
    page.get_by_role("button", name="Watch it").click()
    expect(page.get_by_role("heading", name="Refresh of")).to_be_visible()
    expect(page.locator("main").get_by_text("Published", exact=True).first).to_be_visible(
        timeout=60_000
    )


def test_a_cancelled_run_can_be_retried(page: Page, api: httpx.Client) -> None:
    first = api.post("/api/runs", json={"all": True}).json()["run"]["id"]
    # while the first works, this one waits and can surely be cancelled
    second = api.post("/api/runs", json={"rules": ["regulars"]}).json()["run"]["id"]
    api.post(f"/api/runs/{second}/cancel")
    visit(page, f"/runs/{second}")
    expect(page.locator("main").get_by_text("Cancelled").first).to_be_visible()
    page.get_by_role("button", name=f"Retry run {second}").click()
    expect(page).not_to_have_url(re.compile(f"/runs/{second}"))
    expect(page.get_by_role("heading", name="Refresh of regulars")).to_be_visible()
    expect(page.locator("main").get_by_text("Published", exact=True).first).to_be_visible(
        timeout=60_000
    )
    assert first < second


def test_filters_stand_in_the_address(page: Page) -> None:
    visit(page, "/runs?state=failed")
    expect(page.get_by_role("heading", name="No run fits")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("table", name="Runs")).to_be_visible()


def test_a_list_that_cannot_be_read_can_be_tried_again(page: Page) -> None:
    failing(page, "**/api/runs?*", times=1)
    page.goto("/runs")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Something went wrong in the server.")
    expect(alert).to_contain_text("0000-e2e")
    axe(page)
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("table", name="Runs")).to_be_visible()
