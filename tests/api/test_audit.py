"""The audit log over HTTP: pages, filters, files, and the proof of the chain."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from muster.services.context import Resources


def audit_of(client: TestClient, **query: str | int) -> dict:  # type: ignore[type-arg]
    answer = client.get("/api/audit", params={"workspace": "shop", **query})
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()  # type: ignore[type-arg]
    return found


def test_a_page_has_the_newest_entries_with_their_place_in_the_chain(
    shop_client: TestClient,
) -> None:
    body = audit_of(shop_client, per_page=2)
    positions = [item["position"] for item in body["items"]]
    assert positions == [body["total"], body["total"] - 1]
    assert body["pages"] == -(-body["total"] // 2)
    newest, before = body["items"]
    assert newest["previous_hash"] == before["hash"]
    rest = audit_of(shop_client, per_page=200, cursor=body["next_cursor"])
    assert [item["position"] for item in rest["items"]] == list(range(body["total"] - 2, 0, -1))
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"action": "rule."}, "some"),
        ({"action": "rule.", "actor": "test"}, "some"),
        ({"text": "FIRST_tier"}, "some"),
        ({"actor": "nobody"}, "none"),
        ({"until": "2020-01-01T00:00:00Z"}, "none"),
        ({"since": "2020-01-01T00:00:00+02:00"}, "some"),
        ({"since": "2020-01-01T00:00:00"}, 422),
        ({"text": "a\x00"}, 422),
        ({"cursor": "?"}, 422),
    ],
)
def test_filters_narrow_and_bad_ones_are_refused(
    shop_client: TestClient, query: dict[str, str], expected: str | int
) -> None:
    answer = shop_client.get("/api/audit", params={"workspace": "shop", **query})
    if isinstance(expected, int):
        assert answer.status_code == expected
        return
    found = answer.json()
    assert (found["total"] > 0) is (expected == "some")
    assert all(item["action"].startswith(query.get("action", "")) for item in found["items"])


def test_csv_and_json_lines_hold_everything_oldest_first_and_are_audited(
    shop_client: TestClient,
) -> None:
    total = audit_of(shop_client)["total"]
    answer = shop_client.get("/api/audit/export", params={"workspace": "shop"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [int(row["position"]) for row in rows] == list(range(1, total + 2))
    lines = shop_client.get(
        "/api/audit/export", params={"workspace": "shop", "format": "jsonl", "action": "audit."}
    )
    assert lines.headers["content-type"] == "application/x-ndjson"
    entries = [json.loads(line) for line in lines.text.splitlines()]
    assert [entry["action"] for entry in entries] == ["audit.export", "audit.export"]
    refused = shop_client.get("/api/audit/export", params={"workspace": "shop", "format": "xlsx"})
    assert refused.status_code == 422


def test_an_entry_bears_the_id_of_its_request(shop_client: TestClient) -> None:
    shop_client.get(
        "/api/audit/export", params={"workspace": "shop"}, headers={"X-Request-ID": "my-request.1"}
    )
    assert audit_of(shop_client)["items"][0]["request_id"] == "my-request.1"


def test_head_and_verify_prove_the_chain_until_somebody_tampers(shop_client: TestClient) -> None:
    def verify(**query: str) -> dict:  # type: ignore[type-arg]
        found: dict = shop_client.get(  # type: ignore[type-arg]
            "/api/audit/verify", params={"workspace": "shop", **query}
        ).json()
        return found

    head = shop_client.get("/api/audit/head", params={"workspace": "shop"}).json()
    assert head["chain"] == "shop"
    assert head["head"] == f"{head['position']}:{head['hash']}"
    found = verify(head=head["head"])
    assert found["holds"] is True
    assert found["entries"] == head["position"]
    assert found["broken"] is None
    resources: Resources = shop_client.app.state.resources  # type: ignore[attr-defined]
    with resources.database.transaction() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_is_append_only"))
        connection.execute(text("DELETE FROM audit WHERE hash = :last"), {"last": head["hash"]})
    assert verify()["holds"] is True
    broken = verify(head=head["head"])["broken"]
    assert (broken["why"], broken["position"]) == ("cut", head["position"])


def test_a_bad_head_is_a_problem_with_its_path(shop_client: TestClient) -> None:
    answer = shop_client.get("/api/audit/verify", params={"workspace": "shop", "head": "x"})
    assert (answer.status_code, answer.json()["code"]) == (422, "BAD_HEAD")
    assert answer.json()["path"] == "$.query.head"


def test_the_installation_has_a_log_of_its_own(shop_client: TestClient) -> None:
    head = shop_client.get("/api/audit/head", params={"installation": True}).json()
    assert head["chain"] == "installation"
    found = audit_of(shop_client, installation=1)
    assert found["total"] == head["position"]


def test_an_empty_chain_has_no_head(shop_client: TestClient) -> None:
    body = shop_client.get("/api/audit/head", params={"workspace": "empty"}).json()
    if body["position"] == 0:
        assert (body["hash"], body["head"]) == (None, None)
    assert shop_client.get("/api/audit/verify", params={"workspace": "empty"}).json()["holds"]
