"""Sign-in mode databricks-apps: the platform's headers count, there and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from muster.base.errors import InvalidInput
from muster.base.people import Role
from muster.services import accounts
from tests.api.people import ADA, add_user, add_workspace, audited, resources_of, serving, sign_in

PERSON = {
    "X-Forwarded-Email": "Ada@Example.com",
    "X-Forwarded-User": "1234@5678",
    "X-Forwarded-Preferred-Username": "Ada Lovelace",
}


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_APP_NAME", "muster")
    monkeypatch.setenv("DATABRICKS_HOST", "https://adb-1.azuredatabricks.net")


@pytest.fixture
def client(platform: None, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(
        database_url, tmp_path, sign_in="databricks-apps", admin_emails=("root@example.com",)
    ) as found:
        yield found


def test_outside_of_the_platform_the_mode_does_not_start(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABRICKS_APP_NAME", raising=False)
    with (
        pytest.raises(InvalidInput, match="not the platform"),
        serving(database_url, tmp_path, sign_in="databricks-apps"),
    ):
        raise AssertionError("it started")


def test_an_account_is_made_at_first_sight_and_known_again(client: TestClient) -> None:
    for _ in range(2):
        body = client.get("/api/session", headers=PERSON).json()
        assert (body["signed_in"], body["mode"], body["ways"]) == (True, "databricks-apps", [])
        assert (body["email"], body["name"]) == (ADA, "Ada Lovelace")
        assert (body["installation_admin"], body["workspaces"]) == (False, [])
    assert audited(client) == [("user.create", "databricks-apps", "")]


def test_an_account_that_is_new_belongs_to_no_workspace(client: TestClient) -> None:
    add_workspace(client, "shop")
    answer = client.get("/api/segments", headers=PERSON, params={"workspace": "shop"})
    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_WORKSPACE")


def test_members_work_in_their_role(client: TestClient) -> None:
    add_workspace(client, "shop", {add_user(client, password=None): Role.OPERATOR})
    body = client.get("/api/session", headers=PERSON).json()
    assert [(one["name"], one["role"]) for one in body["workspaces"]] == [("shop", "operator")]


def test_a_named_admin_is_one_from_the_start(client: TestClient) -> None:
    headers = {**PERSON, "X-Forwarded-Email": "root@example.com"}
    assert client.get("/api/session", headers=headers).json()["installation_admin"] is True


def test_the_user_name_serves_where_it_is_an_address(client: TestClient) -> None:
    headers = {"X-Forwarded-Preferred-Username": "ada@example.com"}
    assert client.get("/api/session", headers=headers).json()["email"] == ADA


@pytest.mark.parametrize(
    "headers", [{}, {"X-Forwarded-User": "1234@5678"}, {"X-Forwarded-Email": ""}], ids=str
)
def test_nobody_named_is_nobody(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/api/session", headers=headers).json()["signed_in"] is False
    answer = client.get("/api/sessions", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "NOT_SIGNED_IN")


@pytest.mark.parametrize("address", ["not an address", "a@b@c", "@", "x" * 300 + "@b"])
def test_an_odd_address_is_refused(client: TestClient, address: str) -> None:
    answer = client.get("/api/sessions", headers={"X-Forwarded-Email": address})
    assert (answer.status_code, answer.json()["code"]) == (422, "BAD_EMAIL")


@pytest.mark.parametrize("name", list(PERSON))
def test_two_headers_of_a_kind_are_refused(client: TestClient, name: str) -> None:
    headers = [*PERSON.items(), (name.lower(), "root@example.com")]
    answer = client.get("/api/session", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "DUPLICATE_HEADER")


def test_a_closed_account_is_out_at_once(client: TestClient) -> None:
    client.get("/api/session", headers=PERSON)
    accounts.set_enabled(resources_of(client), email=ADA, enabled=False, actor="test")
    answer = client.get("/api/sessions", headers=PERSON)
    assert (answer.status_code, answer.json()["code"]) == (401, "ACCOUNT_DISABLED")


def test_the_platforms_own_token_is_left_to_its_proxy(client: TestClient) -> None:
    headers = {**PERSON, "Authorization": "Bearer dapi-of-the-platform"}
    assert client.get("/api/session", headers=headers).json()["email"] == ADA


def test_passwords_and_their_page_are_not_for_this_mode(client: TestClient) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer.json()["code"]) == (409, "SIGN_IN_NOT_HERE")
    page = client.get("/sign-in", params={"return_to": "/rules"}, headers=PERSON)
    assert (page.status_code, page.headers["location"]) == (303, "/rules")
    assert client.get("/invitation?token=x", headers=PERSON).status_code == 409


def test_who_comes_by_another_address_is_told_where_to_go(client: TestClient) -> None:
    page = client.get("/sign-in", params={"return_to": "/rules"}, headers={"Accept": "text/html"})
    assert page.status_code == 401  # and not round in a circle
    assert "Compute" in page.text
    assert 'href="/rules"' in page.text
    client.get("/api/session", headers=PERSON)
    accounts.set_enabled(resources_of(client), email=ADA, enabled=False, actor="test")
    closed = client.get("/sign-in", headers=PERSON)
    assert closed.status_code == 401
    assert "closed" in closed.text


def test_first_requests_at_once_make_one_account(client: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda _: client.get("/api/session", headers=PERSON).json(), range(16))
        )
    assert {body["email"] for body in found} == {ADA}
    assert len(accounts.list_accounts(resources_of(client))) == 1
