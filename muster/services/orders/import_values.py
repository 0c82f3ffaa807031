"""Reads the cells of a file as its options say, then by the rules every edit follows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from muster.base.order_changes import RawValue
from muster.base.order_imports import DateFormat, ImportOptions, RawCell, Target
from muster.base.order_values import ValueFault, read_value
from muster.base.orders import OrderField, OrderFieldType, OrderValue
from muster.base.spreadsheets import harmless
from muster.services.personal import MASK

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:?\d{2}.*)?")
_PARTS = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})"
    r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp][Mm])?)?"
)
_NUMBER = {
    ".": re.compile(r"([+-]?)(\d{1,3}(?:[, ']\d{3})+|\d+|(?=\.\d))(?:\.(\d*))?"),
    ",": re.compile(r"([+-]?)(\d{1,3}(?:[. ']\d{3})+|\d+|(?=,\d))(?:,(\d*))?"),
}
_ORDERS: dict[DateFormat, tuple[int, int, int]] = {
    "ymd": (0, 1, 2),
    "dmy": (2, 1, 0),
    "mdy": (2, 0, 1),
}
_REMEMBERED = 20_000

Reader = Callable[[RawCell], OrderValue]
"""Returns the typed value of a cell that is not empty, or raises `ValueFault`."""


def reader_of(target: Target, options: ImportOptions, *, currency: str) -> Reader:
    """Return what reads a column; it remembers what it read, as columns repeat themselves."""
    field = target.field
    known: dict[RawCell, OrderValue] = {}
    convert = _converter(target, options, currency=currency)

    def read(raw: RawCell) -> OrderValue:
        if raw in known and not isinstance(raw, bool):
            return known[raw]
        value = read_value(field, convert(raw))
        if len(known) < _REMEMBERED:
            known[raw] = value
        return value

    return read


def is_empty(raw: RawCell) -> bool:
    """Whether a cell holds nothing."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def plain_text(raw: RawCell) -> str:
    """Return a cell as text; a spreadsheet's whole number without its zero fraction.

    An export puts an apostrophe before what a spreadsheet would run; here it goes again.

    >>> plain_text("'=1+1")
    '=1+1'
    """
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if not isinstance(raw, str):
        return "" if raw is None else str(raw)
    text = raw.strip()
    bare = text[1:]
    return bare if text.startswith("'") and harmless(bare) == text else text


def number_text(text: str, *, decimal: str, currency: str) -> str | None:
    """Return a number as Decimal reads it, None if it is none; nothing is guessed.

    >>> number_text("1.234,50 €", decimal=",", currency="EUR")
    '1234.50'
    >>> number_text("12.50", decimal=",", currency="EUR") is None
    True
    """
    bare = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")
    for sign in (currency, _SYMBOLS.get(currency, currency)):
        bare = bare.removeprefix(sign).removesuffix(sign).strip()
    found = _NUMBER[decimal].fullmatch(bare)
    if found is None:
        return None
    whole = re.sub(r"\D", "", found[2]) or "0"
    return f"{found[1]}{whole}.{found[3]}" if found[3] else f"{found[1]}{whole}"


def instant_of(text: str, *, date_format: DateFormat, time_zone: str) -> datetime | None:
    """Return the instant of a date, with or without a time of day; None: it is none.

    ISO 8601 is read whatever the format. What has no zone is local time in the given one; of a
    local time that comes twice, the first is meant.
    """
    try:
        if _ISO.fullmatch(text):
            found = datetime.fromisoformat(text)
        else:
            parts = _PARTS.fullmatch(text)
            if parts is None:
                return None
            found = _put_together(parts, date_format)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(time_zone))


def _put_together(parts: re.Match[str], date_format: DateFormat) -> datetime:
    numbers = (parts[1], parts[3], parts[4])
    # a year of four digits in front says its order by itself
    places = _ORDERS["ymd" if len(parts[1]) == 4 else date_format]
    year, month, day = (int(numbers[place]) for place in places)
    if len(numbers[places[0]]) == 2:
        year += 2000
    hour, minute, second = (int(parts[place] or 0) for place in (5, 6, 7))
    half = (parts[8] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if half == "pm" else 0)
    return datetime(year, month, day, hour, minute, second)


def _converter(
    target: Target, options: ImportOptions, *, currency: str
) -> Callable[[RawCell], RawValue]:
    field = target.field
    match field.type:
        case OrderFieldType.INTEGER | OrderFieldType.MONEY:

            def number(raw: RawCell) -> RawValue:
                if isinstance(raw, bool | int | float):
                    return raw
                text = plain_text(raw)
                if target.name == "order_id":
                    text = text.removeprefix("#")
                found = number_text(text, decimal=options.decimal, currency=currency)
                if found is None or len(found) > 40:
                    raise ValueFault(
                        "NOT_A_NUMBER",
                        f"{field.label} must be a number.",
                        f'The decimal mark of this import is "{options.decimal}".',
                    )
                return Decimal(found)

            return number
        case OrderFieldType.INSTANT:

            def instant(raw: RawCell) -> RawValue:
                found = instant_of(
                    plain_text(raw), date_format=options.date_format, time_zone=options.time_zone
                )
                if found is None:
                    raise ValueFault("NOT_AN_INSTANT", f"{field.label} must be a date and time.")
                return found

            return instant
        case _:
            return lambda raw: _text(field, raw)


def _text(field: OrderField, raw: RawCell) -> str:
    text = plain_text(raw)
    if field.personal and text == MASK:
        raise ValueFault("MASKED", f"{field.label} is a mask, not a value.")
    return text
