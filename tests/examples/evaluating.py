"""Evaluates a file of rules on a warehouse with Muster's own plan and engine, without a store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import DataModel
from muster.compile.atoms import MemberAtom
from muster.compile.bind import bind_rule
from muster.compile.plan import plan_rules
from muster.engines import bits
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.evaluate import evaluate_plan
from muster.model.load import load_model
from muster.model.yaml_text import read_yaml
from muster.rules.members import members_in
from muster.rules.nodes import Definition
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule

ABOUT_A_RULE = ("name", "title", "description", "tags", "schedule")


def read_model(path: Path) -> DataModel:
    """Read a model.yml."""
    return load_model(path.read_text(encoding="utf-8"))


def read_rules(path: Path) -> dict[str, dict[str, Any]]:
    """Read a rules.yml: name -> entry as written."""
    entries, problems = read_yaml(path.read_text(encoding="utf-8"))
    assert not problems, problems
    return {entry["name"]: entry for entry in entries}


def definition_of(entry: Mapping[str, Any]) -> Definition:
    """Read the definition in an entry of rules.yml."""
    return parse_definition({key: value for key, value in entry.items() if key not in ABOUT_A_RULE})


def parents_first(definitions: Mapping[str, Definition]) -> list[str]:
    """Order rules so that the segments they are made of come before them."""
    found: dict[str, None] = {}

    def visit(name: str) -> None:
        for member in members_in(definitions[name]):
            if member.segment is not None and member.segment not in found:
                visit(member.segment)
        found[name] = None

    for name in definitions:
        if name not in found:
            visit(name)
    return list(found)


def members_of(
    model: DataModel,
    definitions: Mapping[str, Definition],
    warehouse: DuckDBWarehouse,
    *,
    as_of: datetime,
    folder: Path,
) -> dict[str, set[Any]]:
    """Return the members of every rule; nothing is published yet, so nobody has ever changed."""
    bound = [
        bind_rule(
            name, resolve_rule(definitions[name], model, segments=definitions), model, as_of=as_of
        )
        for name in parents_first(definitions)
    ]
    found = evaluate_plan(
        plan_rules(bound, as_of=as_of), model, warehouse, folder=folder, stored=_nobody
    )
    keys, size = found.entities.keys, found.entities.size
    return {
        name: set(keys[bits.to_ordinals(outcome.members, size)].tolist())
        for name, outcome in found.outcomes.items()
    }


def _nobody(_atom: MemberAtom) -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)
