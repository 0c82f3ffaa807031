"""The first application as a client meets it."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

import muster


def test_health_needs_nothing(empty_client: TestClient) -> None:
    answer = empty_client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": muster.__version__}


def test_workspaces_are_listed_by_name(shop_client: TestClient) -> None:
    body = shop_client.get("/api/workspaces").json()
    assert [item["name"] for item in body["items"]] == ["empty", "shop"]
    assert body["total"] == 2
    assert body["items"][1]["synthetic"] is True


def test_segments_come_with_size_sentence_and_freshness(shop_client: TestClient) -> None:
    body = shop_client.get("/api/segments?workspace=shop").json()
    found = {item["name"]: item for item in body["items"]}
    assert body["total"] == 2
    assert body["synthetic"] is True
    assert found["first_tier"]["row_count"] == 2
    assert found["first_tier"]["share"] == 0.5
    assert found["first_tier"]["unknown_count"] == 1
    assert "tier" in found["first_tier"]["sentence"].lower()
    assert found["elsewhere"]["row_count"] == 2
    assert found["first_tier"]["as_of"].startswith("2026-01-10T12:00:00")


def test_an_unknown_workspace_is_a_problem_with_code_and_hint(shop_client: TestClient) -> None:
    answer = shop_client.get("/api/segments?workspace=shpo")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert body["code"] == "UNKNOWN_WORKSPACE"
    assert body["status"] == 404
    assert body["hint"]


def test_a_workspace_without_a_model_says_what_to_do(shop_client: TestClient) -> None:
    answer = shop_client.get("/api/segments?workspace=empty")
    assert answer.status_code == 404
    assert answer.json()["code"] == "NO_MODEL"


def test_an_unknown_page_is_a_problem_too(shop_client: TestClient) -> None:
    answer = shop_client.get("/api/nothing")
    assert answer.status_code == 404
    assert answer.json()["code"] == "NO_SUCH_PAGE"
    assert shop_client.post("/healthz").json()["code"] == "METHOD_NOT_ALLOWED"


def test_the_documentation_works_without_a_network(empty_client: TestClient) -> None:
    page = empty_client.get("/docs").text
    scripts = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert scripts
    for address in scripts:
        assert address.startswith("/"), address
        assert empty_client.get(address).status_code == 200, address


def test_the_openapi_names_every_route_and_error(empty_client: TestClient) -> None:
    found = empty_client.get("/openapi.json").json()["paths"]
    assert {
        "/healthz",
        "/api/workspaces",
        "/api/rules/{rule_id}/trigger",
        "/api/segments/{segment_id}/sample_data",
        "/api/analytics/summary",
    } <= set(found)
    for path, operations in found.items():
        if path.startswith("/api/"):
            for operation in operations.values():
                problem = operation["responses"]["422"]["content"]["application/problem+json"]
                assert problem["schema"]["$ref"].endswith("ProblemDetails"), path
                assert operation["summary"], path
