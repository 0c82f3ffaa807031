"""A question ends when its time is up, or when nobody waits for the answer any more."""

from __future__ import annotations

import pytest

from muster.base.errors import Busy, EngineFailed
from muster.compile.statement import Statement
from muster.engines.deferred import DeferredWarehouse
from muster.engines.duckdb import DuckDBWarehouse
from muster.services.patience import ENDLESS, Patience

# Minutes of work, were it let alone.
LONG = Statement("SELECT count(*) FROM range(1000000) a, range(1000000) b", "duckdb", "long")
SHORT = Statement("SELECT 42", "duckdb", "short")


def test_a_query_is_stopped_when_the_time_is_up() -> None:
    with DuckDBWarehouse.in_memory(threads=1) as warehouse:
        with pytest.raises(Busy) as caught, Patience(0.1).watching(warehouse):
            warehouse.rows(LONG, limit=1)
        assert caught.value.code == "COUNT_TIMEOUT"
        assert "0.1 seconds" in caught.value.sentence
        assert warehouse.rows(SHORT, limit=1).rows == ((42,),)


def test_the_query_after_the_one_that_was_running_is_stopped_too() -> None:
    def ask_again_and_again() -> None:
        for _ in range(3):
            with pytest.raises(EngineFailed):
                warehouse.rows(LONG, limit=1)
        warehouse.rows(LONG, limit=1)

    warehouse = DuckDBWarehouse.in_memory(threads=1)
    with pytest.raises(Busy), Patience(0.1).watching(warehouse):
        ask_again_and_again()
    warehouse.close()


def test_a_query_is_stopped_when_who_asked_is_gone() -> None:
    patience = Patience()
    patience.gone.set()
    warehouse = DuckDBWarehouse.in_memory(threads=1)
    with pytest.raises(Busy) as caught, patience.watching(warehouse):
        warehouse.rows(LONG, limit=1)
    assert caught.value.code == "CLIENT_GONE"
    warehouse.close()


def test_work_without_the_warehouse_that_was_stopped_says_why() -> None:
    def never_opened() -> DuckDBWarehouse:
        raise AssertionError("nobody asked it anything")

    def work_of_the_index() -> None:
        assert warehouse.stopped.wait(30)
        raise Busy("CLIENT_GONE", "It was told to stop, not why.")

    with DeferredWarehouse(never_opened, dialect="duckdb") as warehouse:
        with pytest.raises(Busy) as caught, Patience(0.05).watching(warehouse):
            work_of_the_index()
        assert caught.value.code == "COUNT_TIMEOUT"


def test_what_is_done_in_time_is_answered() -> None:
    with DuckDBWarehouse.in_memory(threads=1) as warehouse, ENDLESS.watching(warehouse):
        assert warehouse.rows(SHORT, limit=1).rows == ((42,),)


def test_another_failure_stays_what_it_is() -> None:
    broken = Statement("SELECT nothing", "duckdb", "broken")
    with DuckDBWarehouse.in_memory(threads=1) as warehouse:
        with pytest.raises(EngineFailed) as caught, Patience(60).watching(warehouse):
            warehouse.rows(broken, limit=1)
        assert caught.value.kind == "missing_column"
