"""Reads every file a load needs into temporary tables, so that all bad ones are known at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlglot import exp

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidFile, Problem
from muster.base.inspection import PhysicalType
from muster.compile.statement import Statement
from muster.engines.base import Progress
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_facts import all_rows, one_row, physical_type
from muster.engines.duckdb_files import DataFile, data_files, stage_file
from muster.engines.load_columns import text_columns
from muster.engines.load_convert import StagedColumn
from muster.engines.load_verdicts import ROW, VERDICTS
from muster.engines.templates import column, drop_table, fill, fill_value, table
from muster.model.names import did_you_mean
from muster.model.references import table_references

_FRACTIONS = (PhysicalType.FLOAT, PhysicalType.DECIMAL)


def files_of_tables(model: DataModel, folder: Path) -> dict[str, DataFile]:
    """Return the file of each table; DuckDB's names do not tell cases apart, so files do not.

    Raises:
        NotFound: there is no such folder, or no data file in it.
        InvalidFile: a table has no file; ``problems`` names each.
    """
    by_name = {file.name.lower(): file for file in data_files(folder)}
    found: dict[str, DataFile] = {}
    problems: dict[str, Problem] = {}
    for reference in table_references(model):
        file = by_name.get(reference.table.lower())
        if file is not None:
            found[reference.table] = file
        elif reference.table not in problems:
            problems[reference.table] = Problem(
                "MISSING_FILE",
                reference.path,
                f'{folder} has no file "{reference.table}.parquet" or "{reference.table}.csv".',
                did_you_mean(reference.table, [file.name for file in by_name.values()]),
            )
    if problems:
        raise InvalidFile.of("BAD_FILES", f"The folder {folder}", problems.values())
    return found


def stage_files(
    warehouse: DuckDBWarehouse,
    model: DataModel,
    files: Mapping[str, DataFile],
    folder: Path,
    say: Progress,
) -> dict[str, dict[str, StagedColumn]]:
    """Read every file into a temporary table, and return the columns found.

    Raises:
        InvalidFile: files cannot be read; ``problems`` names each.
        EngineFailed: the warehouse failed.
    """
    text = text_columns(model)
    problems = []
    for name, file in files.items():
        say(f"{name}: reading {file.path.name}")
        problem = stage_file(
            warehouse,
            file,
            into=staged_name(name),
            text_columns=text.get(name, ()),
            row_number=ROW,
        )
        problems += [problem] if problem else []
    if problems:
        raise InvalidFile.of("BAD_FILES", f"The folder {folder}", problems)
    return {name: _staged_columns(warehouse, name) for name in files}


def _staged_columns(warehouse: DuckDBWarehouse, name: str) -> dict[str, StagedColumn]:
    described = fill(
        "SELECT column_name, column_type FROM (DESCRIBE $staged) AS d",
        staged=table(staged_name(name)),
    )
    types = {
        column_name: physical_type(native)
        for column_name, native in all_rows(warehouse, described, f"describe {name}")
        if column_name != ROW
    }
    fractions = [column_name for column_name, kind in types.items() if kind in _FRACTIONS]
    whole: dict[str, bool] = {}
    if fractions:
        # NaN is not whole, but it is no value either
        query = exp.select(
            *(
                fill_value("COALESCE(BOOL_AND($value = TRUNC($value)), TRUE)", value=column(one))
                for one in fractions
            )
        ).from_(table(staged_name(name)))
        whole = dict(zip(fractions, one_row(warehouse, query, f"{name}: fractions"), strict=True))
    return {
        column_name: StagedColumn(column_name, kind, whole.get(column_name, True))
        for column_name, kind in types.items()
    }


def drop_staged(warehouse: DuckDBWarehouse, files: Mapping[str, DataFile]) -> None:
    """Drop what staging and loading left; also after a failure."""
    for name in (*(staged_name(name) for name in files), VERDICTS):
        warehouse.run(
            Statement.of(drop_table(name), dialect="duckdb", purpose="drop temporary tables")
        )


def staged_name(name: str) -> str:
    """Return the temporary table a file is read into."""
    return f"muster staged {name}"
