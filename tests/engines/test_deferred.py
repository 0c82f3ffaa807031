"""A deferred warehouse is opened by the first question, once, and closed if it was opened."""

from __future__ import annotations

import numpy as np
from sqlglot import exp

from muster.compile.statement import Statement
from muster.engines.deferred import DeferredWarehouse
from muster.engines.duckdb import DuckDBWarehouse


def one() -> Statement:
    return Statement.of(exp.select("1 AS n"), dialect="duckdb", purpose="one")


def test_nothing_is_opened_until_something_is_asked() -> None:
    opened: list[DuckDBWarehouse] = []

    def opener() -> DuckDBWarehouse:
        opened.append(DuckDBWarehouse.in_memory(threads=1))
        return opened[-1]

    with DeferredWarehouse(opener, dialect="duckdb") as warehouse:
        assert warehouse.dialect == "duckdb"
        assert not warehouse.opened
        assert not opened
        assert warehouse.rows(one(), limit=5).rows == ((1,),)
        assert warehouse.columns(one())["n"].tolist() == [1]
        warehouse.register_keys("found", np.array([7, 8]))
        keys = Statement.of(
            exp.select("key").from_("found").order_by("key"), dialect="duckdb", purpose="keys"
        )
        assert warehouse.columns(keys)["key"].tolist() == [7, 8]
        assert warehouse.opened
        assert len(opened) == 1


def test_closing_what_was_never_opened_is_harmless() -> None:
    def opener() -> DuckDBWarehouse:
        raise AssertionError("nobody asked anything")

    warehouse = DeferredWarehouse(opener, dialect="duckdb")
    warehouse.interrupt()
    warehouse.close()
    assert warehouse.stopped.is_set()


def test_an_interrupt_is_seen_by_work_without_a_warehouse() -> None:
    with DeferredWarehouse(
        lambda: DuckDBWarehouse.in_memory(threads=1), dialect="duckdb"
    ) as warehouse:
        assert not warehouse.stopped.is_set()
        warehouse.rows(one(), limit=1)
        warehouse.interrupt()
        assert warehouse.stopped.is_set()
