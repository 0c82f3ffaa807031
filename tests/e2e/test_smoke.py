"""The app starts, and whoever opens it sees its frame without a fault."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.shots import fits
from tests.e2e.watching import visit


def test_the_rules_are_listed(page: Page) -> None:
    visit(page, "/rules")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rules")
    fits(page)
    axe(page)
