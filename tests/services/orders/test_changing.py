"""The write path: what is accepted, what is refused, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from muster.base.errors import Busy, CellsChanged, Conflict, Forbidden, InvalidInput
from muster.base.order_changes import (
    Applied,
    CellChange,
    Draft,
    ItemDelete,
    NewItem,
    NewOrder,
    OrderDelete,
)
from muster.base.people import Permission, Role
from muster.services.auditing import of_workspace, verify
from muster.services.context import WorkspaceContext
from muster.services.orders.changing import apply, attempted, write
from muster.services.orders.deeds import CONTENTION
from muster.services.orders.opening import open_desk
from muster.store import audit
from muster.store.orders import changesets, tables
from tests.orders_shop import world
from tests.services.orders.changes import (
    buyer,
    codes,
    content,
    edit,
    history,
    line,
    order,
    order_row,
)

W = world()
PENDING = W.first("pending")
CONFIRMED = W.first("confirmed")
PROCESSING = W.first("processing")
SHIPPED = W.first("shipped")
HELD = W.first("on_hold")
LINE = W.items_of(PENDING.order_id)[0]
LINE_KEY = f"{LINE.order_id}/{LINE.line_no}"


def changes_of(context: WorkspaceContext, changeset_id: int) -> list[tuple[object, ...]]:
    with open_desk(context) as (connection, _):
        found = changesets.changes_of(connection, changeset_id)
    return [(one.entity, one.key, one.op, one.field, one.old, one.new) for one in found]


def test_a_cell_is_written_and_kept_with_what_it_held(desk_context) -> None:
    done = edit(desk_context, order(PENDING.order_id, "coupon", PENDING.coupon, "SUMMER"))
    assert (done.orders, done.cells, done.already) == (1, 1, False)
    assert done.title == f"Coupon of order {PENDING.order_id}"
    assert done.order_ids == (PENDING.order_id,)
    assert done.customer_ids == (PENDING.customer_id,)
    assert order_row(desk_context, PENDING.order_id)["coupon"] == "SUMMER"
    assert changes_of(desk_context, done.changeset_id) == [
        ("order", str(PENDING.order_id), "update", "coupon", PENDING.coupon, "SUMMER")
    ]


def test_what_is_already_as_wanted_writes_nothing(desk_context) -> None:
    before = content(desk_context, without=())
    done = edit(desk_context, order(PENDING.order_id, "note", "something old", PENDING.note))
    assert (done.changeset_id, done.orders, done.cells) == (None, 0, 0)
    assert content(desk_context, without=()) == before


def test_a_cell_that_somebody_changed_since_is_refused_with_all_three_values(desk_context) -> None:
    other = replace(desk_context, principal=replace(desk_context.principal, name="ann"))
    edit(other, order(1, "note", None, "from Ann"))
    before = content(desk_context)
    with pytest.raises(CellsChanged) as refused:
        edit(
            desk_context,
            order(1, "note", None, "from me"),
            order(2, "note", None, "that would be fine"),
        )
    (conflict,) = refused.value.conflicts
    assert (conflict.entity, conflict.key, conflict.field) == ("order", "1", "note")
    assert (conflict.base, conflict.mine, conflict.theirs) == (None, "from me", "from Ann")
    assert conflict.changed_by == "ann"
    assert conflict.changed_at is not None
    assert conflict.version == order_row(desk_context, 1)["row_version"]
    assert content(desk_context) == before


def test_two_people_may_change_different_cells_of_one_row(desk_context) -> None:
    edit(desk_context, order(1, "note", None, "one"))
    edit(desk_context, order(1, "channel", "app", "web", version=1))
    row = order_row(desk_context, 1)
    assert (row["note"], row["channel"]) == ("one", "web")


def test_what_somebody_else_wrote_already_is_accepted(desk_context) -> None:
    edit(desk_context, order(1, "note", None, "the same"))
    done = edit(desk_context, order(1, "note", None, "the same"), order(1, "channel", "app", "web"))
    assert done.cells == 1


def test_without_a_base_the_present_value_is_replaced(desk_context) -> None:
    done = edit(desk_context, order(1, "channel", "nonsense", "phone", check_base=False))
    assert done.cells == 1


STATUS_FAULTS = [
    (PENDING.order_id, "delivered", None, "ILLEGAL_STATUS", "confirmed"),
    (PENDING.order_id, "cancelled", None, "REASON_REQUIRED", "Say why"),
    (PENDING.order_id, "cancelled", "  ", "REASON_REQUIRED", "Say why"),
    (W.first("refunded").order_id, "pending", None, "ILLEGAL_STATUS", None),
    (
        W.first("on_hold").order_id,
        "shipped",
        None,
        "ILLEGAL_STATUS",
        "cancelled",
    ),
]


@pytest.mark.parametrize(("order_id", "status", "reason", "code", "hint"), STATUS_FAULTS)
def test_a_step_the_desk_does_not_know_is_refused_with_those_it_does(
    desk_shared, order_id, status, reason, code, hint
) -> None:
    now = W.order(order_id).status
    with pytest.raises(InvalidInput) as refused:
        edit(desk_shared, order(order_id, "status", now, status), reason=reason)
    assert codes(refused.value) == [("$.cells[0].value", code)]
    assert (hint or "") in (refused.value.problems[0].hint or "")


def test_only_a_paid_order_that_was_cancelled_is_refunded(desk_context) -> None:
    unpaid = next(one for one in W.orders if one.status == "cancelled" and one.paid_at is None)
    with pytest.raises(InvalidInput) as refused:
        edit(desk_context, order(unpaid.order_id, "status", "cancelled", "refunded"))
    assert codes(refused.value) == [("$.cells[0].value", "NEVER_PAID")]
    paid_at = unpaid.order_date + timedelta(hours=1)
    edit(
        desk_context,
        order(unpaid.order_id, "paid_at", None, paid_at.isoformat()),
        order(unpaid.order_id, "status", "cancelled", "refunded"),
    )


def test_a_new_status_is_kept_with_all_that_the_desk_sets_by_itself(desk_context) -> None:
    done = edit(desk_context, order(PROCESSING.order_id, "status", "processing", "shipped"))
    kept = {name: new for _, _, _, name, _, new in changes_of(desk_context, done.changeset_id)}
    assert kept.keys() == {"status", "shipped_at"}
    assert done.title == f"Status of order {PROCESSING.order_id} to shipped"
    assert done.cells == 1
    assert history(desk_context, PROCESSING.order_id)[-1] == ("processing", "shipped")


def test_an_order_on_hold_goes_back_to_where_it_was(desk_context) -> None:
    edit(desk_context, order(CONFIRMED.order_id, "status", "confirmed", "on_hold"))
    with pytest.raises(InvalidInput) as refused:
        edit(desk_context, order(CONFIRMED.order_id, "status", "on_hold", "pending"))
    assert refused.value.problems[0].code in ("HELD_ELSEWHERE", "ILLEGAL_STATUS")
    edit(desk_context, order(CONFIRMED.order_id, "status", "on_hold", "confirmed"))
    assert order_row(desk_context, CONFIRMED.order_id)["held_from"] is None


def test_a_way_over_several_statuses_is_one_changeset(desk_context) -> None:
    way = ("confirmed", "processing")
    done = edit(desk_context, order(PENDING.order_id, "status", "pending", "shipped", via=way))
    steps = history(desk_context, PENDING.order_id)
    assert steps[-3:] == [
        ("pending", "confirmed"),
        ("confirmed", "processing"),
        ("processing", "shipped"),
    ]
    told = [one for one in changes_of(desk_context, done.changeset_id) if one[3] == "status"]
    assert told == [("order", str(PENDING.order_id), "update", "status", "pending", "shipped")]


def test_a_way_with_a_step_that_is_none_is_refused(desk_shared) -> None:
    cell = order(PENDING.order_id, "status", "pending", "shipped", via=("processing",))
    with pytest.raises(InvalidInput) as refused:
        edit(desk_shared, cell)
    assert codes(refused.value) == [("$.cells[0].value", "ILLEGAL_STATUS")]


def test_lines_change_and_the_total_follows(desk_context) -> None:
    before = order_row(desk_context, PENDING.order_id)
    done = edit(
        desk_context,
        line(LINE_KEY, "quantity", LINE.quantity, str(LINE.quantity + 2)),
        item_inserts=(NewItem(PENDING.order_id, "SKU-002", 3),),
    )
    row = order_row(desk_context, PENDING.order_id)
    added = 2 * LINE.unit_price + 3 * W.products[1].price
    assert row["total_amount"] == before["total_amount"] + added
    assert row["item_count"] == before["item_count"] + 1
    assert row["quantity"] == before["quantity"] + 5
    assert row["row_version"] == before["row_version"] + 1
    assert (done.cells, done.orders) == (2, 1)


def test_a_line_number_is_never_given_twice(desk_context) -> None:
    order_id, last = PENDING.order_id, PENDING.item_count
    edit(desk_context, item_inserts=(NewItem(order_id, "SKU-001", 1),))
    edit(desk_context, item_deletes=(ItemDelete(order_id, last + 1),))
    done = edit(desk_context, item_inserts=(NewItem(order_id, "SKU-001", 1),))
    ((entity, key, op, *_), *_) = [
        one for one in changes_of(desk_context, done.changeset_id) if one[0] == "item"
    ]
    assert (entity, key, op) == ("item", f"{order_id}/{last + 2}", "insert")


def test_the_lines_of_a_shipped_order_are_fixed(desk_shared) -> None:
    item = W.items_of(SHIPPED.order_id)[0]
    key = f"{item.order_id}/{item.line_no}"
    with pytest.raises(InvalidInput) as refused:
        edit(
            desk_shared,
            line(key, "quantity", item.quantity, item.quantity + 1),
            item_inserts=(NewItem(SHIPPED.order_id, "SKU-001", 1),),
            item_deletes=(ItemDelete(SHIPPED.order_id, item.line_no),),
        )
    assert {code for _, code in codes(refused.value)} in (
        {"ITEMS_FROZEN"},
        {"ITEMS_FROZEN", "ROW_GOES"},
    )
    assert {path for path, _ in codes(refused.value)} == {
        "$.cells[0].value",
        "$.insert_items[0]",
        "$.delete_items[0]",
    }


def test_a_line_that_changed_since_is_not_deleted(desk_context) -> None:
    edit(desk_context, line(LINE_KEY, "quantity", LINE.quantity, 9))
    with pytest.raises(CellsChanged) as refused:
        edit(desk_context, item_deletes=(ItemDelete(LINE.order_id, LINE.line_no, version=1),))
    (conflict,) = refused.value.conflicts
    assert (conflict.entity, conflict.key, conflict.field) == ("item", LINE_KEY, "*")
    assert conflict.theirs["quantity"] == 9


VALUE_FAULTS = [
    (order(1, "nonsense", None, "x"), "$.cells[0].field", "UNKNOWN_FIELD"),
    (order(1, "total_amount", None, "1.00"), "$.cells[0].field", "NOT_EDITABLE"),
    (order("x", "note", None, "x"), "$.cells[0].key", "UNKNOWN_ROW"),
    (order(4711, "note", None, "x"), "$.cells[0].value", "UNKNOWN_ORDER"),
    (order(9 * 10**18, "note", None, "x"), "$.cells[0].value", "UNKNOWN_ORDER"),
    (line("1/77", "quantity", 1, 2), "$.cells[0].value", "UNKNOWN_LINE"),
    (buyer("nobody", "city", None, "Graz"), "$.cells[0].value", "UNKNOWN_CUSTOMER"),
    (order(1, "customer_id", "C0007", "nobody"), "$.cells[0].value", "UNKNOWN_CUSTOMER"),
    (order(5, "customer_name", None, "Somebody"), "$.cells[0].value", "NO_CUSTOMER"),
    (order(1, "customer_name", "Anna 7", " "), "$.cells[0].value", "REQUIRED"),
    (order(1, "customer_email", "x", "not one"), "$.cells[0].value", "BAD_EMAIL"),
    (
        order(1, "customer_email", "Person8@example.test", "PERSON9@example.test"),
        "$.cells[0].value",
        "DUPLICATE_EMAIL",
    ),
    (order(1, "reference", None, "SHOP-0005"), "$.cells[0].value", "DUPLICATE_REFERENCE"),
    (order(1, "order_date", None, "2025-01-01"), "$.cells[0].value", "NO_TIME_ZONE"),
    (order(1, "order_date", None, ""), "$.cells[0].value", "REQUIRED"),
    (order(1, "channel", "app", "fax"), "$.cells[0].value", "UNKNOWN_VALUE"),
    (order(1, "coupon", None, "x" * 41), "$.cells[0].value", "TOO_LONG"),
    (order(1, "note", None, "a\x00b"), "$.cells[0].value", "UNSTORABLE_TEXT"),
    (line(LINE_KEY, "quantity", LINE.quantity, "many"), "$.cells[0].value", "NOT_A_NUMBER"),
    (line(LINE_KEY, "quantity", LINE.quantity, -1), "$.cells[0].value", "NEGATIVE_QUANTITY"),
    (line(LINE_KEY, "unit_price", LINE.unit_price, "1.999"), "$.cells[0].value", "TOO_PRECISE"),
    (
        line(LINE_KEY, "product_id", LINE.product_id, "SKU-999"),
        "$.cells[0].value",
        "UNKNOWN_PRODUCT",
    ),
]


@pytest.mark.parametrize(("cell", "path", "code"), VALUE_FAULTS)
def test_a_bad_cell_is_told_with_its_path_and_code(
    desk_shared, cell: CellChange, path, code
) -> None:
    with pytest.raises(InvalidInput) as refused:
        edit(desk_shared, replace(cell, check_base=False))
    assert codes(refused.value) == [(path, code)]
    assert refused.value.code == "BAD_CELLS"


def test_every_fault_of_a_draft_is_told_at_once(desk_shared) -> None:
    with pytest.raises(InvalidInput) as refused:
        edit(
            desk_shared,
            order(1, "channel", "app", "fax"),
            order(PENDING.order_id, "status", "pending", "delivered"),
            order(4711, "note", None, "x"),
            item_inserts=(NewItem(PENDING.order_id, "SKU-999", "some"),),
        )
    assert codes(refused.value) == [
        ("$.cells[0].value", "UNKNOWN_VALUE"),
        ("$.insert_items[0].quantity", "NOT_A_NUMBER"),
        ("$.cells[2].value", "UNKNOWN_ORDER"),
        ("$.cells[1].value", "ILLEGAL_STATUS"),
    ]


def test_dates_keep_their_order(desk_shared) -> None:
    early = SHIPPED.order_date - timedelta(days=1)
    with pytest.raises(InvalidInput) as refused:
        edit(desk_shared, order(SHIPPED.order_id, "shipped_at", None, early, check_base=False))
    assert codes(refused.value) == [("$.cells[0].value", "DATES_DISORDERED")]


def test_the_same_cell_twice_must_be_the_same_value(desk_context) -> None:
    with pytest.raises(InvalidInput) as refused:
        edit(desk_context, order(1, "note", None, "a"), order(1, "note", None, "b"))
    assert codes(refused.value) == [("$.cells[1].value", "SAME_CELL_TWICE")]
    assert edit(desk_context, order(1, "note", None, "a"), order(1, "note", None, "a")).cells == 1


def test_a_customers_name_is_changed_from_any_of_their_orders_and_on_all_of_them(
    desk_context,
) -> None:
    first = W.order(1)
    own = [one.order_id for one in W.orders if one.customer_id == first.customer_id]
    done = edit(desk_context, order(1, "customer_name", first.customer_name, "Newman"))
    assert done.title == f"Name of customer {first.customer_id}"
    assert done.order_ids == tuple(own)
    assert done.orders == 1
    names = {order_row(desk_context, one)["customer_name"] for one in own}
    assert names == {"Newman"}


def test_an_order_that_goes_to_another_customer_bears_that_customers_name(desk_context) -> None:
    other = W.customers[20]
    done = edit(
        desk_context,
        order(1, "customer_id", W.order(1).customer_id, other.customer_id),
        order(1, "customer_name", W.order(1).customer_name, other.name),
    )
    assert done.cells == 1
    assert order_row(desk_context, 1)["customer_email"] == other.email
    assert done.customer_ids == tuple(sorted([W.order(1).customer_id, other.customer_id]))


def test_a_name_cannot_be_changed_while_the_order_goes_to_another_customer(desk_shared) -> None:
    with pytest.raises(InvalidInput) as refused:
        edit(
            desk_shared,
            order(1, "customer_id", W.order(1).customer_id, W.customers[20].customer_id),
            order(1, "customer_name", W.order(1).customer_name, "Somebody else"),
        )
    assert codes(refused.value) == [("$.cells[1].value", "CUSTOMER_CHANGES")]


def test_the_same_op_id_again_does_nothing_and_answers_the_same(desk_context) -> None:
    op_id = uuid4()
    first = edit(desk_context, order(1, "note", None, "once"), op_id=op_id)
    edit(desk_context, order(1, "note", "once", "something else"))
    again = edit(desk_context, order(1, "note", None, "once"), op_id=op_id)
    assert again.already
    assert (again.changeset_id, again.cells, again.title) == (
        first.changeset_id,
        first.cells,
        first.title,
    )
    assert order_row(desk_context, 1)["note"] == "something else"
    with pytest.raises(Conflict) as refused:
        edit(desk_context, order(1, "note", None, "twice"), op_id=op_id)
    assert refused.value.code == "OP_ID_REUSED"


def test_a_dry_run_finds_all_faults_and_leaves_no_trace(desk_context) -> None:
    before = content(desk_context, without=())
    done = edit(desk_context, order(1, "note", None, "tried"), dry_run=True)
    assert (done.changeset_id, done.cells) == (None, 1)
    assert content(desk_context, without=()) == before
    with open_desk(desk_context) as (connection, _):
        assert connection.execute(select(tables.changesets)).all() == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_who_is_no_operator_changes_nothing(desk_shared, role) -> None:
    less = replace(desk_shared, role=role, permissions=frozenset({Permission.READ}))
    with pytest.raises(Forbidden):
        edit(less, order(1, "note", None, "x"))


def test_who_may_not_see_personal_data_may_not_change_it(desk_shared) -> None:
    less = replace(desk_shared, permissions=frozenset({Permission.EDIT_ORDERS}))
    with pytest.raises(Forbidden):
        edit(less, order(1, "customer_name", W.order(1).customer_name, "x"))


def test_a_deed_is_one_audit_entry_without_values(desk_context) -> None:
    edit(
        desk_context,
        order(1, "customer_name", W.order(1).customer_name, "Secret Name"),
        order(1, "note", None, "a note"),
        reason="as they asked",
    )
    with desk_context.transaction() as connection:
        entry = audit.last(connection, desk_context.workspace.id)
    assert (entry.action, entry.actor, entry.reason) == ("orders.edit", "tester", "as they asked")
    assert entry.subject.startswith("changeset/")
    assert entry.after["fields"] == {"customer.name": 1, "order.note": 1}
    assert "Secret" not in str(entry)
    assert verify(of_workspace(desk_context)).holds


def test_an_order_is_made_with_its_lines_and_deleted_again(desk_context) -> None:
    fields = {"customer_id": "C0001", "channel": "phone", "note": "by phone"}
    lines = (NewItem(0, "SKU-001", 2), NewItem(0, "SKU-002", 1, "3.50"))
    draft = Draft(uuid4(), "create", inserts=(NewOrder(fields, lines, path="$"),))
    done = apply(desk_context, draft)
    (order_id,) = done.order_ids
    row = order_row(desk_context, order_id)
    assert order_id == 201
    assert row["total_amount"] == 2 * W.products[0].price + Decimal("3.50")
    assert (row["item_count"], row["quantity"], row["status"]) == (2, 3, "pending")
    assert row["customer_name"] == W.customers[0].name
    assert history(desk_context, order_id) == [(None, "pending")]
    gone = apply(desk_context, Draft(uuid4(), "delete", deletes=(OrderDelete(order_id),)))
    assert gone.title == f"Deleted order {order_id}"
    (told,) = changes_of(desk_context, gone.changeset_id)
    assert told[4]["note"] == "by phone"
    assert len(told[4]["items"]) == 2


def test_an_order_that_changed_since_or_is_far_along_is_not_simply_deleted(desk_context) -> None:
    edit(desk_context, order(1, "note", None, "changed"))
    with pytest.raises(CellsChanged):
        apply(desk_context, Draft(uuid4(), "delete", deletes=(OrderDelete(1, version=1),)))
    gone = Draft(uuid4(), "delete", deletes=(OrderDelete(SHIPPED.order_id),))
    with pytest.raises(InvalidInput) as refused:
        apply(desk_context, gone)
    assert codes(refused.value) == [("$.deletes[0]", "REASON_REQUIRED")]
    apply(desk_context, replace(gone, reason="a test order"))


NEW_ORDER_FAULTS = [
    ({"status": "delivered"}, [("$.fields.status", "ILLEGAL_STATUS")]),
    ({"status": "on_hold"}, [("$.fields.status", "ILLEGAL_STATUS")]),
    ({"total_amount": "5.00"}, [("$.fields.total_amount", "UNKNOWN_FIELD")]),
    ({"customer_name": "x"}, [("$.fields.customer_name", "UNKNOWN_FIELD")]),
    ({"customer_id": "nobody"}, [("$.fields.customer_id", "UNKNOWN_CUSTOMER")]),
    ({"reference": "SHOP-0005"}, [("$.fields.reference", "DUPLICATE_REFERENCE")]),
    ({"channel": "fax"}, [("$.fields.channel", "UNKNOWN_VALUE")]),
    ({"shipped_at": "2020-01-01T00:00:00Z"}, [("$.fields.shipped_at", "DATES_DISORDERED")]),
]


@pytest.mark.parametrize(("fields", "faults"), NEW_ORDER_FAULTS)
def test_a_new_order_is_checked_like_any_other(desk_shared, fields, faults) -> None:
    made = NewOrder(fields, (NewItem(0, "SKU-001", 1),), path="$")
    with pytest.raises(InvalidInput) as refused:
        apply(desk_shared, Draft(uuid4(), "create", inserts=(made,)))
    assert codes(refused.value) == faults


def test_a_new_order_needs_a_line_and_a_sale_has_none_below_zero(desk_context) -> None:
    for lines, fault in (
        ((), ("$.items", "REQUIRED")),
        ((NewItem(0, "SKU-001", -1),), ("$.items[0].quantity", "NEGATIVE_QUANTITY")),
        ((NewItem(0, "SKU-001", None),), ("$.items[0].quantity", "REQUIRED")),
    ):
        with pytest.raises(InvalidInput) as refused:
            apply(desk_context, Draft(uuid4(), "create", inserts=(NewOrder({}, lines, path="$"),)))
        assert codes(refused.value) == [fault]
    credit = NewOrder({"kind": "credit"}, (NewItem(0, "SKU-001", -1),), path="$")
    done = apply(desk_context, Draft(uuid4(), "create", inserts=(credit,)))
    assert order_row(desk_context, done.order_ids[0])["total_amount"] < 0


def test_an_imported_order_may_be_born_in_any_status(desk_context) -> None:
    delivered = NewOrder(
        {
            "status": "delivered",
            "order_date": datetime(2025, 5, 1, tzinfo=UTC),
            "delivered_at": datetime(2025, 5, 3, tzinfo=UTC),
        },
        (NewItem(0, "SKU-001", 1),),
    )
    held = NewOrder({"status": "on_hold"}, ())
    done = apply(desk_context, Draft(uuid4(), "import", inserts=(delivered, held)))
    assert done.orders == 2
    assert history(desk_context, done.order_ids[0]) == [(None, "delivered")]
    edit(desk_context, order(done.order_ids[1], "status", "on_hold", "pending"))


def test_what_only_the_database_refuses_is_told_like_any_fault(desk_context) -> None:
    # each line fits, their sum does not
    costly = tuple(NewItem(PENDING.order_id, "SKU-001", 90, "9999999999.99") for _ in range(2))
    with pytest.raises(InvalidInput) as refused:
        edit(desk_context, item_inserts=costly)
    assert [problem.code for problem in refused.value.problems] == ["OUT_OF_RANGE"]


def test_several_deeds_may_share_a_transaction(desk_context) -> None:
    with open_desk(desk_context) as (connection, desk):
        for number, text in enumerate(("one", "two")):
            cell = order(1, "note", [None, "one"][number], text)
            write(connection, desk, desk_context, Draft(uuid4(), "edit", cells=(cell,)))
    assert order_row(desk_context, 1)["note"] == "two"


def test_who_stands_in_the_way_of_others_tries_again(desk_shared) -> None:
    tries = []

    def once(_connection: object, _desk: object) -> Applied:
        tries.append(1)
        if len(tries) < 3:
            raise Busy(CONTENTION, "in the way")
        return Applied(None, 0, 0, "", ())

    assert attempted(desk_shared, once).cells == 0
    assert len(tries) == 3


def test_it_does_not_try_for_ever_nor_what_is_not_worth_it(desk_shared) -> None:
    tries = []

    def refused(code: str) -> Callable[[object, object], Applied]:
        def once(_connection: object, _desk: object) -> Applied:
            tries.append(code)
            raise Busy(code, "in the way")

        return once

    for code in (CONTENTION, "DATABASE_TIMEOUT"):
        with pytest.raises(Busy):
            attempted(desk_shared, refused(code))
    assert 2 < tries.count(CONTENTION) < 10
    assert tries.count("DATABASE_TIMEOUT") == 1


def test_people_at_the_same_rows_in_any_order_all_get_an_answer(desk_context) -> None:
    """Customers, orders and lines crosswise: nobody deadlocks, each edit is done or refused."""

    both = (PENDING.order_id, CONFIRMED.order_id)

    def person(number: int) -> tuple[int, int]:
        done = clashed = 0
        for turn in range(6):
            first, second = both if (number + turn) % 2 else both[::-1]
            cells = (
                order(first, "note", None, f"{number} {turn}", check_base=turn % 3 == 0),
                order(second, "customer_name", None, f"Name {number}", check_base=False),
                line(f"{second}/1", "quantity", None, 1 + number, check_base=False),
            )
            try:
                edit(desk_context, *cells)
                done += 1
            except CellsChanged:
                clashed += 1
        return done, clashed

    with ThreadPoolExecutor(4) as people:
        told = list(people.map(person, range(4)))
    assert sum(done + clashed for done, clashed in told) == 24
    with open_desk(desk_context) as (connection, _):
        kept = connection.scalars(select(tables.changesets.c.id)).all()
    assert len(kept) == sum(done for done, _ in told)
