"""Charts: zoom by wheel and keys, selection, table and files; and the graph of a segment."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import axe
from tests.e2e.watching import visit

NAME = "win_back"
PNG = b"\x89PNG"


@pytest.fixture
def segment(api: httpx.Client) -> int:
    """Return the id of the segment whose pages are looked at."""
    items = api.get("/api/segments", params={"search": NAME}).json()["items"]
    return next(int(one["id"]) for one in items if one["name"] == NAME)


@pytest.fixture
def chart(page: Page, segment: int) -> Locator:
    """Return the chart of a segment's size, day by day: 31 points."""
    visit(page, f"/segments/{segment}?sizes=days")
    found = page.get_by_role("figure", name="Members day by day")
    expect(found.locator("canvas")).to_be_visible()
    return found


def window(chart: Locator) -> tuple[int, int]:
    """Return the first and the last point that are shown."""
    first, last = (chart.get_attribute("data-window") or "").split("-")
    return int(first), int(last)


def test_the_wheel_zooms_and_reset_shows_everything_again(page: Page, chart: Locator) -> None:
    whole = window(chart)
    chart.locator("canvas").scroll_into_view_if_needed()
    box = chart.locator("canvas").bounding_box()
    assert box is not None
    page.wait_for_timeout(500)  # a wheel that was scrolling the page goes on doing so
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    page.mouse.wheel(0, -240)
    expect(chart).not_to_have_attribute("data-window", f"{whole[0]}-{whole[1]}")
    first, last = window(chart)
    assert last - first < whole[1] - whole[0]
    expect(chart.get_by_role("status")).to_contain_text("Shown:")
    chart.get_by_role("button", name="Reset").click()
    expect(chart).to_have_attribute("data-window", f"{whole[0]}-{whole[1]}")


def test_keys_move_speak_select_filter_and_zoom(page: Page, chart: Locator) -> None:
    cursor = chart.get_by_role("slider", name="Point of Members day by day")
    cursor.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(cursor).to_have_attribute("aria-valuetext", re.compile(r"\d{4}: .*\d"))
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(chart.get_by_role("status")).to_contain_text("Selected:")
    page.keyboard.press("Enter")
    expect(chart).to_have_attribute("data-window", "1-3")
    page.keyboard.press("0")
    assert window(chart)[0] == 0
    axe(page)


def test_the_numbers_are_a_table_and_files(page: Page, chart: Locator, tmp_path: Path) -> None:
    for item, file in (("PNG picture", "chart.png"), ("CSV of what is shown", "chart.csv")):
        chart.get_by_role("button", name="Download").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=item).click()
        download.value.save_as(tmp_path / file)
    assert (tmp_path / "chart.png").read_bytes().startswith(PNG)
    rows = list(csv.reader((tmp_path / "chart.csv").read_text().splitlines()))
    assert rows[0][0] == "Time"
    assert len(rows) == window(chart)[1] + 2
    chart.get_by_role("button", name="View data").click()
    expect(chart.get_by_role("row")).to_have_count(len(rows))
    page.mouse.move(0, 0)
    expect(page.get_by_role("tooltip")).to_have_count(0)
    axe(page)


def test_the_range_is_chosen_by_two_fields(page: Page, chart: Locator) -> None:
    chart.get_by_role("button", name="Choose the range").click()
    page.get_by_label("From", exact=True).select_option(index=4)
    page.get_by_label("To", exact=True).select_option(index=3)
    expect(chart).to_have_attribute("data-window", "4-7")


def test_the_graph_tells_of_a_node_and_can_be_a_table(page: Page, segment: int) -> None:
    visit(page, f"/segments/{segment}?tab=lineage")
    node = page.get_by_role("button", name=re.compile("^Segment Gone quiet"))
    node.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Details of Gone quiet")
    expect(panel).to_be_focused()
    axe(page)
    page.keyboard.press("Escape")
    expect(node).to_be_focused()
    page.get_by_role("button", name="View as table").click()
    expect(page.get_by_role("row").filter(has_text="Source").first).to_be_visible()
