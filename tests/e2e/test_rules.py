"""The list of rules: found, refreshed, put away and brought back, deleted unless others need it."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.watching import expect_problems, settled, visit


def make_rule(api: httpx.Client, name: str, **changes: object) -> int:
    """Make a rule and return its id."""
    body = {"name": name, "title": name.replace("_", " ").capitalize(), "where": _ADULTS}
    answer = api.post("/api/rules", json={**body, **changes})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["rule_id"])


_ADULTS = {"field": "age", "op": ">=", "value": 18}


def test_rules_are_found_by_words_tag_and_status(page: Page) -> None:
    visit(page, "/rules")
    axe(page)
    page.get_by_label("Search rules").fill("harbour bank")
    expect(page.get_by_role("link", name="Not yet seen Harbour Bank")).to_be_visible()
    expect(page.get_by_role("link", name="Binge watchers")).to_have_count(0)
    page.get_by_role("combobox", name="Tag").click()
    page.get_by_role("option", name="experiment (1)").click()
    settled(page)
    expect(page).to_have_url(re.compile("search=harbour.*tag=experiment"))
    expect(page.get_by_role("row")).to_have_count(2)  # the head, and one rule
    page.get_by_label("Search rules").fill("nothing of this name")
    expect(page.get_by_role("heading", name="No rule fits")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("link", name="Win back")).to_be_visible()


def test_a_rule_is_refreshed_from_the_list_and_its_run_watched(
    page: Page, api: httpx.Client
) -> None:
    make_rule(api, "rules_refreshed", tags=["e2e_rules"])
    visit(page, "/rules?tag=e2e_rules&search=refreshed")
    page.get_by_role("button", name="Refresh Rules refreshed").click()
    page.get_by_role("button", name="Watch it").click()
    expect(page.get_by_role("heading", name="Refresh of rules_refreshed")).to_be_visible()
    expect(page.locator("main").get_by_text("Published").first).to_be_visible()
    axe(page)


def test_a_rule_is_archived_and_brought_back(page: Page, api: httpx.Client) -> None:
    make_rule(api, "rules_archived")
    visit(page, "/rules?search=rules_archived")
    page.get_by_role("button", name="More for Rules archived").click()
    page.get_by_role("menuitem", name="Archive").click()
    expect(page.get_by_text("Rules archived is archived.")).to_be_visible()
    expect(page.get_by_role("heading", name="No rule fits")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Rules archived")).to_be_visible()


def test_what_others_are_made_of_is_not_deleted(page: Page, api: httpx.Client) -> None:
    make_rule(api, "rules_parent")
    child = make_rule(api, "rules_child", where={"segment": "rules_parent"})
    visit(page, "/rules?search=rules_")
    page.get_by_role("button", name="More for Rules parent").click()
    page.get_by_role("menuitem", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Rules child")).to_be_visible()
    axe(page)
    dialog.get_by_role("button", name="Understood").click()
    api.delete(f"/api/rules/{child}")
    page.reload()
    settled(page)
    page.get_by_role("button", name="More for Rules parent").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Rules parent is deleted.")).to_be_visible()


def test_a_workspace_without_rules_says_what_a_rule_is(page: Page) -> None:
    visit(page, "/rules?workspace=empty")
    expect(page.get_by_role("heading", name="No rules yet")).to_be_visible()
    axe(page)


def test_a_refusal_of_the_server_is_told_in_its_words(page: Page, api: httpx.Client) -> None:
    rule = make_rule(api, "rules_gone")
    visit(page, "/rules?search=rules_gone")
    api.delete(f"/api/rules/{rule}")
    expect_problems(page, r"status of 404")
    page.get_by_role("button", name="Refresh Rules gone").click()
    expect(page.get_by_role("alert")).to_be_visible()
