from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from muster.base.errors import Busy, EngineFailed, InvalidFile, MusterError, NotFound, Unavailable
from muster.compile.statement import Statement
from muster.engines.base import Warehouse
from muster.engines.duckdb import DuckDBWarehouse


def sql(text: str) -> Statement:
    return Statement(text, "duckdb", "a test")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A warehouse file with one table of five rows."""
    found = tmp_path / "new folder" / "warehouse.duckdb"
    with DuckDBWarehouse.open(found, read_only=False) as warehouse:
        warehouse.run(sql("CREATE TABLE t AS SELECT i, i * 1.5 AS half FROM range(5) r(i)"))
    return found


def test_rows_are_cut_at_the_limit_and_it_says_so(path: Path) -> None:
    with DuckDBWarehouse.open(path, read_only=True) as warehouse:
        for limit, truncated in ((4, True), (5, False), (6, False)):
            found = warehouse.rows(sql("SELECT i FROM t ORDER BY i DESC"), limit=limit)
            assert found.rows == tuple((i,) for i in range(4, 4 - min(limit, 5), -1))
            assert (found.columns, found.truncated) == (("i",), truncated)


def test_rows_are_plain_python_values(path: Path) -> None:
    query = """SELECT 1.50::DECIMAL(9, 2), TIMESTAMPTZ '2024-01-01 10:00:00+05:30' AS at,
        DATE '2024-01-01', NULL, ['a'], TIMESTAMP '2024-01-01 10:00:00'"""
    with DuckDBWarehouse.open(path, read_only=True) as warehouse:
        found = warehouse.rows(sql(query), limit=5)
    assert found.rows[0] == (
        Decimal("1.50"),
        datetime(2024, 1, 1, 4, 30),
        datetime(2024, 1, 1).date(),
        None,
        ["a"],
        datetime(2024, 1, 1, 10),
    )
    assert found.columns[1] == "at"


def test_columns_are_arrays_masked_where_null(path: Path) -> None:
    with DuckDBWarehouse.open(path, read_only=True) as warehouse:
        found = warehouse.columns(sql("SELECT i, CASE WHEN i > 1 THEN i END AS some FROM t"))
    assert found["i"].tolist() == [0, 1, 2, 3, 4]
    assert isinstance(found["some"], np.ma.MaskedArray)
    assert found["some"].mask.tolist() == [True, True, False, False, False]


def test_the_session_is_in_utc_whatever_the_machine_says(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        for opened in (DuckDBWarehouse.open(path, read_only=True), DuckDBWarehouse.in_memory()):
            with opened as warehouse:
                query = sql("SELECT TIMESTAMPTZ '2024-01-01 10:00:00+00'::VARCHAR")
                assert warehouse.rows(query, limit=1).rows == (("2024-01-01 10:00:00+00",),)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE u (i INTEGER)",
        "INSERT INTO t VALUES (1, 2)",
        "SELECT * FROM read_csv('/etc/passwd')",
        "ATTACH ':memory:' AS other; ATTACH 'other.duckdb' AS other2",
        "COPY t TO 'out.csv'",
        "SET enable_external_access = true",
        "SET threads = 1",
        "INSTALL httpfs",
    ],
)
def test_a_reader_can_change_nothing_and_reach_nothing_else(path: Path, text: str) -> None:
    with DuckDBWarehouse.open(path, read_only=True) as warehouse, pytest.raises(EngineFailed):
        warehouse.run(sql(text))


def test_a_reader_may_spill_what_does_not_fit_into_memory(path: Path) -> None:
    query = "SELECT count(DISTINCT i::VARCHAR || 'abcdefghijkl') FROM range(2000000) t(i)"
    with DuckDBWarehouse.open(path, read_only=True, memory_limit_mb=60, threads=1) as warehouse:
        assert warehouse.rows(sql(query), limit=1).rows == ((2_000_000,),)


def test_python_variables_are_no_tables(path: Path) -> None:
    secret = np.arange(3)  # noqa: F841
    with DuckDBWarehouse.open(path, read_only=True) as warehouse, pytest.raises(EngineFailed):
        warehouse.rows(sql("SELECT * FROM secret"), limit=1)


def test_several_readers_of_one_process_share_a_file(path: Path) -> None:
    with (
        DuckDBWarehouse.open(path, read_only=True) as one,
        DuckDBWarehouse.open(path, read_only=True) as other,
    ):
        for warehouse in (one, other):
            assert warehouse.rows(sql("SELECT count(*) FROM t"), limit=1).rows == ((5,),)


def test_the_other_way_of_opening_is_busy_meanwhile(path: Path) -> None:
    with DuckDBWarehouse.open(path, read_only=False), pytest.raises(Busy) as caught:
        DuckDBWarehouse.open(path, read_only=True)
    assert caught.value.code == "WAREHOUSE_BUSY"


def test_a_file_held_by_another_process_is_busy_and_the_holder_is_named(path: Path) -> None:
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for read_only in (True, False):
            with pytest.raises(Busy) as caught:
                DuckDBWarehouse.open(path, read_only=read_only)
            assert f"Process {holder.pid}" in caught.value.sentence
            assert str(holder.pid) in (caught.value.hint or "")
        holder.communicate("")
    DuckDBWarehouse.open(path, read_only=True).close()


@pytest.mark.parametrize(
    ("content", "error", "code"),
    [
        (None, NotFound, "WAREHOUSE_MISSING"),
        (b"", InvalidFile, "WAREHOUSE_CORRUPT"),
        (b"hello" * 4000, InvalidFile, "WAREHOUSE_CORRUPT"),
        ("truncated", InvalidFile, "WAREHOUSE_CORRUPT"),
        ("of tomorrow", InvalidFile, "WAREHOUSE_VERSION"),
        ("a folder", Unavailable, "WAREHOUSE_UNREADABLE"),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_opened_says_why(
    path: Path, tmp_path: Path, content: Any, error: type[MusterError], code: str
) -> None:
    file = tmp_path / "other.duckdb"
    whole = path.read_bytes()
    match content:
        case "truncated":
            file.write_bytes(whole[:9000])
        case "of tomorrow":
            file.write_bytes(_with_version(whole, 5555))
        case "a folder":
            file.mkdir()
        case bytes():
            file.write_bytes(content)
    with pytest.raises(error) as caught:
        DuckDBWarehouse.open(file, read_only=True)
    assert caught.value.code == code
    assert caught.value.hint
    assert str(file) in caught.value.sentence


def _with_version(whole: bytes, version: int) -> bytes:
    """Return a database file that claims another version, with the checksum that goes with it."""
    header = whole[8:12] + version.to_bytes(8, "little") + whole[20:4096]
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", header):
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    return checksum.to_bytes(8, "little") + header + whole[4096:]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_unavailable(path: Path) -> None:
    path.chmod(0)
    with pytest.raises(Unavailable):
        DuckDBWarehouse.open(path, read_only=True)


@pytest.mark.parametrize(
    ("keys", "rows", "kind"),
    [
        (np.array([3, 1]), [(3,), (1,)], "BIGINT"),
        (np.array([3, 1], dtype=np.uint32), [(3,), (1,)], "UINTEGER"),
        (np.array(["b", "ä"]), [("b",), ("ä",)], "VARCHAR"),
        (np.array(["b"], dtype=object), [("b",)], "VARCHAR"),
        (np.array([], dtype=np.int64), [], "BIGINT"),
        (np.array([], dtype=object), [], "VARCHAR"),
        (np.ma.masked_array([1, 2], mask=[False, True]), [(1,)], "BIGINT"),
    ],
    ids=str,
)
def test_keys_become_a_temporary_table(path: Path, keys: Any, rows: Any, kind: str) -> None:
    with DuckDBWarehouse.open(path, read_only=True) as warehouse:
        warehouse.register_keys('my "keys"', np.array([9]))
        warehouse.register_keys('my "keys"', keys)
        found = warehouse.rows(sql('SELECT key FROM "my ""keys"""'), limit=9)
        described = warehouse.rows(sql('DESCRIBE SELECT key FROM "my ""keys"""'), limit=9)
    assert list(found.rows) == rows
    assert described.rows[0][1] == kind


