"""Which moment lies before which, at every instant a rule may be evaluated at.

A window's end is a point: a named base of the run (now, local midnight, the month's first day ...)
moved back by a length, or one fixed instant. Points are compared only where the calendar and the
zone's clocks leave no choice; False means "not certain", never "the other way round".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo

from muster.rules.duration import Duration, shift_date
from muster.rules.windows import (
    Ago,
    AllTime,
    Between,
    Calendar,
    Last,
    Window,
    instant_of,
)

_DAY = 86_400
NOTHING = Duration()
_A_DAY = Duration(days=1)
# How many days a base lies before now, at least and at most (local calendar, half-open above).
_BASES = {
    "now": (0, 0),
    "day": (0, 1),
    "week": (0, 7),
    "month": (0, 31),
    "quarter": (0, 92),
    "year": (0, 366),
}
_EARLIER = {
    "now": ("now", "day", "week", "month", "quarter", "year"),
    "day": ("day", "week", "month", "quarter", "year"),
    "week": ("week",),
    "month": ("month", "quarter", "year"),
    "quarter": ("quarter", "year"),
    "year": ("year",),
}
_LENGTHS = {
    "yesterday": _A_DAY,
    "week": Duration(days=7),
    "month": Duration(months=1),
    "quarter": Duration(months=3),
    "year": Duration(months=12),
}


@dataclass(frozen=True, slots=True)
class Point:
    """``base`` of the run moved by ``length``: back, or ``ahead``.

    ``by_day``: the base's day is moved and its midnight taken; else the instant itself is moved.
    The two differ on days whose midnight the clocks skip.
    """

    base: str
    length: Duration = NOTHING
    ahead: bool = False
    by_day: bool = False


End = Point | datetime
"""A moment: relative to the run, or fixed."""

NOW = Point("now")


def ends_of(window: Window, zone: ZoneInfo) -> tuple[End | None, End]:
    """Return a window's first moment (None: since ever) and the moment it ends before."""
    match window:
        case AllTime():
            return None, NOW
        case Last(length, whole_days):
            base = "day" if whole_days else "now"
            return Point(base, length), Point(base)
        case Ago(oldest, newest, whole_days):
            base = "day" if whole_days else "now"
            return Point(base, oldest), Point(base, newest)
        case Between(start, end):
            return (
                None if start is None else instant_of(start, zone),
                NOW if end is None else instant_of(end, zone),
            )
        case Calendar(period):
            return _period(period)
        case _:
            assert_never(window)


def _period(period: str) -> tuple[End, End]:
    prefix, _, unit = period.partition("_")
    base = unit or "day"
    start = Point(base, by_day=True)
    if prefix in ("prev", "yesterday"):
        return Point(base, _LENGTHS[unit or prefix], by_day=True), start
    return start, NOW  # what ends in the future ends now


def inside(narrow: Window, wide: Window, zone: ZoneInfo) -> bool:
    """Whether a window lies in another at every instant."""
    if narrow == wide:
        return True
    first, first_end = ends_of(narrow, zone)
    second, second_end = ends_of(wide, zone)
    starts = second is None or (first is not None and not_after(second, first, zone))
    return starts and (second_end == NOW or not_after(first_end, second_end, zone))


def not_after(first: End, second: End, zone: ZoneInfo) -> bool:
    """Whether a moment is certainly not later than another, at every instant."""
    if isinstance(first, datetime) or isinstance(second, datetime):
        return isinstance(first, datetime) and isinstance(second, datetime) and first <= second
    if first == second:
        return True
    if first.ahead or second.ahead:
        return _ahead(first, second, zone)
    alike = first.by_day is second.by_day or NOTHING == first.length == second.length
    ordered = alike and first.base in _EARLIER[second.base]
    if ordered and not_longer(second.length, first.length, zone):
        return True
    if _by_hour_of_day(first, second, zone):
        return True
    nearest = _BASES[first.base][0] * _DAY + _span(first.length)[0]
    farthest = _BASES[second.base][1] * _DAY + _span(second.length)[1]
    return nearest - clock_range(zone) >= farthest


def _by_hour_of_day(first: Point, second: Point, zone: ZoneInfo) -> bool:
    """Compare a midnight with now moved as far, where no whole day was ever skipped or repeated."""
    if 2 * clock_range(zone) > _DAY:
        return False
    if (first.base, second.base) == ("day", "now"):  # a midnight, and any time of its day
        return not_longer(second.length, first.length, zone)
    if (first.base, second.base) == ("now", "day"):  # any time of the day before a midnight
        length = second.length
        longer = Duration(length.months, length.days + 1, length.seconds)
        return not_longer(longer, first.length, zone)
    return False


def _ahead(first: Point, second: Point, zone: ZoneInfo) -> bool:
    """Compare where at least one point lies ahead of the run; both are on one base."""
    if first.base != second.base:
        return False
    if first.ahead and second.ahead:
        return not_longer(first.length, second.length, zone)
    return second.ahead


def not_longer(first: Duration, second: Duration, zone: ZoneInfo) -> bool:
    """Whether a length never reaches farther than another, whatever the calendar.

    Part by part both moves are monotone; else the bounds of months in days, and of local days in
    elapsed time, must leave no doubt.
    """
    if (
        first.months <= second.months
        and first.days <= second.days
        and first.seconds <= second.seconds
    ):
        return True
    if first.whole_days and second.whole_days:
        return _days(first.months)[1] + first.days <= _days(second.months)[0] + second.days
    return _span(first)[1] + clock_range(zone) <= _span(second)[0]


def _span(length: Duration) -> tuple[int, int]:
    """Return a length's bounds in seconds, clocks that never change taken for granted."""
    low, high = _days(length.months)
    return (
        (low + length.days) * _DAY + length.seconds,
        (high + length.days) * _DAY + length.seconds,
    )


@cache
def _days(months: int) -> tuple[int, int]:
    """Return how many days so many calendar months have at least and at most."""
    if not months:
        return 0, 0
    length, found = Duration(months=months), []
    for month in range(48):  # around 2000 every fourth year is a leap year
        for number in (1, 28, 29, 30, 31):
            start = datetime(2002 + month // 12, month % 12 + 1, 1).date() + timedelta(number - 1)
            found += [
                (start - shift_date(start, length, sign=-1)).days,
                (shift_date(start, length, sign=1) - start).days,
            ]
    # A century's year without a leap day takes one day away from what spans it.
    return min(found) - (months // 1200 + 1 if months > 46 else 0), max(found)


@cache
def clock_range(zone: ZoneInfo) -> int:
    """Return the seconds by which a zone's clocks have ever been moved, 1900 to 2100."""
    instant, offsets = datetime(1900, 1, 1, tzinfo=UTC), set()
    while instant.year < 2100:
        offsets.add(instant.astimezone(zone).utcoffset() or timedelta())
        instant += timedelta(days=14)
    return int((max(offsets) - min(offsets)).total_seconds())
