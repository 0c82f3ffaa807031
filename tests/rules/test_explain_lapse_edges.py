"""Edges that move with time, against what walking through time in small steps shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from muster.rules.duration import Duration, shift_instant
from muster.rules.lapse_candidates import window_edges
from muster.rules.lapse_edges import TICK, Instants, Moving, crossings
from muster.rules.read_windows import read_window
from muster.rules.reader import Reader
from muster.rules.windows import Window
from tests.rules.sample import utc

DAY = timedelta(days=1)


def window_of(value: object) -> Window:
    reader = Reader()
    found = read_window(reader, value, "$")
    assert found is not None
    assert not reader.problems
    return found


def stepped(moving: Moving, fixed: datetime, times: list[datetime]) -> list[tuple[int, bool]]:
    """Return, for every edge, whether it is beyond the fixed instant at each time."""
    return [
        (number, edge is not None and edge > fixed)
        for time in times
        for number, edge in enumerate(moving.at(time))
    ]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"])
@pytest.mark.parametrize(
    "window",
    [
        {"last": "P1M"},
        {"last": "P1M10D"},
        {"last": "P1D"},
        {"last": "P1DT12H"},
        {"last": "PT36H"},
        {"last": "P1M", "anchor": "calendar_day"},
        {"ago": ["P2M", "P1M"]},
        {"calendar": "prev_week"},
        {"calendar": "this_month"},
        "all_time",
    ],
)
def test_between_two_crossings_no_edge_passes_the_instant(window: object, zone: str) -> None:
    """Look every 20 minutes, and around every crossing, through two months and a clock change."""
    after, until = utc("2026-02-26T05:17:11"), utc("2026-05-02T00:00")
    moving = window_edges(window_of(window), ZoneInfo(zone))
    for fixed in (utc("2026-02-28T12:00"), utc("2026-03-08T07:30"), utc("2026-04-04T15:05:00.5")):
        found = list(crossings(moving, [fixed], after=after, until=until))
        assert found == sorted(set(found))
        bounds = [after, *found, until]
        for start, stop in pairwise(bounds):
            steps = max(1, (stop - start) // timedelta(minutes=20))
            times = [start + (stop - start) * number // steps for number in range(steps)]
            states = stepped(moving, fixed, [*times, stop - TICK])
            edges = len(moving.at(after))
            assert len({tuple(states[i : i + edges]) for i in range(0, len(states), edges)}) == 1
        for instant in found:
            before = stepped(moving, fixed, [instant - TICK])
            assert before != stepped(moving, fixed, [instant])


def test_far_instants_are_reached_without_walking_every_day() -> None:
    asked = 0

    def at(as_of: datetime) -> Instants:
        nonlocal asked
        asked += 1
        return (shift_instant(as_of, Duration(months=1200), zone=ZoneInfo("UTC"), sign=-1),)

    moving = Moving(at, ZoneInfo("UTC"), 5 * DAY, 5 * DAY)
    fixed = utc("2025-12-24T18:00")
    found = list(crossings(moving, [fixed], after=utc("2026-01-01"), until=utc("2150-01-01")))
    assert found == [utc("2125-12-24T18:00:00.000001")]
    assert asked < 200


def test_nothing_is_looked_for_once_every_edge_has_passed_for_good() -> None:
    asked = 0

    def at(as_of: datetime) -> Instants:
        nonlocal asked
        asked += 1
        return (as_of - DAY, None)

    moving = Moving(at, ZoneInfo("UTC"), 5 * DAY, 5 * DAY)
    assert list(crossings(moving, [], after=utc("2026-01-01"), until=utc("2150-01-01"))) == []
    old = [utc("2025-01-01")]
    assert list(crossings(moving, old, after=utc("2026-01-01"), until=utc("2150-01-01"))) == []
    assert asked < 5


def test_crossings_lie_strictly_between_the_two_ends() -> None:
    moving = Moving(lambda as_of: (as_of,), ZoneInfo("UTC"), DAY, DAY)
    fixed = [utc("2026-01-01") - TICK, utc("2026-01-01"), utc("2026-01-02") - TICK]
    found = crossings(moving, fixed, after=utc("2026-01-01"), until=utc("2026-01-02"))
    assert list(found) == [utc("2026-01-01") + TICK]
