"""Orders as a file over HTTP."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from tests.orders_shop import ORDERS

EXPORT = "/api/orders/export"


def test_a_csv_is_sent_as_a_file(desk_reader: TestClient) -> None:
    answer = desk_reader.post(EXPORT, json={"columns": ["order_id", "status"]})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="orders-')
    assert disposition.endswith('.csv"')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == ORDERS + 1
    assert rows[1][0] == "200"


def test_a_workbook_is_sent_as_a_file(desk_reader: TestClient) -> None:
    body = {"format": "xlsx", "filter": {"field": "status", "op": "=", "value": "pending"}}
    answer = desk_reader.post(EXPORT, json=body)
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_name("Orders").to_python()
    count = desk_reader.post("/api/orders/count", json={"filter": body["filter"]}).json()
    assert len(rows) == count["total"] + 1


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({"columns": ["colour"]}, 422, "$.columns[0]"),
        ({"sort": [{"field": "x"}]}, 422, "$.sort[0].field"),
        ({"format": "pdf"}, 422, "$.body.format"),
    ],
)
def test_what_cannot_be_exported_fails_before_the_file_begins(
    desk_reader: TestClient, body: dict[str, object], status: int, path: str
) -> None:
    answer = desk_reader.post(EXPORT, json=body)
    assert answer.status_code == status
    assert answer.json()["problems"][0]["path"] == path
    assert desk_reader.post(f"{EXPORT}?workspace=empty", json={}).json()["code"] == "NO_ORDER_DESK"
