"""Values as SQL literal nodes: typed, exact, never pasted text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlglot import exp

from muster.base.datamodel import Field, FieldType
from muster.rules.resolved import Scalar


def literal(value: Scalar) -> exp.Expr:
    """Return a typed value as a literal; instants become naive timestamps in UTC."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), exp.DType.DATE, copy=False)
    if isinstance(value, float):
        return exp.cast(exp.Literal.string(repr(value)), exp.DType.DOUBLE, copy=False)
    if isinstance(value, int | Decimal):
        return number(value)
    return exp.Literal.string(value)


def wide(value: Scalar) -> exp.Expr:
    """Return a number to be multiplied by a count: a whole one in 128 bits, which 64 may overflow.

    A fraction is a DECIMAL of at most 18 digits; times a count, of 37, it still fits.
    """
    found = exp.paren(literal(value), copy=False)
    if isinstance(value, int | Decimal) and value == int(value):
        return exp.cast(found, exp.DType.INT128, copy=False)
    return found


def timestamp(instant: datetime) -> exp.Expr:
    """Return an instant as a naive timestamp literal in UTC."""
    naive = instant.astimezone(UTC).replace(tzinfo=None)
    return exp.cast(exp.Literal.string(naive.isoformat(sep=" ")), exp.DType.TIMESTAMP, copy=False)


def number(value: int | Decimal) -> exp.Expr:
    """Return an exact number; negative ones are a minus and a literal."""
    text = str(value) if isinstance(value, int) else format(value.normalize(), "f")
    text = text.lstrip("-")
    found = exp.Literal.number(text)
    return exp.paren(exp.Neg(this=found), copy=False) if value < 0 else found


def typed(value: Scalar, field: Field) -> exp.Expr:
    """Return a literal that compares with a field's column without losing digits.

    A double column meets doubles only: a decimal literal would be compared as one, but rounded.
    """
    if field.type is FieldType.NUMBER and not isinstance(value, bool | str):
        return literal(float(value))  # type: ignore[arg-type]
    return literal(value)
