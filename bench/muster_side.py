"""What the contenders of Muster share: its rules bound and planned, and its index opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.places import prepared_folder
from bench.workload import AS_OF, Condition, Rule, hundred_rules
from muster.base.datamodel import DataModel
from muster.compile.atoms import MemberAtom
from muster.compile.bind import BoundRule, bind_rule
from muster.compile.plan import Plan, plan_rules
from muster.engines import bits
from muster.engines.deferred import DeferredWarehouse
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_stamp import warehouse_stamp
from muster.engines.evaluate import Evaluated, evaluate_plan
from muster.engines.index.executor import IndexExecutor
from muster.engines.index.files import open_index
from muster.engines.index.layout import AudienceIndex
from muster.engines.leaf_cache import DataLeaves
from muster.model.load import load_model
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule

THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def index_folder(warehouse: Path) -> Path:
    """Return the folder of the prepared index; the dictionary is in the one above it."""
    return prepared_folder(warehouse) / "muster" / "index"


def read_model() -> DataModel:
    """Return the data model of the benchmark's warehouse."""
    return load_model(Path(__file__).with_name("model.yml").read_text(encoding="utf-8"))


def bound_rule(rule: Rule, model: DataModel, *, as_of: datetime = AS_OF) -> BoundRule:
    """Read one rule document and bind it to an instant, the benchmark's unless told."""
    document = {key: value for key, value in rule.items() if key != "name"}
    resolved = resolve_rule(parse_definition(document), model)
    return bind_rule(rule["name"], resolved, model, as_of=as_of)


def plan_hundred(model: DataModel) -> Plan:
    """Plan the hundred rules as one wave."""
    return plan_rules([bound_rule(rule, model) for rule in hundred_rules()], as_of=AS_OF)


@dataclass(frozen=True, slots=True)
class Asked:
    """A warehouse that is opened when something needs it, and its index if it is to be used."""

    model: DataModel
    warehouse: DeferredWarehouse
    file: Path
    folder: Path
    index: AudienceIndex | None

    def evaluate(self, plan: Plan, leaves: DataLeaves | None = None) -> Evaluated:
        """Evaluate as a refresh does, after making sure that the index is as the warehouse is."""
        index = self.index
        if index is not None and index.stamp != warehouse_stamp(self.file):
            raise AssertionError("the index is of another state of the warehouse")
        return evaluate_plan(
            plan,
            self.model,
            self.warehouse,
            folder=self.folder,
            stored=_none_stored,
            index=None if index is None else IndexExecutor(index, threads=THREADS),
            leaves=leaves,
        )

    def count(
        self, where: Condition, leaves: DataLeaves | None = None, *, as_of: datetime = AS_OF
    ) -> int:
        """Count an unsaved rule."""
        rule = bound_rule({"name": "drawn", "where": where}, self.model, as_of=as_of)
        evaluated = self.evaluate(plan_rules([rule], as_of=as_of), leaves)
        return bits.count(evaluated.outcomes["drawn"].members)


@contextmanager
def asking(warehouse: Path, folder: Path, *, index: Path | None) -> Iterator[Asked]:
    """Open what is asked.

    Args:
        folder: for the dictionary where there is no index.
        index: the folder of the index; None: all is asked by SQL.
    """
    opened = None if index is None else open_index(index)
    if index is not None and opened is None:
        raise AssertionError("the index has not been prepared")
    with DeferredWarehouse(_opener(warehouse), dialect="duckdb") as deferred:
        yield Asked(read_model(), deferred, warehouse, folder, opened)


def member_keys(evaluated: Evaluated) -> Mapping[str, NDArray[Any]]:
    """Return the keys of every rule's members."""
    entities = evaluated.entities
    return {
        name: entities.keys[bits.to_ordinals(outcome.members, entities.size)]
        for name, outcome in evaluated.outcomes.items()
    }


def _opener(warehouse: Path) -> Callable[[], DuckDBWarehouse]:
    return lambda: DuckDBWarehouse.open(warehouse, read_only=True)


def _none_stored(atom: MemberAtom) -> NDArray[np.int64]:
    raise AssertionError(f"{atom.member.segment} is not a rule of the wave")
