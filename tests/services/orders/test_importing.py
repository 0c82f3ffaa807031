"""Imports of orders: what becomes of each row, and of the desk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import xlsxwriter
from sqlalchemy import Connection, text

from muster.base.errors import Conflict, Forbidden, InvalidInput, NotFound
from muster.services.context import WorkspaceContext
from muster.services.orders import import_running, importing
from muster.services.orders.opening import open_desk
from tests.orders_shop import World, rows, world
from tests.services.orders.importing_desk import Desk, csv_of


@pytest.fixture
def desk(desk_context: WorkspaceContext, tmp_path: Path) -> Desk:
    return Desk(desk_context, tmp_path)


@pytest.fixture(scope="module")
def made() -> World:
    return world()


def ask(context: WorkspaceContext, query: str, **values: Any) -> list[tuple[Any, ...]]:
    with open_desk(context) as (connection, _):
        return rows(connection, query, **values)


def test_a_file_is_read_and_its_columns_and_options_are_guessed(desk: Desk) -> None:
    found = desk.upload(
        csv_of(["Order", "Status", "Note", "?"], [1, "confirmed", "a", 7], [2, "pending", "", 7])
    )
    assert (found.state, found.summary["rows"], found.actor) == ("read", 2, desk.context.actor)
    assert found.mapping == {"Order": "order_id", "Status": "status", "Note": "note", "?": None}
    assert [column.sample for column in found.columns] == [
        ("1", "2"),
        ("confirmed", "pending"),
        ("a",),
        ("7",),
    ]
    assert (found.options.match, found.options.time_zone) == ("order_id", "America/New_York")
    assert found.summary["file"]["encoding"] == "utf-8"


def test_every_row_says_what_it_would_do(desk: Desk, made: World) -> None:
    pending = made.first("pending")
    content = csv_of(
        ["order_id", "note", "coupon"],
        [pending.order_id, "new note", pending.coupon],
        [2, made.order(2).note, made.order(2).coupon],
        [9999, "x", ""],
        ["", "a new one", ""],
        ["abc", "", ""],
    )
    found = desk.checked(content)
    assert desk.told(found) == [
        (2, "update", []),
        (3, "same", []),
        (4, "error", [("order_id", "UNKNOWN_ORDER")]),
        (5, "insert", []),
        (6, "error", [("order_id", "NOT_A_NUMBER")]),
    ]
    counted = {name: found.summary[name] for name in ("insert", "update", "same", "errors", "skip")}
    assert counted == {"insert": 1, "update": 1, "same": 1, "errors": 2, "skip": 0}
    assert found.summary["error_kinds"] == [
        {"code": "NOT_A_NUMBER", "field": "order_id", "count": 1},
        {"code": "UNKNOWN_ORDER", "field": "order_id", "count": 1},
    ]
    assert ask(desk.context, "SELECT count(*) FROM changesets") == [(0,)]


def test_the_whole_file_becomes_one_changeset_and_can_be_reverted(desk: Desk, made: World) -> None:
    pending = made.first("pending")
    before = ask(desk.context, "SELECT order_id, status, note, total_amount FROM orders ORDER BY 1")
    found = desk.checked(
        csv_of(
            ["reference", "order status", "note", "customer email", "sku", "qty", "price"],
            ["NEW-1", "confirmed", "first", "person1@example.test", "SKU-001", 2, "10.00"],
            ["NEW-1", "", "", "", "SKU-002", 3, ""],
            ["SHOP-0005", "", "changed", "", "", "", ""],
        ),
    )
    assert [row[1] for row in desk.told(found)] == ["insert", "insert", "update"]
    assert found.summary["amount"] == "28.97"  # two for 10.00 and three for what the product costs
    applied = desk.apply(found)
    after = importing.show_import(desk.context, found.id)
    assert (after.state, after.changeset_id) == ("applied", applied.changeset_id)
    assert ask(desk.context, "SELECT kind, orders FROM changesets") == [("import", 2)]
    [(order_id, *order)] = ask(
        desk.context,
        "SELECT order_id, status, customer_id, total_amount, item_count FROM orders"
        " WHERE reference = 'NEW-1'",
    )
    assert order == ["confirmed", "C0001", Decimal("28.97"), 2]
    assert [row.order_id for row in desk.rows(after)] == [order_id, order_id, 5]
    assert ask(desk.context, "SELECT note FROM orders WHERE order_id = 5") == [("changed",)]

    reverted, undone = import_running.revert(desk.context, found.id)
    assert (reverted.state, undone.skipped) == ("reverted", ())
    query = "SELECT order_id, status, note, total_amount FROM orders ORDER BY 1"
    assert ask(desk.context, query) == before
    assert pending.order_id in {row[0] for row in before}


def test_a_revert_leaves_what_somebody_changed_since(desk: Desk) -> None:
    found = desk.checked(csv_of(["order_id", "note"], [1, "one"], [2, "two"]))
    desk.apply(found)
    with open_desk(desk.context) as (connection, _):
        connection.execute(text("UPDATE orders SET note = 'mine' WHERE order_id = 1"))
    _, undone = import_running.revert(desk.context, found.id)
    assert [(one.key, one.field) for one in undone.skipped] == [("1", "note")]
    query = "SELECT note FROM orders WHERE order_id IN (1, 2) ORDER BY order_id"
    assert ask(desk.context, query) == [("mine",), (None,)]
    with pytest.raises(Conflict, match="reverted"):
        import_running.revert(desk.context, found.id)


@pytest.mark.parametrize(
    ("header", "values", "field", "code"),
    [
        (["status"], ["refunded"], "status", "ILLEGAL_STATUS"),
        (["status"], ["cancelled"], "status", "REASON_REQUIRED"),
        (["status"], ["gone"], "status", "UNKNOWN_VALUE"),
        (["kind"], ["credit"], "kind", "NOT_EDITABLE"),
        (["reference"], ["SHOP-0005"], "reference", "DUPLICATE_REFERENCE"),
        (["customer_id"], ["C9999"], "customer_id", "UNKNOWN_CUSTOMER"),
        (["customer_email"], ["nobody"], "customer_email", "BAD_EMAIL"),
        (["shipped_at"], ["2001-01-01"], "shipped_at", "DATES_DISORDERED"),
        (["product_id", "quantity"], ["SKU-999", 1], "product_id", "UNKNOWN_PRODUCT"),
        (["product_id", "quantity"], ["SKU-020", -1], "quantity", "NEGATIVE_QUANTITY"),
        (["product_id", "quantity"], ["SKU-020", None], "quantity", "REQUIRED"),
        (["line_no", "quantity"], [77, 2], "line_no", "UNKNOWN_LINE"),
        (["product_id", "quantity", "unit_price"], ["SKU-020", 999, 9999999999], "quantity",
         "OUT_OF_RANGE"),
    ],
)  # fmt: skip
def test_what_the_desk_forbids_is_told_of_the_cell(
    desk: Desk, made: World, header: list[str], values: list[Any], field: str, code: str
) -> None:
    pending = next(
        one
        for one in made.orders
        if one.status == "pending" and one.kind == "sale" and one.customer_id and one.order_id != 5
    )
    found = desk.checked(csv_of(["order_id", *header], [pending.order_id, *values]))
    assert desk.told(found) == [(2, "error", [(field, code)])]
    [row] = desk.rows(found)
    shown = values[header.index(field)]
    assert row.errors[0].value == (None if shown is None else str(shown))
    assert row.errors[0].sentence


def test_lines_of_a_shipped_order_are_fixed(desk: Desk, made: World) -> None:
    shipped = made.first("shipped")
    item = made.items_of(shipped.order_id)[0]
    content = csv_of(
        ["order_id", "product_id", "quantity"],
        [shipped.order_id, item.product_id, item.quantity + 1],
    )
    assert desk.told(desk.checked(content)) == [(2, "error", [("quantity", "ITEMS_FROZEN")])]


def test_a_reason_lets_orders_be_cancelled(desk: Desk, made: World) -> None:
    number = made.first("pending").order_id
    found = desk.checked(csv_of(["order_id", "status"], [number, "cancelled"]), reason="stock")
    desk.apply(found)
    query = "SELECT status, reason FROM order_status_history JOIN orders USING (order_id, status)"
    query = (
        "SELECT to_status, reason FROM order_status_history WHERE order_id = :id"
        " ORDER BY status_change_id DESC LIMIT 1"
    )
    assert ask(desk.context, query, id=number) == [("cancelled", "stock")]


@pytest.mark.parametrize(
    ("options", "outcomes"),
    [
        ({}, ["update", "insert"]),
        ({"create": False}, ["update", "error"]),
        ({"update": False}, ["skip", "insert"]),
    ],
)
def test_orders_are_made_and_changed_only_if_the_import_may(
    desk: Desk, options: dict[str, Any], outcomes: list[str]
) -> None:
    content = csv_of(["reference", "note"], ["SHOP-0005", "x"], ["SHOP-X", "y"])
    assert [row[1] for row in desk.told(desk.checked(content, **options))] == outcomes


@pytest.mark.parametrize(("empty", "outcome"), [("leave", "same"), ("clear", "update")])
def test_an_empty_cell_leaves_or_clears(desk: Desk, made: World, empty: str, outcome: str) -> None:
    noted = next(one for one in made.orders if one.note)
    found = desk.checked(csv_of(["order_id", "note", "x"], [noted.order_id, None, 1]), empty=empty)
    assert desk.told(found) == [(2, outcome, [])]
    desk.apply(found)
    query = "SELECT note FROM orders WHERE order_id = :id"
    kept = noted.note if empty == "leave" else None
    assert ask(desk.context, query, id=noted.order_id) == [(kept,)]


def test_rows_that_do_not_agree_are_told(desk: Desk, made: World) -> None:
    first, second, *_ = (one for one in made.orders if one.customer_id == "C0008")
    header = ["order_id", "customer_name", "reference"]
    one = [first.order_id, "Ann", "R-1"]
    two = [second.order_id, "Anne", "R-1"]
    shared = [("reference", "DUPLICATE_REFERENCE"), ("customer_name", "CONTRADICTS")]
    assert desk.told(desk.checked(csv_of(header, one, two))) == [
        (2, "update", []),
        (3, "error", shared),
    ]
    assert desk.told(desk.checked(csv_of(header, one, one, two))) == [
        (2, "skip", [(None, "SAME_ORDER")]),
        (3, "error", [("order_id", "DUPLICATE_ROW")]),
        (4, "update", []),
    ]


def test_lines_of_one_order_agree_about_it(desk: Desk) -> None:
    content = csv_of(
        ["reference", "note", "sku", "qty"], ["N-1", "a", "SKU-001", 1], ["N-1", "b", "SKU-001", 1]
    )
    assert desk.told(desk.checked(content))[1] == (3, "error", [("note", "CONTRADICTS")])


def test_a_customer_is_found_by_address_and_changed_where_the_file_differs(desk: Desk) -> None:
    found = desk.checked(
        csv_of(
            ["reference", "customer email", "customer phone", "customer city"],
            ["N-1", "PERSON2@example.test", "1", "Linz"],
            ["N-2", "person2@example.test", "1", "Linz"],
            ["N-3", "nobody@example.test", "1", "Linz"],
        )
    )
    assert desk.told(found)[2] == (4, "error", [("customer_email", "UNKNOWN_CUSTOMER")])
    desk.apply(found, skip_errors=True)
    query = "SELECT phone, city, email FROM customers WHERE customer_id = 'C0002'"
    assert ask(desk.context, query) == [("1", "Linz", "Person2@example.test")]
    query = "SELECT reference FROM orders WHERE customer_id = 'C0002' AND reference LIKE 'N-%'"
    assert sorted(ask(desk.context, query)) == [("N-1",), ("N-2",)]


def test_a_line_is_found_by_its_number_or_else_by_its_product(desk: Desk, made: World) -> None:
    pending = next(one for one in made.orders if one.status == "pending" and one.item_count >= 3)
    first, second, third = made.items_of(pending.order_id)[:3]
    found = desk.checked(
        csv_of(
            ["order_id", "line_no", "product_id", "quantity", "unit_price"],
            [pending.order_id, second.line_no, None, 50, None],
            [pending.order_id, None, first.product_id, first.quantity, "1.00"],
            [pending.order_id, None, "SKU-020", 7, "2.00"],
        )
    )
    assert [row[1] for row in desk.told(found)] == ["update"] * 3
    desk.apply(found)
    query = (
        "SELECT line_no, product_id, quantity, unit_price FROM order_items"
        " WHERE order_id = :id ORDER BY line_no"
    )
    lines = ask(desk.context, query, id=pending.order_id)
    assert lines[:3] == [
        (1, first.product_id, first.quantity, Decimal("1.00")),
        (2, second.product_id, 50, second.unit_price),
        (3, third.product_id, third.quantity, third.unit_price),
    ]
    assert lines[-1][1:] == ("SKU-020", 7, Decimal("2.00"))
    total = ask(
        desk.context, "SELECT total_amount FROM orders WHERE order_id = :id", id=pending.order_id
    )
    moved = Decimal(found.summary["amount"])
    assert total == [(pending.total_amount + moved,)]


def test_seven_bad_cells_are_mended_in_place(desk: Desk) -> None:
    header = ["reference", "status", "order date", "sku", "qty", "price", "customer email"]
    good = ["pending", "2025-05-04", "SKU-001", "1", "2.50", "person1@example.test"]
    bad = [(1, "x"), (2, "soon"), (3, "SKU-X"), (4, "two"), (5, "-1"), (6, "ann"), (4, "0")]
    wrong = []
    for number, (place, value) in enumerate(bad):
        row = [f"M-{number}", *good]
        row[place] = value
        wrong.append(row)
    found = desk.checked(csv_of(header, *wrong, ["M-7", *good]))
    assert (found.summary["errors"], found.summary["insert"]) == (7, 1)
    with pytest.raises(Conflict) as refused:
        desk.apply(found)
    assert refused.value.code == "IMPORT_HAS_ERRORS"
    for number, (place, _) in enumerate(bad):
        found, [row] = import_running.mend(
            desk.context, found.id, number + 2, {header[place]: good[place - 1]}
        )
        assert (row.outcome, row.errors) == ("insert", ())
        assert found.summary["errors"] == 6 - number
    applied = desk.apply(found)
    assert applied.orders == 8
    query = "SELECT count(*), sum(total_amount) FROM orders WHERE reference LIKE 'M-%'"
    assert ask(desk.context, query) == [(8, Decimal("20.00"))]


def test_mending_checks_the_other_rows_of_the_order_too(desk: Desk) -> None:
    found = desk.checked(
        csv_of(["reference", "sku", "qty"], ["N-1", "SKU-001", 1], ["N-1", "SKU-002", "x"])
    )
    assert [row[1] for row in desk.told(found)] == ["skip", "error"]
    found, checked = import_running.mend(desk.context, found.id, 3, {"qty": 2})
    assert [(row.row_no, row.outcome) for row in checked] == [(2, "insert"), (3, "insert")]
    found, checked = import_running.mend(desk.context, found.id, 3, {"reference": "N-2", "qty": 0})
    assert [(row.row_no, row.outcome) for row in checked] == [(2, "insert"), (3, "error")]
    with pytest.raises(InvalidInput, match="no such column"):
        import_running.mend(desk.context, found.id, 3, {"nope": 1})
    with pytest.raises(NotFound):
        import_running.mend(desk.context, found.id, 99, {"qty": 1})


def test_bad_orders_are_left_out_whole_if_asked(desk: Desk) -> None:
    content = csv_of(
        ["reference", "sku", "qty"],
        ["N-1", "SKU-001", 1],
        ["N-2", "SKU-001", 1],
        ["N-1", "SKU-002", "x"],
    )
    applied = desk.apply(desk.checked(content), skip_errors=True)
    assert applied.orders == 1
    query = "SELECT reference FROM orders WHERE reference LIKE 'N-%'"
    assert ask(desk.context, query) == [("N-2",)]


def test_applying_twice_under_one_number_is_done_once(desk: Desk) -> None:
    found = desk.checked(csv_of(["order_id", "note"], [1, "x"]))
    op_id = uuid4()
    first, second = (desk.apply(found, op_id=op_id) for _ in range(2))
    assert (first.already, second.already) == (False, True)
    assert (first.changeset_id, first.cells) == (second.changeset_id, second.cells)
    with pytest.raises(Conflict) as refused:
        desk.apply(found)
    assert refused.value.code == "IMPORT_OVER"


def test_an_import_that_changes_nothing_is_applied_without_a_changeset(desk: Desk) -> None:
    found = desk.checked(csv_of(["order_id", "kind"], [1, "sale"]))
    assert desk.apply(found).changeset_id is None
    assert importing.show_import(desk.context, found.id).state == "applied"
    assert import_running.revert(desk.context, found.id)[0].state == "reverted"


def test_an_import_goes_its_steps_in_order(desk: Desk) -> None:
    found = desk.upload(csv_of(["order_id", "note"], [1, "x"]))
    with pytest.raises(Conflict) as early:
        desk.apply(found)
    assert early.value.code == "NOT_CHECKED"
    found = desk.check(found)
    changed = desk.configure(found, {"note": "coupon"})
    assert (changed.state, changed.summary.get("update")) == ("read", None)
    importing.drop(desk.context, found.id)
    importing.drop(desk.context, found.id)
    assert importing.list_imports(desk.context) == ()
    with pytest.raises(Conflict):
        desk.check(found)


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"nope": "coupon"}, "UNKNOWN_COLUMN"),
        ({"note": "total_amount"}, "UNKNOWN_FIELD"),
        ({"note": "order_id"}, "MAPPED_TWICE"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(
    desk: Desk, mapping: dict[str, str | None], code: str
) -> None:
    found = desk.upload(csv_of(["order_id", "note"], [1, "x"]))
    with pytest.raises(InvalidInput) as refused:
        desk.configure(found, mapping)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_an_import_of_nothing_is_refused(desk: Desk) -> None:
    found = desk.upload(csv_of(["a", "b"], ["x", "y"]))
    with pytest.raises(InvalidInput) as refused:
        desk.check(found)
    assert refused.value.code == "NOTHING_MAPPED"


def test_the_desk_may_change_between_check_and_apply(desk: Desk, made: World) -> None:
    number = made.first("pending").order_id
    found = desk.checked(csv_of(["order_id", "status"], [number, "confirmed"]))
    with open_desk(desk.context) as (connection, _):
        for status in ("confirmed", "processing"):
            connection.execute(
                text("UPDATE orders SET status = :status WHERE order_id = :id"),
                {"status": status, "id": number},
            )
    with pytest.raises(Conflict) as refused:
        desk.apply(found)
    assert refused.value.code == "IMPORT_HAS_ERRORS"
    assert desk.told(found) == [(2, "error", [("status", "ILLEGAL_STATUS")])]


def test_imports_nobody_went_on_with_are_forgotten(desk: Desk) -> None:
    old, young, applied = (desk.checked(csv_of(["order_id", "note"], [1, "x"])) for _ in range(3))
    desk.apply(applied)
    with open_desk(desk.context) as (connection, _):
        age(connection, old.id, importing.KEPT + timedelta(hours=1))
        age(connection, young.id, importing.KEPT - timedelta(hours=1))
        age(connection, applied.id, importing.KEPT_APPLIED + timedelta(hours=1))
    assert [one.id for one in importing.list_imports(desk.context)] == [applied.id, young.id]
    assert desk.rows(applied) == ()


def age(connection: Connection, import_id: int, by: timedelta) -> None:
    connection.execute(
        text("UPDATE imports SET updated_at = now() - :by WHERE id = :id"),
        {"by": by, "id": import_id},
    )


def test_a_spreadsheet_is_imported_by_its_types(desk: Desk) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["reference", "order date", "sku", "qty", "price"])
        sheet.write_row(1, 0, [1001, datetime(2025, 5, 4, 10), "SKU-001", 2])
        sheet.write_number(1, 4, 1.5)
    found = desk.checked(stream.getvalue(), decimal=",")
    assert desk.told(found) == [(2, "insert", [])]
    desk.apply(found)
    query = (
        "SELECT total_amount, order_date AT TIME ZONE 'America/New_York' FROM orders"
        " WHERE reference = '1001'"
    )
    [(total, ordered)] = ask(desk.context, query)
    assert (total, ordered.isoformat()) == (Decimal("3.00"), "2025-05-04T10:00:00")


@pytest.fixture
def others(desk_context: WorkspaceContext) -> Iterator[Any]:
    from dataclasses import replace

    from muster.base.people import PrincipalKind, Role, permissions_of

    def entered(name: str, role: Role) -> WorkspaceContext:
        principal = replace(desk_context.principal, name=name, kind=PrincipalKind.USER)
        return replace(
            desk_context, principal=principal, role=role, permissions=permissions_of(role)
        )

    return iter([entered("bob", Role.OPERATOR), entered("eve", Role.ADMIN)])


def test_only_who_began_an_import_or_an_admin_goes_on_with_it(desk: Desk, others: Any) -> None:
    bob, admin = others
    found = desk.checked(csv_of(["order_id", "note"], [1, "x"]))
    for deed in (
        lambda context: importing.show_import(context, found.id),
        lambda context: import_running.check(context, found.id),
        lambda context: importing.drop(context, found.id),
    ):
        with pytest.raises(Forbidden) as refused:
            deed(bob)
        assert refused.value.code == "NOT_YOUR_IMPORT"
    assert [one.id for one in importing.list_imports(bob)] == [found.id]
    assert import_running.check(admin, found.id).state == "checked"


def test_personal_columns_are_for_those_who_see_personal_data(desk: Desk, others: Any) -> None:
    from dataclasses import replace

    from muster.base.people import Permission

    bob, _ = others
    narrowed = replace(bob, permissions=bob.permissions - {Permission.SEE_PERSONAL})
    desk.context = narrowed
    found = desk.upload(csv_of(["order_id", "customer email", "city"], [1, "a@b.at", "Graz"]))
    assert found.mapping == {
        "order_id": "order_id",
        "customer email": None,
        "city": "customer_city",
    }
    with pytest.raises(Forbidden) as refused:
        desk.configure(found, {"customer email": "customer_email"})
    assert refused.value.code == "NOT_ALLOWED"
