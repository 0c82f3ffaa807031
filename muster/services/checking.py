"""Checking a data model against a warehouse or a source of data."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidFile, InvalidModel
from muster.engines.base import Progress
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_files import data_files
from muster.engines.duckdb_inspect import inspect, orphan_shares
from muster.engines.duckdb_load import load_folder
from muster.model.check import Finding, Severity, check_model, has_errors
from muster.model.load import load_model
from muster.services.context import WorkspaceContext
from muster.services.drafting import facts_of
from muster.services.workspaces import current_model


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found, in the order of the document, and how many tables it looked at."""

    findings: tuple[Finding, ...]
    tables: int

    @property
    def errors(self) -> int:
        """How many findings make answers wrong or impossible."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are worth a look."""
        return len(self.findings) - self.errors


def check_workspace(
    context: WorkspaceContext, *, document: str | None = None, progress: Progress | None = None
) -> Checked:
    """Check a workspace's data model (or the given text of model.yml) against its warehouse.

    Raises:
        NotFound: NO_MODEL, WAREHOUSE_MISSING. InvalidModel: the model itself has faults.
        Busy: the warehouse is being loaded. EngineFailed: it failed.
    """
    model = current_model(context) if document is None else load_model(document)
    with context.open_warehouse() as warehouse:
        return check_warehouse(warehouse, model, progress=progress)


def check_source(
    document: str, source: str, *, schema: str = "public", progress: Progress | None = None
) -> Checked:
    """Check the text of a model.yml against files, a DuckDB file or a PostgreSQL schema.

    Raises:
        InvalidModel: the model itself has faults. Otherwise as `drafting.facts_of`.
    """
    model = load_model(document)
    path = Path(source).expanduser()
    if path.is_dir():
        return _check_folder(path, model, progress)
    if path.is_file():
        with DuckDBWarehouse.open(path, read_only=True) as warehouse:
            return check_warehouse(warehouse, model, progress=progress)
    facts = facts_of(source, schema=schema, progress=progress)
    return Checked(check_model(model, facts), len(facts.tables))


def _check_folder(folder: Path, model: DataModel, progress: Progress | None) -> Checked:
    """Check what loading the files would give, for text in a CSV becomes what the model says.

    They are loaded into a temporary warehouse, which needs about their size on disk.
    """
    with tempfile.TemporaryDirectory(prefix="muster-check-") as scratch:
        path = Path(scratch) / "check.duckdb"
        with DuckDBWarehouse.open(path, read_only=False) as warehouse:
            try:
                load_folder(warehouse, model, folder, progress=progress)
            except (InvalidFile, InvalidModel) as error:
                found = tuple(Finding(Severity.ERROR, problem) for problem in error.problems)
                return Checked(found, len(data_files(folder)))
            return check_warehouse(warehouse, model, progress=progress)


def check_warehouse(
    warehouse: DuckDBWarehouse, model: DataModel, *, progress: Progress | None = None
) -> Checked:
    """Check a model against an open warehouse, orphans included once the model fits."""
    facts = inspect(warehouse, progress=progress)
    findings = check_model(model, facts)
    if not has_errors(findings):
        findings = check_model(model, facts, orphan_shares=orphan_shares(warehouse, model))
    return Checked(findings, len(facts.tables))
