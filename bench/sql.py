"""The peers' SQL: expressions that every dialect shares, and a short list of what differs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.reading import EARTH_KM, Compared, Gate, Near, Node, Rows, Test


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one database writes differently; patterns take ``{list}`` and ``{item}``, or a time."""

    has: str
    instant: str = "TIMESTAMP '{}'"


DUCKDB = Dialect(has="list_contains({list}, {item})")
POSTGRES = Dialect(has="{item} = ANY({list})")
SPARK = Dialect(has="array_contains({list}, {item})", instant="TIMESTAMP_NTZ '{}'")
CLICKHOUSE = Dialect(has="has({list}, {item})", instant="toDateTime64('{}', 6, 'UTC')")

_FUNCTIONS = {"count": "count({})", "sum": "sum({})", "max": "max({})"}


def literal(value: Any, dialect: Dialect) -> str:
    """Return a value as SQL."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, datetime):
        return dialect.instant.format(value)
    return str(value)


def test_sql(test: Test, dialect: Dialect) -> str:
    """Return the test of a column."""
    match test.op:
        case "between":
            low, high = (literal(value, dialect) for value in test.value)
            return f"{test.column} BETWEEN {low} AND {high}"
        case "in":
            return f"{test.column} IN ({', '.join(literal(item, dialect) for item in test.value)})"
        case "has":
            return dialect.has.format(list=test.column, item=literal(test.value, dialect))
        case _:
            return f"{test.column} {test.op} {literal(test.value, dialect)}"


def near_sql(near: Near) -> str:
    """Return a haversine distance behind a band of latitudes, on the columns of a user."""
    half_chord = (
        f"power(sin(radians(latitude - {near.latitude}) / 2), 2)"
        f" + {math.cos(math.radians(near.latitude))!r} * cos(radians(latitude))"
        f" * power(sin(radians(longitude - {near.longitude}) / 2), 2)"
    )
    low, high = near.band
    band = f"latitude BETWEEN {low} AND {high}"
    return f"{band} AND 2 * {EARTH_KM} * asin(sqrt({half_chord})) <= {near.km}"


def rows_sql(rows: Rows, dialect: Dialect) -> str:
    """Return the condition that picks rows; empty where all are meant."""
    parts = []
    if rows.start is not None:
        parts.append(f"{rows.at} >= {literal(rows.start, dialect)}")
    if rows.end is not None:
        parts.append(f"{rows.at} < {literal(rows.end, dialect)}")
    parts += [test_sql(test, dialect) for test in rows.tests]
    return " AND ".join(parts)


def condition_sql(node: Node, dialect: Dialect, compared: Callable[[Compared], str]) -> str:
    """Return a condition on a user; ``compared`` says how its aggregates are written."""
    match node:
        case Gate(kind, children):
            found = [f"({condition_sql(child, dialect, compared)})" for child in children]
            if kind == "not":
                return f"NOT {found[0]}"
            return (" AND " if kind == "all" else " OR ").join(found)
        case Near():
            return near_sql(node)
        case Compared():
            return compared(node)
        case Test():
            return test_sql(node, dialect)


def comparison_sql(
    node: Compared, dialect: Dialect, aggregate: Callable[[str, str], str], *, op: str | None = None
) -> str:
    """Return the comparison of an aggregate.

    An average is compared as a sum with so many times the value: databases divide decimals
    differently.

    Args:
        aggregate: returns the SQL of a function (count, sum, max) of a column.
        op: used instead of the node's own operator.
    """
    op, value = op or node.op, literal(node.value, dialect)
    if node.kind == "average":
        return f"{aggregate('sum', node.column)} {op} {value} * {aggregate('count', '*')}"
    return f"{aggregate(node.kind, node.column)} {op} {value}"


def plain_aggregate(function: str, column: str) -> str:
    """Return an aggregate over all rows of a group."""
    return _FUNCTIONS[function].format(column)
