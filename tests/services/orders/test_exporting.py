"""Exports hold what the query finds, as text that no spreadsheet runs, and are written down."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from muster.base.errors import Busy, Forbidden, InvalidInput
from muster.base.order_query import OrderQuery
from muster.base.order_query_reading import read_query
from muster.base.orders import FIELDS
from muster.base.people import Role, permissions_of
from muster.services.context import WorkspaceContext
from muster.services.orders import exporting
from muster.services.orders.exporting import (
    csv_chunks,
    prepare_export,
    temporary_xlsx,
    write_xlsx,
)
from muster.services.orders.opening import open_desk
from muster.store import audit
from tests.orders_shop import ORDERS, world

WORLD = world()
SOME = ("order_id", "total_amount", "note", "order_date", "customer_name")


def as_csv(context: WorkspaceContext, query: OrderQuery, *columns: str) -> list[list[str]]:
    export = prepare_export(context, query, columns=columns, file_format="csv")
    text_ = b"".join(csv_chunks(export)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text_, newline="")))


def as_role(context: WorkspaceContext, role: Role) -> WorkspaceContext:
    return replace(context, role=role, permissions=permissions_of(role))


def test_a_csv_has_every_order_of_the_query_in_its_order(desk_shared: WorkspaceContext) -> None:
    query = read_query({"sort": [{"field": "order_id"}]})
    header, *rows = as_csv(desk_shared, query, *SOME)
    assert header == [FIELDS[name].label for name in SOME]
    assert len(rows) == ORDERS
    for row, order in zip(rows, WORLD.orders, strict=True):
        assert row == [
            str(order.order_id),
            str(order.total_amount),
            order.note or "",
            order.order_date.isoformat().replace("+00:00", "Z"),
            order.customer_name or "",
        ]


def test_all_columns_are_exported_unless_some_are_named(desk_shared: WorkspaceContext) -> None:
    header, *rows = as_csv(desk_shared, OrderQuery(search="nowhere"))
    assert (header, rows) == ([field.label for field in FIELDS.values()], [])


@pytest.mark.parametrize("note", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_harmless(
    desk_context: WorkspaceContext, note: str, tmp_path: Path
) -> None:
    credit = WORLD.first("pending")
    with open_desk(desk_context) as (connection, _):
        statement = text("UPDATE orders SET note = :note WHERE order_id = :order_id")
        connection.execute(statement, {"note": note, "order_id": credit.order_id})
    query = read_query({"filter": {"field": "order_id", "op": "=", "value": credit.order_id}})
    assert as_csv(desk_context, query, "note")[1] == [f"'{note}"]
    export = prepare_export(desk_context, query, columns=("note",), file_format="xlsx")
    write_xlsx(export, tmp_path / "x.xlsx")
    assert sheet(tmp_path / "x.xlsx")[1] == [note]


def test_negative_amounts_stay_numbers(desk_shared: WorkspaceContext) -> None:
    query = read_query({"filter": {"field": "total_amount", "op": "<", "value": 0}})
    _, *rows = as_csv(desk_shared, query, "total_amount")
    assert rows
    assert all(float(amount) < 0 for (amount,) in rows)


def sheet(path: Path) -> list[list[Any]]:
    found: list[list[Any]] = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return found


def test_a_workbook_holds_numbers_texts_and_local_times(desk_shared: WorkspaceContext) -> None:
    query = read_query({"sort": [{"field": "order_id"}]})
    export = prepare_export(desk_shared, query, columns=SOME, file_format="xlsx")
    with temporary_xlsx(export) as path:
        header, *rows = sheet(path)
    assert not path.exists()
    assert header == [FIELDS[name].label for name in SOME]
    assert len(rows) == ORDERS
    zone = ZoneInfo("America/New_York")
    for row, order in zip(rows, WORLD.orders, strict=True):
        local = order.order_date.astimezone(zone).replace(tzinfo=None)
        assert row[:3] == [order.order_id, float(order.total_amount), order.note or ""]
        assert isinstance(row[3], datetime)
        assert abs((row[3] - local).total_seconds()) < 1


def test_who_may_not_see_names_exports_none(desk_shared: WorkspaceContext) -> None:
    analyst = as_role(desk_shared, Role.ANALYST)
    _, *rows = as_csv(analyst, OrderQuery(), "customer_name", "customer_email")
    assert {value for row in rows for value in row} == {"***", ""}
    query = read_query({"sort": [{"field": "customer_name"}]})
    with pytest.raises(InvalidInput):
        as_csv(analyst, query)
    with pytest.raises(Forbidden):
        as_csv(as_role(desk_shared, Role.VIEWER), OrderQuery())


def test_an_export_is_written_down_before_it_leaves(desk_context: WorkspaceContext) -> None:
    prepare_export(desk_context, OrderQuery(), columns=("customer_name",), file_format="csv")
    with desk_context.transaction() as connection:
        entries = audit.every(connection, desk_context.workspace.id, limit=2)
    export, read = entries
    assert (export.action, export.after) == (
        "orders.export",
        {"format": "csv", "rows": ORDERS, "columns": ["customer_name"]},
    )
    assert (read.action, read.after["count"]) == ("personal.read", ORDERS)


def test_what_cannot_be_exported_is_refused(
    desk_shared: WorkspaceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInput) as caught:
        as_csv(desk_shared, OrderQuery(), "order_id", "colour")
    assert caught.value.path == "$.columns[1]"
    monkeypatch.setattr(exporting, "MOST_XLSX_ROWS", ORDERS - 1)
    with pytest.raises(InvalidInput) as caught:
        prepare_export(desk_shared, OrderQuery(), columns=(), file_format="xlsx")
    assert caught.value.code == "TOO_MANY_ROWS"


def test_so_many_exports_at_once_and_no_more(desk_shared: WorkspaceContext) -> None:
    export = prepare_export(desk_shared, OrderQuery(), columns=(), file_format="csv")
    begun = [csv_chunks(export) for _ in range(exporting.AT_ONCE)]
    for chunks in begun:
        next(chunks)
    with pytest.raises(Busy):
        next(csv_chunks(export))
    for chunks in begun:
        chunks.close()  # type: ignore[attr-defined]
    assert next(csv_chunks(export))
