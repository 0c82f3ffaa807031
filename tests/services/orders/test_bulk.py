"""One wish for many orders: shown, done as one changeset, undone as one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from muster.base.errors import Conflict, Forbidden, InvalidInput
from muster.base.order_query import Condition, OrderQuery
from muster.base.people import Permission
from muster.services.orders import bulk
from muster.services.orders.bulk import BulkRequest, apply_bulk, preview
from muster.services.orders.opening import open_desk
from muster.services.orders.undoing import redo, undo
from muster.store import audit
from tests.orders_shop import rows, world

WORLD = world()


def numbers(*statuses):
    return tuple(one.order_id for one in WORLD.orders if one.status in statuses)


def query(status):
    return OrderQuery(Condition("status", "=", status))


def asked(context, sql, **values):
    with open_desk(context) as (connection, _):
        return rows(connection, sql, **values)


def state(context):
    """Everything an undo must bring back."""
    return asked(
        context,
        "SELECT order_id, status, held_from, total_amount, channel, note, paid_at, shipped_at,"
        " delivered_at FROM orders ORDER BY order_id",
    )


def done(context, request, **changed):
    shown = preview(context, request)
    return apply_bulk(
        context,
        request,
        **{"op_id": uuid4(), "token": shown.token, "expect": len(shown.orders.legal)} | changed,
    )


def test_a_preview_divides_the_selection_and_changes_nothing(desk_context) -> None:
    before = state(desk_context)
    chosen = numbers("processing", "shipped", "refunded", "confirmed", "pending")
    found = preview(desk_context, BulkRequest(chosen, {"status": "shipped"})).orders
    counted = Counter(WORLD.order(number).status for number in chosen)
    assert found.matching == len(chosen)
    assert [one.order_id for one in found.legal] == list(numbers("processing"))
    assert found.same == counted["shipped"]
    assert [(one.code, one.count) for one in found.illegal] == [
        ("FINAL_STATUS", counted["refunded"])
    ]
    assert {one.via: one.count for one in found.short} == {
        ("processing",): counted["confirmed"],
        ("confirmed", "processing"): counted["pending"],
    }
    assert state(desk_context) == before
    assert asked(desk_context, "SELECT count(*) FROM changesets") == [(0,)]


def test_three_illegal_rows_are_left_and_the_others_done(desk_context) -> None:
    chosen = (*numbers("processing")[:5], *numbers("delivered")[:2], numbers("refunded")[0])
    request = BulkRequest(chosen, {"status": "shipped"})
    assert sum(one.count for one in preview(desk_context, request).orders.illegal) == 3
    applied = done(desk_context, request)
    assert (applied.orders, applied.order_ids) == (5, tuple(sorted(chosen[:5])))
    now = dict(asked(desk_context, "SELECT order_id, status FROM orders"))
    assert [now[number] for number in chosen] == [
        *["shipped"] * 5, *["delivered"] * 2, "refunded",
    ]  # fmt: skip


def test_a_bulk_is_one_changeset_and_one_audit_entry(desk_context) -> None:
    applied = done(desk_context, BulkRequest(query("processing"), {"status": "shipped"}))
    count = len(numbers("processing"))
    found = asked(desk_context, "SELECT id, kind, title, orders, cells FROM changesets")
    title = f"Status set to shipped on {count} orders"
    assert found == [(applied.changeset_id, "bulk", title, count, count)]
    with desk_context.transaction() as connection:
        log = audit.every(connection, desk_context.workspace.id, limit=500)
    assert [one.subject for one in log if one.action.startswith("orders.")] == [
        f"changeset/{applied.changeset_id}"
    ]


def test_walked_steps_are_each_in_the_history_and_all_of_one_changeset(desk_context) -> None:
    request = BulkRequest(numbers("pending"), {"status": "shipped"}, steps=True)
    found = preview(desk_context, request).orders
    assert len(found.legal) == len(numbers("pending"))
    applied = done(desk_context, request)
    walked = asked(
        desk_context,
        "SELECT order_id, array_agg(to_status ORDER BY status_change_id) FROM order_status_history"
        " WHERE changeset_id = :made GROUP BY order_id",
        made=applied.changeset_id,
    )
    assert {number for number, _ in walked} == set(numbers("pending"))
    assert {tuple(steps) for _, steps in walked} == {("confirmed", "processing", "shipped")}
    assert asked(desk_context, "SELECT count(*), sum(cells) FROM changesets") == [
        (1, len(numbers("pending")))
    ]


@pytest.mark.parametrize(
    "request_",
    [
        BulkRequest(numbers("pending"), {"status": "shipped"}, steps=True),
        BulkRequest(numbers("processing", "on_hold"), {"status": "cancelled"}, reason="Recall"),
        BulkRequest(query("on_hold"), {"status": "shipped"}, steps=True),
        BulkRequest(numbers("pending"), {"status": "on_hold", "note": "Look", "channel": "web"}),
    ],
)
def test_undo_brings_everything_back(desk_context, request_) -> None:
    before = state(desk_context)
    done(desk_context, request_)
    after = state(desk_context)
    assert after != before
    undone = undo(desk_context, op_id=uuid4())
    assert not undone.skipped
    assert state(desk_context) == before
    redo(desk_context, op_id=uuid4())
    assert [row[:2] for row in state(desk_context)] == [row[:2] for row in after]


def test_what_changed_in_the_selection_since_the_preview_is_refused(desk_context) -> None:
    request = BulkRequest(query("processing"), {"status": "shipped"})
    shown = preview(desk_context, request)
    moved = numbers("processing")[0]
    with open_desk(desk_context) as (connection, _):
        connection.execute(
            text("UPDATE orders SET status = 'on_hold' WHERE order_id = :moved"), {"moved": moved}
        )
    with pytest.raises(Conflict) as refused:
        apply_bulk(
            desk_context,
            request,
            op_id=uuid4(),
            token=shown.token,
            expect=len(shown.orders.legal),
        )
    assert refused.value.code == "SELECTION_CHANGED"
    assert asked(desk_context, "SELECT count(*) FROM changesets") == [(0,)]


@pytest.mark.parametrize("changed", [{"token": "f" * 64}, {"expect": 1}])
def test_another_token_or_another_number_is_refused(desk_context, changed) -> None:
    with pytest.raises(Conflict, match="changed since"):
        done(desk_context, BulkRequest(query("processing"), {"status": "shipped"}), **changed)


def test_a_note_that_somebody_wrote_meanwhile_is_not_in_the_way(desk_context) -> None:
    request = BulkRequest(query("processing"), {"status": "shipped"})
    shown = preview(desk_context, request)
    with open_desk(desk_context) as (connection, _):
        connection.execute(text("UPDATE orders SET note = 'Call first'"))
    done(desk_context, request, token=shown.token)
    assert asked(desk_context, "SELECT DISTINCT note FROM orders") == [("Call first",)]


def test_the_same_deed_sent_twice_is_done_once(desk_context) -> None:
    request = BulkRequest(query("processing"), {"status": "shipped"})
    shown, op_id = preview(desk_context, request), uuid4()
    sent = {"op_id": op_id, "token": shown.token, "expect": len(shown.orders.legal)}
    first, second = (apply_bulk(desk_context, request, **sent) for _ in range(2))
    assert (first.already, second.already) == (False, True)
    assert first.changeset_id == second.changeset_id


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"status": "lost"}, "UNKNOWN_VALUE"),
        ({"status": None}, "REQUIRED"),
        ({"total_amount": "1.00"}, "NOT_SETTABLE"),
        ({"customer_name": "Ada"}, "NOT_SETTABLE"),
        ({"reference": "A"}, "NOT_SETTABLE"),
        ({"nothing": 1}, "NOT_SETTABLE"),
        ({"customer_id": "C9999"}, "UNKNOWN_CUSTOMER"),
        ({"paid_at": "soon"}, "NOT_AN_INSTANT"),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_refused(desk_shared, values, code) -> None:
    with pytest.raises(InvalidInput) as refused:
        preview(desk_shared, BulkRequest((1, 2), values))
    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == (code, f"$.set.{next(iter(values))}")


def test_more_orders_than_one_bulk_may_change_are_refused(desk_shared, monkeypatch) -> None:
    monkeypatch.setattr(bulk, "MOST_ORDERS", 10)
    with pytest.raises(InvalidInput, match="More than 10 orders match"):
        preview(desk_shared, BulkRequest(OrderQuery(), {"channel": "web"}))


def test_nothing_to_change_is_said(desk_shared) -> None:
    shown = preview(desk_shared, BulkRequest(query("refunded"), {"status": "pending"}))
    assert (shown.orders.legal, shown.impact.sentence) == ((), "Nothing would change.")


def test_many_orders_may_go_to_another_customer(desk_context) -> None:
    chosen = tuple(range(1, 31))
    done(desk_context, BulkRequest(chosen, {"customer_id": "C0001", "coupon": ""}))
    assert asked(
        desk_context,
        "SELECT DISTINCT customer_id, customer_name, coupon FROM orders WHERE order_id <= 30",
    ) == [("C0001", WORLD.customers[0].name, None)]


def test_who_may_not_edit_orders_sees_no_preview(desk_shared) -> None:
    viewer = replace(desk_shared, permissions=frozenset({Permission.READ}))
    with pytest.raises(Forbidden):
        preview(viewer, BulkRequest((1,), {"channel": "web"}))


def test_without_the_right_to_see_personal_data_nobody_selects_by_it(desk_shared) -> None:
    rights = desk_shared.permissions - {Permission.SEE_PERSONAL}
    blind = replace(desk_shared, permissions=rights)
    by_name = OrderQuery(Condition("customer_name", "=", "Anna 8"))
    with pytest.raises(InvalidInput, match="personal"):
        preview(blind, BulkRequest(by_name, {"channel": "web"}))
