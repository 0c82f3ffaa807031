"""Analytics of the order desk: numbers that open their rows, charts, filters, live, no desk."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlparse
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from muster.examples.catalog import find_example
from muster.services.demo import prepare_example
from muster.services.workspaces import create_workspace
from muster.settings import Settings
from muster.store.embedded import EmbeddedServer
from muster.wiring import open_resources
from tests.e2e.axe import axe
from tests.e2e.conftest import NewPage
from tests.e2e.shots import NARROW, fits
from tests.e2e.sites import EMPTY, Site, served
from tests.e2e.states import failing
from tests.e2e.watching import expect_problems, settled, visit
from tests.services.small_workspace import Installation, new_database

DESK = "retail360"
HERE = f"/analytics?workspace={DESK}"
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def desk_site(
    browser: Browser, embedded_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server with one workspace whose warehouse and order desk hold the same orders."""
    folder = tmp_path_factory.mktemp("analytics")
    with new_database(embedded_server) as name:
        made = Installation(embedded_server, name, folder)
        url = SecretStr(embedded_server.url(database=name))
        with open_resources(Settings(data=folder, database_url=url, threads=1)) as resources:
            prepare_example(resources, find_example(DESK), actor="tester", entities=400)
            create_workspace(resources, name=EMPTY, title="None", synthetic=False, actor="tester")
        with served(made, folder / "serve.log") as running:
            yield running


@pytest.fixture
def desk_page(desk_site: Site, new_page: NewPage) -> Page:
    return new_page(site=desk_site)


