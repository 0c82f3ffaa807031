"""Frequent texts of attributes: the same from the index as by SQL, and as in the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.base.datamodel import DataModel
from muster.compile.plan import plan_rules
from muster.engines import bits
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.evaluate import Evaluated, evaluate_plan
from muster.engines.index.build import build_index
from muster.engines.index.layout import AudienceIndex
from muster.engines.texts import Texts, texts_of
from muster.model.load import load_model

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
MODEL = """
version: 1
time_zone: UTC
entity: {name: person, table: people, key: id}
attributes:
  city: {type: string}
  tier: {type: enum, values: [gold, silver]}
  vip: {type: boolean}
  tags: {type: list}
events:
  visit: {table: visits, entity_key: id, at: happened}
"""
CITIES = ["b", "a", "it's", "b", None, "", "a", "b"]
TIERS = ["gold", None, "silver", "gold", "gold", "silver", None, "gold"]
VIPS = [True, False, None, True, True, False, None, True]
TAGS = [["x", "y"], [], None, ["y"], ["x", "x"], ["z", "y", None], ["y"], None]


@dataclass(frozen=True)
class Opened:
    model: DataModel
    warehouse: DuckDBWarehouse
    evaluated: Evaluated
    index: AudienceIndex

    def texts(self, name: str, *, indexed: bool, most: int = 10) -> Texts:
        return texts_of(
            self.model.attributes[name],
            self.evaluated,
            self.model,
            self._not_asked if indexed else lambda: self.warehouse,
            as_of=AS_OF,
            column=self.index.attributes[name] if indexed else None,
            most=most,
        )

    def _not_asked(self) -> Any:
        raise AssertionError("the index has it")

    def by_key(self, found: Texts) -> list[Any]:
        """What each person has: a text, a set of texts, "other" or None."""
        entities = self.evaluated.entities
        ordinals = entities.ordinals_of(entities.keys)
        order = sorted(ordinals.tolist(), key=lambda ordinal: entities.keys[ordinal])
        if found.places is None:
            flags = [bits.to_flags(words, entities.size) for words in found.sets]
            return [
                {text for text, has in zip(found.texts, flags, strict=True) if has[ordinal]}
                for ordinal in order
            ]
        said = [None, *found.texts, "other"]
        return [said[found.places[ordinal]] for ordinal in order]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder: Path = tmp_path_factory.mktemp("texts")
    model = load_model(MODEL)
    with DuckDBWarehouse.in_memory(threads=1) as warehouse:
        for statement in (
            "CREATE TABLE visits (id INTEGER, happened TIMESTAMP)",
            "CREATE TABLE people (id INTEGER, city VARCHAR, tier VARCHAR, vip BOOLEAN,"
            " tags VARCHAR[])",
        ):
            warehouse.connection.execute(statement).fetchall()
        people = zip(range(8), CITIES, TIERS, VIPS, TAGS, strict=True)
        warehouse.connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", [*people])
        plan = plan_rules([], as_of=AS_OF)
        evaluated = evaluate_plan(plan, model, warehouse, folder=folder, stored=_nobody)
        index = build_index(warehouse, model, folder=folder / "index", stamp="one")
        yield Opened(model, warehouse, evaluated, index)


def _nobody(_: Any) -> Any:
    raise AssertionError("no segment is asked for")


@pytest.mark.parametrize("indexed", [False, True])
def test_everybody_has_the_texts_of_their_row(opened: Opened, indexed: bool) -> None:
    for name, expected in (
        ("city", CITIES),
        ("tier", TIERS),
        ("vip", [None if vip is None else str(vip).lower() for vip in VIPS]),
        ("tags", [{tag for tag in tags or () if tag is not None} for tags in TAGS]),
    ):
        assert opened.by_key(opened.texts(name, indexed=indexed)) == expected, name


@pytest.mark.parametrize("indexed", [False, True])
def test_only_the_most_frequent_texts_stand_by_themselves(opened: Opened, indexed: bool) -> None:
    cities = opened.texts("city", indexed=indexed, most=2)
    assert cities.texts == ("b", "a")
    assert opened.by_key(cities) == ["b", "a", "other", "b", None, "other", "a", "b"]
    tags = opened.texts("tags", indexed=indexed, most=1)
    assert tags.texts == ("y",)
