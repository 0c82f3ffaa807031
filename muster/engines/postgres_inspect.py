"""Looks at one schema of a PostgreSQL database and reports facts, like `duckdb_inspect.py`.

Tables above ``exact_rows`` rows are described by PostgreSQL's own statistics, because exact counts
of every column would scan them many times; their types then end in ``(estimated)``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from muster.base.clock import Clock, SystemClock
from muster.base.errors import NotFound, Unavailable
from muster.base.inspection import (
    ColumnFacts,
    ForeignKey,
    PhysicalType,
    TableFacts,
    WarehouseFacts,
)
from muster.engines.base import Progress
from muster.engines.failures import failed, sqlstate_kind
from muster.engines.inspect_keys import DeclaredKeys, ShareFound, with_keys
from muster.engines.inspect_limits import (
    MAX_SCALE,
    TOP_VALUES,
    TOP_VALUES_DISTINCT,
    WITH_TOP_VALUES,
    WITHOUT_RANGE,
)

EXACT_ROWS = 5_000_000
QUERY_TIMEOUT_SECONDS = 600
CONNECT_TIMEOUT_SECONDS = 10
SAMPLE_ROWS = 100_000  # of a table too long for exact facts, when looking for references

_PHYSICAL = {
    **dict.fromkeys(("text", "varchar", "bpchar", "citext", "name", "uuid"), PhysicalType.TEXT),
    **dict.fromkeys(("int2", "int4", "int8"), PhysicalType.INTEGER),
    "numeric": PhysicalType.DECIMAL,
    **dict.fromkeys(("float4", "float8"), PhysicalType.FLOAT),
    "bool": PhysicalType.BOOLEAN,
    "date": PhysicalType.DATE,
    "timestamp": PhysicalType.NAIVE_TIMESTAMP,
    "timestamptz": PhysicalType.ZONED_TIMESTAMP,
    **dict.fromkeys(("_text", "_varchar", "_bpchar"), PhysicalType.TEXT_LIST),
}


def inspect_postgres(
    url: str,
    *,
    schema: str = "public",
    exact_rows: int = EXACT_ROWS,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> WarehouseFacts:
    """Report every table and view of a schema that this user may read.

    Args:
        url: ``postgresql://…`` (also with SQLAlchemy's ``+psycopg``) or a libpq connection
            string; the session only reads.
        schema: the schema's name.
        exact_rows: tables with more rows are described by estimates.
        progress: told each table's name before it is looked at.
        clock: says when it was done.

    Raises:
        Unavailable: the server cannot be reached or refuses the login.
        NotFound: there is no such schema.
        EngineFailed: a query failed or ran longer than ten minutes.
    """
    with _connect(url) as connection:
        session = _Session(connection, schema, exact_rows)
        tables = []
        for name, is_long in session.table_names():
            if progress is not None:
                progress(name)
            tables.append(session.table(name, is_long=is_long))
        return WarehouseFacts(
            with_keys(tables, session.declared_keys(), session.share_found(tables)),
            (clock or SystemClock()).now_utc(),
        )


def _connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    options = (
        f"-c timezone=UTC -c statement_timeout={QUERY_TIMEOUT_SECONDS}s "
        "-c default_transaction_read_only=on"
    )
    try:
        return psycopg.connect(
            re.sub(r"^postgres(ql)?\+psycopg:", "postgresql:", url),
            options=options,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
        )
    except psycopg.Error as error:
        raise Unavailable(
            "POSTGRES_UNREACHABLE",
            f"The PostgreSQL warehouse cannot be reached: {str(error).splitlines()[0]}",
            hint="Check the address, the user and the password.",
        ) from error


@dataclass(frozen=True, slots=True)
class _Session:
    connection: psycopg.Connection[tuple[Any, ...]]
    schema: str
    exact_rows: int

    def table_names(self) -> list[tuple[str, bool]]:
        """Return the names of readable tables, and whether each is too long for exact facts."""
        if not self._rows("SELECT 1 FROM pg_namespace WHERE nspname = %s", [self.schema]):
            raise NotFound("SCHEMA_MISSING", f'There is no schema "{self.schema}".')
        return self._rows(
            """SELECT c.relname, c.reltuples > %s FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            AND NOT c.relispartition AND has_table_privilege(c.oid, 'SELECT')
            ORDER BY c.relname""",
            [self.exact_rows, self.schema],
        )

    def table(self, name: str, *, is_long: bool) -> TableFacts:
        """Return a table's facts, its keys not yet among them."""
        columns = self._rows(
            """SELECT a.attname, format_type(a.atttypid, a.atttypmod),
            COALESCE(b.typname, t.typname), COALESCE(b.typtype, t.typtype)
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_type b ON b.oid = t.typbasetype
            WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum""",
            [self.schema, name],
        )
        found = [
            (column, native, _physical_type(base, category))
            for column, native, base, category in columns
        ]
        estimated = self._estimated(name, found) if is_long else None
        if estimated is not None:
            return estimated
        rows = self._one(sql.SQL("SELECT count(*) FROM {}").format(self._table(name)))[0]
        return TableFacts(
            name=name,
            rows=rows,
            columns=tuple(self._column(name, *column) for column in found),
            primary_key=None,
            primary_key_declared=False,
            foreign_keys=(),
        )

    def declared_keys(self) -> DeclaredKeys:
        """Read keys of one column; keys of several are no keys to the data model."""
        found = self._rows(
            """SELECT c.relname, k.contype, a.attname, o.relname, oa.attname
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
            LEFT JOIN pg_class o ON o.oid = k.confrelid AND o.relnamespace = n.oid
            LEFT JOIN pg_attribute oa ON oa.attrelid = o.oid AND oa.attnum = k.confkey[1]
            WHERE n.nspname = %s AND k.contype IN ('p', 'f') AND cardinality(k.conkey) = 1
            ORDER BY c.relname, a.attname, k.conname""",
            [self.schema],
        )
        primary: dict[str, str] = {}
        foreign: dict[str, tuple[ForeignKey, ...]] = {}
        for name, kind, own, other_table, other in found:
            if kind == "p":
                primary[name] = own
            elif other_table is not None:
                key = ForeignKey(own, other_table, other, True)
                foreign[name] = (*foreign.get(name, ()), key)
        return DeclaredKeys(primary, foreign)

    def share_found(self, tables: Sequence[TableFacts]) -> ShareFound:
        """Return the measure of containment; of long tables a sample is looked up."""
        long_names = {table.name for table in tables if table.rows > self.exact_rows}

        def share(owner: str, referring: str, target: str, key: str) -> float:
            sample = sql.SQL("LIMIT {}").format(SAMPLE_ROWS) if owner in long_names else sql.SQL("")
            query = sql.SQL(
                """SELECT coalesce(avg(CASE WHEN EXISTS
                (SELECT 1 FROM {target} t WHERE t.{key} = v.value) THEN 1.0 ELSE 0.0 END), 0)
                FROM (SELECT DISTINCT value FROM
                (SELECT {referring} AS value FROM {owner} WHERE {referring} IS NOT NULL {sample}) s
                ) v"""
            ).format(
                target=self._table(target),
                key=sql.Identifier(key),
                referring=sql.Identifier(referring),
                owner=self._table(owner),
                sample=sample,
            )
            return float(self._one(query)[0])

        return share

    def _column(self, table: str, name: str, native: str, kind: PhysicalType) -> ColumnFacts:
        value: sql.Composable = sql.Identifier(name)
        if kind in (PhysicalType.TEXT, PhysicalType.BOOLEAN):
            value = sql.SQL('({}::text COLLATE "C")').format(value)
        elif kind in (PhysicalType.FLOAT, PhysicalType.DECIMAL):
            value = sql.SQL("NULLIF({}, 'NaN')").format(value)
        elif kind is PhysicalType.OTHER:
            value = sql.SQL("{}::text").format(value)  # json has no equality
        ranged = kind not in WITHOUT_RANGE
        limits = sql.SQL("min(v)::text, max(v)::text" if ranged else "NULL, NULL")
        digits = range(MAX_SCALE + 1) if kind is PhysicalType.FLOAT else range(0)
        found = self._one(
            sql.SQL(
                """SELECT count(v), coalesce(sum(n) FILTER (WHERE v IS NULL), 0), {selected}
                FROM (SELECT {value} AS v, count(*) AS n FROM {table} GROUP BY 1) g"""
            ).format(
                selected=sql.SQL(", ").join(
                    [
                        limits,
                        *(
                            sql.SQL("bool_and(round(v::numeric, {}) = v::numeric)").format(count)
                            for count in digits
                        ),
                    ]
                ),
                value=value,
                table=self._table(table),
            )
        )
        top = kind in WITH_TOP_VALUES and found[0] <= TOP_VALUES_DISTINCT
        return ColumnFacts(
            name=name,
            type=kind,
            native_type=native,
            nulls=int(found[1]),
            distinct=int(found[0]),
            minimum=found[2],
            maximum=found[3],
            top_values=self._top_values(table, name, value, kind) if top else (),
            scale=_declared_scale(native)
            if kind is PhysicalType.DECIMAL
            else next((count for count in digits if found[4 + count]), None),
        )

    def _top_values(
        self, table: str, name: str, value: sql.Composable, kind: PhysicalType
    ) -> tuple[tuple[str, int], ...]:
        if kind is PhysicalType.TEXT_LIST:
            value = sql.SQL("unnest({})").format(sql.Identifier(name))
        query = sql.SQL(
            """SELECT g.v::text, count(*) FROM (SELECT {value} AS v FROM {table}) g
            WHERE g.v IS NOT NULL GROUP BY g.v ORDER BY count(*) DESC, g.v LIMIT {limit}"""
        ).format(value=value, table=self._table(table), limit=TOP_VALUES)
        return tuple((text, count) for text, count in self._rows(query))

    def _estimated(
        self, name: str, columns: Sequence[tuple[str, str, PhysicalType]]
    ) -> TableFacts | None:
        """Return facts from PostgreSQL's statistics; None if ANALYZE has not made any."""
        rows = int(
            self._rows(
                """SELECT c.reltuples FROM pg_class c JOIN pg_namespace n
                ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s""",
                [self.schema, name],
            )[0][0]
        )
        statistics = {
            row[0]: row[1:]
            for row in self._rows(
                """SELECT attname, null_frac, n_distinct, most_common_vals::text::text[],
                most_common_freqs, histogram_bounds::text::text[]
                FROM pg_stats WHERE schemaname = %s AND tablename = %s AND NOT inherited""",
                [self.schema, name],
            )
        }
        if not all(column in statistics for column, _, _ in columns):
            return None
        return TableFacts(
            name=name,
            rows=rows,
            columns=tuple(
                _estimated_column(column, native, kind, rows, statistics[column])
                for column, native, kind in columns
            ),
            primary_key=None,
            primary_key_declared=False,
            foreign_keys=(),
        )

    def _table(self, name: str) -> sql.Identifier:
        return sql.Identifier(self.schema, name)

    def _one(self, query: sql.Composed) -> tuple[Any, ...]:
        return tuple(self._rows(query)[0])

    def _rows(self, query: Any, values: Sequence[Any] = ()) -> list[Any]:
        try:
            return self.connection.execute(query, values).fetchall()
        except psycopg.Error as error:
            kind = sqlstate_kind(error.sqlstate)
            raise failed(kind, detail=str(error), purpose="inspect PostgreSQL") from error


