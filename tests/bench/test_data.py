"""Generated data is the same every time, and generated once."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from bench.data import Scale, export_tables, prepare_warehouse
from bench.places import REPOSITORY, TABLES, data_folder, prepared_folder
from bench.workload import AS_OF
from muster.base.errors import EngineFailed
from muster.compile.statement import Statement
from muster.engines.duckdb import DuckDBWarehouse

SMALL = Scale(300, 4_000)


def answer(path: Path, sql: str) -> tuple[object, ...]:
    with DuckDBWarehouse.open(path, read_only=True) as warehouse:
        return warehouse.rows(Statement(sql, "duckdb", "look"), limit=1).rows[0]


def test_the_same_scale_gives_the_same_rows(tmp_path: Path) -> None:
    first, second = (prepare_warehouse(SMALL, tmp_path / name) for name in ("a", "b"))
    for table in TABLES:
        sql = f"SELECT count(*), bit_xor(hash(t)), sum(hash(t)::DOUBLE) FROM {table} AS t"
        assert answer(first, sql)[:2] == answer(second, sql)[:2]


def test_a_warehouse_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    steps: list[str] = []
    path = prepare_warehouse(SMALL, tmp_path, progress=steps.append)
    assert steps == ["users", "transactions", "impressions", "checkpoint"]
    assert prepare_warehouse(SMALL, tmp_path, progress=steps.append) == path
    assert len(steps) == 4
    assert prepare_warehouse(Scale(300, 4_001), tmp_path) != path


def test_a_generation_that_fails_leaves_nothing_to_be_taken_for_whole(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sql"
    broken.write_text("CREATE TABLE users (user_id BIGINT); SELECT broken;", encoding="utf-8")
    with pytest.raises(EngineFailed):
        prepare_warehouse(SMALL, tmp_path / "data", script=broken)
    assert list((tmp_path / "data").iterdir()) == []


def test_what_was_asked_for_is_there(tmp_path: Path) -> None:
    path = prepare_warehouse(SMALL, tmp_path)
    assert answer(path, "SELECT count(*), count(DISTINCT user_id), min(user_id) FROM users") == (
        300,
        300,
        1,
    )
    counted = "SELECT count(*), count(*) - count(category), max(paid_at) FROM transactions"
    count, without_category, latest = answer(path, counted)
    assert count == 4_000
    assert 0 < int(str(without_category)) < 40
    assert str(latest) < str(AS_OF.replace(tzinfo=None)), "the peer relies on it"


def test_advertisements_are_there_too_and_end_with_the_data(tmp_path: Path) -> None:
    path = prepare_warehouse(SMALL, tmp_path)
    counted = "SELECT count(*), min(shown_at), max(shown_at) FROM impressions"
    count, first, last = answer(path, counted)
    assert count == 2_000
    assert "2025-07-05" < str(first) < str(last) < str(AS_OF.replace(tzinfo=None))


def test_exports_hold_the_same_rows(tmp_path: Path) -> None:
    path = prepare_warehouse(SMALL, tmp_path)
    for kind in ("parquet", "csv"):
        export_tables(path, kind)
    with duckdb.connect(path, read_only=True) as connection:
        for table in TABLES:
            file = prepared_folder(path) / f"{table}.parquet"
            rows = f"FROM (FROM {table} EXCEPT ALL FROM '{file}')"
            assert connection.execute(rows).fetchall() == []
    users = (prepared_folder(path) / "users.csv").read_text(encoding="utf-8").splitlines()
    assert len(users) == 301
    assert any(",{}," in line for line in users), "an empty list is an empty array"


def test_the_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_BENCH_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.delenv("MUSTER_BENCH_DATA")
    assert data_folder() == REPOSITORY / ".muster" / "bench"
