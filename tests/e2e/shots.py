"""Pictures of pages for the documents, and whether a page fits its window."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from tests.e2e.watching import settled

FOLDER = Path(os.environ.get("MUSTER_SCREENSHOTS") or ".")
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
_STRETCH = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= window.innerWidth) return [];
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(0, 6).map((one) => one.outerHTML.slice(0, 160));
}"""


def shot(page: Page, name: str) -> None:
    """Write a picture at the window's present width, if pictures are wanted.

    `make screenshots` sets MUSTER_SCREENSHOTS to their folder; a file is called NAME-WIDTH.png.
    """
    if "MUSTER_SCREENSHOTS" not in os.environ:
        return
    settled(page)
    page.mouse.move(0, 0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    assert page.viewport_size is not None
    path = FOLDER / f"{name}-{page.viewport_size['width']}.png"
    page.screenshot(path=path, animations="disabled", caret="hide", scale="css")


def fits(page: Page) -> None:
    """Assert that a page does not scroll sideways."""
    found = page.evaluate(_STRETCH)
    assert not found, f"{page.url} is wider than its window:\n" + "\n".join(found)
