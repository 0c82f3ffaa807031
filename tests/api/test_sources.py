"""Sources and the first page over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from tests.api.people import resources_of
from tests.api.shop import make_shop, settings_for


@pytest.fixture(scope="module")
def client(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = settings_for(module_database_url, Path(tmp_path_factory.mktemp("data")))
    make_shop(settings)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def test_sources_are_listed(client: TestClient) -> None:
    body = client.get("/api/sources").json()
    assert (body["warehouse"]["kind"], body["total"]) == ("DuckDB", 4)
    customer, card, _, suppressed = body["items"]
    assert (customer["kind"], customer["rows"], customer["fields"]) == ("entity", 4, 6)
    assert customer["used_by"] == ["elsewhere", "first_tier"]
    assert (card["newest"], card["oldest"]) == ("2026-01-10T12:00:00Z", "2025-06-01T00:00:00Z")
    assert (card["fresh"], suppressed["fresh"], suppressed["newest"]) == (False, None, None)


def test_a_source_is_profiled(client: TestClient) -> None:
    body = client.get("/api/sources/customer/profile").json()
    fields = {field["name"]: field for field in body["fields"]}
    assert (body["rows"], fields["tier"]["coverage"]) == (4, 0.75)
    assert fields["tier"]["top"][0] == {"value": 1, "count": 2, "share": 0.5}
    assert (fields["born"]["low"], fields["born"]["high"]) == ("1960-12-31", "2001-02-28")
    assert fields["joined"]["high"] == "2026-01-05T00:00:00Z"
    assert (fields["email"]["distinct"], fields["email"]["top"]) == (3, [])
    assert fields["email"]["hidden"]
    answer = client.get("/api/sources/nothing/profile")
    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_SOURCE")


def test_the_first_page_is_whole(client: TestClient) -> None:
    body = client.get("/api/home").json()
    assert [one["key"] for one in body["figures"]] == ["people", "segments", "events", "money"]
    people, segments, events, money = body["figures"]
    assert (people["value"], segments["value"]) == (4, 2)
    # the newest payment was at noon of the 10th
    assert (events["label"], events["value"]) == ("Events on Friday 9 January", 1)
    assert (money["value"], money["unit"]) == (120.5, "GBP")
    assert events["series"][-1] == {"at": "2026-01-09", "value": 1}
    assert {one["kind"] for one in body["attention"]} == {"source"}
    posters = {one["name"]: one for one in body["recently_refreshed"]}
    assert (posters["first_tier"]["title"], posters["first_tier"]["row_count"]) == (
        "First <tier>",
        2,
    )
    assert posters["first_tier"]["sizes"] == [2]
    assert posters["first_tier"]["bars"]["name"] == "born"
    assert sum(bar["share"] for bar in posters["first_tier"]["bars"]["parts"]) == 1
    assert (body["fastest_growing"], body["synthetic"]) == ([], True)


def test_a_workspace_without_a_model_says_so(client: TestClient) -> None:
    for path in ("home", "sources", "sources/x/profile", "values?field=x"):
        answer = client.get(f"/api/{path}", headers={"X-Muster-Workspace": "empty"})
        assert (answer.status_code, answer.json()["code"]) == (404, "NO_MODEL")
    body = client.post("/api/sources/test", headers={"X-Muster-Workspace": "empty"}).json()
    assert (body["ok"], [step["ok"] for step in body["steps"]]) == (False, [False])


def test_a_damaged_warehouse_is_no_failure_of_the_server(client: TestClient) -> None:
    path = resources_of(client).data_folder / "workspaces" / "shop" / "warehouse.duckdb"
    path.write_bytes(b"this is no warehouse")
    body = client.post("/api/sources/test").json()
    assert (body["ok"], body["steps"][-1]["name"]) == (False, "Open the warehouse")
    assert body["steps"][-1]["hint"]
    assert client.get("/api/sources").json()["items"][0]["rows"] is None
    home = client.get("/api/home").json()
    assert [one["value"] for one in home["figures"]] == [4, 2, None, None]
    assert client.get("/api/sources/customer/profile").status_code == 422
