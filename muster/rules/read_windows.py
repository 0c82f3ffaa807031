"""Reads windows: `all_time`, `{last}`, `{ago}`, `{from, to}`, `{calendar}`."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from muster.rules.reader import Reader, Reading
from muster.rules.windows import (
    CALENDAR_ALIASES,
    CALENDAR_PERIODS,
    Ago,
    AllTime,
    Between,
    Calendar,
    Last,
    Window,
)

_FORMS = ("last", "ago", "from", "to", "calendar")


def read_window(reader: Reader, value: Any, path: str) -> Window | None:
    """Read a window; None (and problems) if it is none."""
    if value == "all_time":
        return AllTime()
    if not isinstance(value, dict):
        reader.fault(
            "BAD_WINDOW",
            path,
            "A window is all_time or an object.",
            'For example {"last": "P30D"} or {"from": "2025-01-01", "to": "2025-02-01"}.',
        )
        return None
    reading = Reading(reader, value, path)
    forms = {"from" if form == "to" else form for form in _FORMS if form in value}
    if len(forms) != 1:
        reader.fault(
            "BAD_WINDOW", path, "A window has exactly one of last, ago, from/to and calendar."
        )
        return None
    window = _FORM_READERS[forms.pop()](reader, reading)
    reading.finish()
    return window


def _whole_days(reading: Reading) -> bool:
    return reading.choice("anchor", ("rolling", "calendar_day"), "rolling") == "calendar_day"


def _last(reader: Reader, reading: Reading) -> Window | None:
    length = reader.duration(reading.get("last"), reading.at("last"))
    whole_days = _whole_days(reading)
    if length and whole_days and not length.whole_days:
        reader.fault(
            "BAD_WINDOW", reading.at("last"), "A calendar_day window is made of whole days."
        )
        return None
    return Last(length, whole_days) if length else None


def _ago(reader: Reader, reading: Reading) -> Window | None:
    value = reading.get("ago")
    whole_days = _whole_days(reading)
    if not isinstance(value, list | tuple) or len(value) != 2:
        reader.fault("BAD_WINDOW", reading.at("ago"), "ago takes two durations, the longer first.")
        return None
    oldest = reader.duration(value[0], f"{reading.at('ago')}[0]")
    newest = reader.duration(value[1], f"{reading.at('ago')}[1]")
    if oldest is None or newest is None:
        return None
    if whole_days and not (oldest.whole_days and newest.whole_days):
        reader.fault(
            "BAD_WINDOW", reading.at("ago"), "A calendar_day window is made of whole days."
        )
        return None
    if (oldest.months * 30.4375 + oldest.days) * 86400 + oldest.seconds <= (
        newest.months * 30.4375 + newest.days
    ) * 86400 + newest.seconds:
        reader.fault("EMPTY_WINDOW", reading.at("ago"), "ago takes the longer duration first.")
        return None
    return Ago(oldest, newest, whole_days)


def _from_to(reader: Reader, reading: Reading) -> Window | None:
    ends: dict[str, Any] = {}
    for name in ("from", "to"):
        ends[name] = None
        if name in reading:
            ends[name] = reader.moment(reading.get(name), reading.at(name))
    start, end = ends["from"], ends["to"]
    if start is not None and end is not None and _backwards(start, end):
        reader.fault(
            "EMPTY_WINDOW",
            reading.path,
            f"The window ends ({end}) before or when it begins ({start}).",
            "`to` is not part of the window: the day after the last day you mean.",
        )
        return None
    return Between(start, end)


def _backwards(start: date, end: date) -> bool:
    """Whether a window surely holds nothing, in whatever zone its local moments are."""
    first, last = _at(start), _at(end)
    if (first.tzinfo is None) == (last.tzinfo is None):
        return first >= last
    # One names its offset and the other is local: offsets differ by less than a day.
    return first.replace(tzinfo=None) - last.replace(tzinfo=None) >= timedelta(days=1)


def _at(moment: date) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


def _calendar(reader: Reader, reading: Reading) -> Window | None:
    value = reading.get("calendar")
    value = CALENDAR_ALIASES.get(value, value) if isinstance(value, str) else value
    period = reader.choice(value, reading.at("calendar"), CALENDAR_PERIODS, "calendar period")
    return Calendar(period) if period else None


_FORM_READERS = {"last": _last, "ago": _ago, "from": _from_to, "calendar": _calendar}


def write_window(window: Window) -> Any:
    """Return a window as JSON, the inverse of `read_window`."""
    match window:
        case AllTime():
            return "all_time"
        case Last(length, whole_days):
            return {"last": length.iso(), **_anchor_json(whole_days)}
        case Ago(oldest, newest, whole_days):
            return {"ago": [oldest.iso(), newest.iso()], **_anchor_json(whole_days)}
        case Between(start, end):
            json = {"from": start, "to": end}
            return {name: end.isoformat() for name, end in json.items() if end is not None}
        case Calendar(period):
            return {"calendar": period}


def _anchor_json(whole_days: bool) -> dict[str, str]:
    return {"anchor": "calendar_day"} if whole_days else {}
