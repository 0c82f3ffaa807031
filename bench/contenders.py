"""Who takes part in the benchmark, and which of them are measured in turns with each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contender:
    """A program that is measured: ``python -m MODULE WAREHOUSE FOLDER RESULT ARGUMENTS``.

    Attributes:
        peer: the word that chooses it in ``--peers``; None: Muster itself, always there.
        environment: the peer's environment, see `peers.py`; None: the benchmark's own.
        exports: the form in which it wants the tables, if it cannot read the warehouse.
    """

    name: str
    label: str
    module: str
    peer: str | None = None
    arguments: tuple[str, ...] = ()
    environment: str | None = None
    exports: str | None = None


INDEX = Contender("muster", "Muster, warm index", "bench.contender_muster", arguments=("index",))
SQL = Contender(
    "muster sql", "Muster, no index (shared SQL)", "bench.contender_muster", arguments=("sql",)
)
BUILD = Contender("muster build", "Muster, index from nothing", "bench.contender_build")
ANSWERS = Contender("muster answers", "Muster", "bench.contender_answers")
DUCKDB = Contender("duckdb", "DuckDB, a statement per rule", "bench.contender_per_rule", "duckdb")
SHARED = Contender("duckdb shared", "DuckDB, shared scan", "bench.contender_shared", "duckdb")
DUCKDB_ANSWERS = Contender("duckdb answers", "DuckDB", "bench.contender_answers_duckdb", "duckdb")
POLARS = Contender(
    "polars",
    "Polars, a query per rule",
    "bench.contender_polars",
    "polars",
    environment="polars",
    exports="parquet",
)
CHDB = Contender(
    "chdb",
    "chDB, a statement per rule",
    "bench.contender_chdb",
    "chdb",
    environment="chdb",
    exports="parquet",
)
POSTGRES = Contender(
    "postgres",
    "PostgreSQL, a statement per rule",
    "bench.contender_postgres",
    "postgres",
    environment="postgres",
    exports="csv",
)
SPARK = Contender(
    "spark",
    "PySpark, one session, a query per rule",
    "bench.contender_spark",
    "spark",
    environment="pyspark",
    exports="parquet",
)
SUBMIT = Contender(
    "spark submit",
    "PySpark, a spark-submit per rule",
    "bench.contender_spark",
    "spark",
    arguments=("submit",),
    environment="pyspark",
    exports="parquet",
)


@dataclass(frozen=True, slots=True)
class Part:
    """Contenders that run in turns, round after round, so that they meet the same conditions.

    Attributes:
        tenth: on data of a tenth of the size.
        runs: how many rounds; None: as many as asked for.
        minutes: about how long a round takes at a million entities on two cores.
    """

    name: str
    contenders: tuple[Contender, ...]
    minutes: float
    tenth: bool = False
    runs: int | None = None


PARTS = (
    Part("refresh", (DUCKDB, SHARED, POLARS, CHDB, INDEX, SQL, BUILD), minutes=1.4),
    Part("answers", (DUCKDB_ANSWERS, ANSWERS), minutes=0.8),
    Part("tenth", (POSTGRES, DUCKDB, INDEX), minutes=0.4, tenth=True),
    Part("spark", (SPARK,), minutes=3.5, runs=1),
    Part("submit", (SUBMIT,), minutes=0.8, runs=3),
)
PEERS = ("duckdb", "polars", "chdb", "postgres", "spark")
REFERENCE = DUCKDB.name
"""Whose members the others' are compared with when they ran at another time."""
