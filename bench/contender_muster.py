"""Muster's run: the hundred rules as one wave, to member bitmaps on disk.

Run as ``python -m bench.contender_muster WAREHOUSE FOLDER RESULT index|sql``. With the index it is
evaluated twice: the first time is the cold start, from the start of the process; the second time,
with the index open, is what counts.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from bench.figures import Figures, size_mb
from bench.muster_side import (
    THREADS,
    Asked,
    asking,
    index_folder,
    member_keys,
    plan_hundred,
)
from bench.places import ALONE, STARTED
from muster.compile.atoms import Atom, EntityAtom, EventAtom, ObservedAtom
from muster.compile.plan import EntityStage, EventStage, Plan
from muster.engines import bits
from muster.engines.bitmap_files import write_all_members
from muster.engines.evaluate import Evaluated, describe
from muster.engines.index.executor import IndexExecutor


def refresh(warehouse: Path, folder: Path, *, indexed: bool) -> Figures:
    """Refresh the wave and return what it took."""
    figures = Figures()
    if not indexed:  # opening and numbering the entities belong to it
        with figures.timed(), asking(warehouse, folder, index=None) as asked:
            plan, evaluated = _wave(asked, folder, figures, run=2)
    else:
        with asking(warehouse, folder, index=index_folder(warehouse)) as asked:
            _wave(asked, folder, Figures(), run=1)
            started = float(os.environ.get(STARTED, "nan"))
            figures.apart["cold start: process, open, refresh"] = time.time() - started
            with figures.timed():
                plan, evaluated = _wave(asked, folder, figures, run=2)
            _profile(figures, asked, plan)
    figures.output_mb = sum(size_mb(path) for path in folder.glob("segments/*/2.1.members"))
    figures.notes = {
        "questions asked": plan.asked,
        "questions after sharing": plan.distinct,
        "answered by the index": len(evaluated.indexed),
    }
    with figures.stated_apart("publish as rows, one DuckDB table"):
        _publish_table(_rows(evaluated), folder / "rows.duckdb")
    with figures.stated_apart("publish as rows, one Parquet file"):
        _publish_parquet(_rows(evaluated), folder / "rows.parquet")
    for name, members in member_keys(evaluated).items():
        figures.add_members(name, members)
    return figures


def _wave(asked: Asked, folder: Path, figures: Figures, *, run: int) -> tuple[Plan, Evaluated]:
    """Evaluate all rules and write their members where a workspace has those of a run."""
    with figures.stage("read, bind and plan the rules"):
        plan = plan_hundred(asked.model)
    started = time.perf_counter()
    evaluated = asked.evaluate(plan)
    _divide(figures, plan, evaluated, time.perf_counter() - started)
    with figures.stage("write bitmaps"):
        targets = {
            folder / "segments" / name / f"{run}.1.members": outcome.members
            for name, outcome in evaluated.outcomes.items()
        }
        write_all_members(targets, evaluated.entities, threads=THREADS)
    return plan, evaluated


def _profile(figures: Figures, asked: Asked, plan: Plan) -> None:
    """Ask the index for one kind of question after the other, and for all with one thread."""
    assert asked.index is not None
    kinds: dict[str, list[Atom]] = {}
    for atom in plan.atoms:
        if isinstance(atom, EntityAtom | ObservedAtom):
            kinds.setdefault("tests on the entity", []).append(atom)
        elif isinstance(atom, EventAtom):
            kinds.setdefault(f"questions about {' + '.join(atom.scan.sources)}", []).append(atom)
    for kind, atoms in kinds.items():
        with figures.stated_apart(f"{ALONE} {len(atoms)} {kind}"):
            IndexExecutor(asked.index, threads=THREADS).masks(atoms)
    with figures.stated_apart(f"{ALONE} all of them with one thread"):
        IndexExecutor(asked.index, threads=1).masks(
            [one for many in kinds.values() for one in many]
        )


def _divide(figures: Figures, plan: Plan, evaluated: Evaluated, seconds: float) -> None:
    """Divide the time of an evaluation by what its stages were about."""
    kinds = {describe(stage): type(stage) for stage in plan.stages}
    names = {EntityStage: "tests on the entity (SQL)", EventStage: "questions about events (SQL)"}
    spent: dict[str, float] = {}
    for one in evaluated.times:
        name = names.get(kinds.get(one.what, type(None)), "")
        if not name:
            name = "entity keys (SQL)" if one.what == "entity keys" else "answers by the index"
        spent[name] = spent.get(name, 0.0) + one.seconds
    figures.stages |= spent
    figures.stages["answers to bits, algebra"] = seconds - sum(spent.values())


def _rows(evaluated: Evaluated) -> dict[str, NDArray[Any]]:
    """Return all memberships as columns, in order of segment and key: that packs best."""
    entities = evaluated.entities
    members = [outcome.members for outcome in evaluated.outcomes.values()]
    ends = np.cumsum([bits.count(one) for one in members])
    order = np.argsort(entities.keys)
    keys = entities.keys[order]
    found = np.empty(int(ends[-1]), dtype=keys.dtype)

    def fill(number: int) -> None:
        places = np.flatnonzero(bits.to_flags(members[number], entities.size)[order])
        found[ends[number] - len(places) : ends[number]] = keys[places]

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(fill, range(len(members))))
    segments = np.repeat(np.arange(len(members), dtype=np.int16), np.diff(ends, prepend=0))
    return {"segment": segments, "user_id": found}


def _publish_table(rows: Mapping[str, NDArray[Any]], path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.register("members", rows)
        connection.execute("CREATE TABLE published AS FROM members")
        connection.unregister("members")
        connection.execute("CHECKPOINT")


def _publish_parquet(rows: Mapping[str, NDArray[Any]], path: Path) -> None:
    with duckdb.connect() as connection:
        connection.register("members", rows)
        connection.execute(f"COPY members TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    made = refresh(Path(sys.argv[1]), Path(sys.argv[2]), indexed=sys.argv[4] == "index")
    made.write(Path(sys.argv[3]))
