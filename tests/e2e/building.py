"""Builds rules as a person does: by what is written on the screen, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

WOMEN = "Women 25 to 44, NSW, sport, seldom shown Harbour Bank"


def add(page: Page, what: str, *, within: Locator | None = None, button: str = "") -> None:
    """Choose a condition from a menu: the first that reads like this."""
    place = page if within is None else within
    name = re.compile(button or "^Add (a |the first )?condition")
    place.get_by_role("button", name=name).first.click()
    page.get_by_role("textbox", name="Search what to add").fill(what)
    option(page, what).click()


def field(page: Page, label: str) -> Locator:
    """The field that is called like this, as far as it can be seen."""
    return (
        page.locator("input").and_(page.get_by_label(label, exact=True)).filter(visible=True).last
    )


def option(page: Page, text: str) -> Locator:
    """What is offered just now and begins like this."""
    offered = page.get_by_role("listbox").get_by_role("option")
    return offered.filter(has_text=re.compile(f"^{re.escape(text)}"), visible=True).first


def choose(page: Page, place: Locator, *values: str) -> None:
    """Choose values of a field that suggests them, by typing."""
    for value in values:
        place.click()
        page.keyboard.type(value, delay=15)
        option(page, value).click()
    page.keyboard.press("Escape")


def live(page: Page) -> Locator:
    """The size that goes along with every edit."""
    return page.get_by_role("region", name="Live size")


def size(page: Page) -> int:
    """Wait for the number to come to rest, and return it."""
    settled = live(page)
    expect(settled).to_have_attribute("aria-busy", "false")
    expect(settled).to_have_attribute("data-settled", "true")
    return int(settled.get_attribute("data-size") or "-1")


def size_after(page: Page, edit: Callable[[], None]) -> int:
    """Edit, wait until it is counted anew, and return the number."""
    with page.expect_response(lambda answer: "/api/live" in answer.url and answer.ok):
        edit()
    return size(page)


def add_women(page: Page) -> list[int]:
    """Add five conditions one by one; return how many people were left after each."""
    sizes = []

    def counted(edit: Callable[[], None]) -> None:
        sizes.append(size_after(page, edit))

    add(page, "Gender")
    counted(lambda: choose(page, field(page, "Gender"), "F"))
    add(page, "Age")
    page.get_by_label("Age: comparison").select_option(label="between")
    page.get_by_label("Age from").fill("25")
    counted(lambda: page.get_by_label("Age to").fill("44"))
    add(page, "State")
    counted(lambda: choose(page, field(page, "State"), "NSW"))
    add(page, "Interests")
    counted(lambda: choose(page, field(page, "Interests"), "sports"))
    add(page, "Impressions")
    add(page, "Campaign", button="^Add: where")
    choose(page, field(page, "Campaign"), "harbour_bank")
    page.get_by_label("How often").select_option(label="fewer than")
    counted(lambda: page.get_by_label("Times", exact=True).fill("3"))
    return sizes
