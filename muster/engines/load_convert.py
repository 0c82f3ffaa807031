"""Turns a column as a file has it into the column the data model wants.

A conversion never guesses: a value that does not fit becomes null, and since the loader compares
with the value before, it can tell such a value from one that was never there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlglot import exp

from muster.base.datamodel import Field, FieldType
from muster.base.inspection import PhysicalType
from muster.engines.templates import column, fill_value

MAX_DIGITS = 18  # of money and decimals: what fits 64 bits, and what rules compute with

_NUMBERS = (PhysicalType.INTEGER, PhysicalType.DECIMAL, PhysicalType.FLOAT)
_WHOLE_TEXT = r"[+-]?[0-9]+(\.0*)?"
_ZONED_TEXT = r":[0-9][0-9].*(Z|[+-][0-9][0-9](:?[0-9][0-9])?)$"


class KeyKind(StrEnum):
    """What keys that refer to each other are stored as, so that they compare."""

    INTEGER = "integer"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class StagedColumn:
    """A column as the file has it; ``whole``: its fractions, if it can have any, are all zero."""

    name: str
    type: PhysicalType
    whole: bool


def source_value(staged: StagedColumn) -> exp.Expr:
    """Return the value that a conversion starts from; NaN and empty text are no values."""
    value = column(staged.name)
    if staged.type is PhysicalType.FLOAT:
        return fill_value("CASE WHEN NOT ISNAN($value) THEN $value END", value=value)
    if staged.type is PhysicalType.TEXT:
        return fill_value("NULLIF(CAST($value AS VARCHAR), '')", value=value)
    return value


def key_value(staged: StagedColumn, kind: KeyKind) -> exp.Expr:
    """Return a key as whole number or text; ids that passed through a float lose their ``.0``."""
    if kind is KeyKind.INTEGER:
        return _integer(staged) or exp.null()
    # text fields may be empty, keys may not
    return source_value(staged) if staged.type is PhysicalType.TEXT else _text(staged)


def field_value(staged: StagedColumn, field: Field, *, time_zone: str) -> exp.Expr | None:
    """Return a field's value in the type of the field; None if the column can never become that.

    Args:
        staged: the column in the file.
        field: the field it stands for (of a point: either of the two columns).
        time_zone: of the model; an instant has its calendar day there.
    """
    value = source_value(staged)
    match field.type:
        case FieldType.STRING | FieldType.ENUM:
            return _text(staged)
        case FieldType.INTEGER:
            return _integer(staged)
        case FieldType.NUMBER | FieldType.GEO:
            return _number(staged, "DOUBLE")
        case FieldType.DECIMAL | FieldType.MONEY:
            return _number(staged, f"DECIMAL({MAX_DIGITS}, {field.scale})")
        case FieldType.BOOLEAN:
            if staged.type in (PhysicalType.BOOLEAN, PhysicalType.INTEGER, PhysicalType.TEXT):
                return _try_cast(value, "BOOLEAN")
            return None
        case FieldType.DATE:
            return _date(staged, time_zone)
        case FieldType.TIMESTAMP:
            return _timestamp(staged, field.stored_as)
        case FieldType.LIST:
            return _list(staged)


def _text(staged: StagedColumn) -> exp.Expr:
    value = source_value(staged)
    if staged.type is PhysicalType.TEXT:
        value = column(staged.name)
    if staged.type in (PhysicalType.FLOAT, PhysicalType.DECIMAL) and staged.whole:
        value = _try_cast(value, "BIGINT")
    return fill_value("CAST($value AS VARCHAR)", value=value)


def _integer(staged: StagedColumn) -> exp.Expr | None:
    value = source_value(staged)
    if staged.type is PhysicalType.TEXT:
        return fill_value(
            "CASE WHEN REGEXP_FULL_MATCH(TRIM($value), $pattern) "
            "THEN TRY_CAST(SPLIT_PART(TRIM($value), '.', 1) AS BIGINT) END",
            value=value,
            pattern=_WHOLE_TEXT,
        )
    if staged.type in _NUMBERS:
        return fill_value(
            "CASE WHEN $value = TRUNC($value) THEN TRY_CAST($value AS BIGINT) END", value=value
        )
    return None


def _number(staged: StagedColumn, target: str) -> exp.Expr | None:
    if staged.type in (*_NUMBERS, PhysicalType.TEXT):
        return _try_cast(source_value(staged), target)
    return None


def _date(staged: StagedColumn, time_zone: str) -> exp.Expr | None:
    value = source_value(staged)
    match staged.type:
        case PhysicalType.ZONED_TIMESTAMP:
            return fill_value("CAST(timezone($zone, $value) AS DATE)", zone=time_zone, value=value)
        case PhysicalType.DATE | PhysicalType.NAIVE_TIMESTAMP | PhysicalType.TEXT:
            return _try_cast(value, "DATE")
    return None


def _timestamp(staged: StagedColumn, stored_as: str) -> exp.Expr | None:
    """Store as the field says; a naive value is taken to be in that zone (UTC for instants)."""
    value = source_value(staged)
    zone = "UTC" if stored_as in ("utc", "instant") else stored_as
    zoned = stored_as == "instant"
    match staged.type:
        case PhysicalType.ZONED_TIMESTAMP:
            return value if zoned else fill_value("timezone($z, $v)", z=zone, v=value)
        case PhysicalType.NAIVE_TIMESTAMP | PhysicalType.DATE:
            naive = fill_value("CAST($v AS TIMESTAMP)", v=value)
            return fill_value("timezone('UTC', $v)", v=naive) if zoned else naive
        case PhysicalType.TEXT:
            instant = fill_value("TRY_CAST($v AS TIMESTAMPTZ)", v=value)
            if zoned:
                return instant
            return fill_value(
                "CASE WHEN REGEXP_MATCHES($v, $pattern) THEN timezone($z, $instant) "
                "ELSE TRY_CAST($v AS TIMESTAMP) END",
                v=value,
                pattern=_ZONED_TEXT,
                z=zone,
                instant=instant,
            )
    return None


def _list(staged: StagedColumn) -> exp.Expr | None:
    value = source_value(staged)
    if staged.type is PhysicalType.TEXT:  # "[a, b]" as DuckDB and JSON write it, or "a|b", "a;b"
        return fill_value(
            "CASE WHEN $value LIKE '[%' THEN TRY_CAST($value AS TEXT[]) "
            r"ELSE STRING_SPLIT_REGEX(TRIM($value), '\s*[|;,]\s*') END",
            value=value,
        )
    return value if staged.type is PhysicalType.TEXT_LIST else None


def _try_cast(value: exp.Expr, target: str) -> exp.Expr:
    return exp.TryCast(this=value, to=exp.DataType.build(target, dialect="duckdb"), safe=True)
