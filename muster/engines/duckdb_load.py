"""Loads a folder of files into the warehouse: all tables or none, and says what it found."""

from __future__ import annotations

from pathlib import Path

from muster.base.clock import Clock, SystemClock
from muster.base.datamodel import DataModel
from muster.base.errors import InvalidModel
from muster.engines.base import Progress
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.load_columns import StagedTables, Target, missing_columns, targets
from muster.engines.load_report import LoadReport, write_report
from muster.engines.load_stage import drop_staged, files_of_tables, stage_files
from muster.engines.load_table import TableLoading
from muster.engines.load_verdicts import roles_of_tables


def load_folder(
    warehouse: DuckDBWarehouse,
    model: DataModel,
    folder: Path,
    *,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> LoadReport:
    """Load the table of each file ``<table>.parquet`` or ``<table>.csv`` that the model names.

    Every table is replaced in one transaction: readers see all old tables or all new ones, and a
    failure changes nothing. Columns get the types of the model; event tables are sorted by time.
    What is kept out stands in ``<table>_rejected`` with the reason in ``rejected_because``, and
    the report in ``muster_load_report``.

    Args:
        warehouse: open for writing.
        model: says which tables and what their columns are.
        folder: with the files; files of other names are left alone.
        progress: told what comes next.
        clock: says what is future.

    Raises:
        NotFound: there is no such folder, or no data file in it.
        InvalidFile: files are missing or cannot be read; ``problems`` names each.
        InvalidModel: files lack columns, or columns have types their fields cannot have.
        EngineFailed: the warehouse failed, e.g. for a full disk or because it was interrupted.
    """
    say = progress or _say_nothing
    loaded_at = (clock or SystemClock()).now_utc()
    files = files_of_tables(model, folder)
    try:
        staged = stage_files(warehouse, model, files, folder, say)
        columns = _targets(model, staged)
        with warehouse.transaction():
            reports = []
            for name, roles in roles_of_tables(model).items():
                say(f"{name}: loading")
                loading = TableLoading(warehouse, model, roles, columns[name], loaded_at)
                reports.append(loading.run())
            report = LoadReport(tuple(reports), loaded_at)
            with warehouse.native("write the load report"):
                write_report(warehouse, report)
    finally:
        drop_staged(warehouse, files)
    say("writing to disk")
    with warehouse.native("write to disk"):  # old tables' space is free for the next load only then
        warehouse.connection.execute("CHECKPOINT").fetchall()
    return report


def _targets(model: DataModel, staged: StagedTables) -> dict[str, tuple[Target, ...]]:
    problems = missing_columns(model, staged)
    found, unfit = targets(model, staged)
    if problems or unfit:
        raise InvalidModel.of("MODEL_UNFIT", "The data model", [*problems, *unfit])
    return found


def _say_nothing(_: str) -> None:
    """Take progress that nobody wants."""
