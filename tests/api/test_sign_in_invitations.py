"""Invitations taken up over HTTP, made by the use case that admins call."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, update

from muster.base.people import Role
from muster.services import accounts, people
from muster.services.access import enter_locally
from muster.store.tables_people import invitations
from tests.api.people import ADA, PASSWORD, add_user, add_workspace, resources_of, serving


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(database_url, tmp_path, sign_in="password") as found:
        add_workspace(found, "shop")
        yield found


def invite(client: TestClient, email: str = ADA) -> str:
    context = enter_locally(resources_of(client), "shop", actor="boss")
    return people.invite(context, email=email, role=Role.ANALYST).secret


def accept(client: TestClient, token: str, password: str = PASSWORD, name: str = "Ada") -> Any:
    body = {"token": token, "name": name, "password": password}
    return client.post("/api/invitations/accept", json=body)


def test_a_new_person_gets_an_account_a_role_and_a_session(client: TestClient) -> None:
    answer = accept(client, invite(client), name="  Ada\n<b> ")
    assert answer.status_code == 200, answer.text
    assert answer.json() == client.get("/api/session").json()
    assert answer.json()["name"] == "Ada <b>"
    assert [(one["name"], one["role"]) for one in answer.json()["workspaces"]] == [
        ("shop", "analyst")
    ]


def test_an_invitation_works_once(client: TestClient) -> None:
    token = invite(client)
    assert accept(client, token).status_code == 200
    assert accept(client, token).json()["code"] == "UNKNOWN_INVITATION"


def test_an_invitation_taken_up_by_many_at_once_makes_one_account(client: TestClient) -> None:
    token = invite(client)
    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(lambda _: accept(client, token).status_code, range(6)))
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 404}
    assert len(accounts.list_accounts(resources_of(client))) == 1


@pytest.mark.parametrize("column", ["revoked_at", "expires_at"])
def test_an_invitation_taken_back_or_too_old_is_unknown(client: TestClient, column: str) -> None:
    token = invite(client)
    with resources_of(client).database.transaction() as connection:
        connection.execute(update(invitations).values({column: func.now()}))
    answer = accept(client, token)
    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_INVITATION")


@pytest.mark.parametrize("token", ["", "mi_wrong", "' OR 1=1 --", "\x00", "é"])
def test_a_made_up_token_is_unknown(client: TestClient, token: str) -> None:
    invite(client)
    assert accept(client, token).status_code == 404


def test_a_weak_password_leaves_the_invitation_open(client: TestClient) -> None:
    token = invite(client)
    answer = accept(client, token, "short")
    assert (answer.status_code, answer.json()["code"]) == (422, "WEAK_PASSWORD")
    assert accept(client, token).status_code == 200


def test_the_link_alone_does_not_open_an_account_that_exists(client: TestClient) -> None:
    add_user(client)
    token = invite(client)
    answer = accept(client, token, "another good password")
    assert (answer.status_code, answer.json()["code"]) == (401, "WRONG_CREDENTIALS")
    assert client.get("/api/session").json()["signed_in"] is False
    assert accept(client, token).json()["workspaces"][0]["role"] == "analyst"


def test_guessing_at_an_account_by_its_invitation_is_slowed_down(client: TestClient) -> None:
    add_user(client)
    token = invite(client)
    statuses = [accept(client, token, "a wrong password").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


def test_who_signs_in_elsewhere_is_sent_there(client: TestClient) -> None:
    add_user(client, password=None)
    answer = accept(client, invite(client))
    assert (answer.status_code, answer.json()["code"]) == (409, "NO_PASSWORD")


def test_a_closed_account_is_not_opened_by_an_invitation(client: TestClient) -> None:
    add_user(client)
    token = invite(client)
    accounts.set_enabled(resources_of(client), email=ADA, enabled=False, actor="test")
    assert accept(client, token).status_code == 401
