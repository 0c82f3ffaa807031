"""Bulk edits and impact over HTTP: preview, apply, refuse; the shapes that the grid relies on."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.orders_shop import world

WORLD = world()
PROCESSING = [one.order_id for one in WORLD.orders if one.status == "processing"]
REFUNDED = [one.order_id for one in WORLD.orders if one.status == "refunded"]
PENDING = [one.order_id for one in WORLD.orders if one.status == "pending"]
SHIP_ALL = {
    "select": {"query": {"filter": {"field": "status", "op": "=", "value": "processing"}}},
    "set": {"status": "shipped"},
}


def post(client, path, body, status=200):
    answer = client.post(f"/api/orders{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def apply_body(body, shown, **changed):
    return {
        **body,
        "op_id": str(uuid4()),
        "token": shown["token"],
        "expect": shown["legal"],
        **changed,
    }


def test_a_preview_says_all_that_the_dialog_shows(desk_client) -> None:
    chosen = [*PROCESSING[:4], *REFUNDED[:3], *PENDING[:2]]
    shown = post(
        desk_client,
        "/bulk/preview",
        {"select": {"order_ids": chosen}, "set": {"status": "shipped"}},
    )
    assert (shown["matching"], shown["legal"], shown["same"]) == (9, 4, 0)
    assert shown["illegal"] == [
        {
            "code": "FINAL_STATUS",
            "sentence": "An order that is refunded stays so.",
            "count": 3,
            "order_ids": REFUNDED[:3],
        }
    ]
    assert shown["one_step_short"] == [
        {"via": ["confirmed", "processing"], "count": 2, "order_ids": PENDING[:2]}
    ]
    impact = shown["impact"]
    assert [one["key"] for one in impact["figures"]] == [
        "orders_today", "revenue_today", "open_orders",
    ]  # fmt: skip
    assert impact["customers"] > 0
    assert "no segment is foreseen" in impact["sentence"]


def test_what_was_previewed_is_applied_and_undone(desk_client) -> None:
    shown = post(desk_client, "/bulk/preview", SHIP_ALL)
    done = post(desk_client, "/bulk/apply", apply_body(SHIP_ALL, shown))
    assert (done["orders"], done["already"]) == (len(PROCESSING), False)
    assert {row["status"] for row in done["rows"]} == {"shipped"}
    assert post(desk_client, "/bulk/preview", SHIP_ALL)["matching"] == 0
    undone = post(desk_client, "/undo", {"changeset_id": None, "op_id": str(uuid4())})
    assert (undone["undone"], undone["skipped"]) == (done["changeset_id"], [])
    assert post(desk_client, "/bulk/preview", SHIP_ALL)["legal"] == len(PROCESSING)


def test_a_selection_that_changed_is_refused_with_409(desk_client) -> None:
    shown = post(desk_client, "/bulk/preview", SHIP_ALL)
    one = {"select": {"order_ids": PROCESSING[:1]}, "set": {"status": "shipped"}}
    post(
        desk_client,
        "/bulk/apply",
        apply_body(one, post(desk_client, "/bulk/preview", one)),
    )
    problem = post(desk_client, "/bulk/apply", apply_body(SHIP_ALL, shown), status=409)
    assert problem["code"] == "SELECTION_CHANGED"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**SHIP_ALL, "set": {"status": "lost"}}, "BAD_CELLS"),
        ({**SHIP_ALL, "select": {"query": {"filter": {"field": "no"}}}}, "BAD_QUERY"),
        ({**SHIP_ALL, "select": {"order_ids": []}}, "MALFORMED"),
        ({**SHIP_ALL, "select": {}}, "MALFORMED"),
        ({**SHIP_ALL, "set": {}}, "MALFORMED"),
        ({**SHIP_ALL, "more": 1}, "MALFORMED"),
    ],
)
def test_a_bad_request_is_told(desk_reader, body, code) -> None:
    problem = post(desk_reader, "/bulk/preview", body, status=422)
    assert problem["code"] == code


def test_cells_have_an_impact_and_nothing_is_written(desk_reader) -> None:
    number = PENDING[0]
    cell = {
        "entity": "order", "key": str(number), "field": "status",
        "base": "pending", "value": "confirmed",
    }  # fmt: skip
    body = {"op_id": str(uuid4()), "kind": "fill", "cells": [cell]}
    told = post(desk_reader, "/impact", body)
    assert (told["customers"], told["exact"], told["segments"]) == (1, True, [])
    assert desk_reader.get(f"/api/orders/{number}").json()["order"]["status"] == "pending"
    conflict = {**body, "cells": [{**cell, "base": "shipped"}]}
    assert post(desk_reader, "/impact", conflict, status=409)["code"] == "CELLS_CHANGED"


def test_a_workspace_without_a_desk_says_so(desk_reader) -> None:
    answer = desk_reader.post("/api/orders/bulk/preview?workspace=empty", json=SHIP_ALL)
    assert (answer.status_code, answer.json()["code"]) == (404, "NO_ORDER_DESK")
