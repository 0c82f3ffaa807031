from __future__ import annotations

import duckdb
import pytest

from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.failures import (
    FAILURES,
    FailureKind,
    duckdb_failed,
    duckdb_kind,
    failed,
    sqlstate_kind,
)

K = FailureKind


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT * FROM nowhere", K.MISSING_TABLE),
        ("SELECT nowhere.a FROM range(3) t(a)", K.MISSING_TABLE),
        ("SELECT b FROM range(3) t(a)", K.MISSING_COLUMN),
        ("SELECT t.b FROM range(3) t(a)", K.MISSING_COLUMN),
        ("SELECT 'x'::INTEGER", K.TYPE_MISMATCH),
        ("SELECT sum('x'::VARCHAR)", K.TYPE_MISMATCH),
        ("SELECT [1] > 1", K.TYPE_MISMATCH),
        ("SELECT 1::TINYINT * 200::TINYINT", K.TYPE_MISMATCH),
        ("SELEC 1", K.SYNTAX),
        ("SELECT no_such_function(1)", K.SYNTAX),
        ("SELECT a FROM range(3) t(a) GROUP BY a HAVING sum(sum(a)) > 1", K.SYNTAX),
        ("SELECT error('on purpose')", K.OTHER),
    ],
)
def test_a_native_error_has_its_kind(query: str, kind: FailureKind) -> None:
    with DuckDBWarehouse.in_memory() as warehouse, pytest.raises(duckdb.Error) as caught:
        warehouse.connection.execute(query).fetchall()
    assert duckdb_kind(caught.value) is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (duckdb.IOException("Could not write all bytes: No space left on device"), K.DISK_FULL),
        (duckdb.OutOfMemoryException("set by the 'max_temp_directory_size' setting"), K.DISK_FULL),
        (duckdb.OutOfMemoryException("failed to pin block"), K.OUT_OF_MEMORY),
        (duckdb.IOException("Could not set lock on file: Conflicting lock is held"), K.LOCKED),
        (duckdb.TransactionException("Catalog write-write conflict on create"), K.LOCKED),
        (duckdb.IOException("The file is not a valid DuckDB database file!"), K.CORRUPT),
        (duckdb.FatalException("Invalidated database"), K.CORRUPT),
        (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), K.INTERRUPTED),
        (duckdb.Error("something new"), K.OTHER),
    ],
)
def test_an_error_that_is_hard_to_cause_has_its_kind(error: duckdb.Error, kind: K) -> None:
    assert duckdb_kind(error) is kind


def test_a_query_beyond_the_memory_limit_is_out_of_memory_or_disk() -> None:
    query = "SELECT count(DISTINCT i::VARCHAR || 'abcdefghijkl') FROM range(3000000) t(i)"
    with DuckDBWarehouse.in_memory(memory_limit_mb=20, threads=1) as warehouse:
        warehouse.connection.execute("SET max_temp_directory_size = '1MB'").fetchall()
        with pytest.raises(duckdb.Error) as caught:
            warehouse.connection.execute(query).fetchall()
    assert duckdb_kind(caught.value) in (K.OUT_OF_MEMORY, K.DISK_FULL)


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        ("42P01", K.MISSING_TABLE),
        ("42703", K.MISSING_COLUMN),
        ("22P02", K.TYPE_MISMATCH),
        ("42601", K.SYNTAX),
        ("57014", K.INTERRUPTED),
        ("53100", K.DISK_FULL),
        ("40001", K.LOCKED),
        ("08006", K.OTHER),
        (None, K.OTHER),
    ],
)
def test_a_sqlstate_has_its_kind(sqlstate: str | None, kind: FailureKind) -> None:
    assert sqlstate_kind(sqlstate) is kind


def test_every_kind_has_a_sentence() -> None:
    assert set(FAILURES) == set(FailureKind)
    assert all(text.sentence.endswith(".") for text in FAILURES.values())


def test_the_error_says_what_was_being_done_and_what_the_engine_said() -> None:
    error = failed(K.MISSING_TABLE, detail="Catalog Error: No table x!\nLINE 1", purpose="count x")
    assert error.code == "ENGINE_MISSING_TABLE"
    assert error.kind == "missing_table"
    assert "count x" in error.sentence
    assert error.sentence.endswith("It said: No table x!")
    assert error.hint


def test_a_cancelled_query_needs_no_hint() -> None:
    assert duckdb_failed(duckdb.InterruptException("stopped"), purpose="").hint is None
