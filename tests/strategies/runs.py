"""Runs a check on many drawn examples, each drawn afresh.

After ten examples Hypothesis mostly mutates the last fresh one, changing a single choice. That
suits small inputs; of a whole world with its rules it would draw near copies. So a long run is many
short ones, each with a seed of its own. The first example of each is the simplest there is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")
_FRESH = 8


def run_fresh(
    strategy: st.SearchStrategy[T],
    check: Callable[[T], None],
    *,
    examples: int,
    first_seed: int = 0,
    shrink: bool = True,
) -> None:
    """Check at least so many fresh examples; a failure is shrunk, unless the check does so."""
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    for number in range(-(-examples // _FRESH)):
        fresh = min(_FRESH, examples - number * _FRESH)
        _run(strategy, check, first_seed + number, phases, fresh)


def _run(
    strategy: st.SearchStrategy[T],
    check: Callable[[T], None],
    seed_number: int,
    phases: tuple[Phase, ...],
    fresh: int,
) -> None:
    @seed(seed_number)
    @settings(
        max_examples=fresh + 1,
        phases=phases,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def test(example: T) -> None:
        check(example)

    test()
