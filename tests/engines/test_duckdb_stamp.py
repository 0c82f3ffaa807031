"""A stamp moves with every change of content, and asking for it costs DuckDB no lock."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_stamp import warehouse_stamp

_WRITER = """
import sys
from pathlib import Path
from muster.base.errors import Busy
from muster.engines.duckdb import DuckDBWarehouse
try:
    with DuckDBWarehouse.open(Path(sys.argv[1]), read_only=False):
        print("opened")
except Busy:
    print("busy")
"""


def run(path: Path, *statements: str) -> None:
    with DuckDBWarehouse.open(path, read_only=False) as warehouse:
        for statement in statements:
            warehouse.connection.execute(statement).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "warehouse.duckdb"
    run(found, "CREATE TABLE t AS SELECT range AS n FROM range(1000)")
    return found


def test_a_stamp_stays_while_the_file_is_read_and_when_it_is_copied(path: Path) -> None:
    before = warehouse_stamp(path)
    with DuckDBWarehouse.open(path, read_only=True) as warehouse:
        warehouse.connection.execute("SELECT sum(n) FROM t").fetchall()
        assert warehouse_stamp(path) == before
    assert warehouse_stamp(path) == before
    copy = path.with_name("copy.duckdb")
    shutil.copy2(path, copy)
    assert warehouse_stamp(copy) == before


@pytest.mark.parametrize(
    "statement",
    ["UPDATE t SET n = 7 WHERE n = 8", "DELETE FROM t WHERE n = 3", "CREATE TABLE u (n INTEGER)"],
)
def test_every_write_moves_the_stamp_even_when_the_clock_stands_still(
    path: Path, statement: str
) -> None:
    before, facts = warehouse_stamp(path), path.stat()
    run(path, statement, "CHECKPOINT")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert warehouse_stamp(path) != before


def test_what_stands_in_the_log_alone_moves_the_stamp(path: Path) -> None:
    before = warehouse_stamp(path)
    with DuckDBWarehouse.open(path, read_only=False) as warehouse:
        warehouse.connection.execute("SET checkpoint_threshold = '1GB'").fetchall()
        warehouse.connection.execute("INSERT INTO t VALUES (5)").fetchall()
        assert path.with_name(f"{path.name}.wal").exists()
        assert warehouse_stamp(path) != before


def test_another_file_under_the_same_name_has_another_stamp(path: Path, tmp_path: Path) -> None:
    before, facts = warehouse_stamp(path), path.stat()
    other = tmp_path / "other.duckdb"
    run(other, "CREATE TABLE t AS SELECT range AS n FROM range(1000)")
    os.utime(other, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    other.replace(path)
    assert warehouse_stamp(path) != before


def test_an_absent_file_has_a_stamp_too(path: Path) -> None:
    before = warehouse_stamp(path)
    path.unlink()
    assert warehouse_stamp(path) != before
    assert warehouse_stamp(path) == warehouse_stamp(path)


def test_writers_stay_locked_out_after_a_stamp_was_taken(path: Path) -> None:
    def writer() -> str:
        command = [sys.executable, "-c", _WRITER, str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with DuckDBWarehouse.open(path, read_only=True):
        warehouse_stamp(path)
        warehouse_stamp(path)
        assert writer() == "busy"
    assert writer() == "opened"
