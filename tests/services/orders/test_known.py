"""What is remembered of queries, and for how long."""

from __future__ import annotations

from muster.services.orders.known import EXACT_SECONDS, NEAR_SECONDS, KnownQueries
from muster.store.orders.ladders import Ladder

LADDER = Ladder(((1,),), 40)


class Watch:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_total_is_exact_until_anything_changes() -> None:
    known = KnownQueries()
    assert known.total("all", 5) is None
    known.keep_total("all", 5, 40)
    assert known.total("all", 5) == 40
    assert known.total("all", 6) is None
    assert known.total("others", 5) is None
    known.keep_total("all", 6, 41)
    assert known.total("all", 6) == 41


def test_a_ladder_leads_near_enough_for_some_seconds_more() -> None:
    watch = Watch()
    known = KnownQueries(seconds=watch)
    known.keep_ladder("all", 5, LADDER)
    assert known.total("all", 5) == 40
    watch.now += NEAR_SECONDS - 1
    assert known.ladder("all", 6) is LADDER
    watch.now += 2
    assert known.ladder("all", 6) is None
    assert known.ladder("all", 5) is LADDER
    watch.now += EXACT_SECONDS
    assert known.ladder("all", 5) is None


def test_a_count_does_not_push_a_ladder_out_that_still_leads() -> None:
    watch = Watch()
    known = KnownQueries(seconds=watch)
    known.keep_ladder("all", 5, LADDER)
    known.keep_total("all", 6, 41)
    assert known.ladder("all", 6) is LADDER
    assert known.total("all", 6) is None
    watch.now += NEAR_SECONDS + 1
    known.keep_total("all", 6, 41)
    assert known.ladder("all", 6) is None
    assert known.total("all", 6) == 41


def test_what_was_asked_longest_ago_is_forgotten_first() -> None:
    known = KnownQueries(kept=2)
    for name in ("a", "b"):
        known.keep_total(name, 1, 1)
    assert known.total("a", 1) == 1
    known.keep_total("c", 1, 1)
    assert known.total("b", 1) is None
    assert (known.total("a", 1), known.total("c", 1)) == (1, 1)
