"""Changes that meet: two browsers at one rule, rules made of one another, versions and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.building import field
from tests.e2e.watching import expect_problems, settled, visit

Make = Callable[[str, list[dict[str, Any]]], int]


@pytest.fixture
def make(api: httpx.Client) -> Make:
    """Saves and publishes a rule."""

    def made(name: str, where: list[dict[str, Any]]) -> int:
        title = name.replace("_", " ").capitalize()
        rule = {"name": name, "title": title, "where": where}
        answer = api.post("/api/rules", json=rule)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["rule_id"])

    return made


def older_than(years: int) -> list[dict[str, Any]]:
    return [{"field": "age", "op": ">=", "value": years}]


def edit_age(page: Page, years: str) -> None:
    field(page, "Age").fill(years)
    expect(page.get_by_role("region", name="Live size")).to_have_attribute("aria-busy", "false")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    review = page.get_by_role("dialog", name="What this changes")
    review.get_by_role("button", name="Publish").click()


def test_who_saves_second_sees_both_versions_and_chooses(new_page, make: Make) -> None:
    rule = make("e2e_conflict", older_than(60))
    path = f"/rules/edit/{rule}"
    first, second = new_page(), new_page()
    visit(first, path)
    visit(second, path)

    edit_age(first, "61")
    save(first)
    expect(first.get_by_text(re.compile(r"^Saved as version \d"))).to_be_visible()

    edit_age(second, "70")
    expect_problems(second, "status of 412", "status of 409")
    save(second)
    conflict = second.get_by_role("dialog", name="Somebody else saved this rule")
    expect(conflict.get_by_role("region", name="Yours").get_by_text("at least 70")).to_be_visible()
    expect(conflict.get_by_role("region", name="Theirs").get_by_text("at least 61")).to_be_visible()
    axe(second)
    conflict.get_by_role("button", name="Keep mine").click()
    expect(conflict).to_be_hidden()
    expect(second.get_by_text(re.compile(r"^Saved as version \d"))).to_be_visible()
    visit(first, path)
    expect(field(first, "Age")).to_have_value("70")


def test_what_others_are_made_of_is_not_deleted(page: Page, make: Make, api: httpx.Client) -> None:
    parent = make("e2e_parent", older_than(65))
    child = make("e2e_child", [{"segment": "e2e_parent"}])
    visit(page, f"/rules/edit/{parent}")

    def delete() -> Any:
        page.get_by_role("button", name="More", exact=True).click()
        page.get_by_role("menuitem", name="Delete").click()
        return page.get_by_role("dialog", name=re.compile("^Delete"))

    dialog = delete()
    expect(dialog.get_by_text("It cannot be deleted")).to_be_visible()
    expect(dialog.get_by_role("link", name="E2e child")).to_be_visible()
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    axe(page)
    dialog.get_by_role("button", name="Keep").click()

    assert api.delete(f"/api/rules/{child}").status_code < 300
    visit(page, f"/rules/edit/{parent}")
    delete().get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rules")
    assert api.get(f"/api/rules/{parent}").status_code == 404


def test_an_older_version_is_restored(page: Page, make: Make, api: httpx.Client) -> None:
    rule = make("e2e_restored", older_than(30))
    visit(page, f"/rules/edit/{rule}")
    edit_age(page, "50")
    save(page)
    page.get_by_role("main").get_by_role("button", name="Refresh now").click()
    expect(page.get_by_text(re.compile(r"members: .* entered, "))).to_be_visible()
    page.get_by_role("link", name="Open the segment").click()
    page.get_by_role("tab", name="History").click()
    settled(page)
    expect(page.get_by_text("Version 2").first).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Restore version 1…").click()
    dialog = page.get_by_role("dialog", name="Restore version 1?")
    expect(dialog.get_by_role("button", name=re.compile("^Restore"))).to_be_enabled()
    axe(page)
    dialog.get_by_role("button", name=re.compile("^Restore")).click()
    expect(dialog).to_be_hidden()
    visit(page, f"/rules/edit/{rule}")
    expect(field(page, "Age")).to_have_value("30")
