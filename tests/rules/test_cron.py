"""When schedules fire: tables of known days, and a slow oracle that looks at every minute."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import muster
from muster.rules.cron import (
    fires_between,
    first_fire,
    is_zone,
    last_fires,
    next_fire,
    next_fires,
)
from muster.rules.schedule import NICKNAMES, read_schedule

MINUTE = timedelta(minutes=1)
ZONES = (
    "UTC", "Europe/London", "Europe/Berlin", "Europe/Lisbon", "Europe/Dublin", "America/New_York",
    "America/St_Johns", "America/Santiago", "America/Havana", "America/Sao_Paulo", "Africa/Cairo",
    "Africa/Casablanca", "Asia/Beirut", "Asia/Tehran", "Asia/Kolkata", "Asia/Amman",
    "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Chatham", "Antarctica/Troll",
)  # fmt: skip
YEARS = (2016, 2018, 2021, 2026)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def written(fires: tuple[datetime, ...]) -> list[str]:
    assert all(fire.tzinfo is UTC for fire in fires)
    return [f"{fire:%Y-%m-%d %H:%M}" for fire in fires]


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("@hourly", "UTC", "2026-01-01 00:00", ["2026-01-01 01:00", "2026-01-01 02:00"]),
        ("@daily", "Asia/Kolkata", "2026-01-01", ["2026-01-01 18:30", "2026-01-02 18:30"]),
        ("@midnight", "UTC", "2025-12-31", ["2026-01-01 00:00", "2026-01-02 00:00"]),
        ("@weekly", "UTC", "2026-01-01", ["2026-01-04 00:00", "2026-01-11 00:00"]),
        ("@monthly", "UTC", "2026-01-01", ["2026-02-01 00:00", "2026-03-01 00:00"]),
        ("@yearly", "UTC", "2026-01-01", ["2027-01-01 00:00", "2028-01-01 00:00"]),
        ("@annually", "UTC", "2025-12-31", ["2026-01-01 00:00", "2027-01-01 00:00"]),
        # 0 is Sunday, and so is 7; a step from 7 goes no further
        ("0 0 * * 1", "UTC", "2026-01-01", ["2026-01-05 00:00", "2026-01-12 00:00"]),
        ("0 0 * * 7", "UTC", "2026-01-01", ["2026-01-04 00:00", "2026-01-11 00:00"]),
        ("0 0 * * 0,7", "UTC", "2026-01-01", ["2026-01-04 00:00", "2026-01-11 00:00"]),
        ("0 0 * * 7/2", "UTC", "2026-01-01", ["2026-01-04 00:00", "2026-01-11 00:00"]),
        ("0 0 * * SAT-7", "UTC", "2026-01-01", ["2026-01-03 00:00", "2026-01-04 00:00"]),
        # both kinds of day: either one
        ("0 0 13 * 5", "UTC", "2026-01-09", ["2026-01-13 00:00", "2026-01-16 00:00"]),
        ("0 0 1-31 * 1", "UTC", "2026-01-01", ["2026-01-02 00:00", "2026-01-03 00:00"]),
        ("0 0 1 1 0-6", "UTC", "2026-01-01", ["2026-01-02 00:00", "2026-01-03 00:00"]),
        # leap days, and the one that 2100 leaves out
        ("0 0 29 2 *", "UTC", "2026-01-01", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("0 0 29 2 *", "UTC", "2096-03-01", ["2104-02-29 00:00", "2108-02-29 00:00"]),
        # Berlin in spring: 02:30 does not come, so just after the gap, once
        ("30 2 * * *", "Europe/Berlin", "2026-03-29", ["2026-03-29 01:00", "2026-03-30 00:30"]),
        ("*/10 2 * * *", "Europe/Berlin", "2026-03-29", ["2026-03-29 01:00", "2026-03-30 00:00"]),
        ("0 2,3 * * *", "Europe/Berlin", "2026-03-29", ["2026-03-29 01:00", "2026-03-30 00:00"]),
        ("30 * * * *", "Europe/Berlin", "2026-03-29", ["2026-03-29 00:30", "2026-03-29 01:30"]),
        # Berlin in autumn: 02:30 comes twice, so the first time; every hour means every real hour
        ("30 2 * * *", "Europe/Berlin", "2026-10-25", ["2026-10-25 00:30", "2026-10-26 01:30"]),
        ("0 */2 * * *", "Europe/Berlin", "2026-10-24 23:00",
         ["2026-10-25 00:00", "2026-10-25 03:00"]),
        ("30 * * * *", "Europe/Berlin", "2026-10-25", ["2026-10-25 00:30", "2026-10-25 01:30"]),
        ("30 0-23 * * *", "Europe/Berlin", "2026-10-25", ["2026-10-25 00:30", "2026-10-25 01:30"]),
        # Cairo leaves midnight out; Lord Howe moves by half an hour; Apia left out a whole day
        ("@daily", "Africa/Cairo", "2026-04-23 12:00", ["2026-04-23 22:00", "2026-04-24 21:00"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04",
         ["2026-04-04 14:45", "2026-04-05 15:15"]),
        ("0 10 * * *", "Pacific/Apia", "2011-12-30", ["2011-12-30 10:00", "2011-12-30 20:00"]),
    ],
)  # fmt: skip
def test_a_schedule_fires_at(cron: str, zone: str, after: str, expected: list[str]) -> None:
    assert written(next_fires(cron, zone, after=utc(after), count=2)) == expected


def test_an_instant_between_the_two_halves_of_a_repeated_hour_does_not_fire_again() -> None:
    between = utc("2026-10-25 00:45")
    assert next_fire("30 2 * * *", "Europe/Berlin", after=between) == utc("2026-10-26 01:30")


def test_the_span_takes_its_start_and_leaves_out_its_end() -> None:
    found = next_fires(
        "@daily",
        "UTC",
        after=utc("2025-12-01"),
        count=9,
        starts_at=utc("2026-01-01"),
        ends_at=utc("2026-01-03"),
    )
    assert written(found) == ["2026-01-01 00:00", "2026-01-02 00:00"]
    assert first_fire("@daily", "UTC", after=utc("2026-01-02"), ends_at=utc("2026-01-03")) is None
    later = first_fire("@daily", "UTC", after=utc("2026-01-02"), starts_at=utc("2026-01-01"))
    assert later == utc("2026-01-03")


def test_the_instant_asked_about_is_left_out_and_seconds_do_not_matter() -> None:
    for after in ("2026-01-01 12:00:00", "2026-01-01 12:00:00.5", "2026-01-01 12:00:59.999999"):
        assert next_fire("* * * * *", "UTC", after=utc(after)) == utc("2026-01-01 12:01")
    assert next_fire("* * * * *", "UTC", after=utc("2026-01-01 11:59:59.999999")) == utc(
        "2026-01-01 12:00"
    )


def test_fires_between_are_the_oldest_and_last_fires_the_newest() -> None:
    span = {"after": utc("2026-01-01"), "until": utc("2026-01-01 06:00")}
    assert written(fires_between("@hourly", "UTC", **span, limit=2)) == [
        "2026-01-01 01:00",
        "2026-01-01 02:00",
    ]
    assert written(last_fires("@hourly", "UTC", **span, count=2)) == [
        "2026-01-01 05:00",
        "2026-01-01 06:00",
    ]
    assert len(last_fires("@hourly", "UTC", **span, count=99)) == 6
    assert last_fires("@hourly", "UTC", **span, count=0) == ()


def test_the_last_fire_is_found_behind_a_burst_and_a_long_silence() -> None:
    found = last_fires(
        "* * 1 1 *", "UTC", after=utc("2000-01-01"), until=utc("2026-12-01"), count=1
    )
    assert written(found) == ["2026-01-01 23:59"]


def test_time_ends_somewhere() -> None:
    assert next_fire("@daily", "UTC", after=utc("9000-01-01")) is None
    assert next_fire("0 0 29 2 *", "UTC", after=utc("8999-01-01")) == utc("9004-02-29")


def test_a_faulty_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="five fields"):
        next_fire("0 0 * *", "UTC", after=utc("2026-01-01"))


def test_zones_are_known_by_their_full_names() -> None:
    assert [is_zone(name) for name in ("Asia/Kolkata", "UTC", "asia/kolkata", "../etc", "")] == [
        True, True, False, False, False
    ]  # fmt: skip


def test_croniter_is_used_here_alone() -> None:
    users = set()
    for path in Path(muster.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.partition(".")[0] == "croniter" for name in names):
                users.add(path.name)
    assert users == {"cron.py"}


# --- the oracle: look at every minute, and at what the clock on the wall showed before


@dataclass(frozen=True)
class Wanted:
    """A cron text drawn together with what it stands for."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None

    def names(self, wall: datetime) -> bool:
        if wall.minute not in self.minutes or wall.hour not in self.hours:
            return False
        if wall.month not in self.months:
            return False
        by_day = self.days is not None and wall.day in self.days
        by_weekday = self.weekdays is not None and wall.isoweekday() % 7 in self.weekdays
        if self.days is None or self.weekdays is None:
            return self.days is self.weekdays or by_day or by_weekday
        return by_day or by_weekday


