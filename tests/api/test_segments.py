"""Segments over HTTP beyond the documented contract: filters, ETags, versions, lineage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.rules.document import read_documents
from muster.services.access import enter_locally
from muster.services.applying import apply, plan_apply
from muster.services.refresh import refresh
from muster.wiring import open_resources
from tests.api.shop import make_shop, settings_for
from tests.shop import AS_OF

WINDOW = {"last": "P7D"}
RULES = [
    {
        "name": "recent",
        "title": "Recent buyers",
        "description": "Paid by card of late.",
        "tags": ["hot"],
        "schedule": "@daily",
        "where": {"did": "card", "window": WINDOW},
    },
    {"name": "recent_first", "title": "Both", "depends_on": ["recent", "first_tier"]},
]


@pytest.fixture(scope="module")
def client(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = settings_for(module_database_url, Path(tmp_path_factory.mktemp("data")))
    make_shop(settings)
    with open_resources(settings) as resources:
        context = enter_locally(resources, "shop", actor="test")
        apply(context, plan_apply(context, read_documents(RULES), as_of=AS_OF))
        refresh(context, as_of=AS_OF)
        refresh(context, ["recent"], as_of=AS_OF + timedelta(days=7, hours=-1))
    chosen = settings.model_copy(update={"default_workspace": "shop"})
    with TestClient(create_app(chosen), raise_server_exceptions=False) as client:
        yield client


def names(client: TestClient, query: str = "") -> list[str]:
    return [item["name"] for item in client.get(f"/api/segments?{query}").json()["items"]]


def id_of(client: TestClient, name: str) -> int:
    items = client.get("/api/segments?per_page=200").json()["items"]
    return next(int(item["id"]) for item in items if item["name"] == name)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("search=RECENT", ["recent", "recent_first"]),
        ("search=of%20late", ["recent"]),
        ("tag=hot", ["recent"]),
        ("freshness=stale", ["recent_first"]),
        ("freshness=never", []),
        ("freshness=fresh&order=name", ["elsewhere", "first_tier", "recent"]),
        ("refreshed_before=2001-01-01T00:00:00Z", []),
        ("order=name", ["elsewhere", "first_tier", "recent", "recent_first"]),
        ("order=refreshed&per_page=1", ["recent"]),
        ("order=size&per_page=1&search=tier", ["first_tier"]),
        ("order=name&page=2&per_page=3", ["recent_first"]),
    ],
)
def test_lists_are_filtered_and_sorted(client: TestClient, query: str, expected: list[str]) -> None:
    assert names(client, query) == expected


def test_cursors_visit_every_segment_once(client: TestClient) -> None:
    found, query = list[str](), "per_page=2"
    for _ in range(9):
        body = client.get(f"/api/segments?{query}").json()
        found += [item["name"] for item in body["items"]]
        if body["next_cursor"] is None:
            break
        query = f"per_page=2&cursor={body['next_cursor']}"
    assert sorted(found) == names(client, "order=name")
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("freshness=old", "$.query.freshness"),
        ("order=colour", "$.query.order"),
        ("refreshed_before=2026-01-01T00:00:00", "$.query.refreshed_before"),
        ("cursor=!!", "$.query.cursor"),
        ("order=name&cursor=MQ", "$.query.cursor"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(client: TestClient, query: str, path: str) -> None:
    answer = client.get(f"/api/segments?{query}")
    assert answer.status_code == 422
    body = answer.json()
    assert (body["path"] or body["problems"][0]["path"]) == path


def test_a_segment_that_is_at_hand_is_not_sent_again(client: TestClient) -> None:
    url = f"/api/segments/{id_of(client, 'recent')}"
    first = client.get(url)
    tag = first.headers["etag"]
    assert tag.startswith('"2-')
    again = client.get(url, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(url, headers={"If-None-Match": '"2"'}).json() == first.json()


def test_versions_come_newest_first_in_pages(client: TestClient) -> None:
    url = f"/api/segments/{id_of(client, 'recent')}/versions"
    body = client.get(f"{url}?per_page=1").json()
    assert (body["total"], body["pages"]) == (2, 2)
    assert [item["version"] for item in body["items"]] == [2]
    assert body["items"][0]["current"]
    following = client.get(f"{url}?per_page=1&cursor={body['next_cursor']}").json()
    assert [item["version"] for item in following["items"]] == [1]
    assert not following["items"][0]["current"]
    assert client.get(f"{url}?page=2&per_page=1").json()["items"] == following["items"]
    assert client.get(f"{url}/1").json()["row_count"] == following["items"][0]["row_count"]
    assert "SELECT" in client.get(f"{url}/1").json()["sql_query"]
    assert client.get(f"{url}/9").json()["code"] == "UNKNOWN_SEGMENT_VERSION"


def test_a_difference_says_who_entered_and_left(client: TestClient) -> None:
    url = f"/api/segments/{id_of(client, 'recent')}/versions"
    # customer 1 paid a day before the first instant, customer 3 at the instant itself
    later = client.get(f"{url}/2/difference").json()
    assert (later["entered"], later["left"], later["stayed"]) == (1, 1, 0)
    assert (later["entered_sample"], later["left_sample"]) == ([3], [1])
    earlier = client.get(f"{url}/1/difference?against=2").json()
    assert (earlier["entered_sample"], earlier["left_sample"]) == ([1], [3])
    assert (earlier["before"]["version"], earlier["after"]["version"]) == (2, 1)
    none = client.get(f"{url}/2/difference?against=1&sample=0").json()
    assert none["entered_sample"] == []
    assert client.get(f"{url}/1/difference").json()["code"] == "NO_EARLIER_VERSION"


def test_lineage_is_a_tree_and_a_graph(client: TestClient) -> None:
    body = client.get(f"/api/segments/{id_of(client, 'recent_first')}/lineage").json()
    assert [(one["kind"], one["name"]) for one in body["parents"]][:2] == [
        ("segment", "first_tier"),
        ("segment", "recent"),
    ]
    recent = body["parents"][1]
    assert (recent["version"], recent["versions_behind"]) == (1, 1)
    keys = {node["key"] for node in body["nodes"]}
    assert {"segment:recent_first", "segment:recent", "table:card_payments"} <= keys
    assert len(keys) == len(body["nodes"])
    edges = {(edge["source"], edge["target"]) for edge in body["edges"]}
    assert ("segment:recent", "segment:recent_first") in edges
    assert {end for edge in edges for end in edge} <= keys


def test_lineage_names_what_is_made_of_a_segment(client: TestClient) -> None:
    body = client.get(f"/api/segments/{id_of(client, 'first_tier')}/lineage").json()
    assert [child["name"] for child in body["children"]] == ["elsewhere", "recent_first"]
    assert {"source": "segment:first_tier", "target": "segment:elsewhere"} in body["edges"]


def test_the_sql_is_that_of_the_current_version(client: TestClient) -> None:
    number = id_of(client, "recent")
    body = client.get(f"/api/segments/{number}/sql").json()
    assert (body["version"], body["dialect"]) == (2, "duckdb")
    assert body["sql"] == client.get(f"/api/segments/{number}").json()["sql_query"]


def compared(client: TestClient, *segments: Any) -> Any:
    return client.post("/api/compare", json={"segments": list(segments)})


def test_segments_are_compared_by_name_or_id(client: TestClient) -> None:
    body = compared(client, "first_tier", id_of(client, "recent")).json()
    first, second = body["segments"]
    assert (first["name"], first["row_count"], first["only"]) == ("first_tier", 2, 2)
    assert (second["name"], second["row_count"], second["version"]) == ("recent", 1, 2)
    assert body["union"] == 3
    (overlap,) = body["overlaps"]
    assert (overlap["intersection"], overlap["jaccard"]) == (0, 0.0)
    assert {tuple(region["segments"]): region["row_count"] for region in body["regions"]} == {
        ("first_tier",): 2,
        ("recent",): 1,
    }


@pytest.mark.parametrize(
    ("segments", "status", "code"),
    [
        (["recent"], 422, "MALFORMED"),
        (["recent"] * 7, 422, "MALFORMED"),
        (["recent", True], 422, "MALFORMED"),
        (["recent", "recent"], 422, "BAD_COMPARISON"),
        (["recent", "nobody"], 404, "UNKNOWN_SEGMENT"),
        (["recent", 2**62], 404, "UNKNOWN_SEGMENT"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused(
    client: TestClient, segments: list[Any], status: int, code: str
) -> None:
    answer = compared(client, *segments)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
