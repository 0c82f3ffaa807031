"""The documented contract of segments and analytics: addresses, status codes, names, types, nulls.

What Muster adds stands beside it; nothing that is documented may be missing or of another type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.rules.document import read_documents
from muster.services.access import enter_locally
from muster.services.applying import apply, plan_apply
from muster.wiring import open_resources
from tests.api.shop import make_shop, settings_for

NEVER = {"name": "never", "title": "Never refreshed", "where": {"did": "card"}}
NUMBER = (int, float)


@pytest.fixture(scope="module")
def client(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = settings_for(module_database_url, Path(tmp_path_factory.mktemp("data")))
    make_shop(settings)
    with open_resources(settings) as resources:
        context = enter_locally(resources, "shop", actor="test")
        apply(context, plan_apply(context, read_documents(NEVER)))
    # Requests name no workspace: the documented API knows none.
    with TestClient(
        create_app(settings.model_copy(update={"default_workspace": "shop"}))
    ) as client:
        yield client


def test_segments_are_listed_in_pages(client: TestClient) -> None:
    answer = client.get("/api/segments")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["total"], body["page"], body["pages"]) == (3, 1, 1)
    assert len(body["items"]) == 3
    for item in body["items"]:
        assert isinstance(item["id"], int)
        assert isinstance(item["segment_name"], str)
        assert isinstance(item["description"], str)
        assert re.fullmatch(r"segment_output_\d+", item["table_name"])
        assert isinstance(item["row_count"], int | None)
        assert set(item["rule"]) >= {"id", "rule_name"}


@pytest.mark.parametrize(
    ("query", "items", "page", "pages"),
    [
        ("", 3, 1, 1),
        ("?page=1&per_page=2", 2, 1, 2),
        ("?page=2&per_page=2", 1, 2, 2),
        ("?page=9&per_page=2", 0, 9, 2),
        ("?per_page=1", 1, 1, 3),
    ],
)
def test_pages_are_numbered_from_one(
    client: TestClient, query: str, items: int, page: int, pages: int
) -> None:
    body = client.get(f"/api/segments{query}").json()
    found = (len(body["items"]), body["total"], body["page"], body["pages"])
    assert found == (items, 3, page, pages)


def test_a_page_has_ten_segments_unless_told(client: TestClient) -> None:
    parameters = client.get("/openapi.json").json()["paths"]["/api/segments"]["get"]["parameters"]
    defaults = {one["name"]: one["schema"].get("default") for one in parameters}
    assert (defaults["page"], defaults["per_page"]) == (1, 10)


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "per_page=0", "per_page=9999"])
def test_a_page_that_cannot_be_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/segments?{query}")
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["path"] == f"$.query.{query.partition('=')[0]}"


def test_a_segment_is_shown_by_its_id(client: TestClient) -> None:
    listed = client.get("/api/segments").json()["items"][0]
    answer = client.get(f"/api/segments/{listed['id']}")
    assert answer.status_code == 200
    body = answer.json()
    assert body["id"] == listed["id"]
    assert body["segment_name"] == "First <tier>"
    assert body["row_count"] == 2
    assert datetime.fromisoformat(body["last_refreshed_at"]).tzinfo is not None
    assert set(body["rule"]) >= {"id", "rule_name"}
    assert body["rule"]["rule_name"] == "First <tier>"
    assert "SELECT" in body["sql_query"]


def test_before_the_first_refresh_figures_are_null_not_absent(client: TestClient) -> None:
    (listed,) = client.get("/api/segments?freshness=never").json()["items"]
    body = client.get(f"/api/segments/{listed['id']}").json()
    assert body["segment_name"] == "Never refreshed"
    for name in ("row_count", "last_refreshed_at", "sql_query"):
        assert body[name] is None
    assert listed["row_count"] is None


def test_sample_data_are_columns_and_rows(client: TestClient) -> None:
    answer = client.get("/api/segments/1/sample_data")
    assert answer.status_code == 200
    body = answer.json()
    assert body["columns"][0] == "customer_id"
    assert [row[0] for row in body["data"]] == [1, 4]
    assert all(len(row) == len(body["columns"]) for row in body["data"])


def test_a_sample_has_a_hundred_rows_unless_told(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    parameters = paths["/api/segments/{segment_id}/sample_data"]["get"]["parameters"]
    limit = next(one["schema"] for one in parameters if one["name"] == "limit")
    assert (limit["default"], limit["maximum"]) == (100, 1000)


@pytest.mark.parametrize("path", ["", "/sample_data", "/versions", "/lineage", "/sql"])
def test_an_unknown_segment_is_404(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/segments/999{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "UNKNOWN_SEGMENT"
    assert client.get(f"/api/segments/x{path}").status_code == 422


def test_the_summary_has_three_numbers(client: TestClient) -> None:
    answer = client.get("/api/analytics/summary")
    assert answer.status_code == 200
    body = answer.json()
    assert list(body)[:3] == ["total_users", "total_transactions", "total_spend"]
    assert (body["total_users"], body["total_transactions"]) == (4, 7)
    assert isinstance(body["total_spend"], NUMBER)
    assert body["total_spend"] == 1240.49


def test_money_is_a_number_with_two_decimals(client: TestClient) -> None:
    text = client.get("/api/analytics/summary").text
    assert re.search(r'"total_spend": 1240\.49\b', text)
    assert json.loads(text)["currency"] == "GBP"


@pytest.mark.parametrize(
    "path",
    ["/api/segments", "/api/segments/1", "/api/segments/1/sample_data", "/api/analytics/summary"],
)
def test_nothing_documented_is_written_to(client: TestClient, path: str) -> None:
    for method in ("post", "put", "delete"):
        answer = getattr(client, method)(path)
        assert answer.status_code == 405
        assert answer.json()["code"] == "METHOD_NOT_ALLOWED"
