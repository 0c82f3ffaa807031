"""Local days, weeks and months of instants, for many instants at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

DAY_US: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
"""The proleptic ordinal of 1970-01-01."""
_MONDAY: Final = 3
"""Days from the Monday of its week to 1970-01-01."""
_FIRST_DAY: Final = date.min.toordinal() - EPOCH_DAY + 2
_LAST_DAY: Final = date.max.toordinal() - EPOCH_DAY - 2


@lru_cache(maxsize=256)
def day_begins(day: int, zone: str) -> int | None:
    """Return when a local day begins, in microseconds since 1970-01-01 UTC.

    Args:
        day: the proleptic ordinal of the day (`date.toordinal`).

    Returns:
        The first instant of that day or a later one; None where clocks moved back across midnight,
        so that an earlier day came again.
    """
    number = day - EPOCH_DAY
    if not _FIRST_DAY + 3 < number < _LAST_DAY - 3:
        return None
    low, high = (number - 3) * DAY_US, (number + 3) * DAY_US
    starts, offsets = _pieces(zone, number - 3, number + 3)
    begin: int | None = None
    ends = [*starts[1:], high]
    for start, offset, end in zip([max(starts[0], low), *starts[1:]], offsets, ends, strict=True):
        reached = max(start, number * DAY_US - offset)
        if begin is None:
            if reached < end:
                begin = reached
        elif start + offset < number * DAY_US:
            return None
    return begin


def local_periods(at: NDArray[np.int64], unit: str, zone: str) -> NDArray[np.int64]:
    """Return a number for the local day, week (from Monday) or month of each instant.

    Args:
        at: microseconds since 1970-01-01 UTC.
        unit: day, week or month; equal numbers are equal periods.
    """
    if len(at) == 0:
        return np.empty(0, dtype=np.int64)
    # Whole years, so that blocks share what is looked up.
    first, last = _year(int(at.min())), _year(int(at.max())) + 1
    starts, offsets = _pieces(zone, _first_of(first), _first_of(last))
    piece = np.searchsorted(np.array(starts[1:], dtype=np.int64), at, side="right")
    days = (at + np.array(offsets, dtype=np.int64)[piece]) // DAY_US
    if unit == "day":
        return days
    if unit == "week":
        return (days + _MONDAY) // 7
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def local_days(at: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Return the local day of each instant, counted from 1970-01-01."""
    return local_periods(at, "day", zone)


def _year(at: int) -> int:
    return int(np.datetime64(at, "us").astype("datetime64[Y]").astype(np.int64)) + 1970


def _first_of(year: int) -> int:
    """Return the first day of a year, counted from 1970-01-01."""
    return int(np.datetime64(year - 1970, "Y").astype("datetime64[D]").astype(np.int64))


@lru_cache(maxsize=64)
def _pieces(zone: str, first: int, last: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return when each stretch of one offset begins, and the offset, both in microseconds.

    Args:
        first: the first day, counted from 1970-01-01; the first piece holds all before it.
        last: the last day; the last piece holds all after it.
    """
    clock = ZoneInfo(zone)
    first, last = max(first - 2, _FIRST_DAY), min(last + 2, _LAST_DAY)
    starts, offsets = [first * DAY_US], [_offset(first * DAY_US, clock)]
    for day in range(first, last):
        low, high = day * DAY_US, (day + 1) * DAY_US
        if _offset(high, clock) != offsets[-1]:
            while high - low > 1:
                middle = (low + high) // 2
                if _offset(middle, clock) == offsets[-1]:
                    low = middle
                else:
                    high = middle
            starts.append(high)
            offsets.append(_offset(high, clock))
    return tuple(starts), tuple(offsets)


def _offset(at: int, clock: ZoneInfo) -> int:
    """Return local time less UTC at an instant, in microseconds."""
    local = (_EPOCH + timedelta(microseconds=at)).astimezone(clock).utcoffset()
    assert local is not None
    return local // timedelta(microseconds=1)
