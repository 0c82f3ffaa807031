"""What windows mean at an instant: half-open, local days, clocks that change, never the future."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from muster.rules.duration import Duration
from muster.rules.nodes import Did
from muster.rules.parse import parse_node
from muster.rules.windows import (
    CALENDAR_PERIODS,
    AllTime,
    Calendar,
    Interval,
    Window,
    instant_of,
    interval_of,
    window_length,
)
from tests.rules.sample import day, utc

KOLKATA = "Asia/Kolkata"
LONDON = "Europe/London"
NEW_YORK = "America/New_York"
SYDNEY = "Australia/Sydney"


def window(written: Any) -> Window:
    node = parse_node({"did": "card", "window": written})
    assert isinstance(node, Did)
    assert node.window is not None
    return node.window


# window, zone, as_of, start, end (all instants in UTC)
MEANINGS: list[tuple[Any, str, str, str | None, str]] = [
    ("all_time", KOLKATA, "2026-05-15T06:30", None, "2026-05-15T06:30"),
    # rolling
    ({"last": "P30D"}, KOLKATA, "2026-05-15T06:30", "2026-04-15T06:30", "2026-05-15T06:30"),
    ({"last": "PT12H"}, KOLKATA, "2026-05-15T06:30", "2026-05-14T18:30", "2026-05-15T06:30"),
    ({"last": "P1M"}, KOLKATA, "2026-03-31T06:30", "2026-02-28T06:30", "2026-03-31T06:30"),
    ({"last": "P1M"}, KOLKATA, "2024-03-31T06:30", "2024-02-29T06:30", "2024-03-31T06:30"),
    ({"last": "P1Y"}, KOLKATA, "2024-02-29T06:30", "2023-02-28T06:30", "2024-02-29T06:30"),
    # the local day in New York is still the 30th: the month before ends on the 28th
    ({"last": "P1M"}, NEW_YORK, "2026-03-31T03:00", "2026-03-01T04:00", "2026-03-31T03:00"),
    # across a change of clocks, 30 days keep the time of day
    ({"last": "P7D"}, LONDON, "2025-04-02T12:00", "2025-03-26T13:00", "2025-04-02T12:00"),
    ({"last": "P7D"}, LONDON, "2025-10-29T12:00", "2025-10-22T11:00", "2025-10-29T12:00"),
    ({"last": "P7D"}, NEW_YORK, "2025-03-12T16:00", "2025-03-05T17:00", "2025-03-12T16:00"),
    ({"last": "P7D"}, NEW_YORK, "2025-11-05T17:00", "2025-10-29T16:00", "2025-11-05T17:00"),
    ({"last": "P7D"}, SYDNEY, "2025-04-09T02:00", "2025-04-02T01:00", "2025-04-09T02:00"),
    ({"last": "P7D"}, SYDNEY, "2025-10-08T01:00", "2025-10-01T02:00", "2025-10-08T01:00"),
    ({"last": "PT168H"}, SYDNEY, "2025-10-08T01:00", "2025-10-01T01:00", "2025-10-08T01:00"),
    # whole days end at the last local midnight
    (
        {"last": "P1D", "anchor": "calendar_day"},
        *(KOLKATA, "2026-05-15T06:30", "2026-05-13T18:30", "2026-05-14T18:30"),
    ),
    (
        {"last": "P1D", "anchor": "calendar_day"},
        *(KOLKATA, "2026-05-14T18:30", "2026-05-13T18:30", "2026-05-14T18:30"),
    ),
    (
        {"last": "P1D", "anchor": "calendar_day"},
        *(KOLKATA, "2026-05-14T18:29:59", "2026-05-12T18:30", "2026-05-13T18:30"),
    ),
    (  # 30 March 2025 has 23 hours in London
        {"last": "P1D", "anchor": "calendar_day"},
        *(LONDON, "2025-03-31T12:00", "2025-03-30T00:00", "2025-03-30T23:00"),
    ),
    (  # and 26 October 25
        {"last": "P1D", "anchor": "calendar_day"},
        *(LONDON, "2025-10-27T12:00", "2025-10-25T23:00", "2025-10-27T00:00"),
    ),
    # between two lengths ago
    (
        {"ago": ["P90D", "P30D"]},
        *(KOLKATA, "2026-05-15T06:30", "2026-02-14T06:30", "2026-04-15T06:30"),
    ),
    (
        {"ago": ["P2M", "P1M"], "anchor": "calendar_day"},
        *(NEW_YORK, "2025-04-10T12:00", "2025-02-10T05:00", "2025-03-10T04:00"),
    ),
    # from - to: local days, the end not included
    (
        {"from": "2025-01-01", "to": "2025-02-01"},
        *(KOLKATA, "2026-05-15T06:30", "2024-12-31T18:30", "2025-01-31T18:30"),
    ),
    (
        {"from": "2025-03-30", "to": "2025-03-31"},
        *(LONDON, "2026-05-15T06:30", "2025-03-30T00:00", "2025-03-30T23:00"),
    ),
    (
        {"from": "2025-01-01T08:00", "to": "2025-01-01T08:00:00Z"},
        *(KOLKATA, "2026-05-15T06:30", "2025-01-01T02:30", "2025-01-01T08:00"),
    ),
    ({"from": "2025-01-01"}, KOLKATA, "2026-05-15T06:30", "2024-12-31T18:30", "2026-05-15T06:30"),
    ({"to": "2025-01-01"}, KOLKATA, "2026-05-15T06:30", None, "2024-12-31T18:30"),
    # no window reaches past as_of
    (
        {"from": "2026-05-01", "to": "2026-06-01"},
        *(KOLKATA, "2026-05-15T06:30", "2026-04-30T18:30", "2026-05-15T06:30"),
    ),
    ({"to": "9999-12-31"}, KOLKATA, "2026-05-15T06:30", None, "2026-05-15T06:30"),
    # calendar periods (15 May 2026 is a Friday)
    ({"calendar": "today"}, KOLKATA, "2026-05-15T06:30", "2026-05-14T18:30", "2026-05-15T06:30"),
    (
        {"calendar": "yesterday"},
        *(KOLKATA, "2026-05-15T06:30", "2026-05-13T18:30", "2026-05-14T18:30"),
    ),
    (
        {"calendar": "this_week"},
        *(KOLKATA, "2026-05-15T06:30", "2026-05-10T18:30", "2026-05-15T06:30"),
    ),
    (
        {"calendar": "prev_week"},
        *(KOLKATA, "2026-05-15T06:30", "2026-05-03T18:30", "2026-05-10T18:30"),
    ),
    (  # on a Monday the week has just begun, on the Sunday before it is ending
        {"calendar": "this_week"},
        *(KOLKATA, "2026-05-10T18:30", "2026-05-10T18:30", "2026-05-10T18:30"),
    ),
    (
        {"calendar": "this_week"},
        *(KOLKATA, "2026-05-10T18:29", "2026-05-03T18:30", "2026-05-10T18:29"),
    ),
    (
        {"calendar": "this_month"},
        *(KOLKATA, "2026-05-15T06:30", "2026-04-30T18:30", "2026-05-15T06:30"),
    ),
    (
        {"calendar": "prev_month"},
        *(NEW_YORK, "2026-03-31T12:00", "2026-02-01T05:00", "2026-03-01T05:00"),
    ),
    (
        {"calendar": "prev_month"},
        *(NEW_YORK, "2024-03-01T12:00", "2024-02-01T05:00", "2024-03-01T05:00"),
    ),
    (
        {"calendar": "this_quarter"},
        *(LONDON, "2025-05-15T06:30", "2025-03-31T23:00", "2025-05-15T06:30"),
    ),
    (
        {"calendar": "prev_quarter"},
        *(LONDON, "2025-05-15T06:30", "2025-01-01T00:00", "2025-03-31T23:00"),
    ),
    (
        {"calendar": "prev_quarter"},
        *(LONDON, "2025-01-15T06:30", "2024-09-30T23:00", "2025-01-01T00:00"),
    ),
    (
        {"calendar": "this_year"},
        *(SYDNEY, "2026-05-15T06:30", "2025-12-31T13:00", "2026-05-15T06:30"),
    ),
    (
        {"calendar": "prev_year"},
        *(SYDNEY, "2026-05-15T06:30", "2024-12-31T13:00", "2025-12-31T13:00"),
    ),
    (
        {"calendar": "wtd"},
        *(SYDNEY, "2025-10-06T00:00", "2025-10-05T13:00", "2025-10-06T00:00"),
    ),
]


@pytest.mark.parametrize(("written", "zone", "as_of", "start", "end"), MEANINGS, ids=str)
def test_a_window_means_two_instants(
    written: Any, zone: str, as_of: str, start: str | None, end: str
) -> None:
    found = interval_of(window(written), as_of_utc=utc(as_of), zone=ZoneInfo(zone))
    assert found == Interval(utc(start) if start else None, utc(end))


@pytest.mark.parametrize("period", CALENDAR_PERIODS)
@pytest.mark.parametrize("zone", [LONDON, NEW_YORK, SYDNEY, KOLKATA])
def test_a_period_ends_where_the_next_one_begins(period: str, zone: str) -> None:
    prefix, _, unit = period.partition("_")
    if prefix not in ("prev", "yesterday"):
        return
    following = Calendar("today" if prefix == "yesterday" else f"this_{unit}")
    for as_of in (utc("2025-03-31T10:00"), utc("2024-02-29T23:30"), utc("2025-11-02T06:30")):
        first = interval_of(Calendar(period), as_of_utc=as_of, zone=ZoneInfo(zone))
        second = interval_of(following, as_of_utc=as_of, zone=ZoneInfo(zone))
        assert first.end == second.start


def test_an_interval_is_half_open() -> None:
    span = Interval(utc("2025-01-01"), utc("2025-02-01"))
    tick = timedelta(microseconds=1)
    assert span.holds(utc("2025-01-01"))
    assert not span.holds(utc("2025-01-01") - tick)
    assert span.holds(utc("2025-02-01") - tick)
    assert not span.holds(utc("2025-02-01"))
    assert Interval(None, utc("2025-02-01")).holds(utc("1900-01-01"))


def test_a_window_that_ends_before_it_begins_holds_nothing() -> None:
    span = interval_of(
        window({"from": "2030-01-01"}), as_of_utc=utc("2026-01-01"), zone=ZoneInfo("UTC")
    )
    assert not span.holds(utc("2030-01-02"))
    assert not span.holds(utc("2026-01-01"))


def test_a_naive_moment_is_local() -> None:
    zone = ZoneInfo(KOLKATA)
    assert instant_of(datetime(2025, 1, 1, 8), zone) == utc("2025-01-01T02:30")
    assert instant_of(utc("2025-01-01T08:00"), zone) == utc("2025-01-01T08:00")
    assert instant_of(day("2025-01-01"), zone) == utc("2024-12-31T18:30")


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ({"last": "P30D"}, Duration(days=30)),
        ({"from": "2025-01-01", "to": "2025-02-01"}, Duration(days=31)),
        ({"from": "2025-01-01"}, None),
        ({"from": "2025-01-01T00:00", "to": "2025-02-01"}, None),
        ({"ago": ["P2D", "P1D"]}, None),
        ({"calendar": "today"}, None),
    ],
    ids=str,
)
def test_only_some_windows_have_a_length(written: Any, length: Duration | None) -> None:
    assert window_length(window(written)) == length


def test_all_time_has_no_length() -> None:
    assert window_length(AllTime()) is None
