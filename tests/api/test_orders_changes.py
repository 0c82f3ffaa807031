"""Orders changed over HTTP: accepted, refused with every fault, in conflict, undone, remembered."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.orders_shop import world

W = world()
PENDING = W.first("pending")
SHIPPED = W.first("shipped")


def cell(order_id: int, field: str, base: Any, value: Any) -> dict[str, Any]:
    return {"entity": "order", "key": str(order_id), "field": field, "base": base, "value": value}


def change(client, *cells: dict[str, Any], **more: Any):
    body = {"op_id": str(uuid4()), "cells": list(cells), **more}
    return client.post("/api/orders/changes", json=body)


def test_a_change_answers_the_rows_it_touched(desk_client) -> None:
    answer = change(desk_client, cell(1, "note", None, "Ring twice"), kind="form")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["orders"], found["cells"], found["already"]) == (1, 1, False)
    assert found["title"] == "Note of order 1"
    assert [(row["order_id"], row["note"]) for row in found["rows"]] == [(1, "Ring twice")]


def test_values_that_the_grid_shows_are_bases(desk_client) -> None:
    """What reading gives is what writing takes: money, instants, words, numbers."""
    row = desk_client.get(f"/api/orders/{SHIPPED.order_id}").json()["order"]
    names = ("order_date", "shipped_at", "customer_name", "customer_email", "status")
    cells = [cell(SHIPPED.order_id, name, row[name], row[name]) for name in names]
    changed = cell(SHIPPED.order_id, "shipped_at", row["shipped_at"], "2025-06-02T10:00:00.123Z")
    assert change(desk_client, *cells).json()["cells"] == 0
    assert change(desk_client, changed).json()["cells"] == 1
    assert change(desk_client, changed).json()["cells"] == 0


def test_a_conflict_names_base_mine_and_theirs(desk_client) -> None:
    change(desk_client, cell(1, "note", None, "from A"))
    answer = change(desk_client, cell(1, "note", None, "from B"), cell(2, "note", None, "x"))
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "CELLS_CHANGED"
    (conflict,) = problem["conflicts"]
    assert {name: conflict[name] for name in ("key", "field", "base", "mine", "theirs")} == {
        "key": "1",
        "field": "note",
        "base": None,
        "mine": "from B",
        "theirs": "from A",
    }
    assert conflict["version"] == 2
    assert conflict["changed_at"].endswith("Z")
    assert desk_client.get("/api/orders/2").json()["order"]["note"] is None


def test_bad_cells_are_told_each_with_its_path(desk_client) -> None:
    answer = change(
        desk_client,
        cell(PENDING.order_id, "status", "pending", "delivered"),
        cell(1, "order_date", None, "yesterday"),
        insert_items=[{"order_id": 4711, "product_id": "SKU-001", "quantity": 1}],
    )
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "BAD_CELLS"
    assert [(one["path"], one["code"]) for one in problem["problems"]] == [
        ("$.cells[1].value", "NOT_AN_INSTANT"),
        ("$.insert_items[0]", "UNKNOWN_ORDER"),
        ("$.cells[0].value", "ILLEGAL_STATUS"),
    ]
    assert "confirmed" in problem["problems"][2]["hint"]


MALFORMED = [
    {"op_id": "no uuid"},
    {"cells": [cell(1, "note", None, "x")] * 5001},
    {"cells": [{**cell(1, "note", None, "x"), "more": 1}]},
    {"kind": "bulk"},
]


@pytest.mark.parametrize("body", MALFORMED)
def test_a_malformed_change_is_refused(desk_reader, body) -> None:
    answer = desk_reader.post("/api/orders/changes", json={"op_id": str(uuid4()), **body})
    assert (answer.status_code, answer.json()["code"]) == (422, "MALFORMED")


def test_the_same_op_id_is_done_once(desk_client) -> None:
    body = {"op_id": str(uuid4()), "cells": [cell(1, "note", None, "once")]}
    first, again = (desk_client.post("/api/orders/changes", json=body).json() for _ in range(2))
    assert (first["already"], again["already"]) == (False, True)
    assert again["changeset_id"] == first["changeset_id"]
    body["cells"][0]["value"] = "other"
    refused = desk_client.post("/api/orders/changes", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "OP_ID_REUSED")
    assert "conflicts" not in refused.json()


def test_a_dry_run_writes_nothing(desk_client) -> None:
    answer = change(desk_client, cell(1, "note", None, "x"), dry_run=True).json()
    assert (answer["changeset_id"], answer["cells"]) == (None, 1)
    assert desk_client.get("/api/orders/1").json()["order"]["note"] is None


def test_an_order_is_made_changed_deleted_and_brought_back(desk_client) -> None:
    items = [{"product_id": "SKU-001", "quantity": 2}]
    body = {"op_id": str(uuid4()), "fields": {"customer_id": "C0001"}, "items": items}
    answer = desk_client.post("/api/orders", json=body)
    assert answer.status_code == 201
    order_id = answer.json()["order_id"]
    assert desk_client.post("/api/orders", json=body).json()["order_id"] == order_id
    change(desk_client, cell(order_id, "note", None, "mine"))
    before = desk_client.get(f"/api/orders/{order_id}").json()
    url = f"/api/orders/{order_id}"
    stale = desk_client.delete(url, params={"op_id": str(uuid4()), "version": 1})
    assert (stale.status_code, stale.json()["conflicts"][0]["field"]) == (409, "*")
    gone = desk_client.delete(url, params={"op_id": str(uuid4())})
    assert gone.status_code == 200
    assert gone.json()["rows"] == []
    assert desk_client.get(url).status_code == 404
    undone = desk_client.post("/api/orders/undo", json={"op_id": str(uuid4())}).json()
    assert undone["skipped"] == []
    after = desk_client.get(url).json()
    for found in (before, after):
        for row in (found["order"], *found["items"]):
            row.pop("row_version")
            row.pop("updated_at", None)
    assert after == before


def test_undo_and_redo_follow_the_stack(desk_client) -> None:
    stack = "/api/orders/undo-stack"
    assert desk_client.get(stack).json() == {"undo": None, "redo": None}
    nothing = desk_client.post("/api/orders/undo", json={"op_id": str(uuid4())})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "NOTHING_TO_UNDO")
    one = change(desk_client, cell(1, "note", None, "one")).json()["changeset_id"]
    two = change(desk_client, cell(1, "note", "one", "two")).json()["changeset_id"]
    undone = desk_client.post("/api/orders/undo", json={"op_id": str(uuid4())}).json()
    assert (undone["undone"], undone["cells"], undone["rows"][0]["note"]) == (two, 1, "one")
    assert undone["title"] == "Undo: Note of order 1"
    now = desk_client.get(stack).json()
    assert now["undo"]["changeset_id"] == one
    assert now["redo"]["changeset_id"] == undone["changeset_id"]
    redone = desk_client.post("/api/orders/redo", json={"op_id": str(uuid4())}).json()
    assert (redone["undone"], redone["rows"][0]["note"]) == (undone["changeset_id"], "two")
    items = desk_client.get("/api/orders/changesets").json()["items"]
    assert [(one["kind"], one["undoes"], one["undone_by"]) for one in items] == [
        ("redo", undone["changeset_id"], None),
        ("undo", two, redone["changeset_id"]),
        ("edit", None, None),
        ("edit", None, None),
    ]


def test_the_history_goes_page_by_page_and_tells_what_changed(desk_client) -> None:
    for number, text in enumerate("abc"):
        change(desk_client, cell(1, "note", [None, "a", "b"][number], text))
    change(desk_client, cell(2, "note", None, "elsewhere"))
    asked = "/api/orders/changesets"
    first = desk_client.get(asked, params={"order_id": 1, "limit": 2}).json()
    rest = desk_client.get(asked, params={"order_id": 1, "before": first["next"]}).json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    shown = desk_client.get(f"{asked}/{first['items'][0]['id']}").json()
    assert [(one["field"], one["old"], one["new"]) for one in shown["changes"]] == [
        ("note", "b", "c")
    ]
    assert desk_client.get(f"{asked}/4711").json()["code"] == "UNKNOWN_CHANGESET"
    assert desk_client.get(asked, params={"kind": "paste"}).json()["items"] == []


def test_an_order_is_told_of_its_customers_changes_too(desk_client) -> None:
    row = desk_client.get("/api/orders/1").json()["order"]
    change(desk_client, cell(1, "customer_name", row["customer_name"], "New Name"))
    sibling = next(
        one.order_id
        for one in W.orders
        if one.customer_id == row["customer_id"] and one.order_id != 1
    )
    asked = {"order_id": sibling}
    items = desk_client.get("/api/orders/changesets", params=asked).json()["items"]
    assert [one["title"] for one in items] == [f"Name of customer {row['customer_id']}"]


def test_a_workspace_without_a_desk_has_nothing_to_change(desk_reader) -> None:
    body = {"op_id": str(uuid4()), "cells": [cell(1, "note", None, "x")]}
    answer = desk_reader.post("/api/orders/changes", params={"workspace": "empty"}, json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "NO_ORDER_DESK")
