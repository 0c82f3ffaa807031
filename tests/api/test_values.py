"""Suggestions, profiles, tags and owners over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from tests.api.shop import make_shop, settings_for


@pytest.fixture(scope="module")
def client(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = settings_for(module_database_url, Path(tmp_path_factory.mktemp("data")))
    make_shop(settings)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("query", "items", "distinct"),
    [
        ("field=tier", [(1, 2), (2, 1)], 2),
        ("field=tags&search=NE", [("news", 2)], 2),
        ("field=born&limit=1", [("1960-12-31", 1)], 3),
        ("field=category&source=payment&limit=1", [("Food", 2)], 2),
        ("field=amount&source=cash", [(70, 1)], 1),
        ("field=joined", [], None),
        ("field=tier&search=%00", [], 2),
    ],
)
def test_values_are_those_a_rule_would_write(
    client: TestClient, query: str, items: list[object], distinct: int | None
) -> None:
    body = client.get(f"/api/values?{query}").json()
    assert [(item["value"], item["count"]) for item in body["items"]] == items
    assert (body["total_distinct"], body["personal"]) == (distinct, False)


def test_personal_values_are_left_to_the_person(client: TestClient) -> None:
    body = client.get("/api/values?field=email").json()
    assert body == {"items": [], "total_distinct": None, "personal": True}


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("", "$.query.field"),
        ("field=nothing", "$.query.field"),
        ("field=tier&source=nothing", "$.query.source"),
        ("field=tier&limit=101", "$.query.limit"),
    ],
)
def test_what_cannot_be_suggested_is_refused(client: TestClient, query: str, path: str) -> None:
    answer = client.get(f"/api/values?{query}")
    assert answer.status_code == 422
    body = answer.json()
    assert (body["path"] or body["problems"][0]["path"]) == path


def test_segments_are_profiled_beside_everybody(client: TestClient) -> None:
    asked = {"segments": ["first_tier", 2], "attributes": ["tier", "email"]}
    body = client.post("/api/profile", json=asked).json()
    assert [one["name"] for one in body["segments"]] == ["first_tier", "elsewhere"]
    assert body["segments"][0]["title"] == "First <tier>"
    (tier,) = body["attributes"]
    first = tier["parts"][0]
    assert (first["label"], first["everyone"], first["members"]) == ("1", 2, [2, 0])
    assert (first["shares"], first["indexes"]) == ([1.0, 0.0], [200.0, 0.0])
    assert (body["hidden"], body["differences"], body["synthetic"]) == (["email"], [], True)


def test_tags_owners_and_their_filters(client: TestClient) -> None:
    assert client.get("/api/tags").json() == {"items": [], "total": 0}
    owners = client.get("/api/owners").json()
    assert owners == {"items": [{"owner": "test", "rules": 2}], "total": 1}
    for path in ("rules", "segments"):
        items = client.get(f"/api/{path}?owner=test").json()["items"]
        assert {item["owner"] for item in items} == {"test"}
        assert client.get(f"/api/{path}?owner=nobody").json()["total"] == 0
    assert [item["sizes"] for item in items] == [[2], [2]]
