"""The page behind an invitation's link: it tells what is offered and takes it up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, update

from muster.services import accounts
from muster.store.tables_people import invitations
from tests.api.people import ADA, PASSWORD, add_user, add_workspace, resources_of, serving
from tests.api.test_sign_in_invitations import invite

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(database_url, tmp_path, sign_in="password") as found:
        add_workspace(found, "shop")
        yield found


def show(client: TestClient, token: str) -> Any:
    return client.get("/invitation", params={"token": token})


def post(client: TestClient, token: str, headers: dict[str, str] = OWN, **fields: str) -> Any:
    form = {"token": token, "name": "Ada", "password": PASSWORD, **fields}
    return client.post("/invitation", data=form, headers=headers)


def inputs(page: str) -> dict[str, str]:
    """The fields of a page with what stands in them."""
    found = re.findall(r"<input [^>]*>", page)
    names = [re.search(r' (?:name|id)="(\w+)"', one) for one in found]
    values = [re.search(r' value="([^"]*)"', one) for one in found]
    return {
        name[1]: "" if value is None else value[1]
        for name, value in zip(names, values, strict=True)
        if name
    }


def test_a_new_person_is_shown_what_is_offered_and_comes_in(client: TestClient) -> None:
    token = invite(client)
    page = show(client, token)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "<strong>Shop</strong> as analyst" in page.text
    assert inputs(page.text) == {
        "token": token,
        "email": ADA,
        "name": "",
        "password": "",
        "again": "",
    }
    for field in set(inputs(page.text)) - {"token"}:
        assert f'<label for="{field}">' in page.text
    answer = post(client, token, again=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?workspace=shop")
    body = client.get("/api/session").json()
    assert (body["email"], body["name"], body["workspaces"][0]["role"]) == (ADA, "Ada", "analyst")
    assert show(client, token).status_code == 404


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"password": "too short", "again": "too short"}, "it needs 12"),
        ({"again": "another good password"}, "not the same"),
    ],
)
def test_a_fault_is_told_in_place_and_what_was_typed_stays_but_for_passwords(
    client: TestClient, fields: dict[str, str], message: str
) -> None:
    token = invite(client)
    answer = post(client, token, **{"name": 'A"<b>da', **fields})
    assert answer.status_code == 422
    assert message in answer.text
    assert 'role="alert"' in answer.text
    assert inputs(answer.text)["name"] == "A&quot;&lt;b&gt;da"
    assert not any(value in answer.text for value in (PASSWORD, *fields.values()))
    assert post(client, token).status_code == 303


def test_an_account_that_exists_is_opened_by_its_own_password_alone(client: TestClient) -> None:
    add_user(client)
    token = invite(client)
    assert set(inputs(show(client, token).text)) == {"token", "email", "password"}
    for attempt in range(6):
        wrong = post(client, token, password="another good password")
        assert wrong.status_code == (401 if attempt < 5 else 429)
    assert f"Try again in {wrong.headers['retry-after']} seconds." in wrong.text
    assert client.get("/api/session").json()["signed_in"] is False


def test_joining_with_an_account_that_exists(client: TestClient) -> None:
    add_user(client)
    assert post(client, invite(client)).status_code == 303
    assert client.get("/api/session").json()["workspaces"][0]["name"] == "shop"


def test_who_signs_in_with_a_provider_is_sent_there(database_url: str, tmp_path: Path) -> None:
    chosen = {
        "sign_in": "password",
        "oidc_issuer": "https://login.example.com",
        "oidc_client_id": "muster",
        "oidc_client_secret": "x" * 20,
        "public_url": "http://testserver",
    }
    with serving(database_url, tmp_path, **chosen) as client:
        add_workspace(client, "shop")
        new = show(client, invite(client)).text
        assert "Sign in with login.example.com" in new
        assert "password" in inputs(new)
        add_user(client, password=None)
        token = invite(client)
        page = show(client, token)
        assert inputs(page.text) == {}
        assert "/api/session/oidc/start" in page.text
        assert post(client, token).status_code == 409


@pytest.mark.parametrize("token", ["", "mi_wrong", "' OR 1=1 --", "\x00", "é", "x" * 1000])
def test_a_link_that_is_not_good_tells_nothing(client: TestClient, token: str) -> None:
    invite(client)
    for answer in (show(client, token), post(client, token)):
        assert answer.status_code == 404
        assert not any(word in answer.text for word in ("Shop", "shop", ADA))


@pytest.mark.parametrize("column", ["revoked_at", "expires_at"])
def test_an_invitation_taken_back_or_too_old_is_told_alike(client: TestClient, column: str) -> None:
    token = invite(client)
    with resources_of(client).database.transaction() as connection:
        connection.execute(update(invitations).values({column: func.now()}))
    answers = [show(client, token).text, show(client, "mi_wrong").text, post(client, token).text]
    assert len(set(answers)) == 1


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_no_other_site_takes_an_invitation_up(client: TestClient, headers: dict[str, str]) -> None:
    """Somebody would work in an account whose password another person chose."""
    answer = post(client, invite(client), headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "CROSS_SITE")
    assert accounts.list_accounts(resources_of(client)) == ()


def test_the_page_runs_no_script(client: TestClient) -> None:
    answer = show(client, invite(client))
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_where_nobody_signs_in_no_invitation_is_needed(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as client:
        for answer in (show(client, "x"), post(client, "x")):
            assert answer.status_code == 409
            assert "one person at one machine" in answer.text
