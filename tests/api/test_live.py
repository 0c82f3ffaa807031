"""Live answers over HTTP: parts as asked for, drafts that overtake, clients that leave."""

from __future__ import annotations

import threading
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
from muster.services.live import LivePart
from muster.services.live_drafts import DRAFTS
from tests.api.planned_app import serving
from tests.api.shop import make_shop, settings_for
from tests.api.test_builder import endless_shop, warehouse_of
from tests.shop import AS_OF

LIVE = "/api/live?workspace=shop"
FIRST = {"field": "tier", "op": "=", "value": 1}
SPENT = {"metric": "spend", "op": ">=", "value": "100.00"}
ENDLESS = {"list": "suppressed"}
PARTS = ("waterfall", "marginal", "near_misses", "upset", "breakdown", "nearest", "curve", "sample")


@pytest.fixture(scope="module")
def client(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = settings_for(module_database_url, Path(tmp_path_factory.mktemp("data")))
    make_shop(settings)
    chosen = settings.model_copy(update={"default_workspace": "shop"})
    with TestClient(create_app(chosen), raise_server_exceptions=False) as client:
        yield client


def asked(client: TestClient, rule: Any, *parts: str, **options: Any) -> dict[str, Any]:
    body = {"rule": rule, "parts": parts, "as_of": AS_OF.isoformat(), **options}
    answer = client.post("/api/live", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_only_the_parts_asked_for_are_answered(client: TestClient) -> None:
    found = client.post("/api/live", json={"rule": FIRST}).json()
    assert (found["size"], found["universe"], found["unknown"], found["share"]) == (2, 4, 1, 0.5)
    assert [found[part] for part in PARTS] == [None] * len(PARTS)
    assert found["exact"] is found["synthetic"] is True
    every = asked(client, FIRST, *LivePart, curve="$")
    assert None not in [every[part] for part in PARTS]


def test_a_live_answer_says_what_a_count_says(client: TestClient) -> None:
    for rule in (FIRST, [FIRST, SPENT], {"any": [FIRST, {**FIRST, "value": 2}]}):
        at = AS_OF.isoformat()
        counted = client.post("/api/count", json={"rule": rule, "as_of": at}).json()
        found = asked(client, rule)
        for name in set(counted) - {"sql", "seconds"}:
            assert found[name] == counted[name], name


def test_conditions_are_told_by_path_and_sentence(client: TestClient) -> None:
    rule = {
        "where": [FIRST, {"any": [SPENT, {"did": "card"}]}],
        "exclude": [{"list": "suppressed"}],
    }
    found = asked(client, rule, "waterfall", "marginal", "near_misses", "upset", samples=5)
    assert [(one["kind"], one["path"], one["size"]) for one in found["waterfall"]] == [
        ("everyone", "$", 4),
        ("condition", "$.where[0]", 2),
        ("condition", "$.where[1]", 1),
        ("exclusion", "$.exclude[0]", 0),
    ]
    assert found["waterfall"][2]["sentence"].startswith("any of: Spend")
    assert [one["path"] for one in found["marginal"]] == [
        "$.where[0]",
        "$.where[1].any[0]",
        "$.where[1].any[1]",
    ]
    assert {one["difference"] for one in found["marginal"]} <= {0, 1}
    near = found["near_misses"]
    assert [one["samples"] for one in near["conditions"]] == [[3], [4]]
    assert (near["total"], near["reason"]) == (2, None)
    assert [one["path"] for one in found["upset"]["conditions"]] == ["$.where[0]", "$.where[1]"]
    assert found["upset"]["combinations"][0]["size"] == 1


def test_any_of_several_has_no_near_misses(client: TestClient) -> None:
    found = asked(client, {"any": [FIRST, SPENT]}, "near_misses")["near_misses"]
    assert "enough" in found["reason"]
    assert found["conditions"] == []


def test_a_curve_is_by_number_with_all_its_digits(client: TestClient) -> None:
    found = asked(client, SPENT, "curve", curve="$")["curve"]
    (curve,) = found["curves"]
    assert curve["present"] == 100
    # what customer 3 paid at the very instant is not yet counted
    assert {point["number"]: point["size"] for point in curve["points"]} == {
        0: 4,
        10: 3,
        70: 2,
        100: 1,
        150.5: 1,
    }
    born = {"field": "born", "op": "between", "value": ["1980-01-01", "2005-01-01"]}
    low, high = asked(client, born, "curve", curve="$")["curve"]["curves"]
    assert (low["end"], high["end"]) == ("low", "high")
    assert low["present"] == "1980-01-01"


def test_the_breakdown_hides_personal_attributes_unless_they_are_asked_for(
    client: TestClient,
) -> None:
    found = asked(client, FIRST, "breakdown")["breakdown"]
    assert found["hidden"] == ["email"]
    assert "example.org" not in str(found)
    shown = asked(client, FIRST, "breakdown", attributes=["email"], clear=True)["breakdown"]
    assert "example.org" in str(shown).lower()
    unknown = client.post(
        "/api/live", json={"rule": FIRST, "parts": ["breakdown"], "attributes": ["emial"]}
    )
    assert (unknown.status_code, unknown.json()["code"]) == (422, "UNKNOWN_COLUMN")


def test_a_sample_hides_personal_values_and_keeps_digits(client: TestClient) -> None:
    found = asked(client, FIRST, "sample", sample_rows=1)["sample"]
    assert found["masked"] == ["email"]
    assert (len(found["data"]), len(found["data"][0])) == (1, len(found["columns"]))
    every = asked(client, FIRST, "sample", clear=True)["sample"]
    assert [row[0] for row in every["data"]] == [1, 4]
    assert every["data"][0][2] == "Ann@example.org"
    assert every["data"][0][-1] == "2020-01-01T00:00:00Z"
    for wrong in (0, 21):
        body = {"rule": FIRST, "parts": ["sample"], "sample_rows": wrong}
        assert client.post("/api/live", json=body).status_code == 422


def test_the_nearest_segments_carry_their_ids(client: TestClient) -> None:
    found = asked(client, FIRST, "nearest")["nearest"]
    assert found["compared"] == 2
    first = found["segments"][0]
    assert (first["name"], first["jaccard"], first["contained"], first["contains"]) == (
        "first_tier",
        1.0,
        True,
        True,
    )
    assert client.get(f"/api/segments/{first['id']}").json()["name"] == "first_tier"


def test_an_estimate_is_of_the_size_alone(client: TestClient) -> None:
    found = asked(client, FIRST, "size", estimate=True)
    assert (found["size"], found["exact"], found["universe"]) == (2, True, None)
    assert found["estimate"]["sample"] == found["estimate"]["everyone"] == 4
    refused = client.post(
        "/api/live", json={"rule": FIRST, "parts": ["upset"], "estimate": True}
    ).json()
    assert (refused["code"], refused["path"]) == ("ESTIMATE_IS_OF_SIZE", "$.body.parts")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rule": FIRST, "parts": ["everything"]},
        {"rule": FIRST, "samples": 21},
        {"rule": FIRST, "nearest": 0},
        {"rule": FIRST, "draft": ""},
        {"rule": FIRST, "order": "random"},
        {"rule": FIRST, "more": 1},
        {"rule": FIRST, "parts": ["curve"]},
        {"rule": FIRST, "parts": ["curve"], "curve": "$[3]"},
        {"rule": {"field": "tire", "op": "=", "value": 1}},
    ],
    ids=str,
)
def test_what_is_malformed_is_refused(client: TestClient, body: Any) -> None:
    assert client.post("/api/live", json=body).status_code == 422


