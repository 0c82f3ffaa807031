"""Fixed SQL with named holes, filled with trees: readable like SQL, safe like a tree."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlglot import exp, parse_one


def fill(template: str, **parts: exp.Expr | str | int | float | None) -> exp.Expr:
    """Parse DuckDB SQL and put a part into each hole ``$name``.

    ``fill("SELECT COUNT(*) FROM $source", source=table("users"))``. A plain value becomes a
    literal node, so text in it stays text.
    """
    return exp.replace_placeholders(_parsed(template), **parts)


def fill_value(template: str, **parts: exp.Expr | str | int | float | None) -> exp.Expr:
    """Fill a template that is one value rather than a query: ``MIN($value)``."""
    query = fill(f"SELECT {template}", **parts)
    assert isinstance(query, exp.Select)
    value: exp.Expr = query.selects[0]
    return value


def table(name: str) -> exp.Table:
    """Return a quoted table name, whatever characters it has."""
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def column(name: str, owner: str | None = None) -> exp.Column:
    """Return a quoted column name, if wanted with its table's alias."""
    return exp.column(name, table=owner, quoted=True)


def named(expression: exp.Expr, name: str) -> exp.Expr:
    """Return the expression under a quoted name."""
    return exp.alias_(expression, name, quoted=True)


def flags(**values: bool | str | int | exp.Expr) -> list[exp.Expr]:
    """Return named arguments of a table function: ``header = TRUE``."""
    return [
        exp.EQ(this=exp.to_identifier(name), expression=_node(value))
        for name, value in values.items()
    ]


def create_table(name: str, query: exp.Expr, *, temporary: bool = False) -> exp.Create:
    """Return ``CREATE OR REPLACE [TEMPORARY] TABLE name AS query``."""
    kept = exp.Properties(expressions=[exp.TemporaryProperty()]) if temporary else None
    return exp.Create(
        this=table(name), kind="TABLE", replace=True, properties=kept, expression=query
    )


def drop_table(name: str) -> exp.Drop:
    """Return ``DROP TABLE IF EXISTS name``."""
    return exp.Drop(tables=[table(name)], kind="TABLE", exists=True)


@cache
def _parsed(template: str) -> exp.Expr:
    return parse_one(template, read="duckdb")


def _node(value: Any) -> exp.Expr:
    return value if isinstance(value, exp.Expr) else exp.convert(value)
