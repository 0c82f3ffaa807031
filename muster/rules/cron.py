"""When a schedule fires: cron's local times in a zone, as instants.

Where clocks change: a schedule of chosen hours fires once at a local time that comes twice (the
first time), and once just after the gap for all its local times that are left out. A schedule of
every hour follows the real hours: it fires each time its minute comes by, and not in the gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from croniter import croniter

from muster.rules.schedule import CronFields, read_schedule

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_HOURS_OF_A_DAY = 24
_LAST_YEAR = 9000  # far enough, and safely below the end of what a datetime can hold
_NO_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class _Change:
    """Clocks change at an instant (naive UTC): how far local time runs ahead, before and after."""

    at: datetime
    before: timedelta
    after: timedelta


def is_zone(name: str) -> bool:
    """Whether this is the name of an IANA time zone."""
    return name in _zones()


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads a folder tree: some hundredths of a second


def next_fire(cron: str, zone: str, *, after: datetime) -> datetime | None:
    """Return the first instant (UTC) after another at which a schedule fires.

    None from the year 9000 on.

    Args:
        cron: five fields or a nickname, as `check_schedule` accepts them.
        zone: IANA name; the fields are local times there.
        after: aware; this instant itself is left out.

    Raises:
        ValueError: the schedule is faulty. ZoneInfoNotFoundError: there is no such zone.
    """
    fields = read_schedule(cron)
    if after.year >= _LAST_YEAR:
        return None
    text = _text(fields)
    local = ZoneInfo(zone)
    chosen_hours = len(fields.hours) < _HOURS_OF_A_DAY
    since = after.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    moment = since + _SECOND
    while True:
        offset = _offset(local, since)
        wall = _match(text, moment + offset)
        candidate = wall - offset
        change = _next_change(zone, since, candidate)
        if change is not None:
            if chosen_hours and wall < change.at + change.after:
                return change.at.replace(tzinfo=UTC)
            since = moment = change.at
        elif chosen_hours and _comes_again(local, candidate):
            since, moment = candidate, candidate + _SECOND
        else:
            return candidate.replace(tzinfo=UTC)


def next_fires(
    cron: str,
    zone: str,
    *,
    after: datetime,
    count: int,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> tuple[datetime, ...]:
    """Return the next fires after an instant, at most ``count``.

    Args:
        starts_at, ends_at: fires lie in this half-open span; None = no bound.
    """
    last = after
    if starts_at is not None and starts_at > after:
        last = starts_at.astimezone(UTC) - _MICROSECOND  # it may fire at its very start
    found: list[datetime] = []
    while len(found) < count:
        fire = next_fire(cron, zone, after=last)
        if fire is None or (ends_at is not None and fire >= ends_at):
            break
        found.append(fire)
        last = fire
    return tuple(found)


def first_fire(
    cron: str,
    zone: str,
    *,
    after: datetime,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> datetime | None:
    """Return the next fire after an instant within the half-open span; None if there is none."""
    found = next_fires(cron, zone, after=after, count=1, starts_at=starts_at, ends_at=ends_at)
    return found[0] if found else None


def fires_between(
    cron: str, zone: str, *, after: datetime, until: datetime, limit: int
) -> tuple[datetime, ...]:
    """Return the fires after one instant up to and with another, the oldest ``limit`` of them."""
    return next_fires(cron, zone, after=after, count=limit, ends_at=until + _MICROSECOND)


def last_fires(
    cron: str, zone: str, *, after: datetime, until: datetime, count: int
) -> tuple[datetime, ...]:
    """Return the newest ``count`` fires after one instant up to and with another, oldest first.

    It looks back only as far as it needs to, in growing steps.
    """
    span = timedelta(hours=1)
    found: tuple[datetime, ...] = ()
    begin = until
    while len(found) < count and begin > after:
        begin = max(after, until - span)
        found = fires_between(cron, zone, after=begin, until=until, limit=_NO_LIMIT)
        span *= 4
    return found[-count:] if count else ()


def _match(text: str, wall: datetime) -> datetime:
    """Return the first local time at or after another that a schedule names."""
    found: datetime = croniter(text, wall - _SECOND, ret_type=datetime).get_next(datetime)
    return found


def _written(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


@lru_cache(maxsize=4096)
def _text(fields: CronFields) -> str:
    """Write the fields as bare lists: what their words mean is then not left to a library."""
    every = "*" if len(fields.minutes) == 60 else _written(fields.minutes)
    hours = "*" if len(fields.hours) == _HOURS_OF_A_DAY else _written(fields.hours)
    months = "*" if len(fields.months) == 12 else _written(fields.months)
    days = "*" if fields.days is None else _written(fields.days)
    weekdays = "*" if fields.weekdays is None else _written(fields.weekdays)
    return f"{every} {hours} {days} {months} {weekdays}"


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    """Return how far local time runs ahead at an instant (naive UTC)."""
    found = moment.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    assert found is not None
    return found


def _comes_again(zone: ZoneInfo, moment: datetime) -> bool:
    """Whether the local time at an instant (naive UTC) has been before."""
    return moment.replace(tzinfo=UTC).astimezone(zone).fold == 1


def _next_change(zone: str, after: datetime, until: datetime) -> _Change | None:
    """Return the first change of clocks after one instant up to and with another."""
    for year in range(after.year, until.year + 1):
        for change in _changes(zone, year):
            if after < change.at <= until:
                return change
    return None


@lru_cache(maxsize=4096)
def _changes(zone: str, year: int) -> tuple[_Change, ...]:
    """Return every change of clocks of a (UTC) year; they lie at least a day apart."""
    local = ZoneInfo(zone)
    moment = datetime(year, 1, 1)
    before = _offset(local, moment - _SECOND) if year > 1 else _offset(local, moment)
    end = datetime(year, 12, 31, 23, 59, 59)
    found: list[_Change] = []
    low = moment - _SECOND if year > 1 else moment
    while low < end:
        high = min(low + _DAY, end)
        after = _offset(local, high)
        if after != before:
            found.append(_Change(_turn(local, low, high, after=after), before, after))
        low, before = high, after
    return tuple(found)


def _turn(zone: ZoneInfo, low: datetime, high: datetime, *, after: timedelta) -> datetime:
    """Return the second, after ``low`` up to ``high``, from which the offset is the later one."""
    while high - low > _SECOND:
        middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
        low, high = (low, middle) if _offset(zone, middle) == after else (middle, high)
    return high
