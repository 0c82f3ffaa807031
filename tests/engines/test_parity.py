"""Scans on DuckDB and the audience index equal the reference evaluator on drawn rules and worlds.

Compared for each rule of a wave: the truth of every leaf and of the whole for every entity, the
universe, the members after limit and exclusions; for a part also the members by one SELECT.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from muster.engines.duckdb import DuckDBWarehouse
from tests.strategies.parity import ASKED, INDEXED, check_parity
from tests.strategies.runs import run_fresh
from tests.strategies.worlds import Scenario, scenarios

CASES = 5_000
SHARDS = 8
SELECT_EVERY = 6  # one SELECT a rule costs as much as all the rest
MOSTLY_INDEXED = {"EntityAtom": 0.9, "ObservedAtom": 1.0, "EventAtom": 0.6}
SOAK_CASES = int(os.environ.get("MUSTER_PARITY_CASES", "0"))
SOAK_SHARDS = 20
# Half of the time goes into a world's tables and index: a short run asks more of each world.
RULES_PER_WAVE = 16 if SOAK_CASES else 32
# Another seed each time, said by whatever fails; MUSTER_PARITY_SEED repeats a run.
SOAK_SEED = int(os.environ.get("MUSTER_PARITY_SEED", "0")) or int(time.time())


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    with DuckDBWarehouse.in_memory(threads=1) as opened:
        yield opened


def compare(warehouse: DuckDBWarehouse, *, cases: int, first_seed: int) -> int:
    """Compare at least so many cases (a case is one rule in one world); return how many."""
    compared: Counter[str] = Counter()

    def check(scenario: Scenario) -> None:
        compared["worlds"] += 1
        check_parity(scenario, warehouse, select=compared["worlds"] % SELECT_EVERY == 0)
        # The simplest example, with which each short run begins, has no events: it does not count.
        if any(scenario.world.events.values()):
            compared["cases"] += len(scenario.rules)

    while compared["cases"] < cases:
        left = cases - compared["cases"]
        worlds = -(-left // RULES_PER_WAVE)
        run_fresh(
            scenarios(rules=RULES_PER_WAVE),
            check,
            examples=worlds,
            first_seed=first_seed,
            shrink=False,  # check_parity does, and knows better how
        )
        first_seed += worlds
    return compared["cases"]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_engines_equal_the_reference_evaluator(warehouse: DuckDBWarehouse, shard: int) -> None:
    wanted = CASES // SHARDS
    ASKED.clear()
    INDEXED.clear()
    assert compare(warehouse, cases=wanted, first_seed=shard * 100_000) >= wanted
    # Whatever the index does not cover is compared as well, but by scans twice.
    for kind, share in MOSTLY_INDEXED.items():
        assert INDEXED[kind] >= share * ASKED[kind], (kind, INDEXED, ASKED)


@pytest.mark.soak
@pytest.mark.skipif(SOAK_CASES == 0, reason="set MUSTER_PARITY_CASES, as `make soak` does")
@pytest.mark.parametrize("shard", range(SOAK_SHARDS))
def test_the_engines_equal_the_reference_evaluator_for_long(
    warehouse: DuckDBWarehouse, shard: int
) -> None:
    wanted = -(-SOAK_CASES // SOAK_SHARDS)
    first_seed = SOAK_SEED * 1_000 + shard * 1_000_000
    try:
        compared = compare(warehouse, cases=wanted, first_seed=first_seed)
    except BaseException as error:
        error.add_note(f"Shard {shard}; to repeat it: MUSTER_PARITY_SEED={SOAK_SEED}")
        raise
    assert compared >= wanted
