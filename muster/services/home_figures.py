"""The four numbers of the first page, each with what it was before and how it moved.

Days are local ones of the data model's zone, and whole: data may end hours or weeks before now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from muster.base.datamodel import DataModel
from muster.base.errors import Conflict, InvalidFile, MusterError, NotFound
from muster.base.recent import Recent
from muster.base.records import SegmentVersion
from muster.engines import bits
from muster.engines.daily import Day, daily_totals
from muster.engines.duckdb_stamp import warehouse_stamp
from muster.engines.entities import EntityDictionary, read_entities
from muster.rules.duration import midnight_utc
from muster.rules.sentence_words import Words
from muster.services.analytics import named_money
from muster.services.context import WorkspaceContext
from muster.services.member_cache import members_of_version
from muster.services.patience import Patience
from muster.services.sources import Looked

DAYS: Final = 30
_WEEK: Final = timedelta(days=7)
_LAST_HOUR: Final = 23
MOST_FOLLOWED: Final = 200
"""Of more segments only the present is looked at: each version of a past day has to be read."""
_MOST_ADDED = 1000
"""The members of more segments are not added up while somebody waits for a page."""

_DAILY: Recent[tuple[str, str, str, date], Mapping[date, Day]] = Recent(kept=64)
_UNIONS: Recent[tuple[str, frozenset[tuple[int, int]]], int | None] = Recent(kept=512)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number.

    Attributes:
        value: None where it cannot be said, and ``note`` says why.
        unit: a currency; None: it is a number of something.
        previous: what ``previous_label`` names; None where that is not known.
        series: by local day, the oldest first; days that are not known are left out.
    """

    key: str
    label: str
    value: int | Decimal | None
    unit: str | None
    previous: int | Decimal | None
    previous_label: str
    series: tuple[tuple[date, int | Decimal], ...]
    note: str | None


def segment_figures(
    context: WorkspaceContext,
    model: DataModel,
    versions: Sequence[SegmentVersion],
    *,
    stale: int,
    everyone: int | None,
) -> tuple[Figure, Figure]:
    """Return how many people are in any segment, and how many segments there are.

    Args:
        versions: the last of each segment and day since `followed_since`, the oldest first.
        everyone: entities in the warehouse, None if that is not known.
    """
    now = context.resources.clock.now_utc()
    today = now.astimezone(ZoneInfo(model.time_zone)).date()
    by_day = _seen_by_day(versions, today, ZoneInfo(model.time_zone))
    segments = [(day, len(seen)) for day, seen in by_day if seen]
    entities = read_entities(context.folder)
    unions = [(day, _union(context, entities, seen)) for day, seen in by_day if seen]
    people = [(day, size) for day, size in unions if size is not None]
    reached = _on(people, today) if segments else 0
    note = None
    if reached is None:
        note = "The members of some segments cannot be read, or there are too many to add up."
    elif everyone:
        label = Words(model, model.time_zone).entities
        note = f"{100 * min(reached / everyone, 1):.0f} % of all {label[:1].lower()}{label[1:]}"
    past = f"{DAYS} days ago"
    return (
        Figure(
            "people",
            "People reachable",
            reached,
            None,
            _on(people, today - timedelta(days=DAYS)),
            past,
            tuple(people),
            note,
        ),
        Figure(
            "segments",
            "Segments",
            segments[-1][1] if segments else 0,
            None,
            _on(segments, today - timedelta(days=DAYS)),
            past,
            tuple(segments),
            f"{stale} stale" if stale else None,
        ),
    )


def followed_since(context: WorkspaceContext, model: DataModel, *, segments: int) -> datetime:
    """Return the instant that the figures of so many segments begin at: a midnight, or now."""
    now = context.resources.clock.now_utc()
    if segments > MOST_FOLLOWED:
        return now
    zone = ZoneInfo(model.time_zone)
    today = now.astimezone(zone).date()
    return midnight_utc(today - timedelta(days=DAYS), zone)


