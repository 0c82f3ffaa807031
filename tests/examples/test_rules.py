"""The rules that ship with the examples: they speak the whole language and mean what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from muster.engines.duckdb import DuckDBWarehouse
from muster.examples.catalog import EXAMPLES, Example
from muster.rules.evaluate import evaluate
from muster.rules.operators import OPERATORS
from muster.rules.resolve import resolve_rule
from muster.rules.world import Published
from tests.examples.asking import value_of
from tests.examples.conftest import UNTIL_UTC, generate
from tests.examples.evaluating import (
    definition_of,
    members_of,
    parents_first,
    read_model,
    read_rules,
)
from tests.examples.worlds import read_world

AS_OF = UNTIL_UTC.replace(tzinfo=UTC)
examples = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)

# What makes a condition the kind it is: a key, or a key with a value.
KINDS: list[tuple[str, Any]] = [
    ("all", None),
    ("any", None),
    ("not", None),
    ("count", None),
    ("field", None),
    ("operator", None),
    ("did", None),
    ("where", None),
    ("metric", None),
    ("agg", None),
    ("times", None),
    ("op", "="),
    ("distinct", None),
    ("pattern", "first_time"),
    ("pattern", "stopped"),
    ("pattern", "restarted"),
    ("pattern", "regular"),
    ("rank", "percentile"),
    ("rank", "top_n"),
    ("sequence", None),
    ("absent", True),
    ("within", None),
    ("same", None),
    ("segment", None),
    ("in", False),
    ("changed", None),
    ("near", None),
    ("polygon", None),
    ("place", None),
    ("km", None),
    ("bucket", None),
    ("age_bands", None),
    ("interests", None),
    ("min_affinity", None),
    ("universe", None),
    ("limit", None),
    ("exclude", None),
    ("list", None),
    ("last", None),
    ("depends_on", None),
    ("operation", "INTERSECTION"),
    ("operation", "UNION"),
    ("operation", "DIFFERENCE"),
]


def pairs_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every (key, value) at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from pairs_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pairs_in(inner)


@examples
def test_the_rules_of_a_workspace_use_every_kind_of_condition(example: Example) -> None:
    rules = read_rules(example.rules_path)
    assert len(rules) >= 14
    used = list(pairs_in(list(rules.values())))
    unused = [
        (kind, value)
        for kind, value in KINDS
        if not any(key == kind and value in (None, found) for key, found in used)
    ]
    assert unused == []


def test_together_they_use_every_operator_and_form_of_window() -> None:
    used = [pair for example in EXAMPLES for pair in pairs_in(_all_rules(example))]
    operators = {value for key, value in used if key in ("op", "operator")}
    assert set(OPERATORS) - operators == set()
    windows = {key for key, _ in used} & {"last", "ago", "from", "calendar", "anchor"}
    assert windows == {"last", "ago", "from", "calendar", "anchor"}
    assert ("window", "all_time") in used
    assert {value for key, value in used if key == "start"} == {"any", "first", "last"}
    assert {value for key, value in used if key == "quant"} == {"all", "none"}
    keys = {key for key, _ in used}
    assert {"value_field", "bounds", "nulls", "fold", "empty", "observed", "not_before"} <= keys


@examples
def test_every_rule_speaks_to_people(example: Example) -> None:
    for name, rule in read_rules(example.rules_path).items():
        assert rule["title"] != name, name
        assert len(rule["description"]) > 15, name
        assert rule["tags"], name
        assert rule["schedule"], name


@examples
def test_segments_are_made_of_segments_two_levels_deep(example: Example) -> None:
    rules = read_rules(example.rules_path)
    order = parents_first({name: definition_of(rule) for name, rule in rules.items()})
    depth: dict[str, int] = {}
    for name in order:
        parents = [value for key, value in pairs_in(rules[name]) if key == "segment"]
        parents += rules[name].get("depends_on", [])
        depth[name] = 1 + max((depth[parent] for parent in parents), default=-1)
    assert max(depth.values()) >= 2


@examples
def test_the_engine_finds_whom_the_reference_evaluator_finds(
    example: Example, tmp_path: Path
) -> None:
    model = read_model(example.model_path)
    rules = read_rules(example.rules_path)
    definitions = {name: definition_of(rule) for name, rule in rules.items()}
    with generate(example, entities=1_000) as warehouse:
        found = members_of(model, definitions, warehouse, as_of=AS_OF, folder=tmp_path)
        world = read_world(model, warehouse)
    for name in parents_first(definitions):
        rule = resolve_rule(definitions[name], model, segments=definitions)
        expected = evaluate(rule, world, as_of=AS_OF).members
        assert found[name] == expected, name
        published = (Published(1, AS_OF, expected),)
        world = replace(world, segments={**world.segments, name: published})


@examples
def test_no_rule_is_empty_or_takes_in_almost_everybody(
    generated: dict[str, DuckDBWarehouse], example: Example, tmp_path: Path
) -> None:
    model = read_model(example.model_path)
    rules = read_rules(example.rules_path)
    definitions = {name: definition_of(rule) for name, rule in rules.items()}
    warehouse = generated[example.name]
    found = members_of(model, definitions, warehouse, as_of=AS_OF, folder=tmp_path)
    people = value_of(warehouse, f"SELECT count(*) FROM {model.entity.table}")
    # Nobody has entered a segment before it was published a first time.
    waiting = {name for name, rule in rules.items() if "changed" in dict(pairs_in(rule))}
    assert {name for name in rules if not found[name]} == waiting
    assert [name for name in rules if len(found[name]) > 0.8 * people] == []


@pytest.mark.parametrize("name", ["online_retail", "complete_journey"])
def test_every_rule_over_real_data_fits_its_model_and_has_an_answer_by_hand(name: str) -> None:
    """The answers are compared in test_real_data.py, where the data is there."""
    here = Path(__file__).parent
    files = here.parents[1] / "examples" / "real" / name
    model, rules = read_model(files / "model.yml"), read_rules(files / "rules.yml")
    assert {path.stem for path in (here / "real" / name).glob("*.sql")} == set(rules)
    assert len(rules) == 15
    for rule in rules.values():
        resolve_rule(definition_of(rule), model, segments=rules)  # raises if it does not fit


def _all_rules(example: Example) -> list[dict[str, Any]]:
    return list(read_rules(example.rules_path).values())
