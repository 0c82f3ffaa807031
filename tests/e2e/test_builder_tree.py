"""The conditions of a rule: every kind has its editor, and keys and drags do what they say."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import axe
from tests.e2e.building import add
from tests.e2e.shots import fits
from tests.e2e.watching import visit

EVERY_KIND = {
    "rule_name": "Tree: every kind",
    "name": "tree_every_kind",
    "universe": [{"field": "age", "op": ">=", "value": 16}],
    "where": [
        {"field": "age", "op": "between", "value": [25, 44], "nulls": "include"},
        {"age_bands": ["25-34", "30-39"], "interests": {"any": ["sports"], "none": ["news"]}},
        {
            "did": "impression",
            "where": [{"field": "campaign", "op": "=", "value": "harbour_bank"}],
            "window": {"last": "P30D"},
            "times": {"op": "<", "n": 3},
        },
        {"metric": "minutes_watched", "rank": "percentile", "op": ">=", "value": 50},
        {
            "metric": {"agg": "sum", "of": "cost", "on": "impression"},
            "op": "<=",
            "value": "9.50",
        },
        {
            "sequence": [{"did": "impression"}, {"did": "view", "within": "P2D"}],
            "same": ["genre"],
        },
        {
            "any": [
                {"near": {"field": "home", "lat": -33.87, "lon": 151.21, "km": 40}},
                {"near": {"field": "home", "place": "sydney"}},
                {"near": {"field": "home", "polygon": [[-38, 144], [-38, 146], [-37, 145]]}},
            ]
        },
        {"segment": "gone_quiet", "in": False},
        {"bucket": {"salt": "tree", "from": 0, "to": 0.5}},
        {"not": {"any": [{"field": "plan", "op": "=", "value": "free"}]}},
    ],
    "limit": {"n": 100, "rank_by": "views"},
    "exclude": [{"list": "test_profiles"}],
}
KINDS = "attribute facets did metric sequence near segment bucket list group"


def block(page: Page, name: str) -> Locator:
    """Include or Exclude."""
    return page.get_by_role("region", name=name, exact=True)


def rows(page: Page) -> list[str]:
    """The fields of the outermost conditions of the include block, in their order."""
    outermost = block(page, "Include").get_by_role("list").first
    handles = outermost.locator("> li > div > [data-handle]")
    names = [handle.get_attribute("aria-label") or "" for handle in handles.all()]
    return [name.removeprefix("Move ") for name in names]


def focused(page: Page) -> Locator:
    """What has the focus."""
    return page.locator(":focus")


def test_every_kind_of_condition_has_an_editor_and_nothing_is_lost(
    page: Page, api: httpx.Client
) -> None:
    made = api.post("/api/rules", json=EVERY_KIND)
    assert made.status_code == 201, made.text
    visit(page, f"/rules/edit/{made.json()['rule_id']}")
    canvas = page.get_by_role("group", name="Conditions", exact=True)
    for kind in KINDS.split():
        expect(canvas.locator(f"[data-kind={kind}]").first).to_be_visible()
    expect(canvas.locator("[data-kind=raw]")).to_have_count(0)
    expect(canvas.get_by_role("img", name=re.compile("^Map: 40 km around"))).to_be_visible()
    expect(block(page, "Exclude").get_by_label("Plan: comparison")).to_have_value("=")
    page.get_by_role("button", name=re.compile("^Audience options")).click()
    expect(page.get_by_label("Keep at most")).to_have_value("100")
    expect(block(page, "Asked about").get_by_label("Age", exact=True)).to_have_value("16")
    page.get_by_role("button", name="More options: age").first.click()
    expect(page.get_by_label("Who has no value matches, too")).to_be_checked()
    page.mouse.move(0, 0)
    axe(page)
    fits(page)


def test_keys_move_remove_and_undo_and_the_focus_goes_along(page: Page) -> None:
    visit(page, "/rules/new?from=blank")
    for name in ("Plan", "Age", "Views"):
        add(page, name)
    expect(page.get_by_label("How often")).to_be_focused()
    assert rows(page) == ["plan", "age", "view"]

    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_label("How often")).to_be_focused()
    assert rows(page) == ["plan", "view", "age"]
    page.get_by_role("button", name="Move plan").focus()
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name="Move view")).to_be_focused()
    assert rows(page) == ["view", "age"]

    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undone: removal of plan")).to_be_attached()
    page.keyboard.press("Control+z")
    assert rows(page) == ["plan", "age", "view"]
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+y")
    assert rows(page) == ["view", "age"]


def test_typing_in_one_field_is_one_step_of_undo(page: Page) -> None:
    visit(page, "/rules/new?from=blank")
    add(page, "Age")
    value = page.get_by_label("Age", exact=True)
    expect(value).to_be_focused()
    page.keyboard.type("275")
    expect(value).to_have_value("275")
    page.keyboard.press("Control+z")
    expect(value).to_have_value("")
    expect(value).to_be_focused()


def test_a_row_is_dragged_into_a_group_and_back_by_undo(page: Page) -> None:
    either = [{"field": "plan", "op": "=", "value": "free"}, {"segment": "gone_quiet"}]
    rule = [{"any": either}, {"field": "age", "op": ">=", "value": 30}]
    visit(page, f"/rules/new?definition={quote(json.dumps(rule))}")
    group = block(page, "Include").locator("[data-kind=group]")
    expect(group.locator("li")).to_have_count(2)
    page.get_by_role("button", name="Move age").drag_to(group.locator("li").first)
    expect(group.locator("li")).to_have_count(3)
    assert rows(page) == ["group: any of"]
    page.keyboard.press("Control+z")
    assert rows(page) == ["group: any of", "age"]


def test_the_menu_carries_a_row_over_to_the_exclude_block(page: Page) -> None:
    visit(page, "/rules/new?from=blank")
    add(page, "Plan")
    page.get_by_role("button", name="Actions for plan").click()
    page.get_by_role("menuitem", name="Exclude these people instead").click()
    expect(block(page, "Exclude").get_by_label("Plan: comparison")).to_be_visible()
    expect(page.get_by_role("button", name="Move plan")).to_be_focused()


def test_menus_and_windows_are_accessible_and_several_rows_are_grouped(page: Page) -> None:
    visit(page, "/rules/new?from=blank")
    for name in ("Plan", "Views"):
        add(page, name)
    page.get_by_role("button", name="When: in the last 30 days").click()
    page.get_by_role("radio", name="A calendar period").check()
    axe(page)
    page.get_by_label("Calendar period", exact=True).select_option(label="this month")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="When: this month")).to_be_focused()
    page.get_by_role("button", name="Add condition", exact=True).first.click()
    expect(page.get_by_role("option", name=re.compile("^Gender"))).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    for name in ("plan", "view"):
        page.get_by_role("button", name=f"Move {name}").press(" ")
    page.get_by_role("region", name="Selected conditions").get_by_text("Group").click()
    match = page.locator("[data-kind=group]").get_by_label("How many of these conditions")
    expect(match).to_be_focused()
    assert rows(page) == ["group: all of"]
