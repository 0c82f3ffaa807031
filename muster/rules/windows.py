"""Windows: which span of time a condition looks at. Always half-open: [start, end).

A window is kept as an expression and becomes two instants only when ``as_of`` is known, so a
"last 30 days" keeps moving. No window reaches past ``as_of``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from muster.rules.duration import Duration, midnight_utc, shift_date, shift_instant, to_utc

CALENDAR_PERIODS = (
    "today",
    "yesterday",
    "this_week",
    "prev_week",
    "this_month",
    "prev_month",
    "this_quarter",
    "prev_quarter",
    "this_year",
    "prev_year",
)
CALENDAR_ALIASES = {
    "wtd": "this_week",
    "mtd": "this_month",
    "qtd": "this_quarter",
    "ytd": "this_year",
}


@dataclass(frozen=True, slots=True)
class AllTime:
    """Everything up to ``as_of``."""


@dataclass(frozen=True, slots=True)
class Last:
    """The length before ``as_of``; with ``whole_days`` it ends at the local midnight before."""

    length: Duration
    whole_days: bool = False


@dataclass(frozen=True, slots=True)
class Ago:
    """Between two lengths ago: ``Ago(P90D, P30D)`` is from 90 to 30 days ago."""

    oldest: Duration
    newest: Duration
    whole_days: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """From one moment to another; a day means its local midnight. None = open (end: as_of)."""

    start: date | datetime | None
    end: date | datetime | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """A named calendar period; weeks begin on Monday (ISO 8601). "this" periods end at as_of."""

    period: str


Window = AllTime | Last | Ago | Between | Calendar


@dataclass(frozen=True, slots=True)
class Interval:
    """Two instants in UTC, half-open. ``start`` None = since ever. Empty when start >= end."""

    start: datetime | None
    end: datetime

    def holds(self, instant: datetime) -> bool:
        """Whether an instant lies in the interval."""
        return instant < self.end and (self.start is None or instant >= self.start)


def interval_of(window: Window, *, as_of_utc: datetime, zone: ZoneInfo) -> Interval:
    """Return the instants a window means at ``as_of``; the end is never after ``as_of``."""
    start, end = _ends(window, as_of_utc, zone)
    return Interval(start, min(end, as_of_utc))


def _ends(window: Window, as_of: datetime, zone: ZoneInfo) -> tuple[datetime | None, datetime]:
    match window:
        case AllTime():
            return None, as_of
        case Last(length, whole_days):
            anchor = _anchor(as_of, zone, whole_days)
            return shift_instant(anchor, length, zone=zone, sign=-1), anchor
        case Ago(oldest, newest, whole_days):
            anchor = _anchor(as_of, zone, whole_days)
            return (
                shift_instant(anchor, oldest, zone=zone, sign=-1),
                shift_instant(anchor, newest, zone=zone, sign=-1),
            )
        case Between(start, end):
            return (
                None if start is None else instant_of(start, zone),
                as_of if end is None else instant_of(end, zone),
            )
        case Calendar(period):
            first, last = _period(period, as_of.astimezone(zone).date())
            return midnight_utc(first, zone), midnight_utc(last, zone)
        case _:
            assert_never(window)


def instant_of(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) of a day's local midnight, or of a date-time (local if naive)."""
    if isinstance(moment, datetime):
        return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    return midnight_utc(moment, zone)


def _anchor(as_of: datetime, zone: ZoneInfo, whole_days: bool) -> datetime:
    return midnight_utc(as_of.astimezone(zone).date(), zone) if whole_days else as_of


def _period(period: str, today: date) -> tuple[date, date]:
    """Return first day and day after the last of a calendar period around ``today``."""
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    year = today.replace(month=1, day=1)
    day, week = Duration(days=1), Duration(days=7)
    starts = {
        "today": (today, day),
        "yesterday": (today, day),
        "week": (monday, week),
        "month": (month, Duration(months=1)),
        "quarter": (quarter, Duration(months=3)),
        "year": (year, Duration(months=12)),
    }
    prefix, _, unit = period.partition("_")
    first, length = starts[unit or prefix]
    if prefix in ("prev", "yesterday"):
        return shift_date(first, length, sign=-1), first
    return first, shift_date(first, length, sign=1)


def window_length(window: Window) -> Duration | None:
    """Return the length of a relative window (the gap a "restarted" pattern defaults to)."""
    match window:
        case Last(length, _):
            return length
        case Between(start, end) if start is not None and end is not None:
            if isinstance(start, datetime) or isinstance(end, datetime):
                return None
            return Duration(days=(end - start).days)
        case _:
            return None
