"""The data model over HTTP: read, edited with If-Match, refused with every fault."""

from __future__ import annotations

from fastapi.testclient import TestClient

from tests.shop import MODEL

URL = "/api/model?workspace=shop"


def put(client: TestClient, document: str, **headers: str):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.put(URL, json={"document": document, "reason": "test"}, headers=names)


def test_the_model_is_read_as_it_was_written(shop_client: TestClient) -> None:
    answer = shop_client.get(URL)
    assert answer.json()["document"] == MODEL
    assert (answer.json()["version"], answer.headers["etag"]) == (1, '"1"')


def test_an_edit_makes_a_version_and_a_lost_update_is_refused(shop_client: TestClient) -> None:
    changed = MODEL.replace("tier: {type: integer}", "tier: {type: integer, label: Level}")
    answer = put(shop_client, changed, If_Match='"1"')
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert answer.headers["etag"] == '"2"'
    late = put(shop_client, MODEL, If_Match='"1"')
    assert (late.status_code, late.json()["code"]) == (412, "CHANGED_MEANWHILE")
    assert shop_client.get(URL).json()["document"] == changed
    same = put(shop_client, f"# a remark\n{changed}")
    assert (same.status_code, same.json()["version"]) == (200, 2)
    fields = shop_client.get("/api/fields?workspace=shop").json()["attributes"]
    assert fields[0]["label"] == "Level"


def test_a_first_model_is_saved_where_none_is(shop_client: TestClient) -> None:
    url = "/api/model?workspace=empty"
    assert shop_client.get(url).json()["code"] == "NO_MODEL"
    body = {"document": MODEL}
    assert shop_client.put(url, json=body, headers={"If-Match": '"1"'}).status_code == 412
    assert shop_client.put(url, json=body, headers={"If-Match": '"0"'}).status_code == 200


def test_every_fault_of_a_model_is_named(shop_client: TestClient) -> None:
    broken = MODEL.replace("type: integer", "type: intager").replace("of: payment,", "of: refund,")
    answer = put(shop_client, broken)
    assert answer.status_code == 422
    assert len(answer.json()["problems"]) >= 2
    assert all(problem["path"] for problem in answer.json()["problems"])
    for document in ("", "a: [", "- 1", "\x00"):
        assert put(shop_client, document).status_code == 422
    assert shop_client.get(URL).json()["version"] == 1


def test_a_text_is_judged_before_it_is_saved(shop_client: TestClient) -> None:
    url = "/api/model/check?workspace=shop"
    fits = shop_client.post(url, json={"document": MODEL}).json()
    assert fits == {
        "valid": True,
        "problems": [],
        "rules": [],
        "summary": {"entity": "customer", "attributes": 6, "sources": 2, "metrics": 2},
    }
    other = MODEL.replace("tier: {type: integer}", "level: {type: integer, column: levell}")
    found = shop_client.post(url, json={"document": other}).json()
    assert (found["valid"], [one["code"] for one in found["problems"]]) == (
        True,
        ["MISSING_COLUMN"],
    )
    assert [one["name"] for one in found["rules"]] == ["first_tier"]
    broken = shop_client.post(url, json={"document": "a: ["}).json()
    assert (broken["valid"], broken["summary"], broken["rules"]) == (False, None, [])
    assert broken["problems"][0]["code"] == "BAD_YAML"
    elsewhere = shop_client.post("/api/model/check?workspace=empty", json={"document": MODEL})
    assert elsewhere.json()["valid"]
    assert shop_client.get(URL).json()["version"] == 1