def test_a_newer_question_of_a_draft_is_answered_and_the_older_one_superseded(
    database_url: str, tmp_path: Path
) -> None:
    settings = endless_shop(database_url, tmp_path)
    patient = settings.model_copy(
        update={"count_timeout_seconds": None, "allowed_hosts": ("127.0.0.1",)}
    )
    ended = list[httpx.Response]()
    with serving(create_app(patient)) as address:
        older = threading.Thread(
            target=lambda: ended.append(
                httpx.post(f"{address}{LIVE}", json={"rule": ENDLESS, "draft": "tab"}, timeout=60)
            )
        )
        older.start()
        while not len(DRAFTS):  # the server is in this process
            assert older.is_alive()
            time.sleep(0.01)
        another = httpx.post(f"{address}{LIVE}", json={"rule": FIRST, "draft": "b"}, timeout=60)
        newer = httpx.post(f"{address}{LIVE}", json={"rule": FIRST, "draft": "tab"}, timeout=60)
        older.join(60)
    assert another.json()["size"] == newer.json()["size"] == 2
    assert (ended[0].status_code, ended[0].json()["code"]) == (409, "SUPERSEDED")


def test_nothing_is_answered_for_a_client_that_has_left(database_url: str, tmp_path: Path) -> None:
    settings = endless_shop(database_url, tmp_path)
    patient = settings.model_copy(
        update={"count_timeout_seconds": None, "allowed_hosts": ("127.0.0.1",)}
    )
    with serving(create_app(patient)) as address:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{address}{LIVE}", json={"rule": ENDLESS, "draft": "tab"}, timeout=1)
        for _ in range(300):
            try:
                DuckDBWarehouse.open(warehouse_of(tmp_path), read_only=False).close()
                return
            except Busy:
                time.sleep(0.1)
    pytest.fail("the query goes on without anybody")


def test_an_answer_that_takes_too_long_is_stopped(database_url: str, tmp_path: Path) -> None:
    settings = endless_shop(database_url, tmp_path)
    hurried = settings.model_copy(update={"count_timeout_seconds": 0.05})
    with TestClient(create_app(hurried)) as client:
        answer = client.post(LIVE, json={"rule": ENDLESS, "draft": "tab"})
        assert (answer.status_code, answer.json()["code"]) == (503, "COUNT_TIMEOUT")
