"""Local days across changes of the clocks: their hours, and the day beside them."""

from __future__ import annotations

import doctest
import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from muster.base.errors import InvalidInput
from muster.services.orders import day_windows
from muster.services.orders.day_windows import (
    Compare,
    hours_of,
    matching,
    window_before,
    window_of,
)

NEW_YORK = ZoneInfo("America/New_York")
EVENING = datetime(2026, 11, 3, 22, 30, tzinfo=UTC)  # 17:30 in New York


@pytest.mark.parametrize(
    ("zone", "day", "hours", "third"),
    [
        ("America/New_York", date(2026, 11, 22), 24, "02:00"),
        ("America/New_York", date(2026, 11, 1), 25, "01:00 EST"),
        ("America/New_York", date(2026, 3, 8), 23, "03:00"),
        ("Asia/Kolkata", date(2026, 3, 8), 24, "02:00"),
        ("Australia/Lord_Howe", date(2026, 4, 5), 25, "01:30"),
    ],
)
def test_a_day_has_the_hours_that_pass_in_it(zone: str, day: date, hours: int, third: str) -> None:
    window = window_of(day, ZoneInfo(zone))
    found = hours_of(window, ZoneInfo(zone))
    assert len(found) == hours
    assert found[2].label == third
    assert (found[0].start, found[-1].end) == (window.start, window.end)
    assert all(one.end == other.start for one, other in itertools.pairwise(found))
    assert len({hour.label for hour in found}) == hours


def test_a_day_begins_and_ends_at_local_midnights() -> None:
    window = window_of(date(2026, 3, 8), NEW_YORK)
    assert window.end - window.start == timedelta(hours=23)
    assert window.start == datetime(2026, 3, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1969, 12, 31), date(2200, 1, 1), date.max])
def test_days_out_of_all_bounds_are_refused(day: date) -> None:
    with pytest.raises(InvalidInput, match="no day"):
        window_of(day, NEW_YORK)


@pytest.mark.parametrize(
    ("day", "compare", "beside", "until"),
    [
        # the present day: up to the same local time, though the clocks went back in between
        (date(2026, 11, 3), Compare.WEEKDAY, date(2026, 10, 27), "2026-10-27T21:30"),
        (date(2026, 11, 3), Compare.YESTERDAY, date(2026, 11, 2), "2026-11-02T22:30"),
        # another day: all of it
        (date(2026, 11, 2), Compare.YESTERDAY, date(2026, 11, 1), "2026-11-02T05:00"),
        (date(2026, 11, 4), Compare.WEEKDAY, date(2026, 10, 28), "2026-10-29T04:00"),
    ],
)
def test_the_day_beside_it_ends_at_the_same_local_time(
    day: date, compare: Compare, beside: date, until: str
) -> None:
    found = window_before(window_of(day, NEW_YORK), compare, NEW_YORK, EVENING)
    assert found is not None
    assert (found.day, f"{found.until:%Y-%m-%dT%H:%M}") == (beside, until)


def test_a_time_that_the_other_day_skipped_is_within_that_day() -> None:
    now = datetime(2026, 3, 15, 6, 30, tzinfo=UTC)  # 02:30; a week before there was no 02:30
    found = window_before(window_of(date(2026, 3, 15), NEW_YORK), Compare.WEEKDAY, NEW_YORK, now)
    assert found is not None
    assert found.until == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("compare", list(Compare))
def test_nothing_stands_beside_the_first_day_of_all(compare: Compare) -> None:
    window = window_of(date(1970, 1, 1), NEW_YORK)
    assert window_before(window, compare, NEW_YORK, EVENING) is None


def test_hours_are_matched_by_the_clock() -> None:
    short, usual = (hours_of(window_of(date(2026, 3, day), NEW_YORK), NEW_YORK) for day in (8, 1))
    assert matching(short, usual, NEW_YORK) == [0, 1, *range(3, 24)]
    assert matching(usual, short, NEW_YORK) == [0, 1, None, *range(2, 23)]


def test_the_examples_hold() -> None:
    assert doctest.testmod(day_windows).failed == 0
