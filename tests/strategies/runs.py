"""Runs a check on many drawn examples, each drawn afresh.

After ten examples Hypothesis mostly mutates the last fresh one, changing a single choice. That suits
small inputs; of a whole world with its rules it would draw near copies. So a long run is many short
ones, each with a seed of its own. The first example of a short run is the simplest there is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")
_FRESH = 8


def run_fresh(
    strategy: st.SearchStrategy[T],
    check: Callable[[T], None],
    *,
    examples: int,
    first_seed: int = 0,
) -> None:
    """Check at least so many fresh examples; a failure is shrunk and raised as usual."""
    for number in range(-(-examples // _FRESH)):
        _run(strategy, check, first_seed + number)


def _run(strategy: st.SearchStrategy[T], check: Callable[[T], None], seed_number: int) -> None:
    @seed(seed_number)
    @settings(
        max_examples=_FRESH + 1,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def test(example: T) -> None:
        check(example)

    test()
