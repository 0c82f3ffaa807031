"""chDB's run (ClickHouse inside the process): for each rule a MergeTree table made from a SELECT.

Run as ``python -m bench.contender_chdb WAREHOUSE FOLDER RESULT`` in chDB's environment. The tables
of the data are made once, ordered by time, and kept beside the Parquet files.
"""

from __future__ import annotations

import sys
from pathlib import Path

import chdb
import numpy as np
from chdb.session import Session

from bench.figures import Figures
from bench.per_rule import rule_sql, segment_table
from bench.places import TABLES, prepared_folder
from bench.sql import CLICKHOUSE
from bench.workload import AS_OF, hundred_rules

_ORDER = {"users": "user_id", "transactions": "paid_at", "impressions": "shown_at"}
_SETTINGS = (
    "SET join_use_nulls = 1",  # as SQL has it
    "SET aggregate_functions_null_for_empty = 1",
    "SET union_default_mode = 'DISTINCT'",
    "SET intersect_default_mode = 'DISTINCT'",
    "SET except_default_mode = 'DISTINCT'",
    "SET session_timezone = 'UTC'",
)
_DONE = "done"


def open_prepared(folder: Path) -> Session:
    """Open the database of the data, filling it if that has not been done."""
    done = folder / "chdb" / _DONE
    session = Session(str(folder / "chdb" / "store"))
    for setting in _SETTINGS:
        session.query(setting)
    if done.exists():
        session.query("USE source")
        return session
    session.query("DROP DATABASE IF EXISTS source")
    session.query("CREATE DATABASE source")
    session.query("USE source")
    for table in TABLES:
        session.query(
            f"CREATE TABLE {table} ENGINE = MergeTree ORDER BY {_ORDER[table]}"
            " SETTINGS allow_nullable_key = 1"
            f" AS SELECT * FROM file('{folder / table}.parquet')"
        )
        session.query(f"OPTIMIZE TABLE {table} FINAL")
    done.touch()
    return session


def _drop(session: Session, tables: dict[str, str]) -> None:
    for table in tables.values():
        session.query(f"DROP TABLE IF EXISTS {table} SYNC")


def refresh(warehouse: Path) -> Figures:
    """Refresh every rule by itself and return what it took."""
    figures = Figures()
    with figures.stated_apart("open, and at the first time fill"):
        session = open_prepared(prepared_folder(warehouse))
    tables = {rule["name"]: segment_table(rule["name"]) for rule in hundred_rules()}
    _drop(session, tables)
    with figures.timed():
        for rule in hundred_rules():
            with figures.stage("rules by themselves" if "where" in rule else "set operations"):
                select = rule_sql(rule, AS_OF, CLICKHOUSE)
                session.query(
                    f"CREATE TABLE {tables[rule['name']]} ENGINE = MergeTree ORDER BY user_id"
                    f" AS {select}"
                )
    for name, table in tables.items():
        packed = session.query(f"SELECT user_id::Int64 FROM {table}", "RowBinary").bytes()
        figures.add_members(name, np.frombuffer(packed, dtype="<i8"))
    written = session.query(
        "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table LIKE 'seg_%'", "CSV"
    )
    figures.output_mb = int(written.bytes()) / 1e6
    _drop(session, tables)
    figures.versions = {"chDB": chdb.__version__}
    return figures


if __name__ == "__main__":
    refresh(Path(sys.argv[1])).write(Path(sys.argv[3]))
