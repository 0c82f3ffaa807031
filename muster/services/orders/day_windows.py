"""Local days of the order desk as instants: their hours, and the day to compare one with.

A day of a change of clocks has 23 or 25 hours; everything is half-open.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from muster.base.errors import InvalidInput
from muster.rules.duration import midnight_utc, to_utc

HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_FIRST, _LAST = date(1970, 1, 1), date(2199, 12, 31)


class Compare(StrEnum):
    """Which day stands beside the one looked at."""

    WEEKDAY = "weekday"
    YESTERDAY = "yesterday"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Window:
    """One local day.

    Attributes:
        start: its first instant. end: the next day's first.
        until: what is compared ends here: ``end``, or for the day beside an unfinished one the same
            local time.
    """

    day: date
    start: datetime
    end: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a local day; ``label`` names the zone where the clock says an hour twice."""

    label: str
    start: datetime
    end: datetime


def window_of(day: date, zone: ZoneInfo) -> Window:
    """Return a whole local day.

    Raises:
        InvalidInput: BAD_DAY, it is not between 1970 and 2199.
    """
    if not _FIRST <= day <= _LAST:
        raise InvalidInput(
            "BAD_DAY", f"{day} is no day the desk can show.", path="$.day", hint="1970 to 2199."
        )
    start, end = midnight_utc(day, zone), midnight_utc(day + _DAY, zone)
    return Window(day, start, end, end)


def window_before(window: Window, compare: Compare, zone: ZoneInfo, now: datetime) -> Window | None:
    """Return the day to compare with; None for none.

    If ``now`` is in the day looked at, only what was before the same local time is compared. A
    local time that the other day's clocks skipped is read with the offset before the change.
    """
    if compare == Compare.NONE:
        return None
    days = 7 if compare == Compare.WEEKDAY else 1
    if window.day < _FIRST + timedelta(days=days):
        return None
    before = window_of(window.day - timedelta(days=days), zone)
    if not window.start <= now < window.end:
        return before
    local: time = now.astimezone(zone).timetz().replace(tzinfo=None)
    same = to_utc(datetime.combine(before.day, local, tzinfo=zone))
    return Window(before.day, before.start, before.end, min(max(same, before.start), before.end))


def hours_of(window: Window, zone: ZoneInfo) -> tuple[Hour, ...]:
    """Return the day's hours: as many hours as pass from its first instant to the next day's."""
    starts = []
    start = window.start
    while start < window.end:
        starts.append(start)
        start += HOUR
    local = [start.astimezone(zone) for start in starts]
    twice = Counter(f"{one:%H:%M}" for one in local)
    labels = (f"{one:%H:%M}{f' {one:%Z}' if twice[f'{one:%H:%M}'] > 1 else ''}" for one in local)
    ends = [*starts[1:], window.end]
    return tuple(Hour(*one) for one in zip(labels, starts, ends, strict=True))


def matching(hours: tuple[Hour, ...], others: tuple[Hour, ...], zone: ZoneInfo) -> list[int | None]:
    """Return for each hour the place of the same local hour among others, None if there is none.

    >>> zone = ZoneInfo("America/New_York")
    >>> longer = hours_of(window_of(date(2026, 11, 1), zone), zone)
    >>> matching(longer, hours_of(window_of(date(2026, 10, 25), zone), zone), zone)[:4]
    [0, 1, None, 2]
    """
    places = {_clock(hour, zone): place for place, hour in enumerate(others)}
    return [places.get(_clock(hour, zone)) for hour in hours]


def _clock(hour: Hour, zone: ZoneInfo) -> tuple[time, int]:
    local = hour.start.astimezone(zone)
    return local.time().replace(fold=0), local.fold
