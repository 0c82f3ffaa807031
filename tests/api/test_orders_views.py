"""Saved views of the grid over HTTP."""

from __future__ import annotations

from fastapi.testclient import TestClient

VIEWS = "/api/orders/views"


def test_a_view_lives_from_its_making_to_its_end(desk_client: TestClient) -> None:
    state = {"filter": None, "search": "", "sort": [], "columns": ["order_id"], "formats": []}
    made = desk_client.post(VIEWS, json={"name": "Late", "shared": True, "state": state})
    assert made.status_code == 201
    view = made.json()
    assert (view["mine"], view["shared"], view["state"]) == (True, True, state)
    assert desk_client.get(VIEWS).json()["items"] == [view]
    change = {"name": "Later", "shared": False, "state": {}, "row_version": view["row_version"]}
    changed = desk_client.put(f"{VIEWS}/{view['id']}", json=change)
    assert (changed.json()["name"], changed.json()["row_version"]) == ("Later", 2)
    again = desk_client.put(f"{VIEWS}/{view['id']}", json=change)
    assert (again.status_code, again.json()["code"]) == (409, "VIEW_CHANGED")
    assert desk_client.delete(f"{VIEWS}/{view['id']}").status_code == 204
    assert desk_client.get(VIEWS).json()["items"] == []
    assert desk_client.delete(f"{VIEWS}/{view['id']}").json()["code"] == "UNKNOWN_VIEW"


def test_faults_are_told_where_they_are(desk_client: TestClient) -> None:
    body = {"name": "x", "state": {"filter": {"field": "colour"}}}
    problem = desk_client.post(VIEWS, json=body).json()
    assert [fault["path"] for fault in problem["problems"]] == ["$.state.filter.field"]
