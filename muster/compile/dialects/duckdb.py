"""What DuckDB says its own way. Every function takes and returns SQLGlot trees."""

from __future__ import annotations

from sqlglot import exp

NAME = "duckdb"


def zoned_to_utc(column: exp.Expr) -> exp.Expr:
    """TIMESTAMPTZ -> naive timestamp in UTC."""
    return exp.AtTimeZone(this=column, zone=exp.Literal.string("UTC"))


def local_to_utc(column: exp.Expr, zone: str) -> exp.Expr:
    """Naive timestamp in a zone -> naive timestamp in UTC."""
    instant = exp.AtTimeZone(this=column, zone=exp.Literal.string(zone))
    return zoned_to_utc(exp.paren(instant, copy=False))


def utc_to_local(column: exp.Expr, zone: str) -> exp.Expr:
    """Naive timestamp in UTC -> naive timestamp on the zone's clock."""
    if zone == "UTC":
        return column
    instant = exp.AtTimeZone(this=column, zone=exp.Literal.string("UTC"))
    return exp.AtTimeZone(this=exp.paren(instant, copy=False), zone=exp.Literal.string(zone))


def truncate(column: exp.Expr, unit: str) -> exp.Expr:
    """Return the beginning of a timestamp's week (Monday) or month."""
    return exp.TimestampTrunc(this=column, unit=exp.var(unit.upper()))


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """Return the number of midnights from one DATE to another."""
    return exp.DateDiff(
        this=later, expression=earlier, unit=exp.var("DAY"), date_part_boundary=True
    )


def without_accents(column: exp.Expr) -> exp.Expr:
    """Drop combining marks and compose again (see rules/fold.py, the law)."""
    return exp.Anonymous(this="STRIP_ACCENTS", expressions=[column])


def matches(column: exp.Expr, pattern: exp.Expr) -> exp.Expr:
    """Whether a regular expression is found anywhere in a text."""
    return exp.RegexpLike(this=column, expression=pattern)


def any_element(column: exp.Expr, name: str, predicate: exp.Expr) -> exp.Expr:
    """Whether any non-null element of a list passes; ``predicate`` speaks of ``name``."""
    element = exp.to_identifier(name)
    passes = exp.and_(
        exp.Not(this=exp.Is(this=exp.column(name), expression=exp.null())), predicate, copy=False
    )
    kept = exp.ArrayFilter(this=column, expression=exp.Lambda(this=passes, expressions=[element]))
    return exp.GT(this=exp.Length(this=kept), expression=exp.Literal.number(0))


def has_element(column: exp.Expr, value: exp.Expr) -> exp.Expr:
    """Whether a list holds a value; false for an empty list."""
    return exp.ArrayContains(this=column, expression=value)


def hash_text(text: exp.Expr) -> exp.Expr:
    """Return the first 8 hexadecimal digits of the MD5 of a text."""
    return exp.Substring(
        this=exp.MD5(this=text), start=exp.Literal.number(1), length=exp.Literal.number(8)
    )


def nearest_rank(value: exp.Expr, quantile: exp.Expr) -> exp.Expr:
    """Return the smallest value with at least a share ``quantile`` of values not above it."""
    return exp.PercentileDisc(this=value, expression=quantile)


def edge(value: exp.Expr, order: list[exp.Ordered]) -> exp.Expr:
    """Return the value of the first row in an order, null included (an aggregate)."""
    return exp.First(this=exp.Order(this=value, expressions=order))
