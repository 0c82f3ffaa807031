"""Draws windows and lengths of time, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from muster.rules.duration import Duration
from muster.rules.windows import CALENDAR_ALIASES, CALENDAR_PERIODS
from tests.strategies.moments import CLOCK_LENGTHS, DAY_LENGTHS, LENGTHS, MONTH_LENGTHS
from tests.strategies.setting import Setting

_NEAREST_FIRST = (
    *(("PT12H", "PT1H"), ("P7D", "P1D"), ("P30D", "P7D"), ("P3M", "P1M"), ("P1Y", "P1M")),
    *(("P90D", "PT12H"), ("P365D", "P30D"), ("P1M", "P2W"), ("P1DT12H", "PT1H")),
)


# As far as the calendar goes, in every zone.
_EXTREME_DAYS = ("0001-01-01", "9999-12-31", "0001-01-02", "1900-01-01")


def draw_length(setting: Setting, *, whole_days: bool = False, months: bool = True) -> str:
    """Draw a duration."""
    months = months and not setting.grammar.shiftable
    lengths = DAY_LENGTHS + (MONTH_LENGTHS if months else ())
    if not whole_days:
        lengths = LENGTHS if months else lengths + CLOCK_LENGTHS
    return setting.choose.one(lengths)


def draw_moment(setting: Setting, *, days: bool = True) -> str:
    """Draw a day or a date-time with Z, with an offset or local."""
    choose = setting.choose
    form = choose.one(("day", "day", "utc", "offset", "local") if days else ("utc", "offset"))
    if form == "day":
        return (
            choose.one(_EXTREME_DAYS) if choose.chance(3) else choose.one(setting.days).isoformat()
        )
    return moment_text(setting, choose.one(setting.instants), form)


def moment_text(setting: Setting, instant: datetime, form: str) -> str:
    """Write an instant: in UTC with Z, with the offset of the setting's zone, or local."""
    if form == "utc":
        return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
    local = instant.astimezone(setting.zone)
    return (local.replace(tzinfo=None) if form == "local" else local).isoformat()


def draw_window(setting: Setting, *, begins: bool = False, measured: bool = False) -> Any:
    """Draw a window.

    Args:
        begins: it must have a beginning.
        measured: it must also have a length by itself (for "restarted" without a gap).
    """
    choose = setting.choose
    if setting.grammar.shiftable:
        forms: tuple[str, ...] = ("last",) if measured else ("last", "ago")
    elif measured:
        forms = ("last", "last_days", "days")
    else:
        forms = ("last", "last_days", "ago", "calendar", "days", "times", "from")
    if not begins and not measured:
        forms += ("all_time",) if setting.grammar.shiftable else ("to", "all_time")
    match choose.one(forms):
        case "last":
            return {"last": draw_length(setting)}
        case "last_days":
            return {"last": draw_length(setting, whole_days=True), "anchor": "calendar_day"}
        case "ago":
            return _ago(setting)
        case "calendar":
            return {"calendar": choose.one((*CALENDAR_PERIODS, *CALENDAR_ALIASES))}
        case "days":
            return _ends(*choose.some(sorted(set(setting.days)), fewest=2, most=2))
        case "times":
            first, second = sorted(choose.some(setting.instants, fewest=2, most=2))
            return {
                "from": moment_text(setting, first, "utc"),
                "to": moment_text(setting, second, choose.one(("utc", "offset"))),
            }
        case "from":
            return {"from": draw_moment(setting)}
        case "to":
            return {"to": draw_moment(setting)}
    return "all_time"


def _ago(setting: Setting) -> Any:
    pairs = [
        pair
        for pair in _NEAREST_FIRST
        if not setting.grammar.shiftable or not any(Duration.parse(text).months for text in pair)
    ]
    pair = setting.choose.one(pairs)
    window: dict[str, Any] = {"ago": list(pair)}
    whole_days = all(Duration.parse(text).whole_days for text in pair)
    if whole_days and not setting.grammar.shiftable and setting.choose.chance(50):
        window["anchor"] = "calendar_day"
    return window


def _ends(first: Any, second: Any) -> Any:
    return {"from": min(first, second).isoformat(), "to": max(first, second).isoformat()}
