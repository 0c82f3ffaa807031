"""Typed values: turning what an author wrote into a value of the field's type."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from muster.base.datamodel import Field, FieldType, Fold
from muster.rules.fold import fold_text
from muster.rules.operators import NUMBERS, TEXTS, TIMES
from muster.rules.reader import Reader, parse_moment, parse_number, show
from muster.rules.resolved import Scalar
from muster.rules.windows import instant_of

_EXAMPLES = {
    FieldType.STRING: 'text, e.g. "Sydney"',
    FieldType.ENUM: 'text, e.g. "Sydney"',
    FieldType.LIST: 'text, e.g. "sports"',
    FieldType.INTEGER: "a number, e.g. 3",
    FieldType.NUMBER: "a number, e.g. 3.5",
    FieldType.DECIMAL: 'a number of at most 18 digits and 12 after the point, e.g. "3.50"',
    FieldType.MONEY: 'an amount of at most 18 digits and 12 after the point, e.g. "100.00"',
    FieldType.BOOLEAN: "true or false",
    FieldType.DATE: 'a day, e.g. "2025-01-31"',
    FieldType.TIMESTAMP: 'a day or a date-time, e.g. "2025-01-31T08:00:00Z"',
    FieldType.GEO: "nothing: use near",
}


def typed_value(
    reader: Reader, field: Field, value: Any, path: str, *, fold: Fold, zone: ZoneInfo
) -> Scalar | None:
    """Return a value of the field's type; None (and a problem) if it does not fit.

    Text is folded as it will be compared. A TIMESTAMP value must be a date-time; days are handled
    by the caller, because a day is a span of instants.
    """
    found = _convert(field, value, fold, zone)
    if found is None:
        reader.fault(
            "TYPE_MISMATCH",
            path,
            f'{show(value)} does not fit "{field.name}", which is {field.type.value}.',
            f"Give {_EXAMPLES[field.type]}.",
        )
        return None
    listed = field.type is FieldType.ENUM and bool(field.values)
    if listed and found not in {fold_text(known, fold) for known in field.values}:
        reader.fault(
            "UNKNOWN_VALUE",
            path,
            f'{show(value)} is not a value of "{field.name}".',
            f"One of: {', '.join(field.values[:20])}.",
        )
        return None
    return found


def _convert(field: Field, value: Any, fold: Fold, zone: ZoneInfo) -> Scalar | None:
    kind = field.type
    if kind in TEXTS or kind is FieldType.LIST:
        return fold_text(value, fold) if isinstance(value, str) else None
    if kind is FieldType.BOOLEAN:
        return value if isinstance(value, bool) else None
    if kind in NUMBERS:
        number = parse_number(value)
        if number is None or (kind is not FieldType.NUMBER and not _fits(number)):
            return None
        return exact_number(number, kind)
    if kind in TIMES:
        moment = parse_moment(value)
        if kind is FieldType.DATE:
            return None if isinstance(moment, datetime) else moment
        return instant_of(moment, zone) if isinstance(moment, datetime) else None
    return None


def _fits(number: Decimal) -> bool:
    """Whether every engine can compare the number exactly.

    Whole numbers are 64 bits wide; others have 18 digits before the point and 12 after.
    """
    if number == number.to_integral_value():
        return -(2**63) <= number < 2**63
    digits_after = -min(int(number.normalize().as_tuple().exponent), 0)
    return abs(number) < Decimal(10) ** 18 and digits_after <= 12


def exact_number(number: Decimal, kind: FieldType) -> Scalar:
    """Return the number as the field's Python type; whole decimals stay Decimal."""
    if kind is FieldType.NUMBER:
        return float(number)
    if kind is FieldType.INTEGER and number == number.to_integral_value():
        return int(number)
    return number


def comparable(first: Field, second: Field) -> bool:
    """Whether two fields can be compared with each other."""
    if first.type in NUMBERS and second.type in NUMBERS:
        return first.currency == second.currency or not (first.currency and second.currency)
    if first.type in TEXTS and second.type in TEXTS:
        return True
    return first.type is second.type and first.type not in (FieldType.LIST, FieldType.GEO)
