"""The three example workspaces, generated once, small, with a fixed end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from muster.engines.duckdb import DuckDBWarehouse
from muster.examples.catalog import EXAMPLES, Example, find_example

ENTITIES = 2_000
UNTIL_UTC = datetime(2025, 11, 20, 18, 30)  # a midnight in India, a plain hour elsewhere


def generate(
    example: Example,
    *,
    entities: int = ENTITIES,
    seed: int = 1,
    until_utc: datetime = UNTIL_UTC,
    threads: int | None = None,
) -> DuckDBWarehouse:
    """Fill a warehouse in memory with an example."""
    warehouse = DuckDBWarehouse.in_memory(threads=threads)
    variables = example.variables(until_utc=until_utc, entities=entities, seed=seed)
    for script in example.script_paths:
        warehouse.script(script, variables)
    return warehouse


@pytest.fixture(scope="session")
def generated() -> Iterator[dict[str, DuckDBWarehouse]]:
    """The three warehouses by name; tests only read them."""
    found = {example.name: generate(example) for example in EXAMPLES}
    yield found
    for warehouse in found.values():
        warehouse.close()


@pytest.fixture
def streaming() -> Iterator[DuckDBWarehouse]:
    """A streaming warehouse of one's own, to change."""
    warehouse = generate(find_example("streaming"), entities=400)
    yield warehouse
    warehouse.close()
