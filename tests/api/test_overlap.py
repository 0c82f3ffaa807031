"""Overlap, membership over time and past sizes over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.services.access import enter_locally
from muster.services.refresh import refresh
from muster.wiring import open_resources
from tests.api.shop import make_shop, settings_for
from tests.shop import AS_OF

OVERLAP = "/api/segments/overlap"
MEMBERS = "/api/segments/1/members"
SPENT = {"metric": "spend", "op": ">", "value": "50", "window": {"last": "P10D"}}


@pytest.fixture(scope="module")
def client(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = settings_for(module_database_url, Path(tmp_path_factory.mktemp("data")))
    make_shop(settings)
    with open_resources(settings) as resources:
        context = enter_locally(resources, "shop", actor="test")
        with context.open_warehouse(read_only=False) as warehouse:
            warehouse.connection.execute("UPDATE customers SET tier = 1 WHERE customer_id = 3")
        refresh(context, as_of=AS_OF + timedelta(days=1))
    settings = settings.model_copy(update={"default_workspace": "shop"})
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def listed(client: TestClient, **query: Any) -> dict[str, Any]:
    answer = client.get(MEMBERS, params={"columns": "", **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def posted(client: TestClient, body: Any) -> dict[str, Any]:
    answer = client.post(OVERLAP, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_all_segments_are_compared_unless_some_are_named(client: TestClient) -> None:
    everything = posted(client, {})
    assert sorted(one["name"] for one in everything["segments"]) == ["elsewhere", "first_tier"]
    found = posted(client, {"segments": ["first_tier", "elsewhere"], "regions": True})
    assert found["intersections"] == [[3, 0], [0, 1]]
    assert found["jaccard"] == found["containment"] == [[1.0, 0.0], [0.0, 1.0]]
    assert [one["row_count"] for one in found["segments"]] == [3, 1]
    assert found["regions"] == [
        {"segments": ["first_tier"], "row_count": 3},
        {"segments": ["elsewhere"], "row_count": 1},
    ]
    assert (found["estimated"], found["intersection_bounds"]) == (False, None)
    assert found["synthetic"] is True


def test_an_estimate_says_that_it_is_one_and_how_good(client: TestClient) -> None:
    found = posted(client, {"method": "sketch"})
    assert (found["method"], found["estimated"]) == ("sketch", True)
    assert found["intersection_bounds"]["low"] == found["intersections"]
    assert found["jaccard_bounds"]["high"] == found["jaccard"]
    assert found["regions"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"segments": ["nobody"]}, 404, "UNKNOWN_SEGMENT"),
        ({"segments": ["first_tier", "first_tier"]}, 422, "BAD_OVERLAP"),
        ({"method": "sketch", "regions": True}, 422, "BAD_OVERLAP"),
        ({"segments": []}, 422, "MALFORMED"),
        ({"other": 1}, 422, "MALFORMED"),
    ],
)
def test_what_cannot_be_compared_is_refused(client: TestClient, body, status, code) -> None:
    answer = client.post(OVERLAP, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_members_of_an_instant_and_of_a_change_are_listed(client: TestClient) -> None:
    then = listed(client, at=AS_OF.isoformat())
    assert (then["data"], then["version"], then["row_count"]) == ([[1], [4]], 1, 2)
    assert listed(client)["row_count"] == 3
    entered = listed(client, change="entered")
    assert (entered["data"], entered["version"], entered["row_count"]) == ([[3]], 2, 1)
    assert listed(client, change="left")["data"] == []


def test_pages_of_a_change_stay_with_it(client: TestClient) -> None:
    first = listed(client, change="entered", version=1, limit=1)
    second = listed(client, cursor=first["next_cursor"])
    assert (first["data"], second["data"], second["version"]) == ([[1]], [[4]], 1)
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"at": "2020-01-01T00:00:00+14:00"}, 404, "NO_VERSION_YET"),
        ({"at": "0001-01-01T00:00:00+14:00"}, 404, "NO_VERSION_YET"),
        ({"at": "2026-01-10T12:00:00Z", "version": 1}, 422, "VERSION_OR_TIME"),
        ({"version": 9}, 404, "UNKNOWN_SEGMENT_VERSION"),
        ({"change": "came"}, 422, "MALFORMED"),
        ({"cursor": "WzEsMSwiY2FtZSJd"}, 422, "BAD_CURSOR"),
    ],
)
def test_members_of_no_such_version_are_refused(client: TestClient, query, status, code) -> None:
    answer = client.get(MEMBERS, params=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_entity_has_its_timeline(client: TestClient) -> None:
    found = client.get("/api/segments/1/membership", params={"entity": "3"}).json()
    shown = [(one["member"], one["first_version"], one["last_version"]) for one in found["spells"]]
    assert shown == [(False, 1, 1), (True, 2, 2)]
    assert found["spells"][1]["since"] == "2026-01-11T12:00:00Z"
    answer = client.get("/api/segments/1/membership", params={"entity": "77"})
    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_ENTITY")


def test_a_saved_rule_and_a_draft_have_a_past(client: TestClient) -> None:
    query = {"days": 3, "as_of": AS_OF.isoformat()}
    saved = client.get("/api/rules/1/size-history", params=query).json()
    assert [point["row_count"] for point in saved["points"]] == [3, 3, 3, 3]
    assert saved["points"][0]["entered"] is None
    assert any("tier" in note for note in saved["notes"])
    body = {**query, "rule": SPENT, "ahead": 10}
    draft = client.post("/api/size-history", json=body).json()
    # Days are at noon; one bought late on the 8th, another in the morning of the 9th.
    assert [point["row_count"] for point in draft["points"]] == [0, 0, 2, 2]
    assert [point["entered"] for point in draft["points"]] == [None, 0, 2, 0]
    assert [one["members"] for one in draft["leaving"]] == [0] * 8 + [2, 2]
    assert draft["method"] in ("ledger", "evaluated")


@pytest.mark.parametrize(
    "wrong", [{"days": 801}, {"ahead": 91}, {"local_time": "24:00"}, {"as_of": "2026-01-01"}]
)
def test_a_past_that_cannot_be_told_is_refused(client: TestClient, wrong) -> None:
    assert client.get("/api/rules/1/size-history", params=wrong).status_code == 422
    assert client.post("/api/size-history", json={"rule": SPENT, **wrong}).status_code == 422
    assert client.get("/api/rules/99/size-history").status_code == 404
