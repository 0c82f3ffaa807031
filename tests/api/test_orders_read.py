"""Orders over HTTP: windows, cursors, counts, values, neighbours, one order."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from muster.base.orders import FIELDS
from tests.orders_shop import ORDERS, world

WORLD = world()
PENDING = {"field": "status", "op": "=", "value": "pending"}


def ask(client: TestClient, path: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = client.post(f"/api/orders/{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def ids(window: dict[str, Any]) -> list[int]:
    return [row["order_id"] for row in window["rows"]]


def test_the_desk_says_what_a_grid_has_to_know(desk_reader: TestClient) -> None:
    desk = desk_reader.get("/api/orders/desk").json()
    assert (desk["currency"], desk["time_zone"]) == ("USD", "America/New_York")
    assert [field["name"] for field in desk["fields"]] == list(FIELDS)
    assert {field["name"] for field in desk["fields"] if field["personal"]} == {
        "customer_name",
        "customer_email",
    }
    assert [one["status"] for one in desk["statuses"]][:2] == ["pending", "confirmed"]
    assert {
        "from_status": "cancelled",
        "to_status": "refunded",
        "role": "operator",
        "reason_required": False,
        "condition": "paid",
    } in desk["transitions"]
    assert desk["can_edit"]
    assert desk["orders_estimate"] == ORDERS


def test_without_a_desk_there_is_none(desk_reader: TestClient) -> None:
    answer = desk_reader.get("/api/orders/desk", params={"workspace": "empty"})
    assert (answer.status_code, answer.json()["code"]) == (404, "NO_ORDER_DESK")


def test_the_first_rows_are_the_newest(desk_reader: TestClient) -> None:
    window = ask(desk_reader, "rows", {"limit": 3})
    assert ids(window) == [200, 199, 198]
    assert (window["start"], window["at_end"], window["total"]) == (0, False, None)
    assert window["estimate"] == ORDERS
    order, row = WORLD.order(200), window["rows"][0]
    assert row["total_amount"] == str(order.total_amount)
    assert row["order_date"] == order.order_date.isoformat().replace("+00:00", "Z")
    assert set(row) == {*FIELDS, "row_version", "held_from"}


def test_cursors_lead_on_and_back(desk_reader: TestClient) -> None:
    first = ask(desk_reader, "rows", {"limit": 5})
    second = ask(desk_reader, "rows", {"limit": 5, "start": 5, "after": first["last_cursor"]})
    assert ids(second) == [195, 194, 193, 192, 191]
    assert second["start"] == 5
    back = ask(desk_reader, "rows", {"limit": 5, "before": second["first_cursor"]})
    assert ids(back) == ids(first)


def test_the_end_is_reached_at_once(desk_reader: TestClient) -> None:
    window = ask(desk_reader, "rows", {"limit": 4, "from_end": True})
    assert ids(window) == [4, 3, 2, 1]
    assert (window["at_end"], window["start"]) == (True, ORDERS - 4)
    before = ask(desk_reader, "rows", {"limit": 2, "before": window["first_cursor"]})
    assert (ids(before), before["at_end"]) == ([6, 5], False)


def test_a_start_behind_the_last_row_finds_nothing(desk_reader: TestClient) -> None:
    window = ask(desk_reader, "rows", {"start": 2_000_000_000})
    assert (window["rows"], window["at_end"], window["last_cursor"]) == ([], True, None)
    assert window["total"] == ORDERS


def test_a_total_is_known_once_the_end_was_seen(desk_reader: TestClient) -> None:
    query = {"filter": PENDING}
    expected = sum(order.status == "pending" for order in WORLD.orders)
    window = ask(desk_reader, "rows", query)
    assert (window["total"], window["at_end"]) == (expected, True)
    assert ask(desk_reader, "rows", {**query, "limit": 1})["total"] == expected


def test_counts_are_exact(desk_reader: TestClient) -> None:
    pending = [order for order in WORLD.orders if order.status == "pending"]
    assert ask(desk_reader, "count", {"filter": PENDING}) == {
        "total": len(pending),
        "quantity_sum": sum(order.quantity for order in pending),
        "amount_sum": str(sum(order.total_amount for order in pending)),
    }


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"filter": {"field": "colour", "op": "=", "value": 1}}, "UNKNOWN_FIELD", "$.filter.field"),
        ({"filter": {"all": [{**PENDING, "op": "<"}]}}, "UNKNOWN_OP", "$.filter.all[0].op"),
        ({"filter": {"not": {**PENDING, "value": "x"}}}, "BAD_VALUE", "$.filter.not.value"),
        ({"filter": {"some": []}}, "BAD_FILTER", "$.filter.some"),
        ({"sort": [{"field": "city"}]}, "UNKNOWN_FIELD", "$.sort[0].field"),
        ({"search": "\x00"}, "BAD_VALUE", "$.search"),
        ({"after": "x"}, "BAD_CURSOR", "$.after"),
        ({"before": "W10"}, "BAD_CURSOR", "$.before"),
    ],
)
def test_a_faulty_query_is_told_where(
    desk_reader: TestClient, body: dict[str, Any], code: str, path: str
) -> None:
    problem = ask(desk_reader, "rows", body, status=422)
    faults = problem["problems"] or [problem]
    assert [(fault["code"], fault["path"]) for fault in faults] == [(code, path)]


def test_a_cursor_of_another_sort_is_refused(desk_reader: TestClient) -> None:
    cursor = ask(desk_reader, "rows", {"limit": 1})["last_cursor"]
    body = {"after": cursor, "sort": [{"field": "order_date", "dir": "asc"}]}
    assert ask(desk_reader, "rows", body, status=422)["code"] == "BAD_CURSOR"


def test_values_of_a_field_come_with_counts(desk_reader: TestClient) -> None:
    found = ask(desk_reader, "values", {"field": "city", "prefix": "m"})
    montreal = {one.customer_id for one in WORLD.customers if one.city == "Montréal"}
    count = sum(order.customer_id in montreal for order in WORLD.orders)
    assert found == {"items": [{"value": "Montréal", "count": count}], "more": False}
    statuses = ask(
        desk_reader, "values", {"field": "status", "query": {"filter": PENDING}, "limit": 5}
    )
    assert [one["value"] for one in statuses["items"]] == ["pending"]
    products = ask(desk_reader, "values", {"field": "product_id", "limit": 2})
    assert [one["value"] for one in products["items"]] == ["SKU-001", "SKU-002"]
    assert products["more"]


@pytest.mark.parametrize(
    ("field", "code"), [("colour", "UNKNOWN_FIELD"), ("total_amount", "NOT_LISTED")]
)
def test_values_are_listed_of_texts_alone(desk_reader: TestClient, field: str, code: str) -> None:
    assert ask(desk_reader, "values", {"field": field}, status=422)["code"] == code


def test_neighbours_are_those_of_the_query(desk_reader: TestClient) -> None:
    assert ask(desk_reader, "around", {"order_id": 200}) == {"previous": None, "next": 199}
    pending = sorted(o.order_id for o in WORLD.orders if o.status == "pending")
    body = {"filter": PENDING, "sort": [{"field": "order_id"}], "order_id": pending[0] + 1}
    assert ask(desk_reader, "around", body) == {"previous": pending[0], "next": pending[1]}
    assert ask(desk_reader, "around", {"order_id": 999}, status=404)["code"] == "UNKNOWN_ORDER"


def test_named_rows_tell_which_still_match(desk_reader: TestClient) -> None:
    pending = WORLD.first("pending").order_id
    other = WORLD.first("delivered").order_id
    body = {"order_ids": [other, 999, pending, other], "query": {"filter": PENDING}}
    found = ask(desk_reader, "rows-by-id", body)
    assert ids(found) == [other, pending]
    assert (found["matching"], found["missing"]) == ([pending], [999])


def test_one_order_is_shown_with_everything_about_it(desk_reader: TestClient) -> None:
    held = next(o for o in WORLD.orders if o.status == "on_hold" and o.customer_id)
    found = desk_reader.get(f"/api/orders/{held.order_id}").json()
    assert found["order"]["held_from"] == held.held_from
    assert found["customer"]["customer_id"] == held.customer_id
    assert [item["product_id"] for item in found["items"]] == [
        item.product_id for item in WORLD.items_of(held.order_id)
    ]
    assert [step["to_status"] for step in found["history"]][-1] == "on_hold"
    allowed = {one["status"]: one["allowed"] for one in found["next"]}
    assert allowed == {
        "pending": held.held_from == "pending",
        "confirmed": held.held_from == "confirmed",
        "processing": held.held_from == "processing",
        "cancelled": True,
    }
    assert all((one["why"] is None) == one["allowed"] for one in found["next"])


def test_an_order_of_nobody_has_no_customer(desk_reader: TestClient) -> None:
    guest = next(order for order in WORLD.orders if order.customer_id is None)
    assert desk_reader.get(f"/api/orders/{guest.order_id}").json()["customer"] is None
    assert desk_reader.get("/api/orders/999").json()["code"] == "UNKNOWN_ORDER"


def test_pickers_find_by_number_and_name(desk_reader: TestClient) -> None:
    found = desk_reader.get("/api/orders/products", params={"search": "thing 2"}).json()
    assert [one["product_id"] for one in found["items"]] == ["SKU-002", "SKU-020"]
    found = desk_reader.get("/api/orders/customers", params={"search": "zoë", "limit": 1}).json()
    assert [one["name"].split()[0] for one in found["items"]] == ["Zoë"]
