"""Filling a desk: generated orders, the real lines, a warehouse's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from muster.base.errors import Busy, Conflict, Forbidden, InvalidFile, InvalidInput, NotFound
from muster.base.people import Role, permissions_of
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.orders_feed import reached
from muster.examples.catalog import find_example
from muster.services.access import enter_locally
from muster.services.context import WorkspaceContext
from muster.services.demo import prepare_example
from muster.services.orders.opening import open_desk
from muster.services.orders.populating import (
    MOST_ORDERS,
    GeneratedOrders,
    OnlineRetail,
    populate_desk,
)
from muster.services.orders.setting_up import set_up_desk
from muster.services.workspaces import current_model
from muster.settings import Settings
from muster.store.orders import populate
from muster.store.orders.checking import FAULTS, counts, faults, missing_parts
from muster.wiring import open_resources
from tests.orders_shop import rows
from tests.services.small_workspace import CLOCK

REAL_LINES = Path("/work/shared/data/online-retail/lines.parquet")
NO_LINES = "the Online Retail lines are not on this machine"


@pytest.fixture(scope="module")
def desk(module_database_url, tmp_path_factory) -> Iterator[WorkspaceContext]:
    """An installation with an empty desk, which each test fills anew."""
    data = tmp_path_factory.mktemp("populate")
    given_settings = Settings(data=data, database_url=module_database_url, threads=1)
    with open_resources(given_settings, clock=CLOCK) as resources:
        set_up_desk(resources, actor="tester")
        yield enter_locally(resources, "retail360", actor="tester")


def everything(context: WorkspaceContext) -> list[list[tuple[object, ...]]]:
    with open_desk(context) as (connection, _):
        return [
            rows(connection, f"SELECT * FROM {table} ORDER BY 1, 2")
            for table in ("customers", "orders", "order_items", "order_status_history")
        ]


def assert_sound(context: WorkspaceContext) -> None:
    with open_desk(context) as (connection, _):
        assert faults(connection) == dict.fromkeys(FAULTS, 0)
        parts = missing_parts(connection)
        assert parts.columns + parts.indexes + parts.triggers + parts.constraints == ()


def test_generated_orders_are_about_as_many_as_wanted_and_varied(desk) -> None:
    found = populate_desk(desk, GeneratedOrders(1000), replace=True)
    assert found.kind == "generated"
    assert 900 <= found.orders <= 1100
    assert set(found.oddities.values()) == {0}
    assert_sound(desk)
    with open_desk(desk) as (connection, _):
        assert counts(connection)["order_items"] == found.rows["order_items"]
        (statuses, channels, days, late) = rows(
            connection,
            "SELECT count(DISTINCT status), count(DISTINCT channel),"
            " count(DISTINCT order_date::date), max(order_date) > CAST(:now AS timestamptz)"
            " - interval '1 day' FROM orders",
            now=CLOCK.now_utc(),
        )[0]
        assert (statuses >= 6, channels, days > 300, late) == (True, 4, True, True)
        times = rows(
            connection,
            "SELECT count(*) FROM orders WHERE status = 'delivered' AND (shipped_at IS NULL"
            " OR delivered_at IS NULL OR paid_at IS NULL OR shipped_at > delivered_at)",
        )
        held = rows(connection, "SELECT 1 FROM orders WHERE status='on_hold' AND held_from IS NULL")
        reasons = rows(
            connection,
            "SELECT count(*) FROM order_status_history h JOIN order_status_transition USING"
            " (from_status, to_status) WHERE reason_required AND h.reason IS NULL",
        )
        assert (times, held, reasons) == ([(0,)], [], [(0,)])


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=st.integers(1, 300), seed=st.integers(0, 2**40))
def test_whatever_is_generated_is_sound_and_the_same_each_time(desk, orders, seed) -> None:
    source = GeneratedOrders(orders, seed)
    found = populate_desk(desk, source, replace=True)
    assert_sound(desk)
    before = everything(desk)
    assert populate_desk(desk, source, replace=True).rows == found.rows
    assert everything(desk) == before


def test_a_full_desk_is_kept_unless_it_is_to_be_replaced(desk) -> None:
    populate_desk(desk, GeneratedOrders(50), replace=True)
    before = everything(desk)
    with pytest.raises(Conflict) as caught:
        populate_desk(desk, GeneratedOrders(50, seed=5))
    assert caught.value.code == "DESK_NOT_EMPTY"
    assert everything(desk) == before


def test_who_is_at_work_on_the_desk_is_not_interrupted(desk, monkeypatch) -> None:
    monkeypatch.setattr(populate, "_LOCK_WAIT", "50ms")
    with open_desk(desk) as (connection, _):
        connection.execute(text("UPDATE desk SET currency = currency"))
        connection.execute(text("LOCK TABLE orders IN ROW EXCLUSIVE MODE"))
        with pytest.raises(Busy) as caught:
            populate_desk(desk, GeneratedOrders(5), replace=True)
    assert caught.value.code == "DATABASE_LOCKED"


def test_what_hangs_on_the_old_orders_goes_and_saved_views_stay(desk) -> None:
    populate_desk(desk, GeneratedOrders(50), replace=True)
    with open_desk(desk) as (connection, _):
        for statement in (
            "INSERT INTO changesets (op_id, kind, actor, title, orders, cells)"
            " VALUES (gen_random_uuid(), 'edit', 'ann', 'x', 1, 1)",
            "INSERT INTO imports (actor, file_name, state, columns) VALUES ('a','b','read','[]')",
            "INSERT INTO views (name, owner, state) VALUES ('mine', 'ann', '{}')",
        ):
            connection.execute(text(statement))
        identity = rows(connection, "SELECT identity FROM desk")
    populate_desk(desk, GeneratedOrders(60), replace=True)
    with open_desk(desk) as (connection, _):
        assert rows(connection, "SELECT count(*) FROM changesets") == [(0,)]
        assert rows(connection, "SELECT count(*) FROM imports") == [(0,)]
        assert rows(connection, "SELECT name FROM views") == [("mine",)]
        assert rows(connection, "SELECT identity FROM desk") != identity
        connection.execute(text("DELETE FROM views"))


def test_new_orders_and_steps_have_numbers_behind_those_loaded(desk) -> None:
    populate_desk(desk, GeneratedOrders(50), replace=True)
    with open_desk(desk) as (connection, _):
        most = rows(connection, "SELECT max(order_id) FROM orders")[0][0]
        made = rows(connection, "INSERT INTO orders (note) VALUES ('new') RETURNING order_id")
        assert made == [(most + 1,)]
        steps = rows(
            connection, "SELECT order_id FROM order_status_history ORDER BY 1 DESC LIMIT 1"
        )
        assert steps == made


def test_rows_that_contradict_themselves_fill_nothing(desk, tmp_path, monkeypatch) -> None:
    populate_desk(desk, GeneratedOrders(50), replace=True)
    before = everything(desk)
    example = find_example("retail360")
    script = example.path("desk.sql").read_text()
    for wrong, replacement, told in (
        ("coalesce(desk_sum.item_count, 0) AS item_count", "7 AS item_count", "whose total"),
        ("'sale' AS kind", "'gift' AS kind", "A row cannot be an order's"),
    ):
        assert wrong in script
        broken = tmp_path / "broken.sql"
        broken.write_text(script.replace(wrong, replacement))
        with monkeypatch.context() as patch:
            patch.setattr(type(example), "path", _path_of(type(example).path, broken))
            with pytest.raises(InvalidFile) as caught:
                populate_desk(desk, GeneratedOrders(50), replace=True)
        assert caught.value.code == "DESK_UNTRUE"
        assert told in caught.value.sentence
        assert everything(desk) == before


def _path_of(real, broken):
    return lambda self, file: broken if file == "desk.sql" else real(self, file)


def test_customers_who_share_an_address_are_told(desk, tmp_path, monkeypatch) -> None:
    example = find_example("retail360")
    script = example.path("desk.sql").read_text()
    shared = tmp_path / "shared.sql"
    alike = "CREATE TEMP VIEW alike AS SELECT * REPLACE ('A@x.example' AS email) FROM customers;\n"
    shared.write_text(alike + script.replace("FROM customers", "FROM alike AS customers"))
    with monkeypatch.context() as patch:
        patch.setattr(type(example), "path", _path_of(type(example).path, shared))
        found = populate_desk(desk, GeneratedOrders(50), replace=True)
    assert found.oddities["shared_emails"] == found.rows["customers"] - 1
    assert_sound(desk)


@pytest.mark.parametrize("orders", [0, -1, MOST_ORDERS + 1])
def test_a_size_that_cannot_be_is_refused(desk, orders) -> None:
    with pytest.raises(InvalidInput) as caught:
        populate_desk(desk, GeneratedOrders(orders), replace=True)
    assert caught.value.code == "BAD_SIZE"


def test_only_an_admin_fills_a_desk_and_only_where_there_is_one(desk, shared) -> None:
    operator = replace(desk, role=Role.OPERATOR, permissions=permissions_of(Role.OPERATOR))
    with pytest.raises(Forbidden):
        populate_desk(operator, GeneratedOrders(10))
    with pytest.raises(NotFound) as caught:
        populate_desk(shared, GeneratedOrders(10))
    assert caught.value.code == "NO_ORDER_DESK"


def test_a_demo_has_the_orders_of_its_warehouse_and_continues(desk, tmp_path) -> None:
    resources = desk.resources
    example = find_example("retail360")
    options = {"actor": "tester", "entities": 60}
    made = prepare_example(resources, example, **options)
    assert made.desk is not None
    assert made.desk.seconds > 0
    assert_sound(desk)
    with DuckDBWarehouse.open(desk.warehouse_path, read_only=True) as warehouse:
        theirs = warehouse.connection.execute(
            "SELECT order_id, status, total, item_count FROM orders ORDER BY 1"
        ).fetchall()
        known = reached(warehouse)
    with open_desk(desk) as (connection, _):
        ours = rows(
            connection, "SELECT order_id, status, total_amount, item_count FROM orders ORDER BY 1"
        )
        identity = str(rows(connection, "SELECT identity FROM desk")[0][0])
    assert ours == theirs
    assert len(ours) == made.desk.orders
    assert known is not None
    assert known.desk.startswith(identity)

    again = prepare_example(resources, example, **options)
    assert (again.made, again.desk) == (False, replace(made.desk, seconds=0.0))

    with open_desk(desk) as (connection, _):  # as if it had been interrupted in between
        connection.execute(text("DELETE FROM orders"))
    resumed = prepare_example(resources, example, **options)
    assert resumed.made is False
    assert resumed.desk is not None
    assert resumed.desk.orders == made.desk.orders


REAL = pytest.mark.skipif(not REAL_LINES.exists(), reason=NO_LINES)


@REAL
def test_the_real_lines_are_loaded_whole_and_every_oddity_is_counted(desk) -> None:
    found = populate_desk(desk, OnlineRetail(REAL_LINES), replace=True)
    assert (found.kind, found.currency, found.time_zone) == (
        "online-retail",
        "GBP",
        "Europe/London",
    )
    wanted = independent_counts()
    assert {name: found.oddities[name] for name in wanted} == wanted
    assert found.rows["order_items"] == wanted["lines"] == 541_909
    assert_sound(desk)
    with open_desk(desk) as (connection, counted):
        assert (counted.currency, counted.time_zone) == ("GBP", "Europe/London")
        kinds = dict(rows(connection, "SELECT kind, count(*) FROM orders GROUP BY 1"))
        assert kinds == {
            "sale": wanted["sales"],
            "credit": wanted["credits"],
            "adjustment": wanted["adjustments"],
        }
        money, pieces = rows(
            connection, "SELECT sum(total_amount), sum(quantity) FROM orders WHERE kind = 'sale'"
        )[0]
        assert (money, pieces) == independent_sales()
        # 08:26 of a winter's day in London; 536365 is its first invoice
        first = rows(
            connection,
            "SELECT order_id, item_count, total_amount, order_date::text, customer_name"
            " FROM orders WHERE reference = '536365'",
        )
        bad_debt = rows(
            connection,
            "SELECT kind, quantity, total_amount, customer_id FROM orders"
            " WHERE reference = 'A563186'",
        )
    assert first == [(1, 7, Decimal("139.12"), "2010-12-01 08:26:00+00", "Customer 17850")]
    assert bad_debt == [("adjustment", -1, Decimal("-11062.06"), None)]
    model = current_model(desk)
    assert (model.currency, model.time_zone, model.synthetic) == ("GBP", "Europe/London", False)
    workspace = enter_locally(desk.resources, "retail360", actor="tester").workspace
    assert workspace.synthetic is False

    again = populate_desk(desk, GeneratedOrders(20), replace=True)
    assert (again.currency, again.time_zone) == ("USD", "America/New_York")
    assert enter_locally(desk.resources, "retail360", actor="tester").workspace.synthetic


@REAL
def test_a_sample_of_the_real_lines_keeps_invoices_whole(desk) -> None:
    found = populate_desk(desk, OnlineRetail(REAL_LINES, one_in=200), replace=True)
    assert 50 <= found.orders <= 250
    assert found.oddities["lines"] == found.rows["order_items"]
    assert_sound(desk)


def test_a_file_that_is_something_else_is_refused(desk, tmp_path) -> None:
    with pytest.raises(NotFound):
        populate_desk(desk, OnlineRetail(tmp_path / "none.parquet"), replace=True)
    for name, content in (("text.parquet", b"not parquet"), ("empty.parquet", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InvalidFile) as caught:
            populate_desk(desk, OnlineRetail(tmp_path / name), replace=True)
        assert caught.value.code == "NOT_ONLINE_RETAIL"


def test_lines_that_cannot_be_an_orders_are_counted_and_left_out(desk, tmp_path) -> None:
    lines = tmp_path / "lines.parquet"
    duckdb.sql(
        "SELECT * FROM (VALUES"
        " ('1', 'A', 'Thing', 2.0, TIMESTAMP '2011-07-01 10:00', 1.5, 7.0, 'France'),"
        " ('1', 'A', NULL, 2.0, TIMESTAMP '2011-07-01 10:00', 1.5, 7.0, 'France'),"
        " ('1', 'B', NULL, 1.5, TIMESTAMP '2011-07-01 10:00', 1.5, 7.0, 'France'),"
        " ('2', 'b', '', 0.0, TIMESTAMP '2011-07-01 10:00', 1.5, 8.0, 'Spain'),"
        " (NULL, 'A', '', 1.0, TIMESTAMP '2011-07-01 10:00', 1.5, 8.0, 'Spain'),"
        " ('3', 'A', '', 1.0, NULL, 1.5, 8.0, 'Spain'),"
        " ('4', 'A', '', 100000.0, TIMESTAMP '2011-07-01 10:00', 1.5, 8.0, 'Spain'))"
        " AS t (InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID,"
        " Country)"
    ).write_parquet(str(lines))
    found = populate_desk(desk, OnlineRetail(lines), replace=True)
    assert (found.oddities["lines"], found.oddities["unusable_lines"]) == (7, 5)
    assert found.rows["order_items"] == 2
    with open_desk(desk) as (connection, _):
        assert rows(connection, "SELECT reference, order_date::text, total_amount FROM orders") == [
            ("1", "2011-07-01 09:00:00+00", Decimal("6.00"))
        ]
        assert rows(connection, "SELECT product_id, name FROM products") == [("A", "Thing")]


def independent_counts() -> dict[str, int]:
    """Count the oddities by SQL that shares nothing with the loader's."""
    with duckdb.connect() as connection:
        connection.read_parquet(str(REAL_LINES)).create_view("l")
        queries = {
            "lines": "SELECT count(*) FROM l",
            "unusable_lines": "SELECT count(*) FROM l WHERE Quantity = 0 OR InvoiceNo IS NULL",
            "lines_without_customer": "SELECT count(*) FROM l WHERE CustomerID IS NULL",
            "negative_quantities": "SELECT count(*) FROM l WHERE Quantity < 0",
            "negative_prices": "SELECT count(*) FROM l WHERE UnitPrice < 0",
            "zero_prices": "SELECT count(*) FROM l WHERE UnitPrice = 0",
            "missing_descriptions": "SELECT count(*) FROM l WHERE trim(Description) = ''"
            " OR Description IS NULL",
            "repeated_lines": "SELECT (SELECT count(*) FROM l)"
            " - (SELECT count(*) FROM (SELECT DISTINCT * FROM l))",
            "orders": "SELECT count(DISTINCT InvoiceNo) FROM l",
            "credits": "SELECT count(DISTINCT InvoiceNo) FROM l WHERE InvoiceNo[1] = 'C'",
            "adjustments": "SELECT count(DISTINCT InvoiceNo) FROM l WHERE InvoiceNo[1] = 'A'"
            " OR InvoiceNo[1] <> 'C' AND Quantity < 0",
            "sales": "SELECT count(*) FROM (SELECT InvoiceNo FROM l GROUP BY 1"
            " HAVING min(Quantity) > 0 AND min(InvoiceNo[1]) NOT IN ('C', 'A'))",
            "guest_orders": "SELECT count(*) FROM (SELECT InvoiceNo FROM l GROUP BY 1"
            " HAVING max(CustomerID) IS NULL)",
            "customers": "SELECT count(DISTINCT CustomerID) FROM l",
            "products": "SELECT count(DISTINCT StockCode) FROM l",
        }
        return {name: connection.execute(query).fetchall()[0][0] for name, query in queries.items()}


def independent_sales() -> tuple[Decimal, int]:
    """Sum money and pieces of plain sales, line by line, to the penny."""
    with duckdb.connect() as connection:
        return connection.execute(
            "SELECT sum(round(UnitPrice::DECIMAL(12, 3), 2)::DECIMAL(12, 2) * Quantity::INTEGER)"
            "::DECIMAL(14, 2), sum(Quantity)::BIGINT FROM read_parquet(?) SEMI JOIN"
            " (SELECT InvoiceNo FROM read_parquet(?) GROUP BY 1 HAVING min(Quantity) > 0"
            " AND min(InvoiceNo[1]) NOT IN ('C', 'A')) USING (InvoiceNo)",
            [str(REAL_LINES), str(REAL_LINES)],
        ).fetchall()[0]
