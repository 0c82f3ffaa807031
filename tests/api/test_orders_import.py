"""Imports of orders over HTTP: a file goes in, is mapped, checked, mended, applied and reverted."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
import xlsxwriter
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from muster.api import uploads

IMPORTS = "/api/orders/imports"
CSV = {"content-type": "text/csv"}


def upload(client: TestClient, content: str | bytes, **query: Any) -> dict[str, Any]:
    body = content.encode() if isinstance(content, str) else content
    answer = client.post(IMPORTS, params={"name": "a.csv", **query}, content=body, headers=CSV)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ok(answer: Any) -> Any:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def test_an_import_goes_all_its_way(desk_client: TestClient) -> None:
    content = "Order;Bemerkung;Status\n1;eins;\n2;zwei;verloren\n"
    made = upload(desk_client, content, name="Bestellungen.csv")
    at = f"{IMPORTS}/{made['id']}"
    assert (made["state"], made["rows"], made["file_name"]) == ("read", 2, "Bestellungen.csv")
    assert made["mapping"] == {"Order": "order_id", "Bemerkung": None, "Status": "status"}
    assert made["columns"][1] == {"name": "Bemerkung", "sample": ["eins", "zwei"]}
    assert made["file"] == {
        "format": "csv", "encoding": "utf-8", "delimiter": ";", "header": True,
    }  # fmt: skip
    assert {"name": "note", "label": "Note", "personal": False, "of_line": False} in made["targets"]

    wanted = {"mapping": {"Bemerkung": "note"}, "options": {"time_zone": "Europe/Vienna"}}
    changed = ok(desk_client.put(at, json=wanted))
    assert (changed["mapping"]["Bemerkung"], changed["options"]["time_zone"]) == (
        "note",
        "Europe/Vienna",
    )

    checked = ok(desk_client.post(f"{at}/check"))
    assert {name: checked[name] for name in ("rows", "update", "errors")} == {
        "rows": 2,
        "update": 1,
        "errors": 1,
    }
    assert checked["error_kinds"] == [{"code": "UNKNOWN_VALUE", "field": "status", "count": 1}]
    page = ok(desk_client.get(f"{at}/rows", params={"outcome": "error"}))
    assert page["next"] is None
    [bad] = page["items"]
    assert bad["cells"] == {"Order": "2", "Bemerkung": "zwei", "Status": "verloren"}
    assert (bad["row_no"], bad["errors"][0]["column"], bad["errors"][0]["value"]) == (
        3,
        "Status",
        "verloren",
    )

    told = desk_client.get(f"{at}/errors.csv")
    assert told.headers["content-type"].startswith("text/csv")
    assert told.text.splitlines()[1].startswith("2,zwei,verloren,3,UNKNOWN_VALUE,Status,verloren,")

    op_id = str(uuid4())
    refused = desk_client.post(f"{at}/apply", json={"op_id": op_id})
    assert (refused.status_code, refused.json()["code"]) == (409, "IMPORT_HAS_ERRORS")
    mended = ok(desk_client.patch(f"{at}/rows/3", json={"cells": {"Status": None}}))
    assert (mended["rows"][0]["outcome"], mended["check"]["errors"]) == ("update", 0)

    foreseen = ok(desk_client.post(f"{at}/impact"))
    assert foreseen["sentence"].startswith("2 orders of ")
    assert foreseen["customers"] == 2
    assert ok(desk_client.get("/api/orders/1"))["order"]["note"] != "eins", "nothing stays written"

    first = ok(desk_client.post(f"{at}/apply", json={"op_id": op_id}))
    assert (first["orders"], first["already"], first["state"]) == (2, False, "applied")
    again = ok(desk_client.post(f"{at}/apply", json={"op_id": op_id}))
    assert (again["changeset_id"], again["already"]) == (first["changeset_id"], True)
    listed = ok(desk_client.get(IMPORTS))["items"][0]
    assert (listed["state"], listed["changeset_id"], listed["mine"]) == (
        "applied",
        first["changeset_id"],
        True,
    )
    reverted = ok(desk_client.post(f"{at}/revert"))
    assert (reverted["orders"], reverted["state"], reverted["skipped"]) == (2, "reverted", 0)


def test_a_spreadsheet_is_taken_by_its_sheet(desk_client: TestClient) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet("About").write_row(0, 0, ["nothing"])
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, ["order_id", "note"])
        sheet.write_row(1, 0, [1, "x"])
    headers = {"content-type": uploads.KINDS[-1]}
    answer = desk_client.post(
        IMPORTS,
        params={"name": "a.xlsx", "sheet": "Orders"},
        content=stream.getvalue(),
        headers=headers,
    )
    made = ok(answer)
    assert made["file"]["sheets"] == ["About", "Orders"]
    assert ok(desk_client.post(f"{IMPORTS}/{made['id']}/check"))["update"] == 1
    nowhere = desk_client.post(
        IMPORTS, params={"name": "a", "sheet": "\0X"}, content=stream.getvalue(), headers=headers
    )
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "NO_SUCH_SHEET")


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"", CSV, 422, "EMPTY_FILE"),
        (b"a,b\n", CSV, 422, "EMPTY_FILE"),
        (b"\0\1\2", CSV, 422, "NOT_TEXT"),
        (b"PK\3\4", CSV, 422, "UNREADABLE_FILE"),
        (b"a\n1", {"content-type": "text/plain"}, 415, "NOT_A_FILE"),
        (b"{}", {"content-type": "application/json"}, 415, "NOT_A_FILE"),
        (b"a\n1", {**CSV, "sec-fetch-site": "cross-site"}, 403, "CROSS_SITE"),
        (b"a\n1", {**CSV, "content-length": "50000001"}, 413, "BODY_TOO_LARGE"),
    ],
)
def test_what_is_no_file_of_orders_is_refused(
    desk_reader: TestClient, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = desk_reader.post(IMPORTS, params={"name": "a"}, content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_file_may_be_larger_than_other_bodies(desk_client: TestClient) -> None:
    rows = "".join(f"{number},{'x' * 1000}\n" for number in range(11_000))
    assert upload(desk_client, "order_id,note\n" + rows)["rows"] == 11_000
    json = {"content-type": "application/json"}
    other = desk_client.put(f"{IMPORTS}/1", content=b" " * 11_000_000, headers=json)
    assert other.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/999", None, 404, "UNKNOWN_IMPORT"),
        ("PUT", "/1", {"mapping": {"nope": "note"}}, 422, "BAD_MAPPING"),
        ("PUT", "/1", {"options": {"time_zone": "Nowhere"}}, 422, "UNKNOWN_TIME_ZONE"),
        ("PUT", "/1", {"options": {"status": "gone"}}, 422, "MALFORMED"),
        ("PUT", "/1", {"more": 1}, 422, "MALFORMED"),
        ("POST", "/1/apply", {"op_id": "7f3b0c1e-0a52-4a52-9f0e-0d9c6a2f1b11"}, 409, "NOT_CHECKED"),
        ("PATCH", "/1/rows/2", {"cells": {"note": "x"}}, 409, "NOT_CHECKED"),
        ("POST", "/1/revert", None, 409, "NOT_CHECKED"),
        ("GET", "/1/rows?outcome=nope", None, 422, "MALFORMED"),
    ],
)
def test_what_cannot_be_done_is_said(
    desk_reader: TestClient, method: str, path: str, body: Any, status: int, code: str
) -> None:
    upload(desk_reader, "order_id,note\n1,x\n")
    answer = desk_reader.request(method, IMPORTS + path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_workspace_without_a_desk_takes_no_imports(desk_reader: TestClient) -> None:
    answer = desk_reader.post(
        IMPORTS, params={"name": "a", "workspace": "empty"}, content=b"a\n1", headers=CSV
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "NO_ORDER_DESK")


def test_pages_of_rows_follow_each_other(desk_reader: TestClient) -> None:
    made = upload(desk_reader, "order_id,note\n" + "".join(f"{n},x\n" for n in range(1, 6)))
    at, after, seen = f"{IMPORTS}/{made['id']}/rows", 0, []
    while after is not None:
        page = ok(desk_reader.get(at, params={"after": after, "limit": 2}))
        seen += [row["row_no"] for row in page["items"]]
        after = page["next"]
    assert seen == [2, 3, 4, 5, 6]


def test_a_dropped_import_is_gone_from_the_list(desk_client: TestClient) -> None:
    made = upload(desk_client, "order_id,note\n1,x\n")
    assert desk_client.delete(f"{IMPORTS}/{made['id']}").status_code == 204
    assert ok(desk_client.get(IMPORTS)) == {"items": [], "total": 0}


@settings(
    max_examples=60,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
        st.lists(st.lists(st.text(max_size=8), max_size=4), max_size=6).map(
            lambda rows: "\n".join(",".join(row) for row in rows).encode("utf-8", "replace")
        ),
    )
)
def test_no_bytes_break_the_server(desk_reader: TestClient, content: bytes) -> None:
    answer = desk_reader.post(IMPORTS, params={"name": "a"}, content=content, headers=CSV)
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        made = answer.json()
        names = [column["name"] for column in made["columns"]]
        targets = ["reference", "note", "sku", "order_date"]
        mapping = dict.fromkeys(names) | dict(zip(names, targets, strict=False))
        mapping = {name: "product_id" if to == "sku" else to for name, to in mapping.items()}
        at = f"{IMPORTS}/{made['id']}"
        assert desk_reader.put(at, json={"mapping": mapping}).status_code == 200
        checked = desk_reader.post(f"{at}/check")
        assert checked.status_code == 200, checked.text
        assert desk_reader.get(f"{at}/errors.csv").status_code == 200
