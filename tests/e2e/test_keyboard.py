"""Everything that matters, without a mouse: build, move, save, compare."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.building import field, size
from tests.e2e.watching import settled, visit

MOST_TABS = 60


def tab_to(page: Page, target: Locator, *, back: bool = False) -> None:
    """Press Tab until something has the focus."""
    for _ in range(MOST_TABS):
        if target.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"Tab does not come to {target} from {focused(page)}")


def focused(page: Page) -> str:
    """Return what has the focus, as a person may know it."""
    return str(
        page.evaluate(
            "() => { const one = document.activeElement;"
            " return one.getAttribute('aria-label') || one.innerText || one.outerHTML }"
        )
    )


def pick(page: Page, what: str) -> None:
    """Open the menu that has the focus, search in it and take the first that is found."""
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Search what to add")).to_be_focused()
    page.keyboard.type(what, delay=15)
    expect(page.get_by_role("option", name=re.compile(f"^{what}")).first).to_be_visible()
    page.keyboard.press("Enter")


def test_a_rule_is_built_moved_and_saved_by_keys(page: Page) -> None:
    visit(page, "/rules")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("New rule")
    settled(page)
    tab_to(page, page.get_by_role("link", name=re.compile("^Blank")))
    page.keyboard.press("Enter")

    add = page.get_by_role("button", name="Add condition")
    tab_to(page, add)
    pick(page, "Age")
    # The focus is in the new condition: its value is written at once.
    page.keyboard.type("60", delay=15)
    older = size(page)
    assert older > 0

    tab_to(page, add)
    pick(page, "Gender")
    page.keyboard.type("F", delay=15)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("[data-kind=attribute]")).to_have_count(2)
    women = size(page)
    assert 0 < women < older

    # Alt and an arrow move a condition; nothing else changes by it.
    handle = page.get_by_role("button", name=re.compile("^Move gender"))
    tab_to(page, handle, back=True)
    page.keyboard.press("Alt+ArrowUp")
    first = page.locator("[data-kind=attribute]").first.get_by_role("button").first
    expect(first).to_have_accessible_name("Move gender")
    assert focused(page) == "Move gender"
    assert size(page) == women
    page.keyboard.press("Control+z")
    expect(first).to_have_accessible_name("Move age")

    tab_to(page, page.get_by_label("Name of the rule"), back=True)
    page.keyboard.type("Built by keys")
    page.keyboard.press("Control+s")
    expect(page.get_by_text(re.compile(r"^Saved as version 1\."))).to_be_visible()


def test_segments_are_compared_by_keys(page: Page) -> None:
    visit(page, "/")
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Compare"))
    settled(page)
    tab_to(page, field(page, "Segments to compare"))
    for name in ("Sports fans", "Proven sports"):
        page.keyboard.type(name, delay=15)
        expect(page.get_by_role("option", name=re.compile(f"^{name}")).first).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    settled(page)
    expect(page.get_by_role("table", name="Regions of the compared segments")).to_be_visible()


def test_the_palette_leads_everywhere(page: Page) -> None:
    visit(page, "/")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog")
    expect(palette).to_be_visible()
    page.keyboard.type("Around the harbour", delay=10)
    expect(palette.get_by_role("option").first).to_contain_text("Around the harbour")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("harbour")


def test_the_first_tab_skips_to_the_page(page: Page) -> None:
    visit(page, "/rules")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
