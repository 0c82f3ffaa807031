"""The peer's run: for each rule, CREATE TABLE … AS SELECT, on the same DuckDB and the same file.

Run as ``python -m bench.contender_per_rule WAREHOUSE FOLDER RESULT``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from bench.figures import Figures, size_mb
from bench.per_rule import rule_sql, segment_table
from bench.places import TABLES
from bench.workload import AS_OF, hundred_rules


def refresh(warehouse: Path, folder: Path) -> Figures:
    """Refresh every rule by itself and return what it took."""
    figures = Figures()
    output = folder / "segments.duckdb"
    with figures.timed():
        with figures.stage("open"):
            connection = opened(warehouse, output)
        for rule in hundred_rules():
            with figures.stage("rules by themselves" if "where" in rule else "set operations"):
                select = rule_sql(rule, AS_OF)
                connection.execute(f"CREATE TABLE {segment_table(rule['name'])} AS {select}")
        with figures.stage("checkpoint"):
            connection.execute("CHECKPOINT")
    return told(figures, connection, output)


def opened(warehouse: Path, output: Path) -> duckdb.DuckDBPyConnection:
    """Open a new file for the segments, with the warehouse's tables in sight."""
    connection = duckdb.connect(output)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"ATTACH '{warehouse}' AS warehouse (READ_ONLY)")
    for table in TABLES:
        connection.execute(f"CREATE TEMPORARY VIEW {table} AS FROM warehouse.{table}")
    return connection


def told(figures: Figures, connection: duckdb.DuckDBPyConnection, output: Path) -> Figures:
    """Add what the tables hold to the figures, and close the connection."""
    figures.output_mb = size_mb(output)
    for rule in hundred_rules():
        members = connection.execute(f"FROM {segment_table(rule['name'])}").fetchnumpy()
        figures.add_members(rule["name"], members["user_id"])
    connection.close()
    figures.versions = {"DuckDB": duckdb.__version__}
    return figures


if __name__ == "__main__":
    refresh(Path(sys.argv[1]), Path(sys.argv[2])).write(Path(sys.argv[3]))
