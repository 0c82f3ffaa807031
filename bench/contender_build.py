"""The audience index from nothing, and after one more day of events.

Run as ``python -m bench.contender_build WAREHOUSE FOLDER RESULT``; `prepare` makes the index that
the other contenders of Muster open.
"""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from bench.drawn import drawn_rules
from bench.figures import Figures, size_mb
from bench.muster_side import (
    THREADS,
    asking,
    index_folder,
    plan_hundred,
    read_model,
)
from bench.per_rule import rule_sql
from bench.places import prepared_folder
from bench.workload import AS_OF
from muster.engines import bits
from muster.engines.bitmap_files import write_all_members
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_stamp import warehouse_stamp
from muster.engines.index.build import build_index
from muster.engines.index.extend import extend_index
from muster.engines.index.files import open_index

CHECKED = 20
"""Drawn rules whose counts are compared after the append."""

_APPEND = (
    "INSERT INTO transactions SELECT transaction_id + 1000000000, user_id, amount, merchant,"
    " category, paid_at + INTERVAL 1 DAY FROM transactions"
    " WHERE paid_at >= TIMESTAMP '2025-12-31'",
    "INSERT INTO impressions SELECT impression_id + 1000000000, user_id, campaign, channel,"
    " clicked, shown_at + INTERVAL 1 DAY FROM impressions"
    " WHERE shown_at >= TIMESTAMP '2025-12-31'",
    "CHECKPOINT",
)


def build(warehouse: Path, folder: Path) -> Figures:
    """Build, append a day to a copy, extend, and check counts against the copy itself."""
    figures = Figures()
    model, index = read_model(), folder / "index"
    with figures.timed():
        with figures.stage("open"):
            opened = DuckDBWarehouse.open(warehouse, read_only=True)
        with figures.stage("build"):
            build_index(opened, model, folder=index, stamp=warehouse_stamp(warehouse))
        opened.close()
    figures.output_mb = size_mb(folder)
    copy = folder / "longer.duckdb"
    shutil.copyfile(warehouse, copy)
    with duckdb.connect(copy) as connection:
        for statement in _APPEND:
            connection.execute(statement)
    before = open_index(index)
    assert before is not None
    with (
        figures.stated_apart("append of one day"),
        DuckDBWarehouse.open(copy, read_only=True) as longer,
    ):
        extend_index(before, longer, model, folder=index, stamp=warehouse_stamp(copy))
    wrong = _differing(copy, index)
    if wrong:
        raise AssertionError(f"after the append, drawn rules are counted wrongly: {wrong}")
    return figures


def _differing(warehouse: Path, index: Path) -> list[int]:
    """Return the numbers of drawn rules that the index counts otherwise than DuckDB."""
    later = AS_OF + timedelta(days=1)
    wrong = []
    with (
        asking(warehouse, index.parent, index=index) as asked,
        duckdb.connect(warehouse, read_only=True) as connection,
    ):
        for number, drawn in enumerate(drawn_rules(CHECKED)):
            select = rule_sql({"name": "drawn", "where": drawn.where}, later)
            expected = connection.execute(f"SELECT count(*) FROM ({select})").fetchall()
            if [(asked.count(drawn.where, as_of=later),)] != expected:
                wrong.append(number)
    return wrong


def prepare(warehouse: Path) -> None:
    """Make the index anew, and two states of the hundred segments: as files, and as rows.

    In the state before, of each segment 1 % of the members were not in it, and 0.2 % of all
    entities were that are not in it now.
    """
    index = index_folder(warehouse)
    shutil.rmtree(index.parent, ignore_errors=True)
    index.parent.mkdir(parents=True)
    with DuckDBWarehouse.open(warehouse, read_only=True) as opened:
        build_index(opened, read_model(), folder=index, stamp=warehouse_stamp(warehouse))
    with asking(warehouse, index.parent, index=index) as asked:
        evaluated = asked.evaluate(plan_hundred(asked.model))
    entities = evaluated.entities
    source = np.random.default_rng(1)
    rows: dict[str, list[NDArray[Any]]] = {"now": [], "before": []}
    for state in rows:
        files = {}
        for name, outcome in evaluated.outcomes.items():
            members = outcome.members
            if state == "before":
                members = _before(members, entities.size, source)
            files[prepared_folder(warehouse) / "states" / state / name] = members
            rows[state].append(entities.keys[bits.to_ordinals(members, entities.size)])
        write_all_members(files, entities, threads=THREADS)
        _write_rows(rows[state], prepared_folder(warehouse) / f"{state}.parquet")


def _before(members: NDArray[np.uint64], size: int, source: np.random.Generator) -> Any:
    flags = bits.to_flags(members, size)
    inside = np.flatnonzero(flags)
    flags[source.choice(inside, len(inside) // 100, replace=False)] = False
    flags[source.choice(size, size // 500, replace=False)] = True
    return bits.from_flags(flags)


def _write_rows(keys: list[NDArray[Any]], path: Path) -> None:
    sizes = [len(members) for members in keys]
    segments = np.repeat(np.arange(len(sizes), dtype=np.int16), sizes)
    with duckdb.connect() as connection:
        connection.register("found", {"segment": segments, "user_id": np.concatenate(keys)})
        connection.execute(f"COPY found TO '{path}' (FORMAT parquet)")


if __name__ == "__main__":
    if sys.argv[3:] == []:
        prepare(Path(sys.argv[1]))
    else:
        build(Path(sys.argv[1]), Path(sys.argv[2])).write(Path(sys.argv[3]))
