"""The desk's rows in a warehouse: taken whole or in part, with how far they go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from muster.base.errors import EngineFailed
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.orders_feed import (
    TABLES,
    Reached,
    put_in_place,
    reached,
    take_all,
    take_changes,
)

NULL = r"\N"
AT = datetime(2025, 6, 1, 12)
NOW = Reached("desk/1", "5:5:", 3, 1, AT)
ENTITY_OF = dict.fromkeys(TABLES, "order") | {"customers": "customer", "products": "product"}
HISTORY = "1,{order},C1,\\N,pending,2025-05-01 10:00:00.5,2025-05-01 10:00:00\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of two customers, one of whom ordered."""
    made = tmp_path / "files [1]"  # no pattern of names
    made.mkdir()
    files = {
        "customers": (
            'C1,"Anna, of ""Linz""",a@b.example,\\N,"","L\ninz",\\N,AT,48.3,14.3,1990-01-02,'
            'consumer,gold,"[""offers"",""a b""]",t,f,\\N,2024-01-01 00:00:00\n'
            'C2,"\\N"' + r",\N" * 15 + ",2023-01-01 00:00:00\n"
        ),
        "products": "P1,Thing,Books,\\N,9.99\n",
        "orders": (
            "7,C1,2025-05-01 10:00:00,pending,999999999999.99,1,web,card,\\N,"
            "2025-05-01 10:00:00,2025-05-01 10:00:00\n"
        ),
        "order_items": ("1,7,C1,P1,-3,9.99,-29.97,2025-05-01 10:00:00,2025-05-01 10:00:00\n"),
        "order_status_history": HISTORY.format(order=7),
    }
    for name, lines in files.items():
        (made / f"{name}.csv").write_text(lines, encoding="utf-8")
    return made


@pytest.fixture
def taken(tmp_path: Path, folder: Path) -> Path:
    """A file that has taken all of it."""
    path = tmp_path / "beside.duckdb"
    with DuckDBWarehouse.open(path, read_only=False) as warehouse:
        counts = take_all(warehouse, folder, NOW, null=NULL)
    assert dict(counts) == {
        "customers": 2,
        "products": 1,
        "orders": 1,
        "order_items": 1,
        "order_status_history": 1,
    }
    return path


def rows(path: Path, query: str) -> list[Any]:
    with DuckDBWarehouse.open(path, read_only=True) as warehouse:
        return warehouse.connection.execute(query).fetchall()


def test_values_arrive_exactly(taken: Path) -> None:
    nobody, anna = rows(taken, "FROM customers SELECT name, address, city, newsletters, tier")
    assert nobody == (NULL, None, None, None, None), "sorted by when they came; quoted is a text"
    assert anna == ('Anna, of "Linz"', "", "L\ninz", ["offers", "a b"], "gold")
    assert [str(one) for one in rows(taken, "SELECT total FROM orders")[0]] == ["999999999999.99"]
    assert rows(taken, "SELECT quantity, subtotal::DOUBLE FROM order_items") == [(-3, -29.97)]
    assert rows(taken, "SELECT from_status FROM order_status_history") == [(None,)]
    with DuckDBWarehouse.open(taken, read_only=True) as warehouse:
        assert reached(warehouse) == NOW


def test_tables_are_put_beside_what_is_there(tmp_path: Path, taken: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with DuckDBWarehouse.open(path, read_only=False) as warehouse:
        run = warehouse.connection.execute
        run(
            "CREATE TABLE other AS SELECT 1 AS one; CREATE TABLE orders AS SELECT 1 AS old"
        ).fetchall()
        run("CREATE TABLE staff AS SELECT 'C1' AS customer_id").fetchall()
        assert reached(warehouse) is None
        put_in_place(warehouse, taken)
        assert reached(warehouse) == NOW
    assert rows(path, "FROM other") == [(1,)]
    assert rows(path, "FROM staff") == [("C1",)]
    assert rows(path, "SELECT order_id FROM orders") == [(7,)]
    taken.unlink()  # nothing holds on to it
    assert rows(path, "SELECT count(*) FROM customers") == [(2,)]


def test_what_changed_is_replaced_and_what_is_in_no_file_is_gone(taken: Path, folder: Path) -> None:
    later = replace(NOW, snapshot="9:9:", position=5, flowed_at=datetime(2025, 6, 2))
    (folder / "customers.csv").write_text("")
    (folder / "order_items.csv").write_text("")
    (folder / "orders.csv").write_text(
        "".join(
            f"{order},C1,2025-05-01 10:00:00,pending,1.00,0,web,card,\\N,"
            "2025-05-01 10:00:00,2025-05-01 10:00:00\n"
            for order in (7, 8)
        )
    )
    touched: dict[str, list[Any]] = {"order": [7, 8, 9], "customer": ["C2"], "product": []}
    with DuckDBWarehouse.open(taken, read_only=False) as warehouse:
        take_changes(warehouse, folder, touched, later, entity_of=ENTITY_OF, null=NULL)
        assert reached(warehouse) == later
    assert rows(taken, "SELECT order_id, loaded_at FROM orders ORDER BY 1") == [
        (7, later.flowed_at),
        (8, later.flowed_at),
    ]
    assert rows(taken, "SELECT count(*) FROM order_items") == [(0,)]
    assert rows(taken, "SELECT customer_id FROM customers") == [("C1",)]
    assert rows(taken, "SELECT count(*) FROM products") == [(1,)], "nothing is said about them"


def test_a_file_that_is_not_whole_changes_nothing(taken: Path, folder: Path) -> None:
    (folder / "order_status_history.csv").write_text("1,7,C1\n")
    touched: dict[str, list[Any]] = {"order": [7], "customer": [], "product": []}
    later = replace(NOW, position=5)
    with (
        DuckDBWarehouse.open(taken, read_only=False) as warehouse,
        pytest.raises(EngineFailed),
    ):
        take_changes(warehouse, folder, touched, later, entity_of=ENTITY_OF, null=NULL)
    with DuckDBWarehouse.open(taken, read_only=True) as warehouse:
        assert reached(warehouse) == NOW
    assert rows(taken, "SELECT count(*) FROM orders") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE muster_orders_feed",
        "DELETE FROM muster_orders_feed",
        "DROP TABLE products",
        "CREATE OR REPLACE TABLE customers AS FROM customers",
        "COMMENT ON TABLE orders IS 'desk/2'",
        "UPDATE muster_orders_feed SET desk = 'desk/2'",
    ],
)
def test_a_warehouse_that_something_else_changed_has_to_begin_anew(
    taken: Path, statement: str
) -> None:
    with DuckDBWarehouse.open(taken, read_only=False) as warehouse:
        warehouse.connection.execute(statement).fetchall()
        assert reached(warehouse) is None
