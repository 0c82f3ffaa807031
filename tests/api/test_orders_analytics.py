"""Today's analytics over HTTP."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.orders_shop import NOW, world

TODAY = "/api/analytics/today"
DAYS = "/api/analytics/days"
EXPORT = "/api/analytics/export"
DAY = "2025-05-30"


def got(client: TestClient, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_day_is_told_with_the_rows_behind_every_number(desk_reader: TestClient) -> None:
    found = got(desk_reader, TODAY, day=DAY, compare="yesterday", channel="web")
    assert (found["day"], found["is_today"], found["previous_day"]) == (DAY, False, "2025-05-29")
    assert (found["currency"], found["time_zone"]) == ("USD", "America/New_York")
    keys = [figure["key"] for figure in found["figures"]]
    assert keys == ["orders", "revenue", "average_order", "items", "new_customers"]
    assert len(found["hourly"]) == 24
    asked = {"field": "order_date", "op": "=", "value": DAY}
    for figure in found["figures"]:
        assert figure["query"]["filter"]["all"][:2] == [
            asked,
            {"field": "channel", "op": "=", "value": "web"},
        ]
        assert figure["check"]["rows"] >= 0


def test_numbers_are_exact_decimal_texts(desk_reader: TestClient) -> None:
    days = got(desk_reader, DAYS, **{"from": "2025-05-01", "to": "2025-05-31"})["days"]
    lines = [one for one in world().orders if one.status not in ("cancelled", "refunded")]
    chosen = next(one for one in days if one["orders"])
    revenue = got(desk_reader, TODAY, day=chosen["day"])["figures"][1]
    assert (revenue["key"], revenue["value"]) == ("revenue", chosen["revenue"])
    assert len(days) == 31
    assert lines[0].order_date < NOW


def test_the_usual_day_is_the_present_one(desk_reader: TestClient) -> None:
    found = got(desk_reader, TODAY)
    assert found["is_today"]
    assert found["latest_day"] == "2025-06-01"  # the world's orders are older than this day


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        (TODAY, {"day": "0001-01-01"}, "BAD_DAY"),
        (TODAY, {"day": "yesterday"}, "MALFORMED"),
        (TODAY, {"compare": "year"}, "MALFORMED"),
        (TODAY, {"channel": "fax"}, "BAD_QUERY"),
        (TODAY, {"status": "lost"}, "BAD_QUERY"),
        (DAYS, {"from": "2025-05-02", "to": "2025-05-01"}, "BAD_RANGE"),
        (DAYS, {"from": "2020-05-02", "to": "2025-05-01"}, "BAD_RANGE"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    desk_reader: TestClient, path: str, query: dict[str, str], code: str
) -> None:
    answer = desk_reader.get(path, params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


def test_without_a_desk_nothing_is_made_up(desk_reader: TestClient) -> None:
    for path in (TODAY, DAYS):
        answer = desk_reader.get(path, params={"workspace": "empty"})
        assert (answer.status_code, answer.json()["code"]) == (404, "NO_ORDER_DESK")
        assert "muster orders setup" in answer.json()["hint"]


@pytest.mark.parametrize(
    ("widget", "head", "rows"),
    [
        ("figures", "Number", 5),
        ("hourly", "Hour", 24),
        ("statuses", "Status", None),
        ("products", "Product", None),
        ("customers", "Customers", 3),
        ("days", "Day", 30),
    ],
)
def test_a_widget_is_taken_out_as_csv(
    desk_reader: TestClient, widget: str, head: str, rows: int | None
) -> None:
    params = {"day": DAY, "to": DAY}
    answer = desk_reader.post(EXPORT, json={"widget": widget, "params": params})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert f'filename="{widget}-2025-05-' in answer.headers["content-disposition"]
    found = list(csv.reader(answer.text.splitlines()))
    assert found[0][0] == head
    assert len({len(row) for row in found}) == 1
    assert rows is None or len(found) == rows + 1


def test_the_csv_says_what_the_page_says(desk_reader: TestClient) -> None:
    shown = got(desk_reader, TODAY, day=DAY)
    params = {"day": DAY}
    answer = desk_reader.post(EXPORT, json={"widget": "figures", "params": params})
    rows = list(csv.reader(answer.text.splitlines()))[1:]
    assert [row[1] for row in rows] == [one["value"] or "" for one in shown["figures"]]
