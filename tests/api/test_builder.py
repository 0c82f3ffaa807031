"""What builders ask: sizes, faults, explanations, and the words a rule may use."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.base.errors import Busy
from muster.engines.duckdb import DuckDBWarehouse
from muster.rules.operators import OPERATORS
from muster.settings import Settings
from tests.api.planned_app import serving
from tests.api.shop import make_shop, settings_for
from tests.shop import AS_OF

COUNT = "/api/count?workspace=shop"
FIRST = {"field": "tier", "op": "=", "value": 1}
UNKNOWN = {"field": "tire", "op": "=", "value": 1}


@pytest.fixture(scope="module")
def client(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = settings_for(module_database_url, Path(tmp_path_factory.mktemp("data")))
    make_shop(settings)
    chosen = settings.model_copy(update={"default_workspace": "shop"})
    with TestClient(create_app(chosen), raise_server_exceptions=False) as client:
        yield client


def warehouse_of(folder: Path) -> Path:
    return folder / "workspaces" / "shop" / "warehouse.duckdb"


def endless_shop(url: str, folder: Path) -> Settings:
    """A shop with a list whose end nobody will ever see."""
    settings = settings_for(url, folder)
    make_shop(settings)
    with DuckDBWarehouse.open(warehouse_of(folder), read_only=False) as warehouse:
        warehouse.connection.execute("DROP TABLE suppressed").fetchall()
        warehouse.connection.execute(
            "CREATE VIEW suppressed AS SELECT sum(a.range + b.range) % 9 AS customer_id"
            " FROM range(10000000) a, range(10000000) b"
        ).fetchall()
    return settings


@pytest.mark.parametrize(
    "rule",
    [
        FIRST,
        [FIRST],
        {"where": FIRST},
        {"rule_name": "First tier", "conditions": [{"field": "tier", "operator": "=", "value": 1}]},
        {"name": "draft", "title": "Draft", "tags": ["a"], "schedule": "@daily", "where": FIRST},
    ],
    ids=str,
)
def test_a_rule_is_counted_in_every_form(client: TestClient, rule: Any) -> None:
    answer = client.post("/api/count", json={"rule": rule})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["size"], body["universe"], body["unknown"], body["share"]) == (2, 4, 1, 0.5)
    (condition,) = body["conditions"]
    assert (condition["true"], condition["false"], condition["unknown"]) == (2, 1, 1)
    assert body["sentence"].startswith("Customers matching")
    assert body["sql"] is None
    assert body["synthetic"] is True


def test_segments_may_be_combined(client: TestClient) -> None:
    rule = {"depends_on": ["first_tier", "elsewhere"], "operation": "UNION"}
    body = client.post("/api/count", json={"rule": rule}).json()
    assert body["size"] == 4
    assert [condition["true"] for condition in body["conditions"]] == [2, 2]


def test_a_count_may_be_of_another_instant_and_show_its_sql(client: TestClient) -> None:
    rule = {"did": "card", "window": {"last": "P7D"}}
    found = client.post(
        "/api/count", json={"rule": rule, "as_of": AS_OF.isoformat(), "sql": True}
    ).json()
    assert found["size"] == 1
    assert found["as_of"] == "2026-01-10T12:00:00Z"
    assert "SELECT" in found["sql"]
    assert client.post("/api/count", json={"rule": rule}).json()["size"] == 0


def test_a_count_carries_the_warnings_of_the_linter(client: TestClient) -> None:
    rule = {"all": [FIRST, {**FIRST, "value": 2}]}
    body = client.post("/api/count", json={"rule": rule}).json()
    assert body["size"] == 0
    assert [warning["code"] for warning in body["warnings"]] == ["CONTRADICTION"]
    assert client.post("/api/lint", json={"rule": rule}).json()["warnings"] == body["warnings"]


@pytest.mark.parametrize(
    ("rule", "code", "path"),
    [
        (UNKNOWN, "UNKNOWN_FIELD", "$.field"),
        ([FIRST, UNKNOWN], "UNKNOWN_FIELD", "$[1].field"),
        ({"where": UNKNOWN}, "UNKNOWN_FIELD", "$.where.field"),
        ({"segment": "frist_tier"}, "UNKNOWN_SEGMENT", "$"),
        ({"where": FIRST, "schedule": "whenever"}, "BAD_SCHEDULE", "$.schedule"),
    ],
)
def test_every_fault_is_named_with_its_place(
    client: TestClient, rule: Any, code: str, path: str
) -> None:
    for url, more in (("lint", {}), ("count", {}), ("explain", {"entity": 1})):
        answer = client.post(f"/api/{url}", json={"rule": rule, **more})
        assert answer.status_code == 422
        (problem,) = answer.json()["problems"]
        assert (problem["code"], problem["path"]) == (code, path)
        if code != "BAD_SCHEDULE":
            assert "tier" in problem["hint"]


@pytest.mark.parametrize("value", [1e999, -1e999, 10**400, "\x00", "\ud800", [[[[]]]], {}, None])
def test_odd_values_are_refused_or_counted_but_never_break_it(
    client: TestClient, value: Any
) -> None:
    for field in ("tier", "email", "born", "home", "tags"):
        rule = {"field": field, "op": "=", "value": value}
        content = json.dumps({"rule": rule})
        answer = client.post(
            "/api/count", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (200, 400, 422), answer.text


@pytest.mark.parametrize("body", [{}, {"rule": 1}, {"rule": FIRST, "more": 1}, [], {"rule": None}])
def test_a_malformed_request_is_refused(client: TestClient, body: Any) -> None:
    for url in ("count", "lint", "explain"):
        assert client.post(f"/api/{url}", json=body).status_code == 422


def test_a_rule_that_is_not_saved_explains_an_entity(client: TestClient) -> None:
    body = client.post("/api/explain", json={"rule": [FIRST], "entity": "3"}).json()
    assert (body["segment"], body["member"], body["entity"]) == (None, False, 3)
    assert body["flip"]["steps"][0]["path"] == "$[0]"
    private = {"field": "email", "op": "contains", "value": "ann"}
    hidden = client.post("/api/explain", json={"rule": private, "entity": 1})
    assert hidden.json()["masked"] is True
    assert "example.org" not in hidden.text
    shown = client.post("/api/explain", json={"rule": private, "entity": 1, "clear": True})
    assert "example.org" in shown.text.lower()


def test_a_count_that_takes_too_long_is_stopped(database_url: str, tmp_path: Path) -> None:
    settings = endless_shop(database_url, tmp_path)
    hurried = settings.model_copy(update={"count_timeout_seconds": 0.05})
    with TestClient(create_app(hurried)) as client:
        answer = client.post(COUNT, json={"rule": {"list": "suppressed"}})
        assert (answer.status_code, answer.json()["code"]) == (503, "COUNT_TIMEOUT")
        assert client.post(COUNT, json={"rule": FIRST}).status_code == 200


def test_nothing_is_counted_for_a_client_that_has_left(database_url: str, tmp_path: Path) -> None:
    settings = endless_shop(database_url, tmp_path)
    patient = settings.model_copy(
        update={"count_timeout_seconds": None, "allowed_hosts": ("127.0.0.1",)}
    )
    with serving(create_app(patient)) as address:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{address}{COUNT}", json={"rule": {"list": "suppressed"}}, timeout=2)
        # the warehouse is free for a writer once nobody reads it any more
        for _ in range(300):
            try:
                DuckDBWarehouse.open(warehouse_of(tmp_path), read_only=False).close()
                return
            except Busy:
                time.sleep(0.1)
    pytest.fail("the query goes on without anybody")


def test_operators_are_those_of_the_registry(client: TestClient) -> None:
    body = client.get("/api/operators").json()
    assert [item["key"] for item in body["items"]] == list(OPERATORS)
    between = next(item for item in body["items"] if item["key"] == "between")
    assert (between["takes"], between["arity"]) == ("range", 2)
    assert "money" in between["types"]
    assert "string" not in between["types"]
    assert ">=" in body["count_operators"]
    assert "sum" in body["aggregates"]


def test_fields_are_those_of_the_model(client: TestClient) -> None:
    body = client.get("/api/fields").json()
    assert (body["entity"], body["entity_label"], body["key"]) == (
        "customer",
        "Customers",
        "customer_id",
    )
    fields = {field["name"]: field for field in body["attributes"]}
    assert fields["email"]["pii"] == "contact"
    assert fields["tier"]["type"] == "integer"
    assert "has_any" in fields["tags"]["operators"]
    events = {event["name"]: event for event in body["events"]}
    assert events["payment"]["sources"] == ["card", "cash"]
    assert {field["name"] for field in events["payment"]["fields"]} >= {"amount", "category"}
    assert events["card"]["at"] == "paid_at"
    amount = next(one for one in events["card"]["fields"] if one["name"] == "amount")
    assert (amount["type"], amount["currency"], amount["scale"]) == ("money", "GBP", 2)
    metrics = {metric["name"]: metric for metric in body["metrics"]}
    assert (metrics["spend"]["type"], metrics["payments"]["type"]) == ("money", "integer")
    assert body["lists"] == ["suppressed"]
    assert body["places"][0]["name"] == "london"
    assert body["facets"]["interests"] == "tags"


def test_a_rule_is_spelled_as_yaml_sql_and_sentence(client: TestClient) -> None:
    rule = {"name": "first", "where": [FIRST, {"segment": "first_tier"}]}
    found = client.post("/api/rule-text", json={"rule": rule}).json()
    assert list(found) == ["yaml", "sql", "dialect", "sentence"]
    assert found["yaml"].startswith("name: first\nwhere:\n  all:\n    - {field: tier, ")
    assert found["sql"].startswith("SELECT")
    said = client.post("/api/lint", json={"rule": rule}).json()["sentence"]
    assert (found["sentence"], found["dialect"]) == (said, "duckdb")
    refused = client.post("/api/rule-text", json={"rule": [FIRST, UNKNOWN]})
    assert refused.status_code == 422
    assert refused.json()["problems"][0]["path"] == "$[1].field"
