"""What a change would move is told before, is true after, and leaves nothing behind."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from muster.base.errors import CellsChanged, InvalidInput
from muster.base.order_changes import Applied, CellChange, Draft
from muster.base.order_query import Condition, OrderQuery
from muster.services.members import keys_of
from muster.services.orders import impact, impact_rules
from muster.services.orders.bulk import BulkRequest, apply_bulk, preview
from muster.services.orders.flowing import flow
from muster.services.orders.impact import impact_of
from muster.services.orders.opening import open_desk
from muster.services.refresh import refresh
from muster.store import segments
from tests.orders_shop import rows
from tests.services.orders.retail import retail, retail_template  # noqa: F401

SHIP = BulkRequest(
    OrderQuery(Condition("status", "in", ("pending", "confirmed", "processing"))),
    {"status": "shipped"},
    steps=True,
)


def asked(context, sql):
    with open_desk(context) as (connection, _):
        return rows(connection, sql)


def members(context):
    with context.transaction() as connection:
        found = segments.every(connection, context.workspace.id)
    return {one.name: set(keys_of(context, one.current)) for one in found}


def draft(*cells, **more):
    return Draft(uuid4(), "edit", tuple(cells), **more)


def cell(number, field, value, base=None):
    return CellChange("order", str(number), field, base, value, check_base=False)


def test_a_bulk_moves_what_its_preview_said(retail) -> None:  # noqa: F811
    refresh(retail)
    before = members(retail)
    shown = preview(retail, SHIP)
    assert members(retail) == before
    told = shown.impact
    apply_bulk(retail, SHIP, op_id=uuid4(), token=shown.token, expect=len(shown.orders.legal))
    flow(retail)
    refresh(retail)
    after = members(retail)
    unsaid = {one.segment for one in told.not_measured}
    real = {
        name: (len(after[name] - before[name]), len(before[name] - after[name]))
        for name in after.keys() - unsaid
        if after[name] != before[name]
    }
    assert {one.name: (one.entered, one.left) for one in told.segments} == real
    assert {"waiting", "shipped_lately", "big_and_waiting", "not_waiting"} <= real.keys()
    assert told.exact
    now = {one.key: one.after for one in told.figures}
    statuses = "('pending', 'confirmed', 'processing', 'shipped', 'on_hold')"
    ((still_open,),) = asked(retail, f"SELECT count(*) FROM orders WHERE status IN {statuses}")
    assert now["open_orders"] == still_open


def test_a_preview_of_cells_leaves_nothing_behind(retail) -> None:  # noqa: F811
    everything = (
        "SELECT (SELECT count(*) FROM changesets), (SELECT max(row_version) FROM orders),"
        " (SELECT count(*) FROM order_status_history), (SELECT max(id) FROM feed)"
    )
    before = asked(retail, everything)
    ((number,),) = asked(retail, "SELECT min(order_id) FROM orders WHERE status = 'pending'")
    told = impact_of(retail, draft(cell(number, "status", "cancelled"), reason="Asked"))
    assert told.customers == 1
    assert asked(retail, everything) == before


def test_todays_figures_move_by_what_is_cancelled_today(retail) -> None:  # noqa: F811
    ((today,),) = asked(
        retail, "SELECT timezone('America/New_York', now())::date::timestamptz::text"
    )
    first = asked(
        retail, "SELECT order_id, total_amount FROM orders WHERE status = 'pending' LIMIT 1"
    )
    ((number, total),) = first
    moved = impact_of(retail, draft(cell(number, "order_date", f"{today[:10]}T12:00:00Z")))
    figures = {one.key: (one.before, one.after) for one in moved.figures}
    was, now = figures["revenue_today"]
    assert now - was == total
    assert figures["orders_today"][1] - figures["orders_today"][0] == 1
    assert "revenue today +" in moved.sentence


def test_a_figure_is_sums_of_plain_sql(retail) -> None:  # noqa: F811
    ((number,),) = asked(retail, "SELECT min(order_id) FROM orders WHERE status = 'pending'")
    told = impact_of(retail, draft(cell(number, "status", "cancelled"), reason="Asked"))
    day = (
        "timezone('America/New_York', order_date)::date = timezone('America/New_York', now())::date"
    )
    (sums,) = asked(
        retail,
        f"SELECT count(*) FILTER (WHERE {day} AND kind = 'sale'), coalesce(sum(total_amount)"
        f" FILTER (WHERE {day} AND status NOT IN ('cancelled', 'refunded')), 0),"
        " count(*) FILTER (WHERE status IN"
        " ('pending', 'confirmed', 'processing', 'shipped', 'on_hold')) FROM orders",
    )
    assert [one.before for one in told.figures] == [Decimal(found) for found in sums]
    assert [one.after - one.before for one in told.figures][2] == -1


def test_what_ranks_everybody_is_not_measured_and_says_so(retail) -> None:  # noqa: F811
    numbers = asked(retail, "SELECT order_id FROM orders WHERE status = 'pending'")
    cells = [cell(number, "order_date", "2020-01-01T12:00:00Z") for (number,) in numbers]
    told = impact_of(retail, draft(*cells))
    unsaid = {one.segment: one.why for one in told.not_measured}
    assert "ranks all customers" in unsaid["top_decile"]
    assert told.sentence.endswith("could not be foreseen.")


def test_a_field_of_a_customer_moves_who_lives_there(retail) -> None:  # noqa: F811
    change = CellChange("customer", "C0002", "city", None, "Vienna", check_base=False)
    told = impact_of(retail, draft(change))
    assert {one.name: (one.entered, one.left) for one in told.segments} == {"in_vienna": (1, 0)}
    assert told.sentence == "1 customer would change; 1 customer enters In Vienna."


def test_more_customers_than_are_looked_at_are_a_sample(retail, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(impact_rules, "MOST_CUSTOMERS", 3)
    told = preview(retail, SHIP).impact
    assert not told.exact
    assert told.customers > 3
    assert "a sample of 3 customers" in told.sentence
    assert all(one.entered + one.left <= 3 for one in told.segments)


def test_what_there_was_no_time_for_is_not_measured(retail, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(impact, "_SECONDS", -1.0)
    told = preview(retail, SHIP).impact
    assert not told.segments
    assert {one.why for one in told.not_measured if "time" in one.why}


def test_a_list_that_cannot_be_read_is_a_reason(retail) -> None:  # noqa: F811
    with retail.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("DROP TABLE staff").fetchall()
    told = preview(retail, SHIP).impact
    assert "not_waiting" in {one.segment for one in told.not_measured}
    assert "waiting" in {one.name for one in told.segments}


def test_a_workspace_with_another_model_is_told_so(desk_context) -> None:
    told = preview(desk_context, SHIP).impact
    assert (told.segments, told.not_measured, told.exact) == ((), (), True)
    assert told.sentence.endswith("no segment is foreseen.")
    assert told.figures


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (cell(1, "status", "refunded"), InvalidInput),
        (CellChange("order", "1", "channel", "never", "web"), CellsChanged),
    ],
)
def test_what_cannot_be_written_has_no_impact(desk_shared, change, error) -> None:
    with pytest.raises(error):
        impact_of(desk_shared, draft(change))


def test_the_sentence_names_the_segments_that_change_most() -> None:
    moved = tuple(
        impact_rules.SegmentImpact(n, f"s{n}", f"Segment {n}", n, n % 2, 10)
        for n in range(5, 0, -1)
    )
    applied = Applied(1, 1234, 1, "", (), ("C1",))
    rehearsal = impact.Rehearsal(applied, (), watched=object())
    said = impact._sentence(rehearsal, impact_rules.Foreseen(moved, (), 1, 1))
    assert said == (
        "1,234 orders of 1 customer would change; 5 customers enter and 1 customer leaves Segment"
        " 5; 4 customers enter Segment 4; 3 customers enter and 1 customer leaves Segment 3;"
        " 2 more segments change."
    )
