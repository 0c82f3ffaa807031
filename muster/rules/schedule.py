"""Checks the text of a schedule: five cron fields or a nickname such as @daily.

Only the writing is read here; when a schedule fires is for `cron.py` to say.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache

_MEANINGS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
NICKNAMES = tuple(_MEANINGS)
MAX_LENGTH = 200
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?P<low>\*|[a-z0-9]+)(?:-(?P<high>[a-z0-9]+))?(?:/(?P<step>[0-9]+))?")


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five fields; ``names`` stand for low, low + 1, ..."""

    label: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 7, _WEEKDAYS),
)


def check_schedule(text: str) -> str | None:
    """Return what is wrong with a schedule as one sentence, None if nothing is.

    Fields are minute, hour, day of the month, month, day of the week (0 and 7 are Sunday); each is
    ``*``, a number, a name (``jan``, ``mon``), a range, a list, or any of these with a ``/step``.
    """
    if len(text) > MAX_LENGTH:
        return f"A schedule has at most {MAX_LENGTH} characters."
    if text.startswith("@"):
        return None if text in NICKNAMES else f"{text} is none of {', '.join(NICKNAMES)}."
    parts = text.split()
    if len(parts) != len(_FIELDS):
        fields = ", ".join(field.label for field in _FIELDS)
        return f"A schedule has five fields ({fields}), this one has {len(parts)}."
    values: list[set[int]] = []
    for field, part in zip(_FIELDS, parts, strict=True):
        found = _values(field, part)
        if isinstance(found, str):
            return found
        values.append(found)
    if parts[4] == "*" and not _day_exists(values[2], values[3]):
        return f"No month of the schedule has a day {parts[2]}: it would never run."
    return None


@dataclass(frozen=True, slots=True)
class CronFields:
    """A schedule's five fields as numbers; 0 is Sunday. A day field that is ``*`` is None.

    Two day fields that both say something are joined by *or*, as cron has it.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...] | None
    months: tuple[int, ...]
    weekdays: tuple[int, ...] | None


@lru_cache(maxsize=4096)
def read_schedule(text: str) -> CronFields:
    """Return the fields of a schedule that `check_schedule` finds nothing wrong with.

    Raises:
        ValueError: something is wrong with it.

    >>> read_schedule("30 2 * * mon,7").weekdays
    (0, 1)
    """
    fault = check_schedule(text)
    if fault is not None:
        raise ValueError(fault)
    parts = _MEANINGS.get(text, text).split()
    numbers = [_values(field, part) for field, part in zip(_FIELDS, parts, strict=True)]
    minutes, hours, days, months, weekdays = (
        tuple(sorted(found)) for found in numbers if not isinstance(found, str)
    )
    return CronFields(
        minutes=minutes,
        hours=hours,
        days=None if parts[2] == "*" else days,
        months=months,
        weekdays=None if parts[4] == "*" else tuple(sorted({day % 7 for day in weekdays})),
    )


def _values(field: _Field, text: str) -> set[int] | str:
    """Return the numbers a field stands for, or what is wrong with it."""
    found: set[int] = set()
    for item in text.split(","):
        numbers = _item(field, item)
        if isinstance(numbers, str):
            return numbers
        found.update(numbers)
    return found


def _item(field: _Field, text: str) -> range | str:
    parsed = _PART.fullmatch(text.lower())
    if parsed is None:
        return f'"{text}" cannot be read as a {field.label}.'
    ends = _ends(field, parsed["low"], parsed["high"], stepped=parsed["step"] is not None)
    if ends is None:
        return f'"{text}" is not a {field.label}: it goes from {field.low} to {field.high}.'
    low, high = ends
    if low > high:
        return f'The {field.label} range "{text}" runs backwards.'
    step = int(parsed["step"] or 1)
    if not 1 <= step <= field.high:
        return f'The step in "{text}" must be from 1 to {field.high}.'
    return range(low, high + 1, step)


def _ends(field: _Field, low: str, high: str | None, *, stepped: bool) -> tuple[int, int] | None:
    if low == "*":
        return None if high is not None else (field.low, field.high)
    first = _number(field, low)
    # "5/15" means from 5 to the end, every 15.
    last = (field.high if stepped else first) if high is None else _number(field, high)
    return None if first is None or last is None else (first, last)


def _number(field: _Field, text: str) -> int | None:
    if text in field.names:
        return field.names.index(text) + field.low
    if not text.isdigit() or len(text) > 2:
        return None
    number = int(text)
    return number if field.low <= number <= field.high else None


def _day_exists(days: set[int], months: set[int]) -> bool:
    """Whether some month has one of the days; 2024 stands for a leap year."""
    return any(min(days) <= calendar.monthrange(2024, month)[1] for month in months)
