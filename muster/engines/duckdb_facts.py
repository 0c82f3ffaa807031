"""Exact facts about one DuckDB table: its columns, their ranges and their commonest values."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from muster.base.inspection import ColumnFacts, PhysicalType, TableFacts
from muster.compile.statement import Statement
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.inspect_limits import (
    MAX_SCALE,
    TOP_VALUES,
    TOP_VALUES_DISTINCT,
    WITH_TOP_VALUES,
    WITHOUT_RANGE,
)
from muster.engines.templates import column, fill, fill_value, table

MAX_ROWS = 1_000_000  # of the catalogue: more tables and columns than anybody has


def table_facts(warehouse: DuckDBWarehouse, schema: str, name: str) -> TableFacts:
    """Return a table's facts, its keys not yet among them.

    Raises:
        EngineFailed: a query failed.
    """
    source = in_schema(schema, name)
    columns = all_rows(
        warehouse,
        fill(
            """SELECT column_name, data_type FROM information_schema.columns
            WHERE table_catalog = CURRENT_DATABASE() AND table_schema = $schema
            AND table_name = $name ORDER BY ordinal_position""",
            schema=schema,
            name=name,
        ),
        f"list the columns of {name}",
    )
    rows = one_row(warehouse, fill("SELECT COUNT(*) FROM $source", source=source), f"count {name}")[
        0
    ]
    return TableFacts(
        name=name,
        rows=rows,
        columns=tuple(
            _column_facts(warehouse, source, f"{name}.{column}", column, native)
            for column, native in columns
        ),
        primary_key=None,
        primary_key_declared=False,
        foreign_keys=(),
    )


def _column_facts(
    warehouse: DuckDBWarehouse, source: exp.Expr, purpose: str, name: str, native: str
) -> ColumnFacts:
    kind = physical_type(native)
    value: exp.Expr = column(name)
    if kind is PhysicalType.FLOAT:
        value = fill_value("CASE WHEN NOT ISNAN($value) THEN $value END", value=value)
    grouped = fill(
        "SELECT $value AS v, COUNT(*) AS n FROM $source GROUP BY 1", value=value, source=source
    )
    facts = fill(
        "SELECT COUNT(v), COALESCE(SUM(n) FILTER (WHERE v IS NULL), 0) FROM $grouped AS g",
        grouped=exp.Subquery(this=grouped),
    )
    assert isinstance(facts, exp.Select)
    if kind not in WITHOUT_RANGE:
        facts = facts.select(
            fill_value("CAST(MIN(v) AS VARCHAR)"), fill_value("CAST(MAX(v) AS VARCHAR)")
        )
    if kind is PhysicalType.FLOAT:
        facts = facts.select(
            *(
                fill_value("BOOL_AND(ROUND(v, $digits) = v)", digits=digits)
                for digits in range(MAX_SCALE + 1)
            )
        )
    found = one_row(warehouse, facts, purpose)
    distinct, nulls = int(found[0]), int(found[1])
    minimum, maximum = (None, None) if kind in WITHOUT_RANGE else found[2:4]
    top = kind in WITH_TOP_VALUES and distinct <= TOP_VALUES_DISTINCT
    return ColumnFacts(
        name=name,
        type=kind,
        native_type=native,
        nulls=nulls,
        distinct=distinct,
        minimum=minimum,
        maximum=maximum,
        top_values=_top_values(warehouse, source, kind, name, purpose) if top else (),
        scale=_scale(kind, native, found[4:]),
    )


def _scale(kind: PhysicalType, native: str, lossless: tuple[bool | None, ...]) -> int | None:
    if kind is PhysicalType.DECIMAL:
        declared = re.search(r",\s*(\d+)\)", native)
        return int(declared.group(1)) if declared else None
    return next((digits for digits, fits in enumerate(lossless) if fits), None)


def _top_values(
    warehouse: DuckDBWarehouse, source: exp.Expr, kind: PhysicalType, name: str, purpose: str
) -> tuple[tuple[str, int], ...]:
    """Return the commonest values; of lists, the commonest elements."""
    value: exp.Expr = column(name)
    if kind is PhysicalType.TEXT_LIST:
        value = fill_value("UNNEST($value)", value=value)
    tree = fill(
        """SELECT CAST(v AS VARCHAR), COUNT(*) FROM (SELECT $value AS v FROM $source) AS g
        WHERE v IS NOT NULL GROUP BY v ORDER BY COUNT(*) DESC, v LIMIT $limit""",
        value=value,
        source=source,
        limit=TOP_VALUES,
    )
    return tuple((value, count) for value, count in all_rows(warehouse, tree, purpose))


def physical_type(native: str) -> PhysicalType:
    """Reduce a DuckDB type's name to what the data model distinguishes."""
    name = native.upper()
    if name in ("VARCHAR[]", "TEXT[]") or re.fullmatch(r"ENUM\(.*\)\[\]", name):
        return PhysicalType.TEXT_LIST
    if name.endswith("]") or name.startswith(("STRUCT", "MAP", "UNION")):
        return PhysicalType.OTHER
    if name.startswith("ENUM("):
        return PhysicalType.TEXT
    return _PHYSICAL.get(name.split("(")[0], PhysicalType.OTHER)


_PHYSICAL = {
    "VARCHAR": PhysicalType.TEXT,
    "UUID": PhysicalType.TEXT,
    "TINYINT": PhysicalType.INTEGER,
    "SMALLINT": PhysicalType.INTEGER,
    "INTEGER": PhysicalType.INTEGER,
    "BIGINT": PhysicalType.INTEGER,
    "HUGEINT": PhysicalType.INTEGER,
    "UTINYINT": PhysicalType.INTEGER,
    "USMALLINT": PhysicalType.INTEGER,
    "UINTEGER": PhysicalType.INTEGER,
    "UBIGINT": PhysicalType.INTEGER,
    "UHUGEINT": PhysicalType.INTEGER,
    "DECIMAL": PhysicalType.DECIMAL,
    "FLOAT": PhysicalType.FLOAT,
    "DOUBLE": PhysicalType.FLOAT,
    "BOOLEAN": PhysicalType.BOOLEAN,
    "DATE": PhysicalType.DATE,
    "TIMESTAMP": PhysicalType.NAIVE_TIMESTAMP,
    "TIMESTAMP_S": PhysicalType.NAIVE_TIMESTAMP,
    "TIMESTAMP_MS": PhysicalType.NAIVE_TIMESTAMP,
    "TIMESTAMP_NS": PhysicalType.NAIVE_TIMESTAMP,
    "TIMESTAMP WITH TIME ZONE": PhysicalType.ZONED_TIMESTAMP,
}


def in_schema(schema: str, name: str) -> exp.Table:
    """Return a quoted table name within a quoted schema."""
    found = table(name)
    found.set("db", exp.to_identifier(schema, quoted=True))
    return found


def all_rows(warehouse: DuckDBWarehouse, tree: exp.Expr, purpose: str) -> tuple[Any, ...]:
    """Run a query of the catalogue or of few groups, and return its rows."""
    statement = Statement.of(tree, dialect="duckdb", purpose=purpose)
    return warehouse.rows(statement, limit=MAX_ROWS).rows


def one_row(warehouse: DuckDBWarehouse, tree: exp.Expr, purpose: str) -> tuple[Any, ...]:
    """Run an aggregate query and return its one row."""
    return tuple(all_rows(warehouse, tree, purpose)[0])
