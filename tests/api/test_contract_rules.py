"""The Audience Manager's contract for rules: each documented request and response, to the letter.

Fields that Muster adds may stand beside the documented ones in lists and single rules; the answers
to writes are exactly as documented (a trigger also says which run it made).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.rule_shop import before_data

NEW_RULE = {
    "rule_name": "New Rule",
    "description": "Rule description",
    "conditions": [{"field": "total_spend", "operator": ">", "value": 100}],
    "schedule": "@daily",
    "start_date": "2025-01-01T00:00:00Z",
    "end_date": "2025-12-31T23:59:59Z",
}
HIGH_VALUE = {
    "rule_name": "High Value Customers",
    "description": "Users with total spend over $5000",
    "conditions": [{"field": "total_spend", "operator": ">", "value": 5000}],
    "schedule": "0 0 * * *",
}
LISTED = ("id", "rule_name", "description", "schedule", "depends_on", "operation")
SINGLE = (*LISTED, "conditions", "start_date", "end_date")


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with before_data(database_url, tmp_path) as opened:
        yield opened


def create(client: TestClient, **changes: Any) -> int:
    answer = client.post("/api/rules", json={**NEW_RULE, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()["rule_id"]


def only(body: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: body[name] for name in names}


def test_no_rules_are_an_empty_page(client: TestClient) -> None:
    answer = client.get("/api/rules")
    assert answer.status_code == 200
    names = ("items", "total", "page", "pages")
    assert only(answer.json(), names) == {"items": [], "total": 0, "page": 1, "pages": 0}


def test_rules_are_listed_with_every_documented_field(client: TestClient) -> None:
    create(client, **HIGH_VALUE)
    body = client.get("/api/rules").json()
    assert only(body, ("total", "page", "pages")) == {"total": 1, "page": 1, "pages": 1}
    assert only(body["items"][0], LISTED) == {
        "id": 1,
        "rule_name": "High Value Customers",
        "description": "Users with total spend over $5000",
        "schedule": "0 0 * * *",
        "depends_on": [],
        "operation": None,
    }


def test_a_page_has_ten_rules_unless_another_number_is_asked_for(client: TestClient) -> None:
    for number in range(12):
        create(client, rule_name=f"Rule {number}")
    first = client.get("/api/rules").json()
    assert (len(first["items"]), first["total"], first["page"], first["pages"]) == (10, 12, 1, 2)
    second = client.get("/api/rules", params={"page": 2}).json()
    assert [item["rule_name"] for item in second["items"]] == ["Rule 10", "Rule 11"]
    assert second["page"] == 2
    fives = client.get("/api/rules", params={"page": 2, "per_page": 5}).json()
    assert [item["rule_name"] for item in fives["items"]] == [f"Rule {n}" for n in range(5, 10)]
    assert fives["pages"] == 3
    assert client.get("/api/rules", params={"page": 9}).json()["items"] == []


@pytest.mark.parametrize(
    ("name", "value"), [("page", 0), ("page", "x"), ("per_page", 0), ("per_page", 201)]
)
def test_a_page_that_cannot_be_is_refused_with_its_path(client, name, value) -> None:
    answer = client.get("/api/rules", params={name: value})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["path"] == f"$.query.{name}"


def test_a_rule_is_created(client: TestClient) -> None:
    create(client, **HIGH_VALUE)
    answer = client.post("/api/rules", json=NEW_RULE)
    assert answer.status_code == 201
    assert answer.json() == {"message": "Rule created successfully", "rule_id": 2}
    assert answer.headers["location"] == "/api/rules/2"


def test_a_rule_is_read_with_all_its_fields_and_its_nulls(client: TestClient) -> None:
    create(client)
    answer = client.get("/api/rules/1")
    assert answer.status_code == 200
    assert only(answer.json(), SINGLE) == {
        "id": 1,
        "rule_name": "New Rule",
        "description": "Rule description",
        "schedule": "@daily",
        "depends_on": [],
        "operation": None,
        "conditions": [{"field": "total_spend", "operator": ">", "value": 100}],
        "start_date": "2025-01-01T00:00:00Z",
        "end_date": "2025-12-31T23:59:59Z",
    }
    bare = {"rule_name": "Bare", "conditions": [{"field": "age", "operator": ">", "value": 1}]}
    number = client.post("/api/rules", json=bare).json()["rule_id"]
    found = client.get(f"/api/rules/{number}").json()
    assert [found[name] for name in ("schedule", "start_date", "end_date", "operation")] == [
        None,
        None,
        None,
        None,
    ]
    assert found["description"] == ""


@pytest.mark.parametrize("operation", ["INTERSECTION", "UNION", "DIFFERENCE"])
def test_rules_are_combined_by_their_ids(client: TestClient, operation: str) -> None:
    parents = [create(client, rule_name=name) for name in ("One", "Two")]
    body = {"rule_name": "Both", "depends_on": parents, "operation": operation}
    number = client.post("/api/rules", json=body).json()["rule_id"]
    for found in (client.get(f"/api/rules/{number}").json(), _listed(client, number)):
        assert found["depends_on"] == parents
        assert found["operation"] == operation
    single = client.get(f"/api/rules/{number}").json()
    assert single["conditions"] is None
    assert [other["rule_name"] for other in single["made_of"]] == ["One", "Two"]


def _listed(client: TestClient, number: int) -> dict[str, Any]:
    items = client.get("/api/rules").json()["items"]
    return next(item for item in items if item["id"] == number)


def test_a_rule_is_updated_with_the_same_body(client: TestClient) -> None:
    number = create(client)
    changed = {**NEW_RULE, "rule_name": "Newer Rule", "schedule": None, "description": "Other"}
    answer = client.put(f"/api/rules/{number}", json=changed)
    assert answer.status_code == 200
    assert answer.json() == {"message": "Rule updated successfully"}
    found = client.get(f"/api/rules/{number}").json()
    assert (found["rule_name"], found["schedule"]) == ("Newer Rule", None)
    assert (found["description"], found["version"]) == ("Other", 2)


def test_what_was_read_can_be_sent_back(client: TestClient) -> None:
    number = create(client)
    found = client.get(f"/api/rules/{number}").json()
    answer = client.put(f"/api/rules/{number}", json=only(found, SINGLE[1:]))
    assert answer.json() == {"message": "Rule updated successfully"}
    assert client.get(f"/api/rules/{number}").json()["version"] == 1


def test_a_rule_is_triggered(client: TestClient) -> None:
    number = create(client)
    answer = client.post(f"/api/rules/{number}/trigger")
    assert answer.status_code == 202
    body = answer.json()
    run = body.pop("run_id")
    assert body == {"message": "Rule trigger has been scheduled"}
    again = client.post(f"/api/rules/{number}/trigger")
    assert (again.status_code, again.json()["run_id"]) == (202, run)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "/api/rules/99", None),
        ("put", "/api/rules/99", NEW_RULE),
        ("delete", "/api/rules/99", None),
        ("post", "/api/rules/99/trigger", None),
    ],
)
def test_an_unknown_rule_is_not_found(client, method, path, body) -> None:
    answer = client.request(method, path, json=body)
    assert answer.status_code == 404
    assert answer.json()["code"] == "UNKNOWN_RULE"


def test_a_name_is_taken_once(client: TestClient) -> None:
    create(client)
    for name in ("New Rule", "new rule!"):
        answer = client.post("/api/rules", json={**NEW_RULE, "rule_name": name})
        assert (answer.status_code, answer.json()["code"]) == (409, "NAME_TAKEN")
    other = create(client, rule_name="Other")
    answer = client.put(f"/api/rules/{other}", json=NEW_RULE)
    assert (answer.status_code, answer.json()["code"]) == (409, "NAME_TAKEN")
