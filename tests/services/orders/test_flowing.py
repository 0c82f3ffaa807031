"""Orders flow into the warehouse: what changed on the desk is what segments count."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from muster.base.errors import Busy, EngineFailed
from muster.engines import orders_feed
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.failures import FailureKind, failed
from muster.examples.catalog import find_example
from muster.rules.document import read_documents
from muster.services.applying import apply, plan_apply
from muster.services.context import WorkspaceContext
from muster.services.counting import count_definition
from muster.services.indexing import drop, ensure_index, fresh_index
from muster.services.orders import flowing
from muster.services.orders.flowing import OrderFlow, flow, flow_now, tidy_feed
from muster.services.orders.opening import open_desk
from muster.services.refresh import refresh
from muster.services.workspaces import current_model, save_model
from muster.store.orders import feed
from tests.orders_shop import NOW

TABLES = tuple(orders_feed.TABLES)
RULES = [
    {
        "name": "phoners",
        "title": "By phone",
        "where": {"did": "order", "where": [{"field": "channel", "op": "=", "value": "phone"}]},
    },
    {
        "name": "big_spenders",
        "title": "Spenders",
        "where": {"metric": "revenue", "op": ">", "value": "250.00"},
    },
    {
        "name": "cancelling",
        "title": "Cancelled lately",
        "where": {
            "did": "status_change",
            "where": [{"field": "to_status", "op": "=", "value": "cancelled"}],
            "window": {"last": "P30D"},
        },
    },
    {
        "name": "book_lovers",
        "title": "Bought books",
        "where": {"did": "item", "where": [{"field": "category", "op": "=", "value": "Books"}]},
    },
    {
        "name": "golden",
        "title": "Gold in Boston",
        "where": [
            {"field": "tier", "op": "=", "value": "gold"},
            {"field": "city", "op": "=", "value": "Boston"},
        ],
    },
]


@pytest.fixture
def retail(desk_context: WorkspaceContext) -> WorkspaceContext:
    """A desk in a workspace with the data model of its tables."""
    model = find_example("retail360").model_path.read_text(encoding="utf-8")
    for path in desk_context.folder.iterdir():
        if path.is_dir():  # what is known of the customers of the other data model
            shutil.rmtree(path)
        elif path != desk_context.warehouse_path:
            path.unlink()
    save_model(desk_context, model)
    return desk_context


def edit(context: WorkspaceContext, *statements: str) -> None:
    with open_desk(context) as (connection, _):
        for statement in statements:
            connection.execute(text(statement))


def tables(context: WorkspaceContext, *, stamps: bool = False) -> dict[str, list[Any]]:
    """Everything the warehouse holds; when a row was loaded only if asked for."""
    found = {}
    with context.open_warehouse() as warehouse:
        for name in TABLES:
            columns = [one for one in orders_feed.TABLES[name] if stamps or one != "loaded_at"]
            query = f"SELECT {', '.join(columns)} FROM {name} ORDER BY ALL"
            found[name] = warehouse.connection.execute(query).fetchall()
    return found


def query(context: WorkspaceContext, statement: str) -> list[Any]:
    with context.open_warehouse() as warehouse:
        return warehouse.connection.execute(statement).fetchall()


def taken_anew(context: WorkspaceContext) -> dict[str, list[Any]]:
    """What a warehouse holds that takes everything now."""
    with open_desk(context) as (connection, _):
        feed.renew(connection)
    done = flow(context)
    assert done is not None
    assert done.everything
    return tables(context)


def test_a_first_flow_makes_the_tables_and_a_second_finds_nothing(retail) -> None:
    done = flow(retail)
    assert done.everything
    assert done.rows["orders"] == 192
    assert (done.guests, done.position) == (8, 0)
    again = flow(retail)
    assert not again.anything
    assert again.guests == 8
    assert query(retail, "SELECT count(*) FROM staff") == [(0,)]
    assert query(retail, "SELECT count(*) FROM users")[0][0] > 0, "other tables stay"


def test_the_tables_are_as_the_example_makes_them(retail) -> None:
    flow(retail)
    with DuckDBWarehouse.in_memory() as made:
        example = find_example("retail360")
        variables = {"entities": 5, "until": NOW, "events_per_entity": 5, "seed": 1}
        for script in example.script_paths:
            made.script(script, variables)
        facts = (
            "SELECT column_name, data_type FROM duckdb_columns()"
            " WHERE table_name = ? ORDER BY column_index"
        )
        expected = {name: made.connection.execute(facts, [name]).fetchall() for name in TABLES}
    with retail.open_warehouse() as warehouse:
        found = {name: warehouse.connection.execute(facts, [name]).fetchall() for name in TABLES}
    wide = {"total", "subtotal"}  # the desk takes two digits more
    for name in TABLES:
        assert [one for one in found[name] if one[0] not in wide] == [
            one for one in expected[name] if one[0] not in wide
        ]


def test_odd_texts_arrive_as_they_are(retail) -> None:
    flow(retail)
    odd = {
        "C0001": 'a\nb\r\n,"c"',
        "C0002": "\\N",
        "C0003": "",
        "C0004": "' ; \\ é 🎈",
        "C0006": "\\.",
        "C0007": "NULL",
    }
    with open_desk(retail) as (connection, _):
        for key, value in odd.items():
            connection.execute(
                text(
                    "UPDATE customers SET address = :value, newsletters = :list"
                    " WHERE customer_id = :key"
                ),
                {"key": key, "value": value, "list": [value, "x"]},
            )
        connection.execute(
            text("UPDATE customers SET newsletters = '{}' WHERE customer_id = 'C0008'")
        )
    flow(retail)
    rows = query(retail, "SELECT customer_id, address, newsletters FROM customers ORDER BY 1")
    found = {key: (value, names) for key, value, names in rows}
    for key, value in odd.items():
        assert found[key] == (value, [value, "x"])
    assert found["C0008"][1] == []
    assert found["C0009"][1] is None


def test_what_changed_is_taken_over_and_nothing_else(retail) -> None:
    flow(retail)
    before = tables(retail, stamps=True)
    edit(
        retail,
        "UPDATE orders SET channel = 'phone', coupon = 'NEW' WHERE order_id IN (2, 199)",
        "DELETE FROM orders WHERE order_id = 40",
        "INSERT INTO products VALUES ('SKU-NEW', 'New', 'Books', NULL, 3)",
        "INSERT INTO customers (customer_id, name) VALUES ('CNEW', 'New')",
        "UPDATE customers SET tier = 'gold' WHERE customer_id = 'C0001'",
        "UPDATE orders SET customer_id = NULL WHERE order_id = 50",
        "UPDATE orders SET customer_id = 'CNEW' WHERE order_id = 5",  # was nobody's
    )
    done = flow(retail)
    assert (done.everything, dict(done.rows)) == (
        False,
        {"orders": 5, "customers": 2, "products": 1},
    )
    assert done.guests == 8
    after = tables(retail, stamps=True)
    touched = {2, 199, 40, 50, 5}
    for name in ("orders", "order_items", "order_status_history"):
        place = list(orders_feed.TABLES[name]).index("order_id")
        kept = [row for row in before[name] if row[place] not in touched]
        assert [row for row in after[name] if row[place] not in touched] == kept
        assert {row[place] for row in after[name]} & touched == {2, 199, 5}
    news = {row[0]: row for row in after["orders"] if row[0] in touched}
    assert news[2][6:9] == ("phone", news[2][7], "NEW")
    stamp = retail.resources.clock.now_utc().replace(tzinfo=None)
    assert {row[-1] for row in news.values()} == {stamp}
    assert tables(retail) == taken_anew(retail)


def test_random_edits_flow_to_what_a_full_load_gives(retail) -> None:
    flow(retail)
    chance = random.Random(7)
    for _ in range(6):
        edit(retail, *(deed(chance) for _ in range(chance.randrange(1, 9))))
        if chance.random() < 0.7:
            flow(retail)
    flow(retail)
    flowed = tables(retail)
    assert flowed == taken_anew(retail)


def deed(chance: random.Random) -> str:
    """One thing somebody does."""
    order, customer = chance.randrange(1, 201), f"C{chance.randrange(1, 41):04}"
    legal = f"order_id = {order} AND status = 'pending'"
    return chance.choice(
        [
            f"UPDATE orders SET status = 'confirmed' WHERE {legal}",
            f"UPDATE orders SET customer_id = '{customer}' WHERE order_id = {order}",
            f"UPDATE orders SET customer_id = NULL WHERE order_id = {order}",
            "UPDATE orders SET order_date = order_date - interval '3 days'"
            f" WHERE order_id = {order}",
            f"DELETE FROM orders WHERE order_id = {order}",
            "UPDATE customers SET name = name || 'x', tier = NULL"
            f" WHERE customer_id = '{customer}'",
            f"UPDATE products SET category = 'Books' WHERE product_id = 'SKU-{order % 20 + 1:03}'",
            "WITH made AS (INSERT INTO orders (customer_id, total_amount, item_count, quantity)"
            f" VALUES ('{customer}', 5, 1, 2) RETURNING order_id) INSERT INTO order_items"
            " (order_id, line_no, product_id, quantity, unit_price)"
            " SELECT order_id, 1, 'SKU-001', 2, 2.5 FROM made",
        ]
    )


def test_a_transaction_that_commits_late_is_not_passed_over(retail) -> None:
    """Rows of the feed get their numbers before they are committed, in another order."""
    flow(retail)
    resources = retail.resources
    with open_desk(retail) as (slow, _):
        slow.execute(text("UPDATE orders SET coupon = 'SLOW' WHERE order_id = 1"))
        edit(retail, "UPDATE orders SET coupon = 'QUICK' WHERE order_id = 2")
        assert flow(retail).rows["orders"] == 1, "and it does not wait for the slow one"
        assert not flow(retail).anything
        assert resources is retail.resources
    assert flow(retail).rows["orders"] == 1
    found = query(retail, "SELECT coupon FROM orders WHERE order_id IN (1, 2) ORDER BY order_id")
    assert found == [("SLOW",), ("QUICK",)]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_dies_around_the_commit_loses_nothing(retail, monkeypatch, moment) -> None:
    flow(retail)
    edit(
        retail,
        "UPDATE orders SET coupon = 'KEPT' WHERE order_id = 1",
        "DELETE FROM orders WHERE order_id = 2",
    )
    true = flowing.take_changes

    def dying(*given: Any, **named: Any) -> None:
        if moment == "after":
            true(*given, **named)
        raise failed(FailureKind.OTHER, detail="killed", purpose="test")

    with monkeypatch.context() as patch:
        patch.setattr(flowing, "take_changes", dying)
        with pytest.raises(EngineFailed):
            flow(retail)
    assert flow(retail).anything is (moment == "before")
    flowed = tables(retail)
    assert flowed == taken_anew(retail)


def test_half_a_change_is_never_seen(retail, monkeypatch) -> None:
    flow(retail)
    before = tables(retail, stamps=True)
    edit(retail, "UPDATE orders SET coupon = 'KEPT' WHERE order_id = 1")

    def dying(_warehouse: DuckDBWarehouse, _now: object) -> None:
        raise failed(FailureKind.DISK_FULL, detail="", purpose="test")

    with monkeypatch.context() as patch:
        patch.setattr(orders_feed, "_position", dying)
        with pytest.raises(EngineFailed):
            flow(retail)
    assert tables(retail, stamps=True) == before
    assert flow(retail).rows["orders"] == 1
    assert not list(retail.folder.glob("orders-flow-*"))


def replaced(context: WorkspaceContext) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(
            "CREATE OR REPLACE TABLE orders AS FROM orders LIMIT 5"
        ).fetchall()


def renewed(context: WorkspaceContext) -> None:
    with open_desk(context) as (connection, _):
        feed.renew(connection)


def gone(context: WorkspaceContext) -> None:
    context.warehouse_path.unlink()


def restored(context: WorkspaceContext) -> None:
    edit(context, "UPDATE orders SET coupon = 'LOST' WHERE order_id = 9")
    flow(context)
    # as of a backup made before that
    edit(context, "DELETE FROM feed", "ALTER SEQUENCE feed_id_seq RESTART")


def foreign(context: WorkspaceContext) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(
            "UPDATE muster_orders_feed SET snapshot = '9000000000:9000000000:'"
        ).fetchall()


@pytest.mark.parametrize("happens", [replaced, renewed, gone, restored, foreign])
def test_everything_is_taken_anew_when_the_two_do_not_go_together(
    retail, happens: Callable[[WorkspaceContext], None]
) -> None:
    flow(retail)
    happens(retail)
    edit(retail, "UPDATE orders SET coupon = 'NEW' WHERE order_id = 1")
    assert flow(retail).everything
    assert not flow(retail).anything
    assert query(retail, "SELECT coupon FROM orders WHERE order_id = 1") == [("NEW",)]


def test_it_waits_for_readers_and_says_so_in_vain(retail) -> None:
    flow(retail)
    edit(retail, "UPDATE orders SET coupon = 'NEW' WHERE order_id = 1")
    said: list[str] = []
    with retail.open_warehouse():
        with pytest.raises(Busy):
            flow(retail, wait_seconds=0.05)
        flow_now(replace(retail), say=said.append)
    assert said[0].startswith("The newest orders are not in the warehouse yet: ")
    flow_now(retail, say=said.append)
    assert said[1].startswith("Changed orders were taken over in ")
    flow_now(retail, say=said.append)
    assert len(said) == 2


def test_two_servers_do_not_do_it_twice(retail) -> None:
    flow(retail)
    edit(retail, "UPDATE orders SET coupon = 'NEW' WHERE order_id < 100")
    done: list[Any] = []
    threads = [threading.Thread(target=lambda: done.append(flow(retail))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.anything for one in done) == [False, False, True]


def test_a_workspace_without_desk_or_with_other_tables_is_left_alone(desk_context) -> None:
    before = desk_context.warehouse_path.read_bytes()
    assert flow(desk_context) is None, "its data model has no orders"
    assert OrderFlow(desk_context.resources).round() is None
    assert desk_context.warehouse_path.read_bytes() == before
    elsewhere = replace(desk_context.resources, orders_schema="nowhere")
    assert flow(replace(desk_context, resources=elsewhere)) is None
    assert OrderFlow(elsewhere).round() is None
    assert tidy_feed(elsewhere) == 0


def test_segments_count_corrected_orders_with_the_index_as_without(retail) -> None:
    """Old rows are changed and deleted: the extended index answers as one built anew."""
    flow(retail)
    as_of = NOW + timedelta(hours=1)
    apply(retail, plan_apply(retail, read_documents(RULES), as_of=as_of))
    refresh(retail, [rule["name"] for rule in RULES], as_of=as_of)
    chance = random.Random(3)
    for _ in range(2):
        edit(
            retail,
            "UPDATE orders SET channel = 'phone' WHERE order_id IN "
            f"({chance.randrange(1, 60)}, {chance.randrange(1, 200)})",
            f"DELETE FROM orders WHERE order_id = {chance.randrange(1, 200)}",
            *(deed(chance) for _ in range(6)),
        )
        done = OrderFlow(retail.resources).round()
        assert done is not None
        assert done.anything
        model = current_model(retail)
        assert fresh_index(retail, model) is not None
        extended = counts(retail, as_of)
        drop(retail)
        by_sql = counts(retail, as_of)
        with retail.open_warehouse() as warehouse:
            assert ensure_index(retail, model, warehouse) is not None
        assert extended == by_sql == counts(retail, as_of)


def test_the_index_rests_while_people_go_on(retail) -> None:
    flowing_on = OrderFlow(retail.resources)
    model = current_model(retail)
    assert flowing_on.round().everything
    assert fresh_index(retail, model) is not None
    edit(retail, "UPDATE orders SET coupon = 'ONE' WHERE order_id = 1")
    flowing_on._index_from += 3600
    assert flowing_on.round().rows["orders"] == 1
    assert fresh_index(retail, model) is None
    flowing_on._index_from -= 7200
    assert not flowing_on.round().anything
    assert fresh_index(retail, model) is not None


def counts(context: WorkspaceContext, as_of: datetime) -> dict[str, int]:
    return {
        document.name: count_definition(context, document.definition, as_of=as_of).size
        for document in read_documents(RULES)
    }


def test_a_refresh_takes_the_newest_orders_along(retail) -> None:
    flow(retail)
    as_of = NOW + timedelta(hours=1)
    apply(retail, plan_apply(retail, read_documents(RULES[:1]), as_of=as_of))
    before = refresh(retail, ["phoners"], as_of=as_of).versions[0][1].size
    edit(
        retail,
        "INSERT INTO customers (customer_id, name) VALUES ('CNEW', 'New')",
        "INSERT INTO orders (customer_id, channel, order_date)"
        f" VALUES ('CNEW', 'phone', '{NOW - timedelta(days=1)}')",
    )
    assert refresh(retail, ["phoners"], as_of=as_of).versions[0][1].size == before + 1


def test_old_rows_of_the_feed_go_once_the_warehouse_has_them(retail) -> None:
    flow(retail)
    edit(retail, "UPDATE orders SET coupon = 'ONE' WHERE order_id < 10")
    flow(retail)
    edit(
        retail,
        "UPDATE feed SET at = at - interval '8 days'",
        "UPDATE orders SET coupon = 'TWO' WHERE order_id < 5",
        "UPDATE feed SET at = at - interval '8 days' WHERE id > 9",
        "INSERT INTO presence (client_id, actor, seen_at)"
        " VALUES (gen_random_uuid(), 'a', now() - interval '1 hour')",
    )
    assert tidy_feed(retail.resources) == 8 + 1, "not the last one it has, and none it lacks"
    assert flow(retail).rows["orders"] == 4
    assert not flow(retail).everything
