"""Loading files into a workspace's warehouse, by its data model or by a new one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from muster.base.datamodel import DataModel
from muster.base.errors import InvalidRule, Problem
from muster.base.records import StoredModel
from muster.engines.base import Progress
from muster.engines.duckdb_load import load_folder
from muster.engines.load_report import LoadReport
from muster.model.load import load_model
from muster.rules.resolve import resolve_rule
from muster.services.context import WorkspaceContext
from muster.services.indexing import ensure_index
from muster.services.wave import read_catalog
from muster.services.workspaces import current_model, save_model
from muster.store import audit


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did.

    Attributes:
        model: the stored model, if one was handed in.
        unfit: a problem for each rule that does not fit the data model (any more); ``path`` begins
            with the rule's name.
    """

    report: LoadReport
    model: StoredModel | None
    unfit: tuple[Problem, ...]


def load_files(
    context: WorkspaceContext,
    folder: Path,
    *,
    model_document: str | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Load a folder of CSV and Parquet files; all tables or none.

    Args:
        folder: has a file for each table of the model.
        model_document: text of model.yml; becomes the workspace's model once the files are in.
        progress: told what comes next.

    Raises:
        NotFound: NO_MODEL, or there is no such folder or no file in it.
        InvalidModel: the model has faults or does not fit the files.
        InvalidFile: files are missing or cannot be read.
        Busy: somebody uses the warehouse. EngineFailed: the warehouse failed.
    """
    model = load_model(model_document) if model_document is not None else current_model(context)
    report = _load(context, folder, model, progress)
    stored = None if model_document is None else save_model(context, model_document)
    with context.transaction() as connection:
        audit.record(
            connection,
            context.workspace.id,
            actor=context.actor,
            action="data.load",
            subject=folder.name,
            after={found.table: found.loaded for found in report.tables},
        )
    with context.open_warehouse() as warehouse:  # so that the first count is as fast as later ones
        ensure_index(context, current_model(context), warehouse, progress=progress)
    return Loaded(report, stored, unfit_rules(context, model))


def unfit_rules(context: WorkspaceContext, model: DataModel) -> tuple[Problem, ...]:
    """Return a problem for each rule of the workspace that does not fit a model."""
    catalog = read_catalog(context, model)
    problems: list[Problem] = []
    for name, definition in catalog.definitions.items():
        try:
            resolve_rule(definition, model, segments=set(catalog.definitions))
        except InvalidRule as error:
            problems += [
                Problem(found.code, f"{name}: {found.path}", found.sentence, found.hint)
                for found in error.problems
            ]
    return tuple(problems)


def _load(
    context: WorkspaceContext, folder: Path, model: DataModel, progress: Progress | None
) -> LoadReport:
    """Load, and leave no empty warehouse behind where there was none."""
    existed = context.warehouse_path.exists()
    succeeded = False
    try:
        with context.open_warehouse(read_only=False) as warehouse:
            report = load_folder(
                warehouse, model, folder, progress=progress, clock=context.resources.clock
            )
        succeeded = True
        return report
    finally:
        if not existed and not succeeded:
            context.warehouse_path.unlink(missing_ok=True)
