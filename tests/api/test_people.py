"""Members, invitations, tokens and settings over HTTP, as people with accounts meet them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from muster.base.accounts import SignInMode
from muster.base.people import Role
from muster.base.workspace_settings import WorkspaceSettings
from tests.api.people import ADA, PASSWORD, add_user, add_workspace, serving, sign_in

BOB = "bob@example.com"


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A server with an admin, Ada, who is signed in, and a viewer, Bob, who is not."""
    with serving(database_url, tmp_path, sign_in=SignInMode.PASSWORD) as client:
        ada, bob = add_user(client), add_user(client, BOB, name="Bob")
        add_workspace(client, "shop", {ada: Role.ADMIN, bob: Role.VIEWER})
        sign_in(client)
        yield client


def ids(client: TestClient) -> dict[str, int]:
    return {item["email"]: item["user_id"] for item in client.get("/api/people").json()["items"]}


def test_members_are_listed_with_their_roles(client: TestClient) -> None:
    body = client.get("/api/people").json()
    assert body["total"] == 2
    ada, bob = body["items"]
    assert set(ada) == {"user_id", "email", "name", "role", "since", "last_seen_at", "disabled"}
    assert (ada["email"], ada["role"], ada["disabled"]) == (ADA, "admin", False)
    assert (bob["name"], bob["role"], bob["last_seen_at"]) == ("Bob", "viewer", None)


def test_a_role_is_changed_and_a_membership_ended(client: TestClient) -> None:
    bob = ids(client)[BOB]
    answer = client.patch(f"/api/people/{bob}", json={"role": "operator", "reason": "new job"})
    assert (answer.status_code, answer.json()["role"]) == (200, "operator")
    assert client.delete(f"/api/people/{bob}").status_code == 204
    assert list(ids(client)) == [ADA]
    assert client.delete(f"/api/people/{bob}").json()["code"] == "UNKNOWN_MEMBER"
    actions = [entry["action"] for entry in client.get("/api/audit").json()["items"]]
    assert actions[:2] == ["member.remove", "member.change"]


def test_the_last_admin_stays(client: TestClient) -> None:
    ada = ids(client)[ADA]
    for answer in (
        client.patch(f"/api/people/{ada}", json={"role": "viewer"}),
        client.delete(f"/api/people/{ada}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "LAST_ADMIN")


@pytest.mark.parametrize("body", [{}, {"role": "owner"}, {"role": "admin", "more": 1}, []])
def test_a_malformed_role_is_refused(client: TestClient, body: Any) -> None:
    assert client.patch(f"/api/people/{ids(client)[BOB]}", json=body).status_code == 422


def test_an_invitation_is_made_taken_up_and_listed(client: TestClient) -> None:
    answer = client.post("/api/invitations", json={"email": "Grace@x.org", "role": "analyst"})
    made = answer.json()
    assert answer.status_code == 201
    assert made["invitation"]["email"] == "grace@x.org"
    assert made["invitation"]["state"] == "open"
    listed = client.get("/api/invitations")
    assert made["token"] not in listed.text
    assert listed.json() == {"items": [made["invitation"]], "total": 1}
    body = {"token": made["token"], "name": "Grace", "password": PASSWORD}
    joined = client.post("/api/invitations/accept", json=body)
    assert joined.status_code == 200, joined.text
    assert joined.json()["workspaces"][0]["role"] == "analyst"
    assert client.post("/api/invitations/accept", json=body).status_code in (401, 404)
    sign_in(client)
    assert client.get("/api/invitations").json()["items"][0]["state"] == "accepted"
    assert "grace@x.org" in ids(client)


def test_an_invitation_taken_back_opens_nothing(client: TestClient) -> None:
    made = client.post("/api/invitations", json={"email": "g@x.org", "role": "viewer"}).json()
    assert client.delete(f"/api/invitations/{made['invitation']['id']}").status_code == 204
    body = {"token": made["token"], "name": "Grace", "password": PASSWORD}
    assert client.post("/api/invitations/accept", json=body).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({"email": "nobody", "role": "viewer"}, 422, "$.body.email"),
        ({"email": ADA, "role": "viewer"}, 409, "$.body.email"),
    ],
)
def test_who_cannot_be_invited_is_told_why(
    client: TestClient, body: dict[str, str], status: int, path: str
) -> None:
    answer = client.post("/api/invitations", json=body)
    assert (answer.status_code, answer.json()["path"]) == (status, path)