def draw_field(random_: random.Random, low: int, high: int) -> tuple[str, frozenset[int]]:
    match random_.randrange(5):
        case 0:
            number = random_.randint(low, high)
            return str(number), frozenset({number})
        case 1:
            first, last = sorted(random_.randint(low, high) for _ in range(2))
            return f"{first}-{last}", frozenset(range(first, last + 1))
        case 2:
            step = min(high, random_.choice([2, 3, 5, 7, 10]))
            return f"*/{step}", frozenset(range(low, high + 1, step))
        case 3:
            chosen = sorted({random_.randint(low, high) for _ in range(3)})
            return ",".join(map(str, chosen)), frozenset(chosen)
        case _:
            first, step = random_.randint(low, high), random_.randint(1, 4)
            return f"{first}/{step}", frozenset(range(first, high + 1, step))


def draw_cron(random_: random.Random) -> Wanted:
    whole = (0, 59), (0, 23), (1, 31), (1, 12), (0, 7)
    shares = (0.1, 0.35, 0.6, 0.8, 0.6)  # how often a field is a star
    texts: list[str] = []
    sets: list[frozenset[int]] = []
    for (low, high), share in zip(whole, shares, strict=True):
        if random_.random() < share:
            text, numbers = "*", frozenset(range(low, high + 1))
        else:
            text, numbers = draw_field(random_, low, high)
        texts.append(text)
        sets.append(numbers)
    return Wanted(
        " ".join(texts),
        sets[0],
        sets[1],
        None if texts[2] == "*" else sets[2],
        sets[3],
        None if texts[4] == "*" else frozenset(day % 7 for day in sets[4]),
    )


