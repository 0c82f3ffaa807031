"""Reads what somebody wrote into a cell, by the rules of its field, and writes values as JSON."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from muster.base.order_changes import RawValue
from muster.base.orders import OrderField, OrderFieldType, OrderValue

_EXAMPLE_INSTANT = "2026-11-22T09:30:00Z"
_MOST_MONEY = {"unit_price": Decimal(10) ** 10}  # numeric(12, 2); all other money (14, 2)
_MOST_TOTAL = Decimal(10) ** 12
_MOST_INTEGER = {"quantity": 99_999}
_DIGITS = 40  # of a number as text; more is nonsense and slow


class ValueFault(ValueError):
    """A value that its field cannot hold: a stable code, a sentence and, where useful, a hint."""

    def __init__(self, code: str, sentence: str, hint: str | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.hint = hint


def read_value(field: OrderField, raw: RawValue) -> OrderValue:
    """Return the typed value of a cell; an empty text is an empty cell.

    Money is read exactly and has two places; an instant has a zone and is returned in UTC.

    Raises:
        ValueFault: REQUIRED, NOT_A_NUMBER, TOO_PRECISE, OUT_OF_RANGE, NOT_TEXT, TOO_LONG,
            UNSTORABLE_TEXT, BAD_EMAIL, BAD_FORMAT, UNKNOWN_VALUE, NOT_AN_INSTANT, NO_TIME_ZONE.
    """
    if isinstance(raw, str):
        raw = raw.strip()
    if raw is None or raw == "":
        if not field.nullable:
            raise ValueFault("REQUIRED", f"{field.label} must not be empty.")
        return None
    match field.type:
        case OrderFieldType.INTEGER:
            return _integer(field, raw)
        case OrderFieldType.MONEY:
            return _money(field, raw)
        case OrderFieldType.INSTANT:
            return _instant(field, raw)
        case _:
            return _text(field, raw)


def json_value(value: OrderValue) -> str | int | bool | None:
    """Return a value as JSON: money as text with two places, instants as ISO 8601 in UTC.

    >>> json_value(Decimal("12.5"))
    '12.50'
    """
    if isinstance(value, Decimal):
        return format(value.quantize(Decimal("0.01")), "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def from_json(field: OrderField, document: str | int | bool | None) -> OrderValue:
    """Return the value that `json_value` wrote, whatever the field would say to it today."""
    if document is None:
        return None
    if field.type is OrderFieldType.MONEY:
        return Decimal(str(document))
    if field.type is OrderFieldType.INSTANT:
        return datetime.fromisoformat(str(document))
    return document


def same_value(first: OrderValue, second: OrderValue) -> bool:
    """Whether two values of a cell are the same; instants to the millisecond, as browsers know."""
    if isinstance(first, datetime) and isinstance(second, datetime):
        return _milliseconds(first) == _milliseconds(second)
    return first == second


def _milliseconds(instant: datetime) -> datetime:
    at = instant.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _number(field: OrderField, raw: RawValue) -> Decimal:
    """Return a finite number; a float counts as what it is written as."""
    fault = ValueFault("NOT_A_NUMBER", f"{field.label} must be a number.", "Digits, as in 12.50.")
    if isinstance(raw, bool | datetime) or len(str(raw)) > _DIGITS:
        raise fault
    try:
        found = raw if isinstance(raw, Decimal) else Decimal(str(raw))
    except InvalidOperation:
        raise fault from None
    if not found.is_finite() or abs(found.adjusted()) > _DIGITS:
        raise fault
    return found


def _integer(field: OrderField, raw: RawValue) -> int:
    found = _number(field, raw)
    if found != found.to_integral_value():
        raise ValueFault("TOO_PRECISE", f"{field.label} must be a whole number.")
    most = _MOST_INTEGER.get(field.name, 2**63 - 1)
    if abs(found) > most:
        raise ValueFault("OUT_OF_RANGE", f"{field.label} must be at most {most:,}.")
    if field.name == "quantity" and found == 0:
        raise ValueFault("OUT_OF_RANGE", "Quantity must not be 0.", "Delete the line instead.")
    return int(found)


def _money(field: OrderField, raw: RawValue) -> Decimal:
    found = _number(field, raw)
    if abs(found) >= _MOST_MONEY.get(field.name, _MOST_TOTAL):
        raise ValueFault("OUT_OF_RANGE", f"{field.label} is too large.")
    exact = found.quantize(Decimal("0.01"))
    if exact != found:
        raise ValueFault("TOO_PRECISE", f"{field.label} has at most two places after the point.")
    if field.name == "unit_price" and found < 0:
        raise ValueFault("OUT_OF_RANGE", f"{field.label} must not be negative.")
    return abs(exact) if exact == 0 else exact  # there is no -0.00


def _instant(field: OrderField, raw: RawValue) -> datetime:
    found = raw
    if isinstance(raw, str):
        try:
            found = datetime.fromisoformat(raw)
        except ValueError:
            found = None
    if not isinstance(found, datetime):
        raise ValueFault(
            "NOT_AN_INSTANT", f"{field.label} must be a date and time.", f"As in {_EXAMPLE_INSTANT}"
        )
    if found.tzinfo is None:
        raise ValueFault(
            "NO_TIME_ZONE", f"{field.label} lacks its time zone.", f"As in {_EXAMPLE_INSTANT}"
        )
    try:
        at = found.astimezone(UTC)
    except OverflowError:
        at = datetime.min.replace(tzinfo=UTC)
    if not 1900 <= at.year <= 2200:
        raise ValueFault("OUT_OF_RANGE", f"{field.label} must lie between 1900 and 2200.")
    return at


def _text(field: OrderField, raw: RawValue) -> str:
    if isinstance(raw, bool | datetime):
        raise ValueFault("NOT_TEXT", f"{field.label} must be text.")
    text = raw if isinstance(raw, str) else str(raw)
    if field.values:
        return _word(field, text)
    if field.most is not None and len(text) > field.most:
        raise ValueFault(
            "TOO_LONG", f"{field.label} has {len(text):,} letters; it may have {field.most:,}."
        )
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueFault("UNSTORABLE_TEXT", f"{field.label} holds characters that are none.")
    if field.pattern is not None and not re.fullmatch(field.pattern, text):
        if field.name.endswith("email"):
            raise ValueFault(
                "BAD_EMAIL", f"{field.label} must be an e-mail address.", "As in ann@example.com"
            )
        raise ValueFault("BAD_FORMAT", f"{field.label} is not written as it has to be.")
    return text


def _word(field: OrderField, text: str) -> str:
    """Return one of a field's values, however its letters and gaps are written."""
    word = re.sub(r"[\s-]+", "_", text.lower())
    if word not in field.values:
        raise ValueFault(
            "UNKNOWN_VALUE",
            f"{field.label} cannot be that.",
            f"One of {', '.join(field.values)}.",
        )
    return word
