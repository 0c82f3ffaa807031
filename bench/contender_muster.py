"""Muster's run: the hundred rules as one wave, to member bitmaps on disk.

Run as ``python -m bench.contender_muster WAREHOUSE FOLDER RESULT``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from bench.figures import Figures, size_mb
from bench.workload import AS_OF, Rule, hundred_rules
from muster.base.datamodel import DataModel
from muster.compile.atoms import MemberAtom
from muster.compile.bind import BoundRule, bind_rule
from muster.compile.plan import EntityStage, EventStage, Plan, plan_rules
from muster.engines import bits
from muster.engines.bitmap_files import write_members
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.evaluate import Evaluated, describe, evaluate_plan
from muster.model.load import load_model
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule


def read_model() -> DataModel:
    """Return the data model of the benchmark's warehouse."""
    return load_model(Path(__file__).with_name("model.yml").read_text(encoding="utf-8"))


def bound_rule(rule: Rule, model: DataModel) -> BoundRule:
    """Read one rule document and bind it to the benchmark's instant."""
    document = {key: value for key, value in rule.items() if key != "name"}
    resolved = resolve_rule(parse_definition(document), model)
    return bind_rule(rule["name"], resolved, model, as_of=AS_OF)


def refresh(warehouse_file: Path, folder: Path) -> Figures:
    """Refresh the wave and return what it took; the entity dictionary is built from nothing."""
    figures = Figures()
    with figures.timed():
        with figures.stage("read, bind and plan the rules"):
            model = read_model()
            plan = plan_rules([bound_rule(rule, model) for rule in hundred_rules()], as_of=AS_OF)
        with figures.stage("open"):
            warehouse = DuckDBWarehouse.open(warehouse_file, read_only=True)
        started = time.perf_counter()
        evaluated = evaluate_plan(plan, model, warehouse, folder=folder, stored=_none_stored)
        _divide(figures, plan, evaluated, time.perf_counter() - started)
        with figures.stage("write bitmaps"):
            for name, outcome in evaluated.outcomes.items():
                write_members(folder / "members" / name, outcome.members, evaluated.entities)
        warehouse.close()
    figures.output_mb = size_mb(folder / "members")
    figures.notes = {
        "questions asked": plan.asked,
        "questions after sharing": plan.distinct,
        "statements": len(evaluated.times),
    }
    keys = {
        name: evaluated.entities.keys[bits.to_ordinals(outcome.members, evaluated.entities.size)]
        for name, outcome in evaluated.outcomes.items()
    }
    with figures.stated_apart("also as one table per rule"):
        _write_tables(keys, folder / "rows.duckdb")
    for name, members in keys.items():
        figures.add_members(name, members)
    return figures


def _divide(figures: Figures, plan: Plan, evaluated: Evaluated, seconds: float) -> None:
    """Divide the time of an evaluation by what its statements were about."""
    kinds = {describe(stage): type(stage) for stage in plan.stages}
    names = {EntityStage: "tests on the entity (SQL)", EventStage: "questions about events (SQL)"}
    spent = dict.fromkeys(("entity keys (SQL)", *names.values()), 0.0)
    for statement in evaluated.times:
        kind = kinds.get(statement.what)
        name = "entity keys (SQL)" if kind is None else names[kind]
        spent[name] += statement.seconds
    figures.stages |= spent
    figures.stages["answers to bits, algebra"] = seconds - sum(spent.values())


def _write_tables(keys: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Publish the members as rows, in the shape the peer writes them."""
    connection = duckdb.connect(path)
    for name, members in keys.items():
        connection.register("members", {"user_id": members})
        connection.execute(f"CREATE TABLE seg_{name} AS FROM members")
        connection.unregister("members")
    connection.execute("CHECKPOINT")
    connection.close()


def _none_stored(atom: MemberAtom) -> NDArray[np.int64]:
    raise AssertionError(f"{atom.member.segment} is not a rule of the wave")


if __name__ == "__main__":
    refresh(Path(sys.argv[1]), Path(sys.argv[2])).write(Path(sys.argv[3]))