def minutes_of(zone: str, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    local = ZoneInfo(zone)
    found = []
    while begin < end:
        found.append((begin, begin.astimezone(local).replace(tzinfo=None, fold=0)))
        begin += MINUTE
    return found


def slow_fires(wanted: Wanted, minutes: list[tuple[datetime, datetime]]) -> Iterator[datetime]:
    every_hour = len(wanted.hours) == 24
    latest = minutes[0][1] - MINUTE  # the furthest that the clock on the wall has been
    for moment, wall in minutes:
        if every_hour:
            if wanted.names(wall):
                yield moment
            continue
        due = wall > latest and wanted.names(wall)
        skipped = latest + MINUTE
        while skipped < wall and not due:
            due = wanted.names(skipped)
            skipped += MINUTE
        latest = max(latest, wall)
        if due:
            yield moment


def windows(zone: str) -> Iterator[tuple[datetime, datetime]]:
    """Two days around each change of clocks, and some days without any."""
    local = ZoneInfo(zone)
    for year in YEARS:
        moment, before = datetime(year, 1, 1, tzinfo=UTC), None
        while moment.year == year:
            offset = moment.astimezone(local).utcoffset()
            if before is not None and offset != before:
                yield moment - timedelta(hours=26), moment + timedelta(hours=22)
            before = offset
            moment += timedelta(hours=1)
    yield datetime(2028, 2, 28, tzinfo=UTC), datetime(2028, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_every_minute_around_a_change_of_clocks_agrees_with_the_oracle(zone: str) -> None:
    random_ = random.Random(zone)
    for begin, end in windows(zone):
        minutes = minutes_of(zone, begin, end)
        crons = []
        while len(crons) < 7:
            wanted = draw_cron(random_)
            if wanted.days is None or min(wanted.days) <= 28:
                crons.append(wanted)
        for wanted in crons:
            expected = list(slow_fires(wanted, minutes))
            step = max(1, len(expected) // 40)  # a schedule of every minute is checked in part
            starts = [begin - MINUTE, *expected[::step]][:40]
            starts += [fire - timedelta(microseconds=1) for fire in starts[1:9]]
            for start in starts:
                following = next((fire for fire in expected if fire > start), None)
                found = next_fire(wanted.text, zone, after=start)
                if following is None:
                    assert found is None or found >= end, (wanted.text, start)
                else:
                    assert found == following, (wanted.text, start)


@pytest.mark.parametrize("nickname", NICKNAMES)
def test_nicknames_have_fields(nickname: str) -> None:
    assert read_schedule(nickname).minutes == (0,)
