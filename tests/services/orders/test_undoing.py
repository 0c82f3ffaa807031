"""Undo and redo: everything comes back, but for what somebody changed since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from muster.base.errors import Conflict, Forbidden, NotFound
from muster.base.order_changes import Draft, ItemDelete, NewItem, NewOrder, OrderDelete
from muster.base.people import Permission, Role
from muster.services.context import WorkspaceContext
from muster.services.orders.changing import apply
from muster.services.orders.opening import open_desk
from muster.services.orders.undoing import redo, undo, undo_stack
from tests.orders_shop import world
from tests.services.orders.changes import (
    buyer,
    content,
    edit,
    history,
    line,
    order,
    order_row,
)

W = world()
PENDING = W.first("pending")
PROCESSING = W.first("processing")
SHIPPED = W.first("shipped")
HELD = W.first("on_hold")
LINE = W.items_of(PENDING.order_id)[0]
LINE_KEY = f"{LINE.order_id}/{LINE.line_no}"
FIRST = W.order(1)


def named(context: WorkspaceContext, name: str) -> WorkspaceContext:
    """The same desk as somebody else sees it."""
    return replace(context, principal=replace(context.principal, name=name))


DEEDS = {
    "a cell": Draft(uuid4(), "edit", cells=(order(1, "note", None, "x"),)),
    "a date": Draft(
        uuid4(),
        "edit",
        cells=(
            order(
                SHIPPED.order_id,
                "order_date",
                None,
                SHIPPED.order_date - timedelta(days=1, microseconds=7),
                check_base=False,
            ),
        ),
    ),
    "a step": Draft(
        uuid4(), "edit", cells=(order(PROCESSING.order_id, "status", "processing", "shipped"),)
    ),
    "a way": Draft(
        uuid4(),
        "bulk",
        cells=(
            order(
                PENDING.order_id,
                "status",
                None,
                "delivered",
                check_base=False,
                via=("confirmed", "processing", "shipped"),
            ),
        ),
    ),
    "held": Draft(
        uuid4(), "edit", cells=(order(PROCESSING.order_id, "status", "processing", "on_hold"),)
    ),
    "cancelled while held": Draft(
        uuid4(),
        "edit",
        cells=(order(HELD.order_id, "status", "on_hold", "cancelled"),),
        reason="because",
    ),
    "a line changed": Draft(
        uuid4(),
        "edit",
        cells=(
            line(LINE_KEY, "quantity", None, 77, check_base=False),
            line(LINE_KEY, "product_id", None, "SKU-020", check_base=False),
        ),
    ),
    "a line shipped": Draft(
        uuid4(),
        "edit",
        cells=(
            line(f"{PROCESSING.order_id}/1", "quantity", None, 77, check_base=False),
            order(PROCESSING.order_id, "status", "processing", "shipped"),
        ),
    ),
    "lines made and deleted": Draft(
        uuid4(),
        "edit",
        item_inserts=(NewItem(1, "SKU-003", 3), NewItem(2, "SKU-004", 1, "0.01")),
        item_deletes=(ItemDelete(LINE.order_id, LINE.line_no),),
    ),
    "another customer": Draft(
        uuid4(), "edit", cells=(order(1, "customer_id", FIRST.customer_id, None),)
    ),
    "a customer's data": Draft(
        uuid4(),
        "edit",
        cells=(
            order(1, "customer_name", FIRST.customer_name, "Other"),
            buyer("C0001", "email", None, None, check_base=False),
        ),
    ),
    "an order made": Draft(
        uuid4(),
        "create",
        inserts=(NewOrder({"customer_id": "C0001"}, (NewItem(0, "SKU-001", 1),)),),
    ),
    "orders deleted": Draft(
        uuid4(), "delete", deletes=(OrderDelete(1), OrderDelete(SHIPPED.order_id)), reason="test"
    ),
}


@pytest.mark.parametrize("name", DEEDS)
def test_undo_restores_all_and_redo_does_it_again(desk_context, name) -> None:
    before = content(desk_context)
    apply(desk_context, DEEDS[name])
    after = content(desk_context)
    assert after != before
    for _ in range(2):
        undone = undo(desk_context, uuid4())
        assert undone.skipped == ()
        assert content(desk_context) == before
        redone = redo(desk_context, uuid4())
        assert redone.skipped == ()
        assert content(desk_context) == after


def test_a_deleted_order_comes_back_with_its_history_and_a_newer_version(desk_context) -> None:
    told = history(desk_context, SHIPPED.order_id)
    row = order_row(desk_context, SHIPPED.order_id)
    apply(
        desk_context, Draft(uuid4(), "delete", deletes=(OrderDelete(row["order_id"]),), reason="x")
    )
    undo(desk_context, uuid4())
    assert history(desk_context, SHIPPED.order_id) == told
    back = order_row(desk_context, SHIPPED.order_id)
    assert back["row_version"] > row["row_version"]
    assert back["created_at"] == row["created_at"]


def test_what_somebody_changed_since_is_left_and_told_and_the_rest_put_back(desk_context) -> None:
    done = edit(
        desk_context,
        order(1, "note", None, "mine"),
        order(2, "note", None, "mine too"),
    )
    edit(named(desk_context, "ann"), order(1, "note", "mine", "Ann's"))
    undone = undo(desk_context, uuid4())
    assert (undone.undone, undone.cells, undone.orders) == (done.changeset_id, 1, 1)
    (left,) = undone.skipped
    assert (left.key, left.base, left.mine, left.theirs) == ("1", "mine", None, "Ann's")
    assert (left.changed_by, left.code) == ("ann", "CELL_CHANGED")
    assert order_row(desk_context, 1)["note"] == "Ann's"
    assert order_row(desk_context, 2)["note"] is None
    assert undo_stack(desk_context).undo is None


def test_a_status_that_went_on_is_left_with_the_instants_that_belong_to_it(desk_context) -> None:
    order_id = PROCESSING.order_id
    edit(desk_context, order(order_id, "status", "processing", "shipped"))
    edit(named(desk_context, "ann"), order(order_id, "status", "shipped", "delivered"))
    undone = undo(desk_context, uuid4())
    assert [(one.field, one.code) for one in undone.skipped] == [
        ("status", "CELL_CHANGED"),
        ("shipped_at", "STATUS_LEFT"),
    ]
    row = order_row(desk_context, order_id)
    assert row["status"] == "delivered"
    assert row["shipped_at"] is not None


def test_lines_that_were_shipped_since_stay_as_they_are(desk_context) -> None:
    key = f"{PROCESSING.order_id}/1"
    edit(desk_context, line(key, "quantity", None, 77, check_base=False))
    edit(named(desk_context, "ann"), order(PROCESSING.order_id, "status", "processing", "shipped"))
    total = order_row(desk_context, PROCESSING.order_id)["total_amount"]
    undone = undo(desk_context, uuid4())
    assert [(one.key, one.code) for one in undone.skipped] == [(key, "ITEMS_FROZEN")]
    assert order_row(desk_context, PROCESSING.order_id)["total_amount"] == total


def test_an_order_that_changed_since_it_was_made_is_not_removed(desk_context) -> None:
    made = Draft(uuid4(), "create", inserts=(NewOrder({}, (NewItem(0, "SKU-001", 1),)),))
    (order_id,) = apply(desk_context, made).order_ids
    edit(named(desk_context, "ann"), line(f"{order_id}/1", "quantity", 1, 2))
    undone = undo(desk_context, uuid4())
    assert [(one.key, one.field) for one in undone.skipped] == [(str(order_id), "*")]
    assert order_row(desk_context, order_id)["quantity"] == 2


def test_a_value_somebody_else_took_meanwhile_is_left(desk_context) -> None:
    edit(desk_context, order(5, "reference", "SHOP-0005", "NEW-5"))
    edit(named(desk_context, "ann"), order(1, "reference", None, "SHOP-0005"))
    undone = undo(desk_context, uuid4())
    assert [one.code for one in undone.skipped] == ["DUPLICATE_REFERENCE"]
    assert order_row(desk_context, 5)["reference"] == "NEW-5"


def test_what_was_deleted_since_is_told(desk_context) -> None:
    edit(desk_context, order(1, "note", None, "x"))
    apply(
        named(desk_context, "ann"), Draft(uuid4(), "delete", deletes=(OrderDelete(1),), reason="x")
    )
    undone = undo(desk_context, uuid4())
    assert [(one.code, one.version) for one in undone.skipped] == [("UNKNOWN_ORDER", None)]


def test_undo_goes_back_through_ones_own_deeds_alone(desk_context) -> None:
    ann = named(desk_context, "ann")
    edit(desk_context, order(1, "note", None, "one"))
    edit(ann, order(2, "note", None, "Ann's"))
    edit(desk_context, order(3, "note", None, "two"))
    assert undo(desk_context, uuid4()).order_ids == (3,)
    assert undo(desk_context, uuid4()).order_ids == (1,)
    with pytest.raises(Conflict, match="nothing of yours") as refused:
        undo(desk_context, uuid4())
    assert refused.value.code == "NOTHING_TO_UNDO"
    assert order_row(desk_context, 2)["note"] == "Ann's"
    assert redo(desk_context, uuid4()).order_ids == (1,)
    assert redo(desk_context, uuid4()).order_ids == (3,)
    with pytest.raises(Conflict) as refused:
        redo(desk_context, uuid4())
    assert refused.value.code == "NOTHING_TO_REDO"


def test_a_new_edit_leaves_nothing_to_redo(desk_context) -> None:
    edit(desk_context, order(1, "note", None, "one"))
    undo(desk_context, uuid4())
    assert undo_stack(desk_context).redo is not None
    edit(desk_context, order(2, "note", None, "two"))
    assert undo_stack(desk_context).redo is None


def test_an_operator_reverts_somebody_elses_deed_by_its_id(desk_context) -> None:
    done = edit(named(desk_context, "ann"), order(1, "note", None, "Ann's"))
    undone = undo(desk_context, uuid4(), done.changeset_id)
    assert order_row(desk_context, 1)["note"] is None
    for again in (done.changeset_id, undone.changeset_id):
        with pytest.raises(Conflict) as refused:
            undo(desk_context, uuid4(), again)
        assert refused.value.code == "ALREADY_UNDONE"
    redone = redo(desk_context, uuid4(), done.changeset_id)
    assert order_row(desk_context, 1)["note"] == "Ann's"
    undo(desk_context, uuid4(), redone.changeset_id)
    assert order_row(desk_context, 1)["note"] is None
    with pytest.raises(NotFound):
        undo(desk_context, uuid4(), 4711)


def test_the_same_op_id_undoes_once(desk_context) -> None:
    edit(desk_context, order(1, "note", None, "one"))
    edit(desk_context, order(1, "note", "one", "two"))
    edit(named(desk_context, "ann"), order(1, "note", "two", "Ann's"))
    op_id = uuid4()
    first, again = undo(desk_context, op_id), undo(desk_context, op_id)
    assert (first.already, again.already) == (False, True)
    assert again.changeset_id == first.changeset_id
    assert again.skipped == first.skipped


def test_who_may_not_edit_may_not_undo_and_personal_data_asks_for_more(desk_context) -> None:
    edit(desk_context, order(1, "customer_name", FIRST.customer_name, "Other"))
    viewer = replace(desk_context, role=Role.VIEWER, permissions=frozenset({Permission.READ}))
    blind = replace(desk_context, permissions=frozenset({Permission.EDIT_ORDERS}))
    for context in (viewer, blind):
        with pytest.raises(Forbidden):
            undo(context, uuid4())


def test_what_an_undo_left_is_kept_without_personal_values(desk_context) -> None:
    edit(desk_context, order(1, "customer_name", FIRST.customer_name, "Other"))
    edit(named(desk_context, "ann"), buyer(FIRST.customer_id, "name", "Other", "Third"))
    undo(desk_context, uuid4())
    with open_desk(desk_context) as (connection, _):
        kept = connection.scalars(text("SELECT details::text FROM changesets")).all()
    assert "skipped" in kept[-1]
    assert not any(name in kept[-1] for name in ("Other", "Third", str(FIRST.customer_name)))
