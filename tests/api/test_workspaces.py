"""Workspaces over HTTP: those one may enter, and new ones by an admin of the installation."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from muster.base.people import Role
from tests.api.people import add_user, add_workspace, serving, sign_in

NEW = {"name": "loyalty", "title": "Loyalty"}


def test_workspaces_come_in_pages(shop_client: TestClient) -> None:
    first = shop_client.get("/api/workspaces?per_page=1").json()
    assert ([one["name"] for one in first["items"]], first["pages"]) == (["empty"], 2)
    url = f"/api/workspaces?per_page=1&cursor={first['next_cursor']}"
    second = shop_client.get(url).json()
    assert [one["name"] for one in second["items"]] == ["shop"]
    assert second["next_cursor"] is None
    assert second["items"] == shop_client.get("/api/workspaces?per_page=1&page=2").json()["items"]


def test_one_workspace_says_what_one_may_do_there(shop_client: TestClient) -> None:
    body = shop_client.get("/api/workspaces/shop").json()
    assert (body["role"], body["has_model"], body["synthetic"]) == ("admin", True, True)
    assert "administer" in body["permissions"]
    assert shop_client.get("/api/workspaces/empty").json()["has_model"] is False
    assert shop_client.get("/api/workspaces/nope").json()["code"] == "UNKNOWN_WORKSPACE"


def test_a_workspace_is_created_once_with_a_good_name(shop_client: TestClient) -> None:
    answer = shop_client.post("/api/workspaces", json=NEW)
    assert (answer.status_code, answer.json()["name"]) == (201, "loyalty")
    again = shop_client.post("/api/workspaces", json=NEW)
    assert (again.status_code, again.json()["code"]) == (409, "NAME_TAKEN")
    for name in ("Loyalty", "", "../x", "a b", "x" * 64):
        answer = shop_client.post("/api/workspaces", json={**NEW, "name": name})
        assert answer.status_code == 422, name


def test_members_see_their_own_workspaces_and_create_none(
    database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path, sign_in="password") as client:
        ada = add_user(client)
        add_workspace(client, "hers", {ada: Role.VIEWER})
        add_workspace(client, "other")
        assert client.get("/api/workspaces").status_code == 401
        sign_in(client)
        assert [one["name"] for one in client.get("/api/workspaces").json()["items"]] == ["hers"]
        assert client.get("/api/workspaces/hers").json()["permissions"] == ["read"]
        assert client.get("/api/workspaces/other").status_code == 404
        answer = client.post("/api/workspaces", json=NEW)
        assert answer.status_code == 403, answer.text
