"""DuckDB's single answers: the same counts by SQL, a self-join, EXCEPT both ways.

Run as ``python -m bench.contender_answers_duckdb WAREHOUSE FOLDER RESULT``.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import duckdb
import numpy as np

from bench.drawn import drawn_rules
from bench.figures import Figures
from bench.per_rule import rule_sql
from bench.places import TABLES, prepared_folder
from bench.workload import AS_OF, Condition, hundred_rules

_WARM_UP = 10
_OVERLAP = (
    "SELECT a.segment, b.segment, count(*) FROM now AS a JOIN now AS b"
    " ON a.user_id = b.user_id AND a.segment <= b.segment GROUP BY ALL"
)


def answer(warehouse: Path) -> Figures:
    """Answer everything once and return what each answer took."""
    figures = Figures()
    number = len(hundred_rules())
    with figures.timed(), duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"ATTACH '{warehouse}' AS warehouse (READ_ONLY)")
        for table in TABLES:
            connection.execute(f"CREATE TEMPORARY VIEW {table} AS FROM warehouse.{table}")
        _count(connection, figures)
        for state in ("now", "before"):
            rows = prepared_folder(warehouse) / f"{state}.parquet"
            connection.execute(f"CREATE TABLE {state} AS FROM '{rows}'")
            for one in range(number):
                select = f"SELECT user_id FROM {state} WHERE segment = {one}"
                connection.execute(f"CREATE TABLE {state}_{one} AS {select}")
        with figures.sampled("overlap"):
            pairs = connection.execute(_OVERLAP).fetchall()
        with figures.sampled("changes"):
            changed = [
                (
                    _beyond(connection, "now", "before", one),
                    _beyond(connection, "before", "now", one),
                )
                for one in range(number)
            ]
    matrix = np.zeros((number, number), dtype="<i8")
    for row, column, size in pairs:
        matrix[row, column] = matrix[column, row] = size
    figures.answers["overlap"] = sha256(matrix.tobytes()).hexdigest()
    figures.answers["changes"] = sha256(np.array(changed, dtype="<i8").tobytes()).hexdigest()
    return figures


def _count(connection: duckdb.DuckDBPyConnection, figures: Figures) -> None:
    """Count each rule, and each after an edit of one condition."""
    rules = drawn_rules()
    for drawn in rules[:_WARM_UP]:
        _size(connection, drawn.where)
    for number, drawn in enumerate(rules):
        with figures.sampled("count"):
            size = _size(connection, drawn.where)
        with figures.sampled("count after an edit"):
            edited = _size(connection, drawn.edited)
        figures.answers[f"rule {number}"] = f"{size}, edited {edited}"


def _size(connection: duckdb.DuckDBPyConnection, where: Condition) -> int:
    select = rule_sql({"name": "drawn", "where": where}, AS_OF)
    return _number(connection, f"SELECT count(*) FROM ({select})")


def _beyond(connection: duckdb.DuckDBPyConnection, state: str, other: str, one: int) -> int:
    return _number(
        connection, f"SELECT count(*) FROM (FROM {state}_{one} EXCEPT FROM {other}_{one})"
    )


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    found: int = connection.execute(sql).fetchall()[0][0]
    return found


if __name__ == "__main__":
    answer(Path(sys.argv[1])).write(Path(sys.argv[3]))
