"""Lengths of time: reading, writing, and moving days and instants by them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from muster.rules.duration import (
    FIRST_INSTANT,
    LAST_INSTANT,
    Duration,
    day_after,
    midnight_utc,
    shift_date,
    shift_instant,
    to_utc,
)
from tests.rules.sample import day, utc

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
SYDNEY = ZoneInfo("Australia/Sydney")
KOLKATA = ZoneInfo("Asia/Kolkata")

READ = [
    ("P30D", Duration(days=30), "P30D", "30 days"),
    ("P1D", Duration(days=1), "P1D", "1 day"),
    ("P2W", Duration(days=14), "P14D", "14 days"),
    ("P1W3D", Duration(days=10), "P10D", "10 days"),
    ("P1M", Duration(months=1), "P1M", "1 month"),
    ("P18M", Duration(months=18), "P1Y6M", "18 months"),
    ("P1Y", Duration(months=12), "P1Y", "1 year"),
    ("P2Y", Duration(months=24), "P2Y", "2 years"),
    ("P1Y2M3D", Duration(months=14, days=3), "P1Y2M3D", "14 months 3 days"),
    ("PT12H", Duration(seconds=43200), "PT12H", "12 hours"),
    ("PT90M", Duration(seconds=5400), "PT1H30M", "1 hour 30 minutes"),
    ("PT1S", Duration(seconds=1), "PT1S", "1 second"),
    ("P1DT1H1M1S", Duration(days=1, seconds=3661), "P1DT1H1M1S", "1 day 1 hour 1 minute 1 second"),
    ("P100Y", Duration(months=1200), "P100Y", "100 years"),
]


@pytest.mark.parametrize(("text", "length", "iso", "words"), READ)
def test_a_length_is_read_and_written(text: str, length: Duration, iso: str, words: str) -> None:
    assert Duration.parse(text) == length
    assert length.iso() == iso
    assert Duration.parse(iso) == length
    assert length.words() == words


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "30D", "P30", "P-3D", "P1.5D", "p30d", "P1DT", "P1H", "PT1D", "P30D "),
        *("P30D\n", "P0D", "PT0S", "P101Y", "P36526D", "P99999D", "P٣D", "P1D1M", "one day"),
    ],
)
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Duration.parse(text)


def test_months_have_no_elapsed_time() -> None:
    assert Duration(days=2, seconds=60).elapsed() == timedelta(days=2, minutes=1)
    with pytest.raises(ValueError, match="no fixed length"):
        Duration(months=1).elapsed()


def test_whole_days_have_no_time_of_day() -> None:
    assert Duration(months=1, days=1).whole_days
    assert not Duration(days=1, seconds=1).whole_days


DAYS = [
    ("2025-03-31", "P1M", -1, "2025-02-28"),
    ("2024-03-31", "P1M", -1, "2024-02-29"),
    ("2025-01-31", "P1M", 1, "2025-02-28"),
    ("2025-12-15", "P1M", 1, "2026-01-15"),
    ("2025-01-15", "P1M", -1, "2024-12-15"),
    ("2024-02-29", "P1Y", 1, "2025-02-28"),
    ("2024-02-29", "P4Y", -1, "2020-02-29"),
    ("2025-02-28", "P1Y", -1, "2024-02-28"),
    ("2025-03-01", "P1D", -1, "2025-02-28"),
    ("2024-03-01", "P1D", -1, "2024-02-29"),
    ("2025-03-31", "P1M1D", -1, "2025-02-27"),
    ("0001-01-15", "P1M", -1, "0001-01-01"),
    ("9999-12-31", "P1D", 1, "9999-12-31"),
    ("9999-06-01", "P1Y", 1, "9999-12-31"),
]


@pytest.mark.parametrize(("start", "length", "sign", "end"), DAYS)
def test_a_day_moves_by_months_then_days(start: str, length: str, sign: int, end: str) -> None:
    assert shift_date(day(start), Duration.parse(length), sign=sign) == day(end)


# Clocks: London +1 on 30 March 2025 at 01:00 UTC, back on 26 October at 01:00 UTC;
# New York on 9 March at 07:00 UTC, back on 2 November at 06:00 UTC;
# Sydney back on 5 April at 16:00 UTC, on again on 4 October at 16:00 UTC.
INSTANTS = [
    # a calendar day keeps the clock, 24 hours do not
    (LONDON, "2025-03-30T12:00", "P1D", -1, "2025-03-29T13:00"),
    (LONDON, "2025-03-30T12:00", "PT24H", -1, "2025-03-29T12:00"),
    (LONDON, "2025-10-26T12:00", "P1D", -1, "2025-10-25T11:00"),
    (NEW_YORK, "2025-03-09T16:00", "P1D", -1, "2025-03-08T17:00"),
    (NEW_YORK, "2025-11-02T17:00", "P1D", -1, "2025-11-01T16:00"),
    (NEW_YORK, "2025-11-02T17:00", "P1M", -1, "2025-10-02T16:00"),
    (SYDNEY, "2025-04-06T02:00", "P1D", -1, "2025-04-05T01:00"),
    (SYDNEY, "2025-10-05T01:00", "P1D", -1, "2025-10-04T02:00"),
    (SYDNEY, "2025-10-05T01:00", "P7D", -1, "2025-09-28T02:00"),
    (KOLKATA, "2025-03-30T12:00", "P1D", -1, "2025-03-29T12:00"),
    # forward as well
    (LONDON, "2025-03-29T12:00", "P1D", 1, "2025-03-30T11:00"),
    (NEW_YORK, "2025-11-01T16:00", "P1D", 1, "2025-11-02T17:00"),
    # into the hour that is skipped: with the offset before the change
    (LONDON, "2025-03-29T01:30", "P1D", 1, "2025-03-30T01:30"),
    (NEW_YORK, "2025-03-10T06:30", "P1D", -1, "2025-03-09T07:30"),
    # into the hour that comes twice: its first passing
    (LONDON, "2025-10-27T01:30", "P1D", -1, "2025-10-26T00:30"),
    (NEW_YORK, "2025-11-03T06:30", "P1D", -1, "2025-11-02T05:30"),
    # from its second passing into an ordinary day, and into a skipped hour
    (LONDON, "2025-10-26T01:30", "P1D", -1, "2025-10-25T00:30"),
    (LONDON, "2025-10-26T01:30", "P6M26D", -1, "2025-03-31T00:30"),
    (LONDON, "2025-10-26T01:30", "P6M27D", -1, "2025-03-30T01:30"),
    # days first, then hours
    (LONDON, "2025-03-30T12:00", "P1DT2H", -1, "2025-03-29T11:00"),
]


@pytest.mark.parametrize(("zone", "start", "length", "sign", "end"), INSTANTS)
def test_an_instant_moves_on_the_local_clock(
    zone: ZoneInfo, start: str, length: str, sign: int, end: str
) -> None:
    moved = shift_instant(utc(start), Duration.parse(length), zone=zone, sign=sign)
    assert moved == utc(end)
    assert moved.tzinfo is UTC


@pytest.mark.parametrize("zone", [LONDON, NEW_YORK, SYDNEY, KOLKATA])
@pytest.mark.parametrize("length", ["P100Y", "P1D", "PT1S"])
def test_instants_stop_at_the_ends_of_the_calendar(zone: ZoneInfo, length: str) -> None:
    long = Duration.parse(length)
    start = datetime(1, 1, 2, tzinfo=UTC)
    end = datetime(9999, 12, 30, tzinfo=UTC)
    assert FIRST_INSTANT <= shift_instant(start, long, zone=zone, sign=-1) <= start
    assert end <= shift_instant(end, long, zone=zone, sign=1) <= LAST_INSTANT


MIDNIGHTS = [
    ("Asia/Kolkata", "2025-05-01", "2025-04-30T18:30"),
    ("Europe/London", "2025-03-30", "2025-03-30T00:00"),
    ("Europe/London", "2025-03-31", "2025-03-30T23:00"),
    ("America/New_York", "2025-11-03", "2025-11-03T05:00"),
    ("Australia/Sydney", "2025-10-06", "2025-10-05T13:00"),
    # midnight itself is skipped: the day begins at one o'clock
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00"),
    # the hour after midnight comes twice: the day begins with the first
    ("Atlantic/Azores", "2025-10-26", "2025-10-26T00:00"),
]


@pytest.mark.parametrize(("zone", "local", "instant"), MIDNIGHTS)
def test_a_day_begins_at_its_first_instant(zone: str, local: str, instant: str) -> None:
    assert midnight_utc(day(local), ZoneInfo(zone)) == utc(instant)


def test_days_at_the_ends_of_the_calendar_have_a_midnight() -> None:
    assert midnight_utc(date.min, KOLKATA) == FIRST_INSTANT
    assert midnight_utc(date.max, NEW_YORK) == utc("9999-12-31T05:00")
    assert to_utc(datetime(9999, 12, 31, 23, tzinfo=NEW_YORK)) == LAST_INSTANT
    assert day_after(date.max) == date.max
    assert shift_instant(LAST_INSTANT, Duration(seconds=1), zone=KOLKATA, sign=1) == LAST_INSTANT
    assert shift_instant(FIRST_INSTANT, Duration(seconds=1), zone=KOLKATA, sign=-1) == FIRST_INSTANT
    assert day_after(day("2024-02-28")) == day("2024-02-29")
