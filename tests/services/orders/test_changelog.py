"""The history as it is shown: whose deeds, which order's, and what of it may be seen."""

from __future__ import annotations

from dataclasses import replace

from muster.base.people import Permission
from muster.services.orders.changelog import list_changesets, show_changeset
from muster.store import audit
from tests.orders_shop import world
from tests.services.orders.changes import edit, order

FIRST = world().order(1)


def test_personal_values_are_masked_and_seeing_them_is_recorded(desk_context) -> None:
    done = edit(
        desk_context,
        order(1, "customer_name", FIRST.customer_name, "New Name"),
        order(1, "note", None, "plain"),
    )
    reader = replace(desk_context, permissions=frozenset({Permission.READ}))
    _, masked = show_changeset(reader, done.changeset_id)
    assert {(one.field, one.old, one.new) for one in masked} == {
        ("name", "***", "***"),
        ("note", None, "plain"),
    }
    _, clear = show_changeset(desk_context, done.changeset_id)
    assert ("name", FIRST.customer_name, "New Name") in {
        (one.field, one.old, one.new) for one in clear
    }
    with desk_context.transaction() as connection:
        entry = audit.last(connection, desk_context.workspace.id)
    assert (entry.action, entry.after) == (
        "personal.read",
        {"fields": ["customer.name"], "count": 1},
    )


def test_the_history_is_narrowed_by_person_kind_and_order(desk_context) -> None:
    ann = replace(desk_context, principal=replace(desk_context.principal, name="ann"))
    edit(desk_context, order(1, "note", None, "a"))
    edit(ann, order(2, "note", None, "b"), kind="paste")
    edit(ann, order(1, "note", "a", "c"))

    def found(**wanted) -> list[str]:
        return [one.title for one in list_changesets(desk_context, limit=9, **wanted).items]

    assert found() == ["Note of order 1", "Note of order 2", "Note of order 1"]
    assert found(actor="ann") == ["Note of order 1", "Note of order 2"]
    assert found(kind="paste") == ["Note of order 2"]
    assert found(order_id=2) == ["Note of order 2"]
    assert found(order_id=1, actor="ann") == ["Note of order 1"]