def day_figures(
    context: WorkspaceContext,
    fingerprint: str,
    model: DataModel,
    looked: Mapping[str, Looked],
    *,
    patience: Patience,
) -> tuple[Figure, Figure]:
    """Return the events, and the money, of the last whole day that has data.

    Args:
        looked: what was found of each source; empty where the warehouse cannot be read.
    """
    label, money = named_money(model)
    unit = None
    if money:
        unit = money[0][1].currency or model.currency
    label = label or "Money"
    spans = [one.span for name, one in looked.items() if name in model.events and one.span]
    newest = max((span.newest for span in spans if span.newest), default=None)
    if newest is None:
        note = "There are no events yet." if looked else "The warehouse cannot be read just now."
        return _unknown("events", "Events", None, note), _unknown("money", label, unit, note)
    zone = ZoneInfo(model.time_zone)
    now = context.resources.clock.now_utc()
    last = last_whole_day(newest, now, zone)
    today = now.astimezone(zone).date()
    try:
        days = _daily(context, fingerprint, model, last, patience)
    except MusterError as error:
        return (
            _unknown("events", "Events", None, error.sentence),
            _unknown("money", label, unit, error.sentence),
        )
    last = max((day for day, found in days.items() if found.events), default=last)
    events = {day: found.events for day, found in days.items()}
    sums = {day: found.money for day, found in days.items()}
    in_all = _unknown("money", label, None, "The data model knows no money.")
    if money:
        in_all = _of_day("money", label, unit, sums, last, today)
    return _of_day("events", "Events", None, events, last, today), in_all


def last_whole_day(newest: datetime, now: datetime, zone: ZoneInfo) -> date:
    """Return the last local day of which all data is there, judged by the newest event.

    That is the day before the newest event's, or its own if that is over and the event is of its
    last hour.
    """
    local = newest.astimezone(zone)
    over = now.astimezone(zone).date() > local.date()
    if over and local.hour >= _LAST_HOUR:
        return local.date()
    return local.date() - timedelta(days=1)


def _daily(
    context: WorkspaceContext, fingerprint: str, model: DataModel, last: date, patience: Patience
) -> Mapping[date, Day]:
    """Return every one of the last days, also those without events."""

    def count() -> Mapping[date, Day]:
        with context.open_warehouse() as warehouse, patience.watching(warehouse):
            found = daily_totals(
                warehouse,
                model.events.values(),
                money=dict(named_money(model)[1]),
                first=last - timedelta(days=DAYS - 1),
                last=last,
                zone=model.time_zone,
            )
        days = (last - timedelta(days=number) for number in range(DAYS - 1, -1, -1))
        return {day: found.get(day, Day()) for day in days}

    stamp = warehouse_stamp(context.warehouse_path)
    return _DAILY.get((str(context.folder), stamp, fingerprint, last), count)


def _of_day(
    key: str,
    label: str,
    unit: str | None,
    days: Mapping[date, int | Decimal] | Mapping[date, int] | Mapping[date, Decimal],
    last: date,
    today: date,
) -> Figure:
    before = last - _WEEK
    year = "" if last.year == today.year else f" {last.year}"
    return Figure(
        key,
        f"{label} on {_said(last)}{year}",
        days[last],
        unit,
        days.get(before),
        _said(before),
        tuple((day, number) for day, number in days.items() if day <= last),
        None,
    )


def _unknown(key: str, label: str, unit: str | None, note: str | None) -> Figure:
    return Figure(key, label, None, unit, None, "a week before", (), note)


def _said(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _on(series: Sequence[tuple[date, int]], wanted: date) -> int | None:
    return next((value for day, value in series if day == wanted), None)


_Seen = Mapping[int, SegmentVersion]


def _seen_by_day(
    versions: Sequence[SegmentVersion], today: date, zone: ZoneInfo
) -> list[tuple[date, _Seen]]:
    """Return which version of each segment readers saw at the end of each day, or see now."""
    found: list[tuple[date, _Seen]] = []
    seen: dict[int, SegmentVersion] = {}
    rest = list(reversed(versions))
    for number in range(DAYS, -1, -1):
        day = today - timedelta(days=number)
        end = midnight_utc(day + timedelta(days=1), zone)
        while rest and (rest[-1].as_of < end or day == today):
            version = rest.pop()
            seen[version.segment_id] = version
        found.append((day, dict(seen)))
    return found


def _union(context: WorkspaceContext, entities: EntityDictionary, seen: _Seen) -> int | None:
    """Return how many are in any of some versions; None if the members of one are gone."""

    def count() -> int | None:
        if len(seen) > _MOST_ADDED:
            return None
        words = bits.zeros(entities.size)
        try:
            for version in seen.values():
                np.bitwise_or(words, members_of_version(context, version, entities), out=words)
        except (Conflict, InvalidFile, NotFound):
            return None
        return bits.count(words)

    numbers = frozenset((int(number), version.number) for number, version in seen.items())
    return _UNIONS.get((str(context.folder), numbers), count)
