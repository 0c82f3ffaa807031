"""The settings: invitations, tokens, the audit log, channels, and two people at one form."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import axe
from tests.e2e.conftest import NewPage
from tests.e2e.shots import NARROW, fits, shot
from tests.e2e.sites import STREAMING, VERA, Site
from tests.e2e.test_shell import sign_in
from tests.e2e.watching import expect_problems, settled, visit

TABS = (
    "people",
    "tokens",
    "audit",
    "notifications",
    "approvals",
    "workspace",
    "account",
    "about",
)


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_fits_and_can_be_read_by_all(new_page: NewPage, tab: str) -> None:
    for size, theme in ((None, "dark"), (NARROW, "light")):
        page = new_page(theme=theme, **({} if size is None else {"size": size}))
        visit(page, f"/settings/{tab}")
        axe(page)
        fits(page)


def test_an_invited_person_joins_with_the_link(new_page: NewPage, password_site: Site) -> None:
    page = new_page(site=password_site)
    sign_in(page)
    visit(page, "/settings/people")
    page.get_by_role("button", name="Invite somebody").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Invite somebody"))
    expect_problems(page, "422")
    dialog.get_by_label("E-mail address").fill("nobody")
    dialog.get_by_role("button", name="Make the link").click()
    expect(dialog.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("E-mail address").fill("shell_grace@example.com")
    dialog.get_by_role("radio", name="Operator").check()
    axe(page)
    dialog.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Link", exact=True).inner_text()
    assert re.search(r"/invitation\?token=mi_", link)
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_role("table", name="Open invitations")).to_contain_text("shell_grace")

    other = new_page(site=password_site)
    other.goto(link)
    other.get_by_label("name", exact=False).first.fill("Grace")
    for field in other.locator("input[type=password]").all():
        field.fill("four other words here")
    other.get_by_role("button").first.click()
    expect(other.get_by_role("button", name=re.compile("^Workspace"))).to_be_visible()

    visit(page, "/settings/people")
    role = page.get_by_role("combobox", name="Role of Grace")
    expect(role).to_have_value("Operator")
    role.click()
    page.get_by_role("option", name="Viewer").click()
    expect(page.get_by_text("Grace is now Viewer.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Grace is now Operator.")).to_be_visible()
    expect(role).to_have_value("Operator")


def test_ones_other_browser_is_signed_out(new_page: NewPage, password_site: Site) -> None:
    page, other = new_page(site=password_site), new_page(site=password_site)
    expect_problems(page, "401", "422")
    expect_problems(other, "401")
    sign_in(other, VERA)
    sign_in(page, VERA)
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("link", name="Your sessions").click()
    sessions = page.get_by_role("table", name="Your sessions")
    expect(sessions.get_by_text("this one")).to_be_in_viewport()
    page.get_by_role("textbox", name="Present password").fill("not the password")
    page.get_by_role("textbox", name="New password").fill("short")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("main").locator("[aria-invalid=true], [role=alert]")).not_to_have_count(
        0
    )
    axe(page)
    shot(page, "account")
    for button in sessions.get_by_role("button", name=re.compile("^Sign out")).all()[:1]:
        button.click()
    expect(page.get_by_text("That browser is signed out.")).to_be_visible()
    visit_or_leave(other)


def visit_or_leave(page: Page) -> None:
    """Go on in a browser that was signed out elsewhere: it is sent to the sign-in page."""
    page.goto("/rules")
    expect(page).to_have_url(re.compile(r"/sign-in\?return_to="))
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_viewer_is_told_which_role_a_tab_needs(new_page: NewPage, password_site: Site) -> None:
    page = new_page(site=password_site)
    sign_in(page, VERA)
    visit(page, "/settings/audit")
    expect(page.get_by_text("Audit log needs the role Admin")).to_be_visible()
    axe(page)
    visit(page, "/settings/workspace")
    expect(page.get_by_label("Versions of a segment")).to_be_disabled()
    expect(page.get_by_role("button", name="Save the settings")).to_have_count(0)


def test_a_tokens_secret_is_shown_once(page: Page, api: httpx.Client) -> None:
    visit(page, "/settings/tokens")
    page.get_by_role("button", name="New token").click()
    dialog = page.get_by_role("dialog", name="New token")
    dialog.get_by_label("Name").fill("shell nightly")
    dialog.get_by_role("checkbox", name=re.compile("^See rules")).check()
    axe(page)
    dialog.get_by_role("button", name="Make the token").click()
    secret = page.get_by_label("Token", exact=True).inner_text()
    headers = {"Authorization": f"Bearer {secret}", "X-Muster-Workspace": STREAMING}
    assert httpx.get(api.base_url.join("/api/rules"), headers=headers).status_code == 200
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Revoke the token shell nightly").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("The token shell nightly is revoked.")).to_be_visible()
    assert httpx.get(api.base_url.join("/api/rules"), headers=headers).status_code == 401


def test_the_audit_log_is_filtered_in_the_address_and_verified(page: Page) -> None:
    visit(page, "/settings/audit")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("The log is whole")).to_be_visible()
    page.get_by_label("To what, exactly").fill("premium_core")
    expect(page).to_have_url(re.compile("subject=premium_core"))
    page.get_by_role("button", name=re.compile("^Show entry .*rule.create premium_core")).click()
    dialog = page.get_by_role("dialog", name=re.compile("rule.create"))
    expect(dialog.get_by_role("table", name="What it changed")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.get_by_label("Search in entries").fill("nothing is called so")
    expect(page.get_by_text("No entry fits the filters")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(page).not_to_have_url(re.compile("subject="))
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "audit.csv"


def test_a_channel_is_added_tested_and_deleted(page: Page) -> None:
    visit(page, "/settings/notifications")
    page.get_by_role("button", name="New channel").click()
    dialog = page.get_by_role("dialog", name="New channel")
    dialog.get_by_label("Name").fill("shell_hook")
    dialog.get_by_label("Address").fill("https://hooks.example.invalid/muster")
    dialog.get_by_role("checkbox", name="a run failed").check()
    axe(page)
    dialog.get_by_role("button", name="Add the channel").click()
    expect(page.get_by_label("Secret", exact=True)).to_be_visible()
    page.get_by_role("button", name="I have copied it").click()
    card = page.get_by_role("article", name="shell_hook")
    expect(card).to_contain_text("Told of: a run failed")
    card.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The test did not arrive.")).to_be_visible()
    card.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(card).to_have_count(0)


def test_two_people_at_the_settings_keep_the_changes_of_both(new_page: NewPage, site: Site) -> None:
    page = new_page()
    expect_problems(page, "412", "422")
    visit(page, "/settings/workspace?workspace=payments")
    page.get_by_label("Finished runs").fill("0")
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_label("Finished runs")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Finished runs").fill("120")
    headers = {"X-Muster-Workspace": "payments"}
    with httpx.Client(base_url=site.url, headers=headers) as api:
        known = api.get("/api/settings")
        theirs = known.json()["settings"] | {"versions_kept": 77}
        tag = {"If-Match": known.headers["ETag"]}
        assert api.put("/api/settings", json=theirs, headers=tag).status_code == 200
        page.get_by_role("button", name="Save the settings").click()
        expect(page.get_by_text("They changed: Versions kept.")).to_be_visible()
        axe(page)
        page.get_by_role("button", name="Keep my changes and theirs").click()
        expect(page.get_by_text("The settings are saved.")).to_be_visible()
        settled(page)
        found = api.get("/api/settings").json()["settings"]
    assert (found["versions_kept"], found["runs_kept_days"]) == (77, 120)
