"""The order desk in a real browser: nothing that is typed is lost, everything has a way back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from muster.services.access import enter_locally
from muster.settings import Settings
from muster.wiring import open_resources
from tests.e2e.axe import axe
from tests.e2e.conftest import NewPage
from tests.e2e.shots import NARROW
from tests.e2e.sites import STREAMING, Site, served
from tests.e2e.watching import expect_problems, visit
from tests.orders_shop import make_desk
from tests.services.small_workspace import Installation

REFUSED = r"status of (409|422)"
BY_NUMBER = {"sort": [{"field": "order_id", "dir": "asc"}]}


@pytest.fixture(scope="module")
def desk_site(
    browser: Browser, example_site: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server whose streaming workspace has the desk of tests/orders_shop.py."""
    folder = tmp_path_factory.mktemp("desk")
    with example_site.copied(folder) as copy:
        settings = Settings(
            data=copy.data, database_url=copy.server.url(database=copy.database), threads=1
        )
        with open_resources(settings) as resources:
            make_desk(enter_locally(resources, STREAMING, actor="tester"))
        with served(copy, folder / "serve.log") as running:
            yield running


@pytest.fixture
def desk(desk_site: Site) -> Iterator[httpx.Client]:
    headers = {"X-Muster-Workspace": STREAMING}
    with httpx.Client(base_url=desk_site.url, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def open_grid(new_page: NewPage, desk_site: Site) -> Any:
    """Opens windows on the grid, sorted by the order's number unless asked otherwise."""

    def opened(query: dict[str, Any] | None = None, **options: Any) -> Page:
        page = new_page(site=desk_site, **options)
        visit(page, f"/orders?q={json.dumps(BY_NUMBER if query is None else query)}")
        expect(page.locator(".ag-row .ag-cell").first).to_be_visible()
        return page

    return opened


def cell(page: Page, order_id: int, field: str) -> Locator:
    """Return a cell that is in view."""
    row = page.locator(".ag-row").filter(
        has=page.get_by_role("link", name=str(order_id), exact=True)
    )
    return row.locator(f'[col-id="{field}"]')


def go_to(page: Page, order_id: int, field: str) -> None:
    """Put the focus on a cell with the keyboard, from the order's number on."""
    cell(page, order_id, "order_date").click()
    for _ in range(30):
        if page.evaluate("document.activeElement.getAttribute('col-id')") == field:
            return
        page.keyboard.press("ArrowRight")
    pytest.fail(f"there is no column {field}")


def edit(page: Page, order_id: int, field: str, text: str) -> None:
    go_to(page, order_id, field)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def note_of(desk: httpx.Client, order_id: int) -> Any:
    return desk.get(f"/api/orders/{order_id}").json()["order"]["note"]


def change(desk: httpx.Client, order_id: int, field: str, base: Any, value: Any) -> None:
    one = {"entity": "order", "key": str(order_id), "field": field, "base": base, "value": value}
    desk.post(
        "/api/orders/changes", json={"op_id": str(uuid4()), "cells": [one]}
    ).raise_for_status()


def paste(page: Page, text: str) -> None:
    """Paste as a browser does: an event with the clipboard's text."""
    page.evaluate(
        """text => {
            const held = new DataTransfer();
            held.setData('text/plain', text);
            const told = {clipboardData: held, bubbles: true, cancelable: true};
            document.activeElement.dispatchEvent(new ClipboardEvent('paste', told));
        }""",
        text,
    )


def test_an_edit_is_kept_and_undone_after_a_reload(open_grid: Any, desk: httpx.Client) -> None:
    page = open_grid()
    edit(page, 1, "note", "ring twice")
    expect(page.get_by_role("button", name="Undo: Note of order 1")).to_be_visible()
    assert note_of(desk, 1) == "ring twice"
    page.reload()
    expect(page.get_by_role("button", name="Undo: Note of order 1")).to_be_visible()
    page.get_by_role("button", name="Undo: Note of order 1").click()
    expect(page.get_by_text("Undone: 1 cell of 1 order.")).to_be_visible()
    assert note_of(desk, 1) is None
    expect(page.get_by_role("button", name="Redo: Note of order 1")).to_be_visible()


def test_a_refused_edit_keeps_what_was_typed_and_says_why(open_grid: Any) -> None:
    page = open_grid()
    expect_problems(page, REFUSED)
    edit(page, 3, "customer_email", "nonsense")
    expect(cell(page, 3, "customer_email")).to_have_text("nonsense")
    page.get_by_role("button", name="1 failed").click()
    expect(page.get_by_text("must be an e-mail address")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Mend it").click()
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("nonsense")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="1 failed").click()
    page.get_by_role("button", name="Leave it as it was").click()
    expect(page.get_by_role("button", name="1 failed")).to_have_count(0)
    expect(cell(page, 3, "customer_email")).not_to_have_text("nonsense")


def test_a_status_offers_only_its_next_steps(open_grid: Any, desk: httpx.Client) -> None:
    filtered = {"filter": {"field": "status", "op": "=", "value": "pending"}, **BY_NUMBER}
    page = open_grid(filtered)
    order = int(page.locator('.ag-row[row-index="0"] [col-id="order_id"]').inner_text())
    go_to(page, order, "status")
    page.keyboard.press("Enter")
    offered = page.get_by_role("listbox").get_by_role("option")
    expect(offered).to_have_text(
        ["Pendingnow", "Confirmed", "On hold", "Cancelledasks for a reason"]
    )
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("textbox").fill("Ordered twice")
    page.get_by_role("button", name="Change it").click()
    expect(cell(page, order, "status")).to_have_text("Cancelled")
    expect(page.get_by_role("img", name="No longer matches")).to_be_visible()
    history = desk.get(f"/api/orders/{order}").json()["history"]
    assert history[-1]["reason"] == "Ordered twice"


def test_an_illegal_step_is_refused_at_its_cell(open_grid: Any) -> None:
    page = open_grid({"filter": {"field": "status", "op": "=", "value": "delivered"}, **BY_NUMBER})
    expect_problems(page, REFUSED)
    order = int(page.locator('.ag-row[row-index="0"] [col-id="order_id"]').inner_text())
    go_to(page, order, "status")
    paste(page, "Pending")
    wrong = page.get_by_role("list", name="Cells that are not valid")
    expect(wrong).to_contain_text(f"Status of order {order}")
    expect(page.get_by_role("button", name="Change the 0 valid cells")).to_be_disabled()


def test_two_people_on_one_cell_are_asked(open_grid: Any, desk: httpx.Client) -> None:
    one, other = open_grid(), open_grid()
    expect_problems(one, REFUSED)
    go_to(one, 5, "note")
    one.keyboard.press("Enter")
    one.keyboard.type("mine")
    edit(other, 5, "note", "theirs")
    expect(other.get_by_role("button", name="Undo: Note of order 5")).to_be_visible()
    one.keyboard.press("Enter")
    dialog = one.get_by_role("dialog", name="Somebody else changed 1 cell")
    expect(dialog).to_contain_text("theirs")
    assert note_of(desk, 5) == "theirs"
    axe(one)
    dialog.get_by_label("mine", exact=True).check()
    dialog.get_by_role("button", name="Go on").click()
    expect(cell(one, 5, "note")).to_have_text("mine")
    expect(cell(other, 5, "note")).to_have_text("mine")  # it comes by itself
    assert note_of(desk, 5) == "mine"


def test_a_block_of_20_by_5_is_pasted_as_one_deed(open_grid: Any, desk: httpx.Client) -> None:
    page = open_grid()
    go_to(page, 6, "channel")
    table = [["Phone", "Invoice", f"C{row}", f'"a ""note""\n{row}"'] for row in range(20)]
    paste(page, "\r\n".join("\t".join(row) for row in table) + "\r\n")
    dialog = page.get_by_role("dialog", name="Paste")
    expect(dialog.get_by_role("status")).to_contain_text("of 20 orders would change")
    axe(page)
    dialog.get_by_role("button", name="Change ").click()
    expect(cell(page, 7, "coupon")).to_have_text("C1")
    undo = page.get_by_role("button", name="Undo: ")
    expect(undo).to_be_visible()
    assert note_of(desk, 25) == 'a "note"\n19'
    undo.click()
    expect(cell(page, 7, "coupon")).not_to_have_text("C1")
    assert note_of(desk, 25) is None


def test_a_bulk_change_says_what_it_cannot_do(open_grid: Any) -> None:
    wanted = {"field": "status", "op": "in", "value": ["processing", "refunded"]}
    page = open_grid({"filter": wanted, "sort": [{"field": "status", "dir": "desc"}]})
    for place in range(3):  # refunded ones, which stay so
        page.locator(f'.ag-row[row-index="{place}"]').get_by_role("checkbox").check()
    page.get_by_role("button", name="Change them").click()
    dialog = page.get_by_role("dialog", name="Change the chosen orders")
    dialog.get_by_label("becomes").select_option("shipped")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("status")).to_contain_text("Of 3 orders")
    expect(dialog.get_by_role("status")).to_contain_text("3 cannot")
    expect(dialog.get_by_role("button", name="Change 0 orders")).to_be_disabled()
    axe(page)
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_label("Choose all orders that match").check()
    page.get_by_role("button", name="Change them").click()
    dialog.get_by_label("becomes").select_option("shipped")
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("button", name="Change ").click()
    expect(page.get_by_text("changed.")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Undone: ")).to_be_visible()


def test_an_import_is_mended_in_place_applied_and_taken_back(
    new_page: NewPage, desk_site: Site, desk: httpx.Client
) -> None:
    page = new_page(site=desk_site)
    visit(page, "/orders/import")
    rows = [
        f"{order},imported {order},{'wbe' if order <= 47 else 'web'}" for order in range(41, 61)
    ]
    page.locator('input[type="file"]').set_input_files(
        {
            "name": "orders.csv",
            "mimeType": "text/csv",
            "buffer": "\n".join(["Order,Note,Channel", *rows]).encode(),
        }
    )
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_role("region", name="Rows with errors")).to_contain_text("7")
    axe(page)
    for row in range(2, 9):
        field = page.get_by_label(f"Channel of row {row}", exact=True)
        field.fill("web")
        field.press("Enter")
        expect(field).to_have_count(0)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="is imported")).to_be_visible()
    assert note_of(desk, 41) == "imported 41"
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("was imported and taken back")).to_be_visible()
    assert note_of(desk, 41) is None


