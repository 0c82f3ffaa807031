"""Sources: the warehouse is tried, fields tell what they hold, the data model is checked."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.watching import visit


def test_the_warehouse_is_tried_step_by_step(page: Page) -> None:
    visit(page, "/sources")
    page.get_by_role("button", name="Test the warehouse").click()
    expect(page.get_by_text("Everything works.")).to_be_visible()
    axe(page)


def test_fields_of_a_table_tell_what_they_hold(page: Page) -> None:
    visit(page, "/sources")
    profiles = page.get_by_role("table", name="Fields of Profiles")
    expect(profiles.get_by_text("so its values are not shown").first).to_be_visible()
    page.get_by_role("button", name="Impressions").click()
    impressions = page.get_by_role("table", name="Fields of Impressions")
    expect(impressions.get_by_text("harbour_bank", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("source=impression"))
    page.get_by_label("Find a field").fill("camp")
    expect(impressions.get_by_role("row")).to_have_count(2)


def test_the_data_model_is_checked_while_it_is_written(page: Page, api: httpx.Client) -> None:
    saved = api.get("/api/model").json()
    visit(page, "/sources/model")
    expect(page.get_by_text("It fits the tables and every rule.")).to_be_visible()
    editor = page.get_by_label("model.yml")
    editor.fill(saved["document"].replace("type: integer, label: Age", "type: intger, label: Age"))
    expect(page.get_by_text("to mend before it can be saved")).to_be_visible()
    page.get_by_role("button", name="Line 19").click()
    expect(editor).to_be_focused()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    editor.fill(saved["document"].replace("  renews_on: {", "  renewal: {"))
    expect(page.get_by_text("would not fit").first).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Discard changes").click()
    editor.fill(saved["document"].replace("label: Usual device", "label: Favourite device"))
    expect(page.get_by_text("It fits the tables and every rule.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Why").fill("clearer")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("of the data model is saved.")).to_be_visible()
    api.put("/api/model", json={"document": saved["document"]})


def test_a_workspace_without_a_data_model_says_how_to_begin(page: Page) -> None:
    visit(page, "/sources?workspace=empty")
    expect(page.get_by_role("heading", name="No tables are connected yet")).to_be_visible()
    axe(page)
