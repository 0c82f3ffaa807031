"""The words of a sentence: values, days, amounts, windows, names as the data model labels them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from muster.base.datamodel import DataModel, Field, FieldType
from muster.rules.duration import Duration, shift_date
from muster.rules.fold import fold_text
from muster.rules.nodes import Count
from muster.rules.reader import brief
from muster.rules.windows import Ago, AllTime, Between, Calendar, Last, Window, instant_of

MAX_SHOWN = 12
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_CALENDAR = {"today": "today", "yesterday": "yesterday"}


class Words:
    """Puts values and windows of one rule into words; days are those of the rule's zone."""

    def __init__(self, model: DataModel, zone: str) -> None:
        self.model = model
        self.zone = ZoneInfo(zone)

    @property
    def entity(self) -> str:
        """One entity, e.g. ``user``."""
        return self.model.entity.name.replace("_", " ")

    @property
    def entities(self) -> str:
        """All of them, e.g. ``Users``."""
        label = self.model.entity.label or f"{self.entity}s"
        return label[0].upper() + label[1:]

    def events(self, sources: tuple[str, ...]) -> str:
        """Name event sources, by their union where they are one."""
        for union in self.model.unions.values():
            if set(union.sources) == set(sources):
                return union.label or spaced(union.name)
        known = (self.model.events[name] for name in sources)
        return enumerate_words([found.label or spaced(found.name) for found in known], "or")

    def value(self, field: Field, value: Any) -> str:
        """Show a typed value of a field."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, datetime):
            return self.instant(value)
        if isinstance(value, date):
            return day(value)
        if field.type is FieldType.MONEY:
            return self._money(field, Decimal(value))
        if isinstance(value, str):
            return quoted(_as_listed(field, value))
        return format(value, "f") if isinstance(value, Decimal) else str(value)

    def _money(self, field: Field, amount: Decimal) -> str:
        digits = max(field.scale, -int(amount.normalize().as_tuple().exponent))
        currency = field.currency or self.model.currency
        text = f"{amount:,.{digits}f}"
        return f"{currency} {text}" if currency else text

    def values(self, field: Field, values: Iterable[Any], word: str) -> str:
        """Show several values, the first dozen of them in full."""
        shown = [self.value(field, value) for value in values]
        return enumerate_words(shown, word) if shown else "(no values)"

    def instant(self, instant: datetime) -> str:
        """Show an instant by the local clock of the rule's zone."""
        local = self._local(instant)
        clock = local.time().isoformat()
        return f"{day(local.date())} {clock.removesuffix(':00') if len(clock) == 8 else clock}"

    def _local(self, instant: datetime) -> datetime:
        try:
            return instant.astimezone(self.zone)
        except OverflowError:  # within a day of the calendar's ends
            return instant

    def starts_day(self, moment: Any) -> bool:
        """Whether a moment is the beginning of a local day; a date always is."""
        if not isinstance(moment, datetime):
            return isinstance(moment, date)
        return moment == instant_of(self._local(moment).date(), self.zone)

    def local_day(self, moment: date) -> date:
        """Return the local day of a moment."""
        return self._local(moment).date() if isinstance(moment, datetime) else moment

    def span(self, low: date, high: date) -> str:
        """Show [low, high): whole days are named from the first to the last, both included."""
        if not (self.starts_day(low) and self.starts_day(high)):
            return f"from {self._moment(low)} until before {self._moment(high)}"
        first, last = self.local_day(low), _day_before(self.local_day(high))
        return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"

    def _moment(self, moment: date) -> str:
        return self.instant(moment) if isinstance(moment, datetime) else day(moment)

    def window(self, window: Window) -> str:
        """Say when, e.g. ``in the last 30 days``."""
        match window:
            case AllTime():
                return "over all time"
            case Last(length, False):
                return f"in the last {_one_dropped(length.words())}"
            case Last(length, _):
                return f"in the last {length.words()} before today"
            case Ago(oldest, newest, whole_days):
                before = " before today" if whole_days else " ago"
                return f"between {oldest.words()} and {newest.words()}{before}"
            case Between(start, end):
                return self._between(self._aware(start), self._aware(end))
            case Calendar(period):
                which, _, unit = period.partition("_")
                words = {"this": f"this {unit}", "prev": f"in the previous {unit}"}
                return _CALENDAR.get(period) or words[which]
            case _:
                assert_never(window)

    def _aware(self, moment: date | None) -> date | None:
        if isinstance(moment, datetime):
            return instant_of(moment, self.zone).astimezone(UTC)
        return moment

    def _between(self, start: date | None, end: date | None) -> str:
        if start is not None and end is not None:
            return self.span(start, end)
        if start is not None:
            return f"since {self._moment(start)}"
        if end is None:
            return "over all time"
        if self.starts_day(end):
            return f"until {day(_day_before(self.local_day(end)))}"
        return f"until before {self._moment(end)}"


def label_of(field: Field) -> str:
    """Return how a field is called."""
    return field.label or spaced(field.name)


def spaced(name: str) -> str:
    """Return a name of the model as words."""
    return name.replace("_", " ")


def quoted(text: str) -> str:
    """Show a text in quotes, at most 60 printable characters of it."""
    return json.dumps(brief(text), ensure_ascii=False)


def day(value: date) -> str:
    """Show a day, e.g. ``1 May 2026``."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def _one_dropped(words: str) -> str:
    """Return ``1 month`` as ``month``: "in the last month"."""
    return words.removeprefix("1 ") if words.count(" ") == 1 else words


def _day_before(value: date) -> date:
    return shift_date(value, Duration(days=1), sign=-1)


def enumerate_words(words: list[str], word: str) -> str:
    """Return ``a, b or c``; of a long list the first dozen and how many more there are."""
    if len(words) > MAX_SHOWN:
        return f"{', '.join(words[:MAX_SHOWN])} {word} {len(words) - MAX_SHOWN} more"
    *first, last = words
    return f"{', '.join(first)} {word} {last}" if first else last


def quantity(count: Count) -> str:
    """Say how many, e.g. ``at least 3``."""
    words = {
        "=": f"exactly {count.low}",
        "!=": f"any number but {count.low}",
        ">": f"more than {count.low}",
        ">=": f"at least {count.low}",
        "<": f"fewer than {count.low}",
        "<=": f"at most {count.low}",
        "between": f"{count.low} to {count.high}",
    }
    return words[count.op]


def _as_listed(field: Field, value: str) -> str:
    """Return an enum's value as the model spells it: rules carry it folded."""
    listed = (known for known in field.values if fold_text(known, field.fold) == value)
    return next(listed, value)