def test_a_form_leads_to_what_is_wrong_and_warns_before_it_is_left(
    new_page: NewPage, desk_site: Site, desk: httpx.Client
) -> None:
    page = new_page(site=desk_site)
    expect_problems(page, REFUSED)
    visit(page, "/orders/62")
    page.get_by_label("Note", exact=True).fill("by form")
    page.get_by_label("E-mail").fill("nonsense")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="E-mail must be").click()
    expect(page.get_by_label("E-mail")).to_be_focused()
    axe(page)
    page.get_by_role("link", name="Segments").click()
    page.get_by_role("dialog", name="Leave without saving?").get_by_role(
        "button", name="Stay"
    ).click()
    page.get_by_label("E-mail").fill("some.body@example.org")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("^Saved: "))).to_be_visible()
    assert note_of(desk, 62) == "by form"


def test_everything_is_done_with_the_keyboard(open_grid: Any, desk: httpx.Client) -> None:
    page = open_grid()
    page.keyboard.press("j")
    for _ in range(30):
        if page.evaluate("document.activeElement.getAttribute('col-id')") == "coupon":
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.type("SPRING")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo: Coupon of order 1")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    expect(page.get_by_role("dialog", name="Fill down")).to_be_visible()
    page.get_by_role("button", name="Change 2 cells").press("Enter")
    expect(cell(page, 3, "coupon")).to_have_text("SPRING")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undone: ")).to_be_visible()
    expect(cell(page, 3, "coupon")).not_to_have_text("SPRING")
    cell(page, 2, "note").focus()
    page.keyboard.press("Alt+Enter")
    expect(page.get_by_role("dialog", name="Order ")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Order ")).to_have_count(0)


def test_the_pages_are_accessible_wide_and_narrow(new_page: NewPage, desk_site: Site) -> None:
    for size in ({}, {"size": NARROW, "theme": "light"}):
        page = new_page(site=desk_site, **size)
        for path in ("/orders", "/orders/3", "/orders/new", "/orders/import", "/orders/history"):
            visit(page, path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            axe(page)
        visit(page, '/orders?q={"search":"nobodyiscalledthat"}')
        expect(page.get_by_role("heading", name="No order matches")).to_be_visible()
        axe(page)
        page.get_by_role("button", name="Clear filters").click()
        expect(page.locator(".ag-row .ag-cell").first).to_be_visible()


def test_a_workspace_without_a_desk_says_how_to_get_one(page: Page) -> None:
    expect_problems(page, "404")
    visit(page, "/orders?workspace=payments")
    expect(page.get_by_text("muster orders setup")).to_be_visible()
    axe(page)