def test_a_token_is_shown_once_works_and_dies(client: TestClient) -> None:
    wanted = {"name": "ci", "expires_in_days": 30, "role": "viewer"}
    answer = client.post("/api/tokens", json=wanted)
    assert answer.status_code == 201
    made, secret = answer.json()["token"], answer.json()["secret"]
    assert secret.startswith(made["prefix"])
    listed = client.get("/api/tokens")
    assert secret not in listed.text
    assert listed.json()["items"] == [made]
    client.cookies.clear()
    bearer = {"authorization": f"Bearer {secret}"}
    assert client.get("/api/people", headers=bearer).status_code == 200
    used = client.get("/api/tokens", headers=bearer).json()["items"][0]
    assert (used["state"], used["last_used_at"] is None) == ("active", False)
    assert client.get("/api/invitations", headers=bearer).json()["code"] == "NOT_ALLOWED"
    refused = client.post("/api/tokens", json=wanted, headers=bearer)
    assert refused.json()["code"] == "TOKEN_CANNOT_GRANT"
    assert client.delete(f"/api/tokens/{made['id']}", headers=bearer).status_code == 204
    assert client.get("/api/people", headers=bearer).status_code == 401


def test_a_viewer_makes_a_token_that_reads_and_no_more(client: TestClient) -> None:
    sign_in(client, BOB)
    wanted = {"name": "mine", "expires_in_days": 1}
    assert client.post("/api/tokens", json=wanted).json()["token"]["role"] == "viewer"
    refused = client.post("/api/tokens", json={**wanted, "role": "analyst"})
    assert (refused.status_code, refused.json()["code"]) == (403, "MORE_THAN_YOURS")
    assert refused.json()["path"] == "$.body.role"


def test_everybody_sees_their_own_tokens_and_admins_all(client: TestClient) -> None:
    for email in (ADA, BOB):
        sign_in(client, email)
        client.post("/api/tokens", json={"name": email, "expires_in_days": 1})
    assert [token["name"] for token in client.get("/api/tokens").json()["items"]] == [BOB]
    sign_in(client)
    assert [token["name"] for token in client.get("/api/tokens").json()["items"]] == [BOB, ADA]


def test_a_token_without_an_end_is_refused(client: TestClient) -> None:
    for body in ({"name": "ci"}, {"name": "ci", "expires_in_days": 367}):
        assert client.post("/api/tokens", json=body).status_code == 422


def test_settings_are_read_and_changed_as_a_whole(client: TestClient) -> None:
    answer = client.get("/api/settings")
    assert answer.json() == {"settings": asdict(WorkspaceSettings()), "revision": 0}
    assert answer.headers["etag"] == '"0"'
    wanted = {**answer.json()["settings"], "time_zone": "Asia/Kolkata", "approval_share": 0.3}
    changed = client.put("/api/settings", json=wanted, headers={"if-match": '"0"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"1"')
    assert changed.json() == {"settings": wanted, "revision": 1}
    stale = client.put("/api/settings", json=wanted, headers={"if-match": '"0"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "CHANGED_MEANWHILE")
    assert client.put("/api/settings", json=wanted).json()["revision"] == 1


def test_every_fault_of_settings_is_told_with_its_path(client: TestClient) -> None:
    wanted = {**asdict(WorkspaceSettings()), "time_zone": "Vienna", "concurrency": 0}
    answer = client.put("/api/settings", json=wanted)
    assert answer.status_code == 422
    paths = [fault["path"] for fault in answer.json()["problems"]]
    assert paths == ["$.body.time_zone", "$.body.concurrency"]
    del wanted["currency"]
    assert client.put("/api/settings", json=wanted).json()["code"] == "MALFORMED"
