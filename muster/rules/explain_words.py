"""How explanations show values, differences and lengths of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from muster.base.datamodel import Field, FieldType
from muster.rules.sentence_words import Words, enumerate_words, quoted

_EXACT = (FieldType.DECIMAL, FieldType.MONEY)
_WIDE = Context(prec=100)
_UNITS = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
    (timedelta(seconds=1), "second"),
)
_SECOND = timedelta(seconds=1)


def show_value(words: Words, field: Field, value: Any) -> str:
    """Show a value found in the data; an average is rounded to the field's digits."""
    if value is None:
        return "no value"
    if isinstance(value, list):
        shown = [quoted(item) for item in value if item is not None]
        return enumerate_words(shown, "and") if shown else "empty"
    if isinstance(value, tuple):
        return f"({value[0]}, {value[1]})"
    if isinstance(value, Decimal):
        value = _rounded(field, value)
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, datetime):
        return words.instant(value)
    return words.value(field, value)


def show_span(length: timedelta) -> str:
    """Show a length, rounded up, in the largest unit that fits: ``12 days``, ``36 hours``."""
    for unit, name in _UNITS:
        if length >= 2 * unit or length == unit:
            return plural(-(-length // unit), name)
    return plural(-(-length // _SECOND), "second")


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 event`` or ``2 events``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _rounded(field: Field, value: Decimal) -> Decimal:
    digits = field.scale if field.type in _EXACT else 6
    if -int(value.as_tuple().exponent) <= digits:
        return value
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=_WIDE)
