"""Looks at a DuckDB warehouse, or at a folder of files, and reports exact facts."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from muster.base.clock import Clock, SystemClock
from muster.base.datamodel import DataModel
from muster.base.errors import EngineFailed, InvalidFile
from muster.base.inspection import ColumnFacts, ForeignKey, TableFacts, WarehouseFacts
from muster.engines.base import Progress
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_facts import all_rows, in_schema, one_row, physical_type, table_facts
from muster.engines.duckdb_files import data_files, stage_file
from muster.engines.failures import FailureKind
from muster.engines.inspect_keys import DeclaredKeys, ShareFound, with_keys
from muster.engines.templates import column, fill, table

_MODEL_DOES_NOT_FIT = (
    FailureKind.MISSING_TABLE,
    FailureKind.MISSING_COLUMN,
    FailureKind.TYPE_MISMATCH,
)


def inspect(
    warehouse: DuckDBWarehouse,
    *,
    schema: str = "main",
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> WarehouseFacts:
    """Report every table and view of a schema, save those that Muster keeps for itself.

    Counts are exact; each column is scanned once or twice. NaN counts as null. A FLOAT column's
    ``scale`` is the fewest digits after the point that lose nothing, None above six.

    Raises:
        EngineFailed: a query failed.
    """
    tables = []
    for name in _table_names(warehouse, schema):
        if progress is not None:
            progress(name)
        tables.append(table_facts(warehouse, schema, name))
    return WarehouseFacts(
        with_keys(tables, _declared_keys(warehouse, schema), _share_found(warehouse, schema)),
        (clock or SystemClock()).now_utc(),
    )


def table_shapes(warehouse: DuckDBWarehouse) -> WarehouseFacts:
    """Report the tables and views with their columns' types alone, from the catalogue: no row is
    read, so all counts are 0.

    Raises:
        EngineFailed: a query failed.
    """
    found = all_rows(
        warehouse,
        fill(
            """SELECT table_name, column_name, data_type FROM information_schema.columns
            WHERE table_catalog = CURRENT_DATABASE() AND table_schema = 'main'
            ORDER BY table_name, ordinal_position"""
        ),
        "list the columns",
    )
    columns: dict[str, list[ColumnFacts]] = {name: [] for name in _table_names(warehouse, "main")}
    for table_name, name, native in found:
        if table_name in columns:
            kind = physical_type(native)
            columns[table_name].append(ColumnFacts(name, kind, native, 0, 0, None, None, ()))
    tables = tuple(TableFacts(name, 0, tuple(of), None, False, ()) for name, of in columns.items())
    return WarehouseFacts(tables, SystemClock().now_utc())


def inspect_file(
    path: Path, *, progress: Progress | None = None, clock: Clock | None = None
) -> WarehouseFacts:
    """Report what a DuckDB file holds; the file is only read.

    Raises:
        NotFound, Busy, InvalidFile, Unavailable: it cannot be opened.
        EngineFailed: a query failed.
    """
    with DuckDBWarehouse.open(path, read_only=True) as warehouse:
        return inspect(warehouse, progress=progress, clock=clock)


def inspect_folder(
    folder: Path, *, progress: Progress | None = None, clock: Clock | None = None
) -> WarehouseFacts:
    """Report what a folder of CSV and Parquet files holds; each file is one table.

    The files are read into a temporary warehouse beside nothing of the user's, which needs about
    their size on disk.

    Raises:
        NotFound: there is no such folder, or no data file in it.
        InvalidFile: files cannot be read; ``problems`` names each.
        EngineFailed: a query failed.
    """
    files = data_files(folder)
    with tempfile.TemporaryDirectory(prefix="muster-inspect-") as scratch:
        path = Path(scratch) / "inspect.duckdb"
        with DuckDBWarehouse.open(path, read_only=False) as warehouse:
            problems = []
            for file in files:
                if progress is not None:
                    progress(file.path.name)
                problem = stage_file(warehouse, file, into=file.name, temporary=False)
                problems += [problem] if problem else []
            if problems:
                raise InvalidFile.of("BAD_FILES", f"The folder {folder}", problems)
            return inspect(warehouse, progress=progress, clock=clock)


def orphan_shares(warehouse: DuckDBWarehouse, model: DataModel) -> dict[str, float]:
    """Return for each event source the share of its rows (0 to 1) that belong to no entity.

    Rows without a key count too; a source without rows has the share 0. A source whose table or
    key is missing, or whose keys cannot be compared, has no share: `check_model` says why.

    Raises:
        EngineFailed: the warehouse failed for another reason.
    """
    shares = {}
    for name, source in model.events.items():
        tree = fill(
            """SELECT COALESCE(AVG(CASE WHEN k.key IS NULL THEN 1.0 ELSE 0.0 END), 0)
            FROM $events AS e LEFT JOIN (SELECT DISTINCT $key AS key FROM $entities) AS k
            ON $entity_key = k.key""",
            events=table(source.table),
            entities=table(model.entity.table),
            key=column(model.entity.key),
            entity_key=column(source.entity_key, "e"),
        )
        try:
            shares[name] = float(one_row(warehouse, tree, f"orphans of {name}")[0])
        except EngineFailed as error:
            if error.kind not in _MODEL_DOES_NOT_FIT:
                raise
    return shares


def _table_names(warehouse: DuckDBWarehouse, schema: str) -> list[str]:
    found = all_rows(
        warehouse,
        fill(
            """SELECT table_name FROM information_schema.tables
            WHERE table_catalog = CURRENT_DATABASE() AND table_schema = $schema
            ORDER BY table_name""",
            schema=schema,
        ),
        "list the tables",
    )
    names = [row[0] for row in found]
    return [name for name in names if not _is_musters_own(name, names)]


def _is_musters_own(name: str, names: Sequence[str]) -> bool:
    base = name.removesuffix("_rejected")
    return name.startswith("muster_") or (base != name and base in names)


def _declared_keys(warehouse: DuckDBWarehouse, schema: str) -> DeclaredKeys:
    """Read keys of one column; keys of several are no keys to the data model."""
    found = all_rows(
        warehouse,
        fill(
            """SELECT table_name, constraint_type, constraint_column_names[1],
            referenced_table, referenced_column_names[1] FROM DUCKDB_CONSTRAINTS()
            WHERE database_name = CURRENT_DATABASE() AND schema_name = $schema
            AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')
            AND LENGTH(constraint_column_names) = 1
            ORDER BY table_name, constraint_index""",
            schema=schema,
        ),
        "list the declared keys",
    )
    primary: dict[str, str] = {}
    foreign: dict[str, tuple[ForeignKey, ...]] = {}
    for name, kind, own, other_table, other in found:
        if kind == "PRIMARY KEY":
            primary[name] = own
        else:
            key = ForeignKey(own, other_table, other, True)
            foreign[name] = (*foreign.get(name, ()), key)
    return DeclaredKeys(primary, foreign)


def _share_found(warehouse: DuckDBWarehouse, schema: str) -> ShareFound:
    def share(owner: str, referring: str, target: str, key: str) -> float:
        tree = fill(
            """SELECT COALESCE(AVG(CASE WHEN k.key IS NULL THEN 0.0 ELSE 1.0 END), 0)
            FROM (SELECT DISTINCT $referring AS value FROM $owner WHERE $referring IS NOT NULL) AS v
            LEFT JOIN (SELECT DISTINCT $key AS key FROM $target) AS k ON v.value = k.key""",
            referring=column(referring),
            owner=in_schema(schema, owner),
            key=column(key),
            target=in_schema(schema, target),
        )
        return float(one_row(warehouse, tree, f"{owner}.{referring} in {target}.{key}")[0])

    return share
