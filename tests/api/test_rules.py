"""Rules over HTTP beyond the brief: faults, drafts, versions, plans, approval, life and death."""

from __future__ import annotations

from collections.abc import Iterator
from json import dumps
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from muster.api.app import create_app
from muster.base.workspace_settings import WorkspaceSettings
from muster.store.tables_people import workspace_settings
from tests.api.rule_shop import before_data
from tests.api.shop import make_shop, settings_for

TIER = {"field": "tier", "op": "=", "value": 1}


@pytest.fixture
def client(shop_client: TestClient) -> TestClient:
    """The shop: rule 1 is first_tier, rule 2 (elsewhere) is made of it."""
    shop_client.headers["X-Muster-Workspace"] = "shop"
    return shop_client


@pytest.fixture
def early(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A shop whose tables nobody has loaded yet."""
    with before_data(database_url, tmp_path) as opened:
        yield opened


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def create(client: TestClient, **body: Any) -> int:
    answer = client.post("/api/rules", json={"name": "fresh", "where": TIER, **body})
    assert answer.status_code == 201, answer.text
    return answer.json()["rule_id"]


def rule(client: TestClient, number: int) -> dict[str, Any]:
    return client.get(f"/api/rules/{number}").json()


def ask_from(client: TestClient, share: float) -> None:
    resources = client.app.state.resources
    with resources.database.transaction() as connection:
        connection.execute(
            insert(workspace_settings).values(
                workspace_id=1, document={"approval_share": share}, revision=1
            )
        )
    assert WorkspaceSettings().approval_share is None


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (
            {
                "rule_name": "x",
                "conditions": [
                    {"field": "tier", "operator": "~", "value": 1},
                    {"field": "tier", "operatr": ">", "value": 1},
                ],
                "schedule": "never",
                "status": "on",
                "reason": 7,
                "bogus": 1,
            },
            {
                ("BAD_CHOICE", "$.conditions[0].operator"),
                ("UNKNOWN_NAME", "$.conditions[1].operatr"),
                ("MISSING", "$.conditions[1]"),
                ("BAD_SCHEDULE", "$.schedule"),
                ("BAD_STATUS", "$.status"),
                ("BAD_REASON", "$.reason"),
                ("UNKNOWN_NAME", "$.bogus"),
            },
        ),
        (
            {
                "rule_name": "x",
                "where": {"all": [{"field": "tire", "op": "=", "value": 1}, {"segment": "no"}]},
                "exclude": [{"list": "nobody"}],
            },
            {
                ("UNKNOWN_FIELD", "$.where.all[0].field"),
                ("UNKNOWN_SEGMENT", "$.where.all[1]"),
                ("UNKNOWN_LIST", "$.exclude[0]"),
            },
        ),
        ({"rule_name": "x", "depends_on": [77]}, {("UNKNOWN_SEGMENT", "$.depends_on[0]")}),
        ({"where": TIER}, {("MISSING", "$")}),
        ({"name": "x"}, {("MISSING", "$")}),
        ({"rules": []}, {("UNKNOWN_NAME", "$.rules"), ("MISSING", "$")}),
        ([], {("BAD_DOCUMENT", "$")}),
        ("text", {("BAD_DOCUMENT", "$")}),
    ],
)
def test_all_faults_are_told_at_once_with_their_paths_in_the_body(client, body, faults) -> None:
    answer = client.post("/api/rules", json=body)
    assert code(answer) == (422, "INVALID_RULE")
    assert {(item["code"], item["path"]) for item in answer.json()["problems"]} == faults
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/api/rules").json()["total"] == 2


@pytest.mark.parametrize("content", [b"{", b'{"a": 1, "a": 2}', b"\xff", b"[" * 100_000, b"NaN"])
def test_what_is_not_json_is_refused(client, content) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/rules", content=content, headers=headers)
    assert code(answer) == (422, "BAD_JSON")


def test_money_is_read_exactly(early: TestClient) -> None:
    condition = '{"metric": "total_spend", "op": ">", "value": 12345678901234567.89}'
    headers = {"Content-Type": "application/json"}
    text = f'{{"name": "x", "where": {condition}}}'
    number = early.post("/api/rules", content=text, headers=headers).json()["rule_id"]
    assert rule(early, number)["where"]["value"] == "12345678901234567.89"


def test_a_draft_is_published_later(client: TestClient) -> None:
    number = create(client, status="draft", schedule="@daily", reason="try")
    found = rule(client, number)
    assert (found["status"], found["published_version"], found["has_draft"]) == (
        "draft",
        None,
        True,
    )
    assert (found["author"], found["reason"]) == ("local", "try")
    assert code(client.post(f"/api/rules/{number}/trigger")) == (409, "NOT_PUBLISHED")
    answer = client.post(f"/api/rules/{number}/publish", json={"reason": "good"})
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Rule published",
        "rule_id": number,
        "status": "published",
        "version": 1,
        "published_version": 1,
    }
    assert code(client.post(f"/api/rules/{number}/publish")) == (409, "NOTHING_TO_PUBLISH")
    assert client.post(f"/api/rules/{number}/trigger").status_code == 202


def test_a_draft_of_a_published_rule_is_discarded(client: TestClient) -> None:
    edit = {"name": "first_tier", "where": {**TIER, "value": 2}, "status": "draft"}
    assert client.put("/api/rules/1", json=edit).status_code == 200
    found = rule(client, 1)
    assert (found["status"], found["version"], found["published_version"]) == ("published", 2, 1)
    assert client.post("/api/rules/1/discard").json()["version"] == 1
    assert rule(client, 1)["where"]["value"] == 1


def test_an_edit_says_which_version_it_was_made_to(client: TestClient) -> None:
    read = client.get("/api/rules/1")
    assert read.headers["etag"] == '"1"'
    edit = {"name": "first_tier", "where": {**TIER, "value": 2}}
    first = client.put("/api/rules/1", json=edit, headers={"If-Match": read.headers["etag"]})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    for method, path, body in (
        ("put", "/api/rules/1", edit),
        ("delete", "/api/rules/1", None),
        ("post", "/api/rules/1/restore", {"version": 1}),
        ("post", "/api/rules/1/publish", None),
        ("post", "/api/rules/1/discard", None),
        ("post", "/api/rules/1/archive", None),
        ("post", "/api/rules/1/unarchive", None),
    ):
        answer = client.request(method, path, json=body, headers={"If-Match": '"1"'})
        assert code(answer) == (412, "CHANGED_MEANWHILE"), path
    assert client.put("/api/rules/1", json=edit, headers={"If-Match": "*"}).status_code == 200


def test_a_rule_keeps_its_name(client: TestClient) -> None:
    answer = client.put("/api/rules/1", json={"name": "other", "where": TIER})
    assert code(answer) == (422, "NAME_IS_FIXED")
    assert answer.json()["path"] == "$.name"


def test_versions_are_listed_read_and_restored(client: TestClient) -> None:
    edit = {"name": "first_tier", "where": {**TIER, "value": 2}, "reason": "two"}
    client.put("/api/rules/1", json=edit)
    found = client.get("/api/rules/1/versions").json()
    assert [(item["version"], item["published"]) for item in found["items"]] == [
        (2, True),
        (1, False),
    ]
    assert (found["total"], found["items"][0]["reason"]) == (2, "two")
    second = client.get("/api/rules/1/versions", params={"page": 2, "per_page": 1}).json()
    assert [item["version"] for item in second["items"]] == [1]
    first = client.get("/api/rules/1/versions", params={"per_page": 1}).json()
    query = {"per_page": 1, "cursor": first["next_cursor"]}
    assert client.get("/api/rules/1/versions", params=query).json()["items"] == second["items"]
    old = client.get("/api/rules/1/versions/1").json()
    assert (old["definition"], old["rule_name"]) == ({"where": TIER}, "First <tier>")
    assert code(client.get("/api/rules/1/versions/7")) == (404, "UNKNOWN_RULE_VERSION")
    assert code(client.get("/api/rules/7/versions")) == (404, "UNKNOWN_RULE")
    plan = client.post("/api/rules/1/plan", json={"version": 1}).json()
    assert plan["effects"][0]["change"] == "changed"
    answer = client.post("/api/rules/1/restore", json={"version": 1, "reason": "back"})
    assert (answer.status_code, answer.json()["version"]) == (200, 3)
    assert rule(client, 1)["where"] == TIER
    draft = client.post("/api/rules/1/restore", json={"version": 2, "status": "draft"}).json()
    assert (draft["version"], draft["published_version"]) == (4, 3)


def test_a_plan_counts_the_rule_and_what_is_made_of_it_and_writes_nothing(client) -> None:
    edit = {"name": "first_tier", "where": {**TIER, "op": ">=", "value": 1}}
    plan = client.post("/api/rules/plan", json=edit).json()
    effects = {item["name"]: item for item in plan["effects"]}
    assert effects["first_tier"] == {
        "name": "first_tier",
        "change": "changed",
        "size_before": 2,
        "size_after": 3,
        "entered": 1,
        "left": 0,
        "entered_sample": [3],
        "left_sample": [],
    }
    child = effects["elsewhere"]
    assert (child["change"], child["left"], child["left_sample"]) == ("child", 1, [3])
    assert (plan["measured"], plan["needs_approval"], plan["moved_share"]) == (True, False, 0.5)
    assert "tier" in plan["sentence"]
    same = client.post("/api/rules/1/plan", json=edit).json()
    assert [item["size_after"] for item in same["effects"]] == [3, 1]
    assert rule(client, 1)["version"] == 1


def test_a_plan_of_nothing_is_that_of_publishing_the_draft(client: TestClient) -> None:
    edit = {"name": "first_tier", "where": {**TIER, "value": 2}, "status": "draft"}
    client.put("/api/rules/1", json=edit)
    plan = client.post("/api/rules/1/plan").json()
    assert plan["effects"][0]["size_after"] == 1
    assert code(client.post("/api/rules/1/plan", json={**edit, "version": 1}))[0] == 422
    answer = client.post("/api/rules/1/plan", json={**edit, "name": "other"})
    assert code(answer) == (422, "NAME_IS_FIXED")


def test_before_there_is_data_plans_have_no_figures(early: TestClient) -> None:
    body = {"name": "rich", "where": {"metric": "total_spend", "op": ">", "value": "5.00"}}
    plan = early.post("/api/rules/plan", json=body).json()
    assert (plan["measured"], plan["moved_share"]) == (False, None)
    assert plan["effects"][0] | {"sentence": ""} == {
        "name": "rich",
        "change": "new",
        "size_before": None,
        "size_after": None,
        "entered": None,
        "left": None,
        "entered_sample": [],
        "left_sample": [],
        "sentence": "",
    }
    assert early.post("/api/rules", json=body).status_code == 201


PERSONAL_KEY = """
attributes:
  number: {type: integer, column: customer_id, pii: identifier}
"""


def test_a_personal_key_is_masked_in_samples_unless_it_is_asked_for(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.api import shop

    marked = shop.MODEL.replace("\nattributes:\n", PERSONAL_KEY)
    assert marked != shop.MODEL
    monkeypatch.setattr(shop, "MODEL", marked)
    settings = settings_for(database_url, tmp_path)
    make_shop(settings)
    with TestClient(create_app(settings)) as client:
        client.headers["X-Muster-Workspace"] = "shop"
        edit = {"name": "first_tier", "where": {**TIER, "value": 2}}
        hidden = client.post("/api/rules/plan", json=edit).json()["effects"][0]
        assert (hidden["entered_sample"], hidden["left_sample"]) == (["***"], ["***", "***"])
        clear = client.post("/api/rules/plan", params={"clear": True}, json=edit).json()
        assert clear["effects"][0]["entered_sample"] == [3]
        entry = client.get("/api/audit").json()["items"][0]
        assert entry["action"] == "personal.read"


def test_an_edit_that_moves_many_is_kept_for_approval(client: TestClient) -> None:
    ask_from(client, 0.5)
    edit = {"name": "first_tier", "where": {**TIER, "value": 2}, "reason": "why not"}
    assert client.post("/api/rules/plan", json=edit).json()["needs_approval"] is True
    answer = client.put("/api/rules/1", json=edit)
    assert (answer.status_code, answer.headers["etag"]) == (202, '"2"')
    body = answer.json()
    assert (body["message"], body["rule_id"]) == ("The edit waits for approval", 1)
    approval = body["approval"]
    assert approval["state"] == "pending"
    assert approval["rule"] == {"id": 1, "name": "first_tier", "rule_name": "First tier"}
    assert approval["effects"][0]["left"] == 2
    assert rule(client, 1)["approval"]["id"] == approval["id"]
    listed = client.get("/api/approvals", params={"state": "pending", "rule": 1}).json()
    assert ([item["id"] for item in listed["items"]], listed["total"]) == ([approval["id"]], 1)
    base = f"/api/approvals/{approval['id']}"
    assert code(client.post(f"{base}/approve")) == (403, "OWN_REQUEST")
    assert code(client.post(f"{base}/reject", json={})) == (422, "MALFORMED")
    assert code(client.post(f"{base}/reject", json={"comment": " "})) == (422, "COMMENT_NEEDED")
    assert code(client.post("/api/approvals/99/approve")) == (404, "UNKNOWN_APPROVAL")
    gone = client.post(f"{base}/withdraw", json={"comment": "mistake"})
    assert (gone.status_code, gone.json()["state"], gone.json()["comment"]) == (
        200,
        "withdrawn",
        "mistake",
    )
    assert code(client.post(f"{base}/withdraw")) == (409, "ALREADY_DECIDED")
    for path in ("publish", "restore"):
        body = {"version": 2} if path == "restore" else None
        assert client.post(f"/api/rules/1/{path}", json=body).status_code == 202
    newest = client.get("/api/approvals", params={"per_page": 1}).json()
    query = {"per_page": 1, "cursor": newest["next_cursor"]}
    older = client.get("/api/approvals", params=query).json()
    assert [item["id"] for item in newest["items"] + older["items"]] == [2, 1]


def test_a_rule_others_are_made_of_is_neither_archived_nor_deleted(client: TestClient) -> None:
    for answer in (client.delete("/api/rules/1"), client.post("/api/rules/1/archive")):
        assert code(answer) == (409, "HAS_DEPENDENTS")
        assert "elsewhere" in answer.json()["title"]
    assert client.delete("/api/rules/2", params={"reason": "done"}).status_code == 204
    assert client.delete("/api/rules/1").status_code == 204
    assert client.get("/api/rules").json()["total"] == 0
    assert code(client.get("/api/rules/1")) == (404, "UNKNOWN_RULE")


def test_an_archived_rule_is_listed_only_when_asked_for(client: TestClient) -> None:
    assert client.post("/api/rules/2/archive").json()["status"] == "archived"
    assert [item["id"] for item in client.get("/api/rules").json()["items"]] == [1]
    found = client.get("/api/rules", params={"status": "archived"}).json()
    assert [item["id"] for item in found["items"]] == [2]
    assert code(client.post("/api/rules/2/trigger")) == (409, "NOT_PUBLISHED")
    edit = {"name": "elsewhere", "where": TIER}
    assert code(client.put("/api/rules/2", json=edit)) == (409, "RULE_ARCHIVED")
    assert client.post("/api/rules/2/unarchive").json()["status"] == "published"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["first_tier", "elsewhere", "percent", "draft_one"]),
        ({"search": "TIER"}, ["first_tier"]),
        ({"search": "not f"}, ["elsewhere"]),
        ({"search": "5% of"}, ["percent"]),
        ({"search": "_"}, ["first_tier", "draft_one"]),
        ({"search": "%"}, ["percent"]),
        ({"tag": "value"}, ["percent"]),
        ({"tag": "val"}, []),
        ({"status": "draft"}, ["draft_one"]),
        ({"status": ["published", "archived"]}, ["first_tier", "elsewhere", "percent"]),
        ({"scheduled": True}, ["percent"]),
        ({"order": "name"}, ["draft_one", "elsewhere", "first_tier", "percent"]),
        ({"order": "title"}, ["draft_one", "first_tier", "elsewhere", "percent"]),
        ({"order": "updated"}, ["draft_one", "percent", "elsewhere", "first_tier"]),
    ],
)
def test_rules_are_searched_filtered_and_ordered(client, query, names) -> None:
    create(
        client,
        name="percent",
        description="5% of all",
        tags=["value"],
        schedule="@daily",
        where={**TIER, "value": 3},
    )
    create(client, name="draft_one", status="draft")
    found = client.get("/api/rules", params=query).json()
    assert [item["name"] for item in found["items"]] == names
    assert found["total"] == len(names)


def test_a_cursor_goes_on_where_the_page_ended(client: TestClient) -> None:
    first = client.get("/api/rules", params={"per_page": 1}).json()
    create(client)
    second = client.get("/api/rules", params={"per_page": 1, "cursor": first["next_cursor"]}).json()
    assert ([item["id"] for item in second["items"]], second["total"]) == ([2], 3)
    for query in ({"cursor": "x"}, {"cursor": first["next_cursor"], "order": "name"}):
        assert code(client.get("/api/rules", params=query)) == (422, "BAD_CURSOR")


def test_the_last_run_is_shown_while_it_waits(client: TestClient) -> None:
    before = rule(client, 1)["last_run"]
    assert (before["state"], rule(client, 1)["size"]) == ("published", 2)
    key = {"Idempotency-Key": "k1"}
    run = client.post("/api/rules/1/trigger", headers=key).json()["run_id"]
    found = rule(client, 1)["last_run"]
    assert (found["id"], found["state"], found["finished_at"]) == (run, "queued", None)
    assert client.post("/api/rules/1/trigger", headers=key).json()["run_id"] == run
    assert code(client.post("/api/rules/2/trigger", headers=key))[0] == 409


def test_a_rule_is_shown_amid_its_neighbours(client: TestClient) -> None:
    create(client, name="top", where={"segment": "elsewhere"})
    found = client.get("/api/rules/2/lineage").json()
    assert [(node["name"], node["distance"]) for node in found["nodes"]] == [
        ("first_tier", -1),
        ("elsewhere", 0),
        ("top", 1),
    ]
    assert found["edges"] == [
        {"parent": "elsewhere", "child": "top"},
        {"parent": "first_tier", "child": "elsewhere"},
    ]
    assert (found["rule_id"], found["truncated"]) == (2, False)


def test_texts_that_cannot_be_stored_or_searched_are_refused(client: TestClient) -> None:
    assert client.get("/api/rules", params={"search": "\x00"}).status_code == 422
    assert client.get("/api/rules", params={"tag": "\x00"}).status_code == 422
    for text in ("\ud800", "\x00"):
        body = dumps({"name": "fresh", "where": TIER, "description": text})
        headers = {"Content-Type": "application/json"}
        assert client.post("/api/rules", content=body, headers=headers).status_code == 422
    assert client.delete("/api/rules/2", params={"reason": "\x00"}).status_code == 422
