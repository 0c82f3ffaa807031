"""What people keep for themselves, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from muster.base.accounts import SignInMode
from muster.base.people import Role
from tests.api.people import ADA, add_user, add_workspace, serving, sign_in
from tests.api.shop import settings_for


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(database_url, tmp_path, sign_in=SignInMode.PASSWORD) as client:
        ada, bob = add_user(client), add_user(client, "bob@example.com")
        add_workspace(client, "bank", {ada: Role.ADMIN})
        add_workspace(client, "shop", {ada: Role.VIEWER, bob: Role.VIEWER})
        yield client


def test_everybody_keeps_their_own_in_each_workspace(client: TestClient) -> None:
    address = "/api/kept/draft:rule:1?workspace=shop"
    sign_in(client, ADA)
    put = client.put(address, json={"value": {"b": [1, None], "a": 0.1}})
    assert put.status_code == 200
    assert put.json() == client.get(address).json()
    assert list(put.json()) == ["key", "value", "updated_at"]
    assert client.get("/api/kept?workspace=bank").json() == {"items": [], "total": 0}
    listed = client.get("/api/kept?workspace=shop&prefix=draft:").json()
    assert listed == {"items": [put.json()], "total": 1}
    assert client.get("/api/kept?workspace=shop&prefix=view:").json()["total"] == 0

    sign_in(client, "bob@example.com")
    missing = client.get(address)
    assert (missing.status_code, missing.json()["code"]) == (404, "NOTHING_KEPT")
    assert client.delete(address).status_code == 204
    assert client.put("/api/kept/draft:rule:1?workspace=bank", json={"value": 1}).status_code == 404

    sign_in(client, ADA)
    assert client.get(address).json() == put.json()
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [
        ("preferences", {"value": None}, 200),
        ("a" * 100, {"value": "x" * 63_000}, 200),
        ("preferences", {"value": 10**4000}, 200),
        ("a" * 101, {"value": 1}, 422),
        ("Preferences", {"value": 1}, 422),
        ("a%0A", {"value": 1}, 422),
        ("preferences", {}, 422),
        ("preferences", {"value": 1, "more": 1}, 422),
        ("preferences", {"value": "x" * 64_000}, 422),
    ],
)
def test_keys_and_values_have_limits(client: TestClient, key: str, body: Any, status: int) -> None:
    sign_in(client, ADA)
    answer = client.put(f"/api/kept/{key}?workspace=shop", json=body)
    assert answer.status_code == status, answer.text[:300]
    if status == 200:
        assert client.get(f"/api/kept/{key}?workspace=shop").json()["value"] == body["value"]


def test_a_value_that_nests_without_end_is_refused(client: TestClient) -> None:
    sign_in(client, ADA)
    for levels, statuses in ((200, {422}), (30_000, {400, 422})):
        answer = client.put(
            "/api/kept/preferences?workspace=shop",
            content='{"value": ' + "[" * levels + "]" * levels + "}",
            headers={"content-type": "application/json"},
        )
        assert answer.status_code in statuses


def test_without_sign_in_whoever_sits_at_the_machine_keeps_things(
    database_url: str, tmp_path: Path
) -> None:
    settings = settings_for(database_url, tmp_path)
    with serving(database_url, settings.data) as client:
        add_workspace(client, "shop")
        assert client.put("/api/kept/preferences", json={"value": {"a": 1}}).status_code == 200
        assert client.get("/api/kept").json()["total"] == 1
