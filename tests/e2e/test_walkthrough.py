"""Two minutes of the product as a film: `make walkthrough`."""

from __future__ import annotations

import os
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.building import field, option, size
from tests.e2e.pages import addresses
from tests.e2e.recording import Film
from tests.e2e.watching import settled, visit

OUTPUT = Path(os.environ.get("MUSTER_FILM", ""))
MOST_BYTES = 8_000_000
TITLE = "Women 25 to 44 in NSW who like sport"


@pytest.mark.skipif("MUSTER_FILM" not in os.environ, reason="made by `make walkthrough`")
def test_the_walkthrough_is_filmed(new_page, api: httpx.Client, tmp_path: Path) -> None:
    page = new_page(size={"width": 1280, "height": 800}, reduced_motion="no-preference")
    paths = addresses(api)
    film = Film(page, tmp_path)
    film.start()
    visit(page, paths["home"])
    film.say("Muster: audiences as rules, exactly, on your own tables", seconds=3.5)
    film.say("What needs attention, and who grows", seconds=3)
    _build(film, page)
    _understand(film, page)
    _publish(film, page)
    _explain(film, page)
    _compare(film, page, paths["compare"])
    film.say("Muster", seconds=1)
    seconds = film.finish(OUTPUT)
    assert 60 < seconds < 180
    assert OUTPUT.stat().st_size < MOST_BYTES


def _add(film: Film, page: Page, what: str, button: str = "Add condition") -> None:
    film.click(page.get_by_role("button", name=re.compile(button)).first, seconds=0.3)
    page.keyboard.type(what, delay=60)
    film.click(option(page, what), seconds=0.4)


def _value(film: Film, page: Page, label: str, text: str) -> None:
    film.write(field(page, label), text, seconds=0.3)
    film.click(option(page, text), seconds=0.2)
    page.keyboard.press("Escape")
    size(page)
    page.wait_for_timeout(600)


def _build(film: Film, page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Rules").click()
    settled(page)
    film.click(page.get_by_role("link", name="New rule").first)
    film.click(page.get_by_text("Blank", exact=True))
    film.say("Say who should be in; the number follows", seconds=1)
    _add(film, page, "Gender")
    _value(film, page, "Gender", "F")
    _add(film, page, "Age")
    page.get_by_label("Age: comparison").select_option(label="between")
    film.write(field(page, "Age from"), "25", seconds=0.2)
    film.write(field(page, "Age to"), "44", seconds=0.2)
    size(page)
    _add(film, page, "State")
    _value(film, page, "State", "NSW")
    _add(film, page, "Interests")
    _value(film, page, "Interests", "sports")
    film.say("What they did counts too: seen a campaign fewer than 3 times", seconds=1)
    _add(film, page, "Impressions")
    _add(film, page, "Campaign", "^Add: where")
    _value(film, page, "Campaign", "harbour_bank")
    page.get_by_label("How often").select_option(label="fewer than")
    film.write(field(page, "Times"), "", seconds=0.1)
    page.keyboard.press("Control+a")
    page.keyboard.type("3", delay=60)
    size(page)
    page.wait_for_timeout(1200)


def _understand(film: Film, page: Page) -> None:
    page.evaluate("() => scrollTo({ top: 0, behavior: 'smooth' })")
    film.say("How each condition narrows it down", seconds=2.5)
    film.click(page.get_by_role("tab", name="Nearly in"), seconds=0.3)
    film.say("Who is one condition away", seconds=2.5)
    film.click(page.get_by_role("tab", name="Profile"), seconds=0.3)
    film.say("How they differ from everyone", seconds=2.5)
    film.click(page.get_by_role("tab", name="SQL"), seconds=0.3)
    film.say("The same rule as SQL, YAML, JSON and a sentence", seconds=2.5)
    film.click(page.get_by_role("tab", name="Sentence"), seconds=1.5)
    film.click(page.get_by_role("tab", name="Visual"), seconds=0.3)


def _publish(film: Film, page: Page) -> None:
    film.say("Name it, schedule it, save it", seconds=0.3)
    film.write(page.get_by_label("Name of the rule"), TITLE)
    film.click(field(page, "Refreshes"), seconds=0.3)
    film.click(option(page, "Every day"), seconds=1.2)
    page.evaluate("() => scrollTo({ top: 0, behavior: 'smooth' })")
    film.click(page.get_by_role("button", name="Save", exact=True), seconds=1)
    film.click(page.get_by_role("main").get_by_role("button", name="Refresh now"), seconds=0.5)
    expect(page.get_by_text(re.compile(r"members: .* entered"))).to_be_visible()
    film.say("Refreshed: who entered, who left", seconds=2.5)


def _explain(film: Film, page: Page) -> None:
    film.click(page.get_by_role("main").get_by_role("link", name="Open the segment"))
    settled(page)
    film.say("A segment: its size over time, and who is in it", seconds=3)
    film.click(page.get_by_role("tab", name="Members"), seconds=1)
    film.click(page.get_by_role("table").get_by_role("button").first, seconds=0.5)
    film.say("Why somebody is in, condition by condition", seconds=3.5)
    page.keyboard.press("Escape")
    film.click(page.get_by_role("tab", name="Lineage"), seconds=0.5)
    film.say("What it is made of, and what is made of it", seconds=2.5)


def _compare(film: Film, page: Page, path: str) -> None:
    visit(page, path)
    film.say("Segments compared: a new one out of any region", seconds=3.5)
    page.mouse.wheel(0, 500)
    page.wait_for_timeout(2500)
    page.get_by_role("navigation").get_by_role("link", name="Sources").click()
    settled(page)
    film.say("Your tables, how fresh they are, and every field", seconds=3)
    page.keyboard.press("Control+k")
    page.wait_for_timeout(600)
    page.keyboard.type("harbour", delay=80)
    film.say("Everything is found by Ctrl K", seconds=2.5)
    page.keyboard.press("Escape")