def _physical_type(base: str, category: str) -> PhysicalType:
    if category == "e":  # an enumeration
        return PhysicalType.TEXT
    return _PHYSICAL.get(base, PhysicalType.OTHER)


def _declared_scale(native: str) -> int | None:
    found = re.search(r"numeric\(\d+,(\d+)\)", native)
    return int(found.group(1)) if found else None


def _estimated_column(
    name: str, native: str, kind: PhysicalType, rows: int, statistics: Sequence[Any]
) -> ColumnFacts:
    null_share, distinct, common, shares, bounds = statistics
    nulls = round(rows * null_share)
    # Negative: a share of the rows, because the number of values grows with the table.
    values = round(-distinct * rows) if distinct < 0 else round(distinct)
    seen = sorted([*(common or ()), *(bounds or ())]) if kind is PhysicalType.TEXT else bounds or ()
    return ColumnFacts(
        name=name,
        type=kind,
        native_type=f"{native} (estimated)",
        nulls=nulls,
        distinct=min(values, rows - nulls),
        minimum=seen[0] if seen else None,
        maximum=seen[-1] if seen else None,
        top_values=tuple(
            (value, round(rows * share))
            for value, share in zip(common or (), shares or (), strict=True)
        )[:TOP_VALUES]
        if kind in WITH_TOP_VALUES - {PhysicalType.TEXT_LIST}
        else (),
        scale=_declared_scale(native),
    )
