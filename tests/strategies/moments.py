"""Instants and lengths worth testing: the edges of windows, midnights, changes of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from muster.rules.duration import Duration, midnight_utc, shift_date, shift_instant
from muster.rules.windows import CALENDAR_PERIODS, Calendar, interval_of

ZONES = ("UTC", "Asia/Kolkata", "Australia/Sydney", "America/New_York", "Europe/London")

# Whole days first: some places take nothing else, and others nothing with months in it.
DAY_LENGTHS = ("P1D", "P7D", "P30D", "P2W", "P90D", "P365D")
MONTH_LENGTHS = ("P1M", "P3M", "P1Y", "P1M10D", "P1Y6M", "P12M")
CLOCK_LENGTHS = ("PT12H", "PT1H", "PT90M", "P1DT12H", "PT45S", "PT720H")
MIXED_LENGTHS = ("P1MT1H", "P100Y")
LENGTHS = (*DAY_LENGTHS, *MONTH_LENGTHS, *CLOCK_LENGTHS, *MIXED_LENGTHS)

# Local wall clock times; each is read in the zone of the drawn model.
_AS_OF = (
    "2025-06-15T10:30:00",
    "2025-06-15T00:00:00",
    "2025-03-09T12:00:00",  # New York moved its clocks forward in the night
    "2025-11-02T12:00:00",  # and back
    "2025-03-31T00:30:00",  # London: the first day after; also the end of a quarter
    "2025-10-26T03:00:00",
    "2025-04-06T06:00:00",  # Sydney moved its clocks back in the night
    "2025-10-05T12:15:00.000001",
    "2024-02-29T23:59:59.999999",
    "2025-01-01T00:00:00",
    "2025-12-31T23:30:00",
    "2025-03-30T18:00:00",
)
_TICK = timedelta(microseconds=1)


def as_of_instants(zone: ZoneInfo) -> list[datetime]:
    """Return the instants a rule may be evaluated at, in UTC."""
    return [datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC) for text in _AS_OF]


def interesting_instants(as_of: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return instants (UTC) around every edge that a window may have at ``as_of``."""
    today = as_of.astimezone(zone).date()
    midnight = midnight_utc(today, zone)
    edges = [midnight, as_of]
    for text in LENGTHS:
        length = Duration.parse(text)
        edges += [shift_instant(anchor, length, zone=zone, sign=-1) for anchor in (as_of, midnight)]
    for period in CALENDAR_PERIODS:
        start = interval_of(Calendar(period), as_of_utc=as_of, zone=zone).start
        if start is not None:
            edges.append(start)
    found = [as_of - timedelta(hours=3), as_of - timedelta(days=5), as_of - timedelta(days=20)]
    for edge in edges:
        found += [edge, edge - _TICK]
    found += [edge + timedelta(seconds=30) for edge in edges[2::3]]
    found += [as_of + timedelta(hours=1), as_of + timedelta(days=9), as_of + timedelta(days=400)]
    found += [datetime(1999, 12, 31, 23, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]
    return [once_only(instant) for instant in dict.fromkeys(found)]


def once_only(instant: datetime) -> datetime:
    """Move an instant whose local time comes twice in some zone: it could not be stored there."""
    for name in ZONES:
        local = instant.astimezone(ZoneInfo(name))
        if local.fold or local.replace(fold=1).utcoffset() != local.utcoffset():
            return instant + timedelta(hours=3)
    return instant


def interesting_days(as_of: datetime, zone: ZoneInfo) -> list[date]:
    """Return local days: near today, window edges, birthdays, leap days."""
    today = as_of.astimezone(zone).date()
    found = [today + timedelta(days=offset) for offset in (-1, 0, 1, -6, -7, -8, 7, 29, 30)]
    for text in (*DAY_LENGTHS, *MONTH_LENGTHS):
        for sign in (-1, 1):
            edge = shift_date(today, Duration.parse(text), sign=sign)
            found += [edge, edge + timedelta(days=sign)]
    for years in (18, 25, 35, 36, 65, 100):
        birthday = shift_date(today, Duration(months=12 * years), sign=-1)
        found += [birthday, birthday + timedelta(days=1), birthday - timedelta(days=1)]
    found += [date(2000, 2, 29), date(1988, 2, 29), date(1990, 3, 1), date(1969, 12, 31)]
    return list(dict.fromkeys(found))
