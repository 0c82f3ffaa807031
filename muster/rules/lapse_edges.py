"""When instants that move with ``as_of`` pass instants that stand still: exact to the microsecond.

The edge of a window is a function of ``as_of``: on most days it moves along with it (30 days ago)
or stands still (the first of the month), now and then it jumps: at midnight (31 March minus one
month is 28 February, as 28 March is), when clocks change. It may even step back, so an event can
leave a window, come back and leave again: nothing here may assume that a question is answered once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from muster.rules.duration import FIRST_INSTANT, LAST_INSTANT, Duration, midnight_utc, shift_date

TICK = timedelta(microseconds=1)
Instants = tuple[datetime | None, ...]

_ONE_DAY = Duration(days=1)
_DAY = timedelta(days=1)
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Moving:
    """Edges that move as ``as_of`` does.

    Attributes:
        at: the edges' instants at an ``as_of``; None where there is no edge.
        zone: in whose days the edges jump.
        ahead: by how much more than ``as_of`` an edge may advance from one instant to another.
        back: how far an edge may step back.
    """

    at: Callable[[datetime], Instants]
    zone: ZoneInfo
    ahead: timedelta
    back: timedelta


def crossings(
    moving: Moving, fixed: Iterable[datetime], *, after: datetime, until: datetime
) -> Iterator[datetime]:
    """Yield, in order, every instant in (after, until) at which "edge > fixed" may change.

    Complete for every edge and every fixed instant: days are walked one after the other; a day is
    split until in each piece every edge either stands still or moves with time. In a piece that
    moves, a fixed instant is passed one microsecond after the edge reaches it; between pieces, all
    that lies between the edge's old and new place is passed at once. Days are skipped only while
    every fixed instant is further away than an edge can advance.
    """
    ordered = sorted(set(fixed))
    now, before = after, moving.at(after)
    while now < until:
        gap = _gap(before, ordered, moving.back)
        if gap is None:
            return
        if gap > moving.ahead + 2 * _DAY:
            now = min(now + (gap - moving.ahead - _DAY), until)
            before = moving.at(now)
            continue
        end = min(_next_midnight(now, moving.zone), until)
        found: set[datetime] = set()
        for start, stop in _pieces(moving.at, now, end):
            values, last = moving.at(start), moving.at(stop - TICK)
            found |= _passed_in_piece(ordered, start, before, values, last)
            before = last
        yield from sorted(instant for instant in found if after < instant < until)
        now = end


def _gap(values: Instants, ordered: Sequence[datetime], back: timedelta) -> timedelta | None:
    """Return how far the nearest edge is from its next fixed instant; None = all are passed."""
    gaps = []
    for value in values:
        if value is None:
            continue
        earliest = value - back if value - FIRST_INSTANT > back else FIRST_INSTANT
        place = bisect_left(ordered, earliest)
        if place < len(ordered):
            gaps.append(ordered[place] - value)
    return min(gaps, default=None)


def _passed_in_piece(
    ordered: Sequence[datetime], start: datetime, before: Instants, first: Instants, last: Instants
) -> set[datetime]:
    found = set()
    for old, new, end in zip(before, first, last, strict=True):
        if old is None or new is None or end is None:
            continue
        low, high = min(old, new), max(old, new)
        if bisect_left(ordered, low) < bisect_left(ordered, high):
            found.add(start)
        for fixed in ordered[bisect_left(ordered, new) : bisect_left(ordered, end)]:
            found.add(start + (fixed - new) + TICK)
    return found


def _pieces(
    at: Callable[[datetime], Instants], start: datetime, stop: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Split [start, stop) until every edge is steady in each piece."""
    if _steady(at, start, stop):
        yield start, stop
        return
    middle = start + (stop - start) // 2
    yield from _pieces(at, start, middle)
    yield from _pieces(at, middle, stop)


def _steady(at: Callable[[datetime], Instants], start: datetime, stop: datetime) -> bool:
    """Whether every edge stands still, or moves with time, in [start, stop).

    Seen at both ends and in the middle: two jumps within half a day would have to cancel out to be
    missed, and clocks change once a day at most.
    """
    half, whole = (stop - start) // 2, stop - start - TICK
    first, middle, last = at(start), at(start + half), at(start + whole)
    for old, between, new in zip(first, middle, last, strict=True):
        if old is None or between is None or new is None:
            continue
        if (between - old, new - old) not in ((_NONE, _NONE), (half, whole)):
            return False
    return True


def _next_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the beginning of the next local day; a day later where clocks go back over it."""
    found = midnight_utc(shift_date(now.astimezone(zone).date(), _ONE_DAY, sign=1), zone)
    if found > now:
        return found
    return now + _DAY if LAST_INSTANT - now > _DAY else LAST_INSTANT
