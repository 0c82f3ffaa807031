"""Takes the pictures of the documents: `make screenshots`; without it, only that pages fit."""

from __future__ import annotations

import os

import httpx
import pytest
from playwright.sync_api import ViewportSize

from tests.e2e.pages import PAGES, addresses
from tests.e2e.shots import NARROW, WIDE, fits, shot
from tests.e2e.watching import visit

pytestmark = pytest.mark.skipif(
    "MUSTER_SCREENSHOTS" not in os.environ, reason="pictures are taken by `make screenshots`"
)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "390"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_picture(new_page, api: httpx.Client, name: str, size: ViewportSize) -> None:
    page = new_page(size=size)
    visit(page, addresses(api)[name])
    fits(page)
    shot(page, name)


def test_the_builder_in_the_light_has_its_picture(new_page, api: httpx.Client) -> None:
    page = new_page(theme="light")
    visit(page, addresses(api)["builder"])
    shot(page, "builder-light")