def test_a_script_runs_step_by_step_with_its_variables(path: Path) -> None:
    script = """
CREATE TABLE made (n BIGINT, "at" TIMESTAMP, word VARCHAR);
-- step: First rows
INSERT INTO made VALUES (getvariable('seed'), getvariable('at'), 'a;b -- step: no step');
  -- step:  Second rows
INSERT INTO made SELECT i, NULL, getvariable('word') FROM range(2) t(i); SELECT 1;
"""
    told: list[str] = []
    at = datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with DuckDBWarehouse.open(path, read_only=False) as warehouse:
        variables = {"seed": 7, "at": at, "word": "it's"}
        warehouse.script(script, variables, progress=told.append)
        found = warehouse.rows(sql("FROM made ORDER BY n"), limit=9)
        left = warehouse.rows(sql("SELECT getvariable('seed')"), limit=1)
    assert told == ["First rows", "Second rows"]
    assert found.rows == (
        (0, None, "it's"),
        (1, None, "it's"),
        (7, datetime(2024, 1, 1, 6, 30), "a;b -- step: no step"),
    )
    assert left.rows == ((None,),)


def test_a_script_may_be_a_file_and_its_failure_names_file_and_step(
    path: Path, tmp_path: Path
) -> None:
    file = tmp_path / "fill.sql"
    file.write_text("BEGIN;\n-- step: Wrong\nINSERT INTO t VALUES (99, 1); SELECT nothing;")
    with DuckDBWarehouse.open(path, read_only=False) as warehouse:
        with pytest.raises(EngineFailed, match=r"fill\.sql: Wrong") as caught:
            warehouse.script(file, {"x": 1})
        assert caught.value.kind == "missing_column"
        kept = warehouse.rows(sql("SELECT count(*) FROM t"), limit=1)
    assert kept.rows == ((5,),)


