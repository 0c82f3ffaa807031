"""Reuse over HTTP: what is offered can be sent back as a rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from tests.api.shop import make_shop, settings_for

FIRST = {"field": "tier", "op": "=", "value": 1}


@pytest.fixture(scope="module")
def client(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = settings_for(module_database_url, Path(tmp_path_factory.mktemp("data")))
    make_shop(settings)
    chosen = settings.model_copy(update={"default_workspace": "shop"})
    with TestClient(create_app(chosen), raise_server_exceptions=False) as client:
        yield client


def asked(client: TestClient, rule: Any, **more: Any) -> Any:
    answer = client.post("/api/reuse", json={"rule": rule, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_rule_that_is_there_already_is_found(client: TestClient) -> None:
    found = asked(client, [{"field": "tier", "op": "in", "value": [1]}])
    assert found["total"] == len(found["items"])
    assert found["compared"] > 1
    first = found["items"][0]
    assert (first["relation"], first["segments"]) == ("equal", ["first_tier"])
    assert first["definition"] == {"where": {"segment": "first_tier"}}
    assert asked(client, FIRST, name="first_tier")["items"] == []


def test_an_accepted_composition_fills_depends_on_and_operation(client: TestClient) -> None:
    rule = {"any": [FIRST, {"segment": "elsewhere", "freshness": "stored"}]}
    parts = [{"name": "stored_elsewhere", "where": rule["any"][1]}]
    assert client.post("/api/rules", json=parts[0]).status_code == 201
    (found,) = (one for one in asked(client, rule)["items"] if one["relation"] == "composed")
    assert found["operation"] == "UNION"
    made = client.post("/api/rules", json={"rule_name": "Both", **found["definition"]})
    assert made.status_code == 201, made.text
    body = client.get(f"/api/rules/{made.json()['rule_id']}").json()
    assert body["operation"] == "UNION"
    ids = {client.get(f"/api/rules/{one}").json()["name"] for one in body["depends_on"]}
    assert ids == set(found["segments"])
    sizes = [
        client.post("/api/count", json={"rule": one}).json()["size"]
        for one in (rule, found["definition"])
    ]
    assert sizes[0] == sizes[1]


def test_the_linter_speaks_of_segments_that_say_the_same(client: TestClient) -> None:
    codes = [
        one["code"] for one in client.post("/api/lint", json={"rule": FIRST}).json()["warnings"]
    ]
    assert codes == ["DUPLICATE_SEGMENT"]
    own = client.post("/api/lint", json={"rule": {"name": "first_tier", "where": FIRST}}).json()
    assert own["warnings"] == []


def test_a_rule_at_fault_is_refused(client: TestClient) -> None:
    answer = client.post("/api/reuse", json={"rule": {"field": "tire", "op": "exists"}})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == "UNKNOWN_FIELD"
