"""DuckDB's shared scan: a few wide passes for all rules, a wide table of truths, then the tables.

Run as ``python -m bench.contender_shared WAREHOUSE FOLDER RESULT``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.contender_per_rule import opened, told
from bench.figures import Figures
from bench.joined import shared_scan
from bench.per_rule import segment_table
from bench.workload import AS_OF, hundred_rules


def refresh(warehouse: Path, folder: Path) -> Figures:
    """Refresh all rules together and return what it took."""
    figures = Figures()
    output = folder / "segments.duckdb"
    with figures.timed():
        with figures.stage("open"):
            connection = opened(warehouse, output)
        scan = shared_scan(hundred_rules(), AS_OF)
        for statement in scan.passes:
            with figures.stage("passes over the events"):
                connection.execute(statement)
        with figures.stage("one wide table of truths"):
            connection.execute(scan.wide)
        for name, select in scan.tables.items():
            with figures.stage("a table per rule"):
                connection.execute(f"CREATE TABLE {segment_table(name)} AS {select}")
        with figures.stage("checkpoint"):
            connection.execute("CHECKPOINT")
    return told(figures, connection, output)


if __name__ == "__main__":
    refresh(Path(sys.argv[1]), Path(sys.argv[2])).write(Path(sys.argv[3]))