@pytest.mark.parametrize("name", ["a b", "x; DROP TABLE t", "", "1a", 'a"'])
def test_a_script_variable_needs_a_name(path: Path, name: str) -> None:
    with DuckDBWarehouse.open(path, read_only=False) as warehouse, pytest.raises(ValueError):
        warehouse.script("SELECT 1", {name: 1})


def test_a_transaction_is_whole_or_nothing(path: Path) -> None:
    count = sql("SELECT count(*) FROM t")
    with DuckDBWarehouse.open(path, read_only=False) as warehouse:
        with warehouse.transaction():
            warehouse.run(sql("INSERT INTO t VALUES (5, 1)"))
        with pytest.raises(KeyError):
            _delete_then(warehouse, _fail)
        with pytest.raises(EngineFailed):
            _delete_then(warehouse, lambda: warehouse.run(sql("SELECT nothing")))
        assert warehouse.rows(count, limit=1).rows == ((6,),)


def _delete_then(warehouse: DuckDBWarehouse, fail: Callable[[], None]) -> None:
    with warehouse.transaction():
        warehouse.run(sql("DELETE FROM t"))
        fail()


def _fail() -> None:
    raise KeyError("the caller failed")


def test_an_interrupted_query_fails_as_interrupted_and_the_next_one_works(path: Path) -> None:
    with DuckDBWarehouse.open(path, read_only=True) as warehouse:
        running = threading.Event()
        done = threading.Event()

        def interrupt() -> None:
            running.wait()
            while not done.wait(0.02):  # the query may not have begun yet
                warehouse.interrupt()

        stopper = threading.Thread(target=interrupt)
        stopper.start()
        running.set()
        endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range < b.range"
        with pytest.raises(EngineFailed) as caught:
            warehouse.rows(sql(endless), limit=1)
        done.set()
        stopper.join()
        assert caught.value.kind == "interrupted"
        assert warehouse.rows(sql("SELECT count(*) FROM t"), limit=1).rows == ((5,),)


def test_closing_twice_is_harmless_and_frees_the_file(path: Path) -> None:
    warehouse = DuckDBWarehouse.open(path, read_only=False)
    warehouse.close()
    warehouse.close()
    DuckDBWarehouse.open(path, read_only=True).close()


def test_it_is_a_warehouse() -> None:
    with DuckDBWarehouse.in_memory(threads=1, memory_limit_mb=200) as opened:
        warehouse: Warehouse = opened
        assert warehouse.dialect == "duckdb"
        threads = warehouse.rows(sql("SELECT current_setting('threads')"), limit=1)
    assert threads.rows == ((1,),)