@pytest.fixture
def desk_api(desk_site: Site) -> Iterator[httpx.Client]:
    headers = {"X-Muster-Workspace": DESK}
    with httpx.Client(base_url=desk_site.url, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def busy_day(desk_api: httpx.Client) -> str:
    """The day of the last month that had most orders; each desk has another."""
    found = desk_api.get("/api/analytics/days").json()["days"]
    return str(max(found, key=lambda one: one["orders"])["day"])


def test_a_number_opens_the_rows_it_is_the_sum_of(
    desk_page: Page, desk_api: httpx.Client, busy_day: str
) -> None:
    visit(desk_page, f"{HERE}&day={busy_day}")
    shown = desk_api.get("/api/analytics/today", params={"day": busy_day}).json()
    for figure in shown["figures"]:
        expect(desk_page.get_by_role("region", name=figure["label"], exact=True)).to_be_visible()
        counted = desk_api.post("/api/orders/count", json=figure["query"]).json()
        assert counted["total"] == figure["check"]["rows"]
        assert counted["amount_sum"] == figure["check"]["amount"]
    axe(desk_page)
    tile = desk_page.get_by_role("region", name="Revenue", exact=True)
    link = tile.get_by_role("link", name=re.compile("^Open "))
    address = parse_qs(urlparse(link.get_attribute("href") or "").query)
    assert json.loads(address["q"][0]) == shown["figures"][1]["query"]
    tile.get_by_role("button", name="What is counted: Revenue").click()
    expect(desk_page.get_by_text("neither cancelled nor refunded").first).to_be_visible()
    link.click()
    expect(desk_page).to_have_url(re.compile(r"/orders\?"))


def test_filters_stand_in_the_address_and_keys_lead_here(desk_page: Page, busy_day: str) -> None:
    visit(desk_page, f"/?workspace={DESK}")
    desk_page.keyboard.press("g")
    desk_page.keyboard.press("a")
    expect(desk_page.get_by_role("heading", name="Analytics", level=1)).to_be_visible()
    desk_page.get_by_label("Day", exact=True).fill(busy_day)
    expect(desk_page).to_have_url(re.compile(busy_day))
    desk_page.get_by_role("button", name="The day before").click()
    expect(desk_page).not_to_have_url(re.compile(f"day=%22?{busy_day}|day={busy_day}"))
    desk_page.get_by_role("button", name="The day after").click()
    desk_page.get_by_role("combobox", name="Channel").click()
    desk_page.get_by_role("option", name="Web").click()
    expect(desk_page).to_have_url(re.compile("channel=web"))
    desk_page.get_by_text("Revenue", exact=True).last.scroll_into_view_if_needed()
    desk_page.get_by_role("radiogroup", name="Charts show").get_by_text("Revenue").click()
    expect(desk_page.get_by_role("heading", name="Revenue by hour")).to_be_visible()
    desk_page.reload()
    settled(desk_page)
    expect(desk_page.get_by_role("combobox", name="Channel")).to_have_value("Web")
    expect(desk_page.get_by_role("heading", name="Revenue by hour")).to_be_visible()


def test_charts_are_tables_pictures_and_files(
    desk_page: Page, busy_day: str, tmp_path: Path
) -> None:
    visit(desk_page, f"{HERE}&day={busy_day}")
    chart = desk_page.get_by_role("figure", name="Orders by hour")
    expect(chart.locator("canvas")).to_be_visible()
    chart.get_by_role("button", name="Download").click()
    with desk_page.expect_download() as download:
        desk_page.get_by_role("menuitem", name="PNG picture").click()
    download.value.save_as(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(PNG)
    chart.get_by_role("button", name="View data").click()
    expect(chart.get_by_role("row")).to_have_count(25)
    with desk_page.expect_download() as download:
        desk_page.get_by_role("button", name="All numbers as CSV: Top products").click()
    download.value.save_as(tmp_path / "products.csv")
    assert (tmp_path / "products.csv").read_text().startswith("Product,Name,Pieces")
    axe(desk_page)


def test_marked_hours_open_their_orders_by_keys_alone(desk_page: Page, busy_day: str) -> None:
    visit(desk_page, f"{HERE}&day={busy_day}")
    cursor = desk_page.get_by_role("slider", name="Point of Orders by hour")
    cursor.focus()
    for key in ("Home", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        desk_page.keyboard.press(key)
    link = desk_page.get_by_role("link", name="Open 01:00 to 03:00")
    expect(link).to_be_visible()
    query = json.loads(parse_qs(urlparse(link.get_attribute("href") or "").query)["q"][0])
    assert [one["op"] for one in query["filter"]["all"][:2]] == [">=", "<"]


def test_people_behind_a_number_are_a_rule_in_the_builder(desk_page: Page, busy_day: str) -> None:
    visit(desk_page, f"{HERE}&day={busy_day}")
    desk_page.get_by_role("button", name="Save as audience: Top products").click()
    desk_page.get_by_role("menuitem").first.click()
    expect(desk_page).to_have_url(re.compile("/rules/new"))
    expect(desk_page.get_by_role("heading", name=re.compile("rule", re.I)).first).to_be_visible()


def test_a_day_without_orders_offers_the_last_that_has_some(desk_page: Page) -> None:
    visit(desk_page, f"{HERE}&day=2190-01-01")
    expect(desk_page.get_by_role("heading", name="No orders on this day")).to_be_visible()
    axe(desk_page)
    desk_page.get_by_role("button", name=re.compile("^Show ")).click()
    expect(desk_page.get_by_role("figure", name="Orders by hour")).to_be_visible()


def test_numbers_follow_the_desk_unless_they_are_paused(
    desk_page: Page, desk_api: httpx.Client
) -> None:
    visit(desk_page, HERE)
    expect(desk_page.get_by_text("Live", exact=True)).to_be_visible()
    orders = desk_page.get_by_test_id("day-orders")
    before = int((orders.text_content() or "0").replace(",", ""))
    product = desk_api.get("/api/orders/products").json()["items"][0]["product_id"]

    def order() -> None:
        item = {"product_id": product, "quantity": 1, "unit_price": "5.00"}
        asked = {"op_id": str(uuid4()), "fields": {"channel": "phone"}, "items": [item]}
        made = desk_api.post("/api/orders", json=asked)
        assert made.is_success, made.text

    order()
    expect(orders).to_have_text(f"{before + 1:,}")
    desk_page.get_by_role("button", name="Pause: keep these numbers").click()
    expect(desk_page.get_by_text("Paused")).to_be_visible()
    order()
    desk_page.get_by_role("button", name="Follow the desk again").click()
    expect(orders).to_have_text(f"{before + 2:,}")


def test_without_a_desk_the_page_says_how_to_get_one(desk_page: Page) -> None:
    expect_problems(desk_page, r"Failed to load resource: the server responded .* 404\b")
    visit(desk_page, f"/analytics?workspace={EMPTY}")
    heading = desk_page.get_by_role("heading", name="There are no orders to count yet")
    expect(heading).to_be_visible()
    expect(desk_page.get_by_text(f"muster orders setup --workspace {EMPTY}")).to_be_visible()
    axe(desk_page)


def test_an_error_is_told_and_may_be_tried_again(desk_page: Page) -> None:
    failing(desk_page, "**/api/analytics/today*", status=500)
    visit(desk_page, HERE)
    expect(desk_page.get_by_role("alert")).to_contain_text("Something went wrong in the server.")
    axe(desk_page)
    desk_page.unroute("**/api/analytics/today*")
    desk_page.get_by_role("button", name="Try again").click()
    expect(desk_page.get_by_role("region", name="Orders", exact=True)).to_be_visible()


def test_analytics_fits_a_telephone_in_the_light(
    new_page: NewPage, desk_site: Site, busy_day: str
) -> None:
    page = new_page(site=desk_site, size=NARROW, theme="light")
    visit(page, f"{HERE}&day={busy_day}")
    settled(page)
    fits(page)
    axe(page)
