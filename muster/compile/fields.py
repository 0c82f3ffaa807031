"""Physical columns: a field of the data model as a SQL expression of its logical type.

Text is VARCHAR, money DECIMAL(18, scale), a double is never NaN, an instant is a naive timestamp in
UTC, whatever the warehouse's column is.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from muster.base.datamodel import Field, FieldType, Lookup
from muster.compile.dialects import duckdb as dialect

MAX_DIGITS = 18


def column(name: str, table: str) -> exp.Column:
    """Return a quoted column of a table alias."""
    return exp.column(name, table=table, quoted=True)


def table(name: str, alias: str) -> exp.Expr:
    """Return a table by its (possibly schema-qualified) name, quoted, under an alias."""
    found = exp.Table(
        this=exp.to_identifier(name.rpartition(".")[2], quoted=True),
        db=exp.to_identifier(name.rpartition(".")[0], quoted=True) if "." in name else None,
    )
    return exp.alias_(found, alias, table=True, quoted=True, copy=False)


def physical(field: Field, owner: str) -> exp.Expr:
    """Return a field as an expression; ``owner`` is the alias of its table.

    A point has no single expression: see `point`.
    """
    found = column(field.column, alias_of(field, owner))
    match field.type:
        case FieldType.STRING | FieldType.ENUM:
            return exp.cast(found, exp.DType.VARCHAR, copy=False)
        case FieldType.MONEY | FieldType.DECIMAL:
            return exp.cast(found, f"DECIMAL({MAX_DIGITS}, {field.scale})", copy=False)
        case FieldType.NUMBER:
            nan = exp.cast(exp.Literal.string("nan"), exp.DType.DOUBLE, copy=False)
            return exp.Nullif(this=exp.cast(found, exp.DType.DOUBLE, copy=False), expression=nan)
        case FieldType.DATE:
            return exp.cast(found, exp.DType.DATE, copy=False)
        case FieldType.TIMESTAMP:
            return _instant(found, field.stored_as)
        case _:
            return found


def point(field: Field, owner: str) -> tuple[exp.Expr, exp.Expr]:
    """Return latitude and longitude of a point as doubles."""
    nan = exp.cast(exp.Literal.string("nan"), exp.DType.DOUBLE, copy=False)
    latitude, longitude = (
        exp.Nullif(
            this=exp.cast(column(name, alias_of(field, owner)), exp.DType.DOUBLE, copy=False),
            expression=nan.copy(),
        )
        for name in (field.latitude, field.longitude)
    )
    return latitude, longitude


def alias_of(field: Field, owner: str) -> str:
    """Return the alias of the table a field's column is in."""
    return owner if field.lookup is None else f"{owner}_{field.lookup}"


def joined(
    source: exp.Select, lookups: Mapping[str, Lookup], used: set[str], owner: str
) -> exp.Select:
    """Add the left joins of the lookups that are used."""
    for name in sorted(used):
        lookup = lookups[name]
        alias = f"{owner}_{name}"
        on = exp.EQ(this=column(lookup.key, alias), expression=column(lookup.on, owner))
        source = source.join(table(lookup.table, alias), on=on, join_type="left", copy=False)
    return source


def _instant(found: exp.Expr, stored_as: str) -> exp.Expr:
    if stored_as == "instant":
        return dialect.zoned_to_utc(found)
    # A column of nanoseconds cannot be compared with years before 1678; for the usual column of
    # microseconds the cast is none.
    naive = exp.cast(found, exp.DType.TIMESTAMP, copy=False)
    return naive if stored_as == "utc" else dialect.local_to_utc(naive, stored_as)
