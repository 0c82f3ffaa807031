"""Values counted in the index and by SQL are the same, and in one order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.index.generation import make_generation
from muster.engines.index.layout import AudienceIndex
from muster.engines.value_counts import (
    ValueCounts,
    counted_by_sql,
    indexed_counts,
    is_counted,
    joined,
)
from tests.shop import shop_model, shop_warehouse

MODEL = shop_model()


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    with shop_warehouse() as opened:
        # whom the index knows nothing of, and SQL counts
        opened.connection.execute("DELETE FROM card_payments WHERE customer_id = 9").fetchall()
        yield opened


@pytest.fixture(scope="module")
def index(warehouse: DuckDBWarehouse, tmp_path_factory: pytest.TempPathFactory) -> AudienceIndex:
    folder = Path(tmp_path_factory.mktemp("index"))
    (folder / "index").mkdir()
    return make_generation(
        warehouse, MODEL, folder=folder / "index", stamp="1", earlier=None, progress=None
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tier", [(1, 2), (2, 1)]),
        ("tags", [("news", 2), ("vip", 1)]),
        ("email", [("Ann@example.org", 1), ("bob@example.org", 1), ("cat@example.org", 1)]),
        ("born", [(date(1960, 12, 31), 1), (date(1990, 5, 1), 1), (date(2001, 2, 28), 1)]),
    ],
)
def test_an_attribute_is_counted(
    warehouse: DuckDBWarehouse, index: AudienceIndex, name: str, expected: list[Any]
) -> None:
    field = MODEL.attributes[name]
    by_sql = counted_by_sql(warehouse, field, MODEL, most=10)
    assert by_sql == ValueCounts(tuple(expected), len(expected))
    indexed = indexed_counts(field, MODEL, index, most=10)
    assert indexed == (None if name == "born" else by_sql)
    fewer = counted_by_sql(warehouse, field, MODEL, most=1)
    assert fewer == ValueCounts(tuple(expected[:1]), len(expected))
    assert indexed_counts(field, MODEL, index, most=1) == (None if name == "born" else fewer)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("category", [("Travel", 2), ("Food", 1)]),
        ("amount", [(Decimal("10.00"), 1), (Decimal("120.50"), 1)]),
    ],
)
def test_a_field_of_events_is_counted(
    warehouse: DuckDBWarehouse, index: AudienceIndex, name: str, expected: list[Any]
) -> None:
    source = MODEL.events["card"]
    field = source.fields[name]
    by_sql = counted_by_sql(warehouse, field, source, most=10)
    assert list(by_sql.values[:2]) == expected
    assert indexed_counts(field, source, index, most=10) == (None if name == "amount" else by_sql)


@pytest.mark.parametrize("words", ["TRAV", "travel", "%", "'; --"])
def test_values_are_sought_as_plain_text(warehouse: DuckDBWarehouse, words: str) -> None:
    source = MODEL.events["card"]
    found = counted_by_sql(warehouse, source.fields["category"], source, most=10, containing=words)
    expected = ((("Travel", 2),), 1) if words.lower().startswith("trav") else ((), 0)
    assert (found.values, found.distinct) == expected


def test_counts_of_several_sources_are_added_up() -> None:
    first = ValueCounts((("Food", 2), ("Travel", 1)), 7)
    found = joined([first, ValueCounts((("Travel", 3),), 1)], most=10)
    assert found == ValueCounts((("Travel", 4), ("Food", 2)), 7)
    assert joined([first], most=1) is first


def test_points_and_instants_are_not_counted() -> None:
    counted = [field.name for field in MODEL.attributes.values() if is_counted(field)]
    assert counted == ["tier", "email", "born", "tags"]
