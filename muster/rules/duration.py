"""Lengths of time as people write them (ISO 8601), and calendar arithmetic with them.

Years, months, weeks and days are calendar units: they keep the local time of day across a change
of clocks. Hours, minutes and seconds are elapsed time.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_ISO = re.compile(
    r"P(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?"
    r"(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8})S)?)?"
)
FIRST_INSTANT = datetime.min.replace(tzinfo=UTC)
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)
_WORDS = (("month", "months"), ("day", "days"), ("hour", "hours"), ("minute", "minutes"))


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A positive length: calendar months, calendar days, elapsed seconds."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read ``P30D``, ``P1Y6M``, ``PT12H`` and the like.

        Raises:
            ValueError: the text is not an ISO 8601 duration, or its length is zero.
        """
        found = _ISO.fullmatch(text)
        if not found or text.endswith("T"):
            raise ValueError(f"{text!r} is not an ISO 8601 duration such as P30D or PT12H")
        years, months, weeks, days, hours, minutes, seconds = (
            int(part or 0) for part in found.groups()
        )
        length = cls(years * 12 + months, weeks * 7 + days, hours * 3600 + minutes * 60 + seconds)
        if length == cls():
            raise ValueError(f"{text!r} has no length")
        if length.months > 1200 or length.days > 36525:
            raise ValueError(f"{text!r} is longer than a hundred years")
        return length

    def iso(self) -> str:
        """Return the canonical ISO 8601 text."""
        years, months = divmod(self.months, 12)
        hours, rest = divmod(self.seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        text = "P" + _part(years, "Y") + _part(months, "M") + _part(self.days, "D")
        clock = _part(hours, "H") + _part(minutes, "M") + _part(seconds, "S")
        return f"{text}T{clock}" if clock else text

    def words(self) -> str:
        """Return English, e.g. ``30 days`` or ``1 year``."""
        if self.months and self.months % 12 == 0 and not self.days and not self.seconds:
            return _count(self.months // 12, "year", "years")
        hours, rest = divmod(self.seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        amounts = zip((self.months, self.days, hours, minutes), _WORDS, strict=True)
        parts = [_count(amount, one, many) for amount, (one, many) in amounts if amount]
        if seconds:
            parts.append(_count(seconds, "second", "seconds"))
        return " ".join(parts)

    @property
    def whole_days(self) -> bool:
        """Whether the length is made of calendar months and days alone."""
        return self.seconds == 0

    def elapsed(self) -> timedelta:
        """Return the length as elapsed time, a day being 24 hours.

        Raises:
            ValueError: the length has months, which have no fixed length.
        """
        if self.months:
            raise ValueError("months have no fixed length")
        return timedelta(days=self.days, seconds=self.seconds)


def _part(amount: int, letter: str) -> str:
    return f"{amount}{letter}" if amount else ""


def _count(amount: int, one: str, many: str) -> str:
    return f"{amount} {one if amount == 1 else many}"


def shift_date(day: date, duration: Duration, *, sign: int) -> date:
    """Move a local day by whole months and days; 31 March minus a month is the last of February.

    Days before year 1 or after 9999 stop at the ends of the calendar.
    """
    month_index = day.year * 12 + day.month - 1 + sign * duration.months
    year, month = divmod(month_index, 12)
    if not 1 <= year <= 9999:
        return date.min if sign < 0 else date.max
    last = calendar.monthrange(year, month + 1)[1]
    try:
        return date(year, month + 1, min(day.day, last)) + timedelta(days=sign * duration.days)
    except OverflowError:
        return date.min if sign < 0 else date.max


def shift_instant(
    instant_utc: datetime, duration: Duration, *, zone: ZoneInfo, sign: int
) -> datetime:
    """Move an instant: calendar part on the local clock of ``zone``, then elapsed seconds.

    A local time that the clocks skip is read with the offset before the change; one that comes
    twice is read as the first, unless the starting instant was itself in the second. Like days,
    instants stop at the ends of the calendar.
    """
    moved = instant_utc
    if duration.months or duration.days:
        local = instant_utc.astimezone(zone)
        day = shift_date(local.date(), duration, sign=sign)
        moved = to_utc(_unless_skipped(datetime.combine(day, local.time(), tzinfo=zone)))
    try:
        return moved + sign * timedelta(seconds=duration.seconds)
    except OverflowError:
        return FIRST_INSTANT if sign < 0 else LAST_INSTANT


def midnight_utc(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a local day begins, in UTC."""
    return to_utc(datetime(day.year, day.month, day.day, tzinfo=zone))


def to_utc(aware: datetime) -> datetime:
    """Return an instant in UTC; one that UTC's calendar cannot hold stops at its nearer end."""
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        return FIRST_INSTANT if aware.year == 1 else LAST_INSTANT


def day_after(day: date) -> date:
    """Return the next day; the last day of the calendar has none but itself."""
    return shift_date(day, Duration(days=1), sign=1)


def _unless_skipped(local: datetime) -> datetime:
    """Drop the mark of a second passing (fold) where the local time is skipped, not repeated."""
    first = local.replace(fold=0)
    before, after = first.utcoffset(), local.utcoffset()
    skipped = before is not None and after is not None and after > before
    return first if skipped else local
