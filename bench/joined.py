"""SQL over aggregates per user joined to the users: for Spark a query per rule, for DuckDB the
shared scan that answers all rules from a few wide passes over the events.

Spark needs the first form: IN under OR explodes there. In the second, aggregates are taken in
chunks of similar windows, because one pass for everything evaluates every filter on every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bench.per_rule import combined_sql
from bench.reading import Compared, Node, Rows, aggregates, read
from bench.sql import DUCKDB, Dialect, comparison_sql, condition_sql, plain_aggregate, rows_sql
from bench.workload import Rule

CHUNK = 16
"""Aggregates in one pass; more cost memory, fewer cost passes ."""


@dataclass(frozen=True, slots=True)
class Feature:
    """An aggregate of each user's rows that conditions are about."""

    rows: Rows
    function: str
    column: str


def features_of(node: Compared) -> tuple[Feature, ...]:
    """Return what a comparison needs; an average is a sum and a count."""
    wanted: tuple[tuple[str, str], ...] = ((node.kind, node.column),)
    if node.kind == "average":
        wanted = (("sum", node.column), ("count", "*"))
    return tuple(Feature(node.rows, function, column) for function, column in wanted)


def joined_sql(rule: Rule, as_of: datetime, dialect: Dialect) -> str:
    """Return the SELECT of one rule's members by LEFT JOINs of aggregates."""
    if "depends_on" in rule:
        return combined_sql(rule)
    node = read(rule["where"], as_of)
    features = dict.fromkeys(part for found in aggregates(node) for part in features_of(found))
    tables = tuple(dict.fromkeys(feature.rows.table for feature in features))
    names = {feature: f"a{number}" for number, feature in enumerate(features)}
    joins = ""
    for table in tables:
        of_table = pass_sql([one for one in features if one.rows.table == table], names, dialect)
        joins += f" LEFT JOIN ({of_table}) AS of_{table} ON of_{table}.user_id = users.user_id"
    where = predicate_sql(node, names, dialect)
    return f"SELECT users.user_id FROM users{joins} WHERE {where}"


def predicate_sql(node: Node, names: dict[Feature, str], dialect: Dialect) -> str:
    """Return a condition over the joined aggregates; who has no rows has NULLs."""

    def compared(found: Compared) -> str:
        def column(function: str, of: str) -> str:
            name = names[Feature(found.rows, function, of)]
            # an average of nothing stays NULL, and so does a maximum
            return f"coalesce({name}, 0)" if found.kind in ("count", "sum") else name

        return comparison_sql(found, dialect, column)

    return condition_sql(node, dialect, compared)


def pass_sql(features: list[Feature], names: dict[Feature, str], dialect: Dialect) -> str:
    """Return the SELECT of several aggregates of one table in one pass."""
    if len({feature.rows for feature in features}) == 1:
        hull = features[0].rows
        parts = [plain_aggregate(feature.function, feature.column) for feature in features]
    else:
        hull = _hull(feature.rows for feature in features)
        parts = [_filtered(feature, dialect) for feature in features]
    columns = ", ".join(
        f"{part} AS {names[feature]}" for part, feature in zip(parts, features, strict=True)
    )
    where = rows_sql(hull, dialect)
    where = f" WHERE {where}" if where else ""
    return f"SELECT user_id, {columns} FROM {hull.table}{where} GROUP BY user_id"


@dataclass(frozen=True, slots=True)
class SharedScan:
    """The statements of a shared scan, in order: passes, one wide table, a table per rule."""

    passes: tuple[str, ...]
    wide: str
    tables: dict[str, str]


def shared_scan(rules: Iterable[Rule], as_of: datetime) -> SharedScan:
    """Plan all rules as a few wide passes, for DuckDB."""
    rules = tuple(rules)
    nodes = {rule["name"]: read(rule["where"], as_of) for rule in rules if "where" in rule}
    wanted = (
        part for node in nodes.values() for found in aggregates(node) for part in features_of(found)
    )
    features = list(dict.fromkeys(wanted))
    names = {feature: f"a{number}" for number, feature in enumerate(features)}
    passes, joins = [], []
    for number, chunk in enumerate(_chunks(features)):
        passes.append(f"CREATE TEMPORARY TABLE pass_{number} AS {pass_sql(chunk, names, DUCKDB)}")
        joins.append(f" LEFT JOIN pass_{number} ON pass_{number}.user_id = users.user_id")
    truths = ", ".join(
        f"coalesce({predicate_sql(node, names, DUCKDB)}, FALSE) AS {name}"
        for name, node in nodes.items()
    )
    wide = (
        f"CREATE TEMPORARY TABLE wide AS SELECT users.user_id, {truths} FROM users{''.join(joins)}"
    )
    tables = {
        rule["name"]: f"SELECT user_id FROM wide WHERE {rule['name']}"
        if "where" in rule
        else combined_sql(rule)
        for rule in rules
    }
    return SharedScan(tuple(passes), wide, tables)


def _chunks(features: list[Feature]) -> Iterator[list[Feature]]:
    for table in dict.fromkeys(feature.rows.table for feature in features):
        of_table = [feature for feature in features if feature.rows.table == table]
        of_table.sort(key=lambda feature: feature.rows.start or datetime.min, reverse=True)
        for first in range(0, len(of_table), CHUNK):
            yield of_table[first : first + CHUNK]


def _hull(every: Iterable[Rows]) -> Rows:
    """Return rows that hold all of the given ones of one table."""
    found = list(every)
    starts, ends = [rows.start for rows in found], [rows.end for rows in found]
    return replace(
        found[0],
        tests=(),
        start=None if None in starts else min(start for start in starts if start),
        end=None if None in ends else max(end for end in ends if end),
    )


def _filtered(feature: Feature, dialect: Dialect) -> str:
    """Return an aggregate of those rows that are meant, of more; CASE is faster than FILTER."""
    where = rows_sql(feature.rows, dialect)
    column = "1" if feature.column == "*" else feature.column
    if not where:
        return plain_aggregate(feature.function, feature.column)
    return plain_aggregate(feature.function, f"CASE WHEN {where} THEN {column} END")
