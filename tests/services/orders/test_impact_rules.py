"""What the evaluator foresees of a change is what the next refresh then says."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from muster.base.order_changes import Applied
from muster.services.members import keys_of
from muster.services.orders.flowing import flow
from muster.services.orders.impact_rules import Watched, foreseen
from muster.services.orders.opening import open_desk
from muster.services.orders.snapshots import Readable, snapshot
from muster.services.refresh import refresh
from muster.services.workspaces import current_model
from muster.store import segments
from muster.store.orders.bulk import database_time
from muster.store.orders.warehouse_shape import shapes
from tests.orders_shop import rows
from tests.services.orders.retail import retail, retail_template  # noqa: F401

EVERYBODY = tuple(f"C{number:04}" for number in range(1, 41))
DEEDS = {
    "processing orders are shipped": (
        "UPDATE orders SET status = 'shipped' WHERE status = 'processing'"
    ),
    "half of what waits is cancelled": (
        "UPDATE orders SET status = 'cancelled'"
        " WHERE status IN ('pending', 'confirmed') AND order_id % 2 = 0"
    ),
    "orders are somebody else's": "UPDATE orders SET customer_id = 'C0001' WHERE order_id % 3 = 0",
    "orders are deleted": "DELETE FROM orders WHERE order_id % 4 = 1",
    "orders are older": (
        "UPDATE orders SET order_date = order_date - interval '70 days', shipped_at = NULL,"
        " delivered_at = NULL WHERE order_id % 2 = 1"
    ),
    "customers move, and read less": (
        "UPDATE customers SET city = 'Vienna', newsletters = NULL WHERE city IN ('Graz', 'Boston')"
    ),
    "lines are of another product": (
        "UPDATE order_items SET product_id = 'SKU-001' WHERE order_id IN"
        " (SELECT order_id FROM orders JOIN order_status USING (status) WHERE NOT items_frozen)"
    ),
}


def members(context):
    with context.transaction() as connection:
        found = segments.every(connection, context.workspace.id)
    return {one.name: set(keys_of(context, one.current)) for one in found}


def predicted(context, deed):
    readable = Readable.of(current_model(context))
    with open_desk(context) as (connection, _):
        savepoint = connection.begin_nested()
        connection.execute(text(deed))
        touched = "SELECT key FROM feed WHERE entity = 'order' AND txid = pg_current_xact_id()"
        numbers = tuple(int(key) for (key,) in rows(connection, touched))
        applied = Applied(None, len(numbers), 0, "", numbers, EVERYBODY)
        after = snapshot(connection, readable, applied, shapes())
        as_of = database_time(connection)
        savepoint.rollback()
        before = snapshot(connection, readable, applied, shapes())
    return foreseen(context, Watched(readable, numbers, before, after, as_of), seconds=60)


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
def test_a_refresh_after_the_deed_says_what_was_foreseen(retail, deed) -> None:  # noqa: F811
    refresh(retail)  # just before: windows end where the foreseen ones do
    before = members(retail)
    found = predicted(retail, deed)
    with open_desk(retail) as (connection, _):
        connection.execute(text(deed))
    assert flow(retail).anything
    refresh(retail)
    after = members(retail)
    unsaid = {one.segment for one in found.not_measured}
    real = {
        name: (len(after[name] - before[name]), len(before[name] - after[name]))
        for name in after
        if after[name] != before[name]
    }
    assert {one.name: (one.entered, one.left) for one in found.segments} == {
        name: change for name, change in real.items() if name not in unsaid
    }
    assert all(one.size_before == len(before[one.name]) for one in found.segments)
    ranked = {"top_decile", "holiday_test", "top_buyers"}
    assert unsaid <= ranked | {"value_at_stake"}
    assert found.segments
    assert found.looked_at == found.concerned
