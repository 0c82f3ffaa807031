"""Looks an installation over, piece by piece, and says how to mend what is not well."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from muster.base.datamodel import DataModel
from muster.base.errors import MusterError
from muster.engines.base import Progress
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.entities import read_entities
from muster.engines.freshness import newest_event
from muster.services.access import enter_locally
from muster.services.checking import check_warehouse
from muster.services.context import Resources, WorkspaceContext
from muster.services.indexing import IndexState, index_status
from muster.services.loading import unfit_rules
from muster.services.members import version_members
from muster.services.segments import list_segments
from muster.services.workspaces import current_model, list_workspaces
from muster.store.migrate import pending
from muster.store.row_security import row_security_holds

LITTLE_SPACE_BYTES = 2 * 1024**3
NO_SPACE_BYTES = 200 * 1024**2
STALE_AFTER = timedelta(days=3)


class Health(StrEnum):
    """How something is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at, and what to do about it where something is to be done."""

    subject: str
    health: Health
    sentence: str
    hint: str | None = None


def of_error(subject: str, error: MusterError) -> Diagnosis:
    """Return an error as a diagnosis."""
    return Diagnosis(subject, Health.FAIL, error.sentence, error.hint)


def examine_folder(folder: Path) -> Iterator[Diagnosis]:
    """Look at the data folder: can it be written, and how much fits in."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"muster")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield Diagnosis(
            "data folder",
            Health.FAIL,
            f"{folder} cannot be written: {error.strerror or error}.",
            "Check its owner, or point MUSTER_DATA at another folder.",
        )
        return
    yield Diagnosis("data folder", Health.OK, f"{folder} can be written.")
    health = Health.OK if free >= LITTLE_SPACE_BYTES else Health.WARN
    if free < NO_SPACE_BYTES:
        health = Health.FAIL
    yield Diagnosis(
        "disk",
        health,
        f"{free / 1024**3:.1f} GB are free.",
        None if health is Health.OK else "Free some space, or move MUSTER_DATA to a larger disk.",
    )


def examine_database(resources: Resources, *, embedded: bool) -> Iterator[Diagnosis]:
    """Look at the product database; it is open, so it has been reached."""
    version = ".".join(
        str(part) for part in resources.database.engine.dialect.server_version_info or ()
    )
    kind = "embedded" if embedded else "external"
    yield Diagnosis(
        "database", Health.OK, f"PostgreSQL {version}, {kind}, {resources.database.where}."
    )
    waiting = pending(resources.database)
    yield Diagnosis(
        "migrations",
        Health.WARN if waiting else Health.OK,
        f"Waiting: {', '.join(waiting)}." if waiting else "All are done.",
        "They run when the next command opens the database." if waiting else None,
    )
    guarded = row_security_holds(resources.database)
    yield Diagnosis(
        "row-level security",
        Health.OK if guarded else Health.WARN,
        "The database itself keeps workspaces apart."
        if guarded
        else "The database user is exempt from policies, or one is off;"
        " Muster's code alone keeps workspaces apart.",
        None if guarded else "Let MUSTER_DATABASE_URL name a user without SUPERUSER and BYPASSRLS.",
    )


def examine_workspaces(
    resources: Resources, *, actor: str, thorough: bool, progress: Progress | None = None
) -> Iterator[Diagnosis]:
    """Look at every workspace.

    Args:
        thorough: also hold each data model against its warehouse, which scans every column.
    """
    found = list_workspaces(resources)
    if not found:
        yield Diagnosis(
            "workspaces",
            Health.WARN,
            "There is none yet.",
            "Run `muster demo`, or `muster workspace create NAME --model model.yml`.",
        )
    for workspace in found:
        context = enter_locally(resources, workspace.name, actor=actor)
        yield from examine_workspace(context, thorough=thorough, progress=progress)


def examine_workspace(
    context: WorkspaceContext, *, thorough: bool, progress: Progress | None = None
) -> Iterator[Diagnosis]:
    """Look at one workspace: model, warehouse, freshness, dictionary, index, member files."""
    name = context.workspace.name
    try:
        model = current_model(context)
    except MusterError as error:
        yield of_error(f"{name}: data model", error)
        return
    counts = (
        f"{len(model.attributes)} attributes",
        f"{len(model.events)} event sources",
        f"{len(model.metrics)} metrics",
    )
    yield Diagnosis(f"{name}: data model", Health.OK, f"{', '.join(counts)}.")
    yield from _rules(context, model)
    try:
        with context.open_warehouse() as warehouse:
            yield from _warehouse(context, warehouse, model, thorough, progress)
    except MusterError as error:
        yield of_error(f"{name}: warehouse", error)
    yield _careful(f"{name}: entity dictionary", lambda subject: _dictionary(context, subject))
    yield _careful(f"{name}: index", lambda subject: _index(context, subject))
    yield from _members(context)


def _rules(context: WorkspaceContext, model: DataModel) -> Iterator[Diagnosis]:
    subject = f"{context.workspace.name}: rules"
    problems = unfit_rules(context, model)
    if problems:
        first = problems[0]
        yield Diagnosis(
            subject,
            Health.FAIL,
            f"{len(problems)} faults: {first.path}: {first.sentence}",
            "Correct these rules, or the data model they were written for.",
        )
    else:
        yield Diagnosis(subject, Health.OK, "All fit the data model.")


def _warehouse(
    context: WorkspaceContext,
    warehouse: DuckDBWarehouse,
    model: DataModel,
    thorough: bool,
    progress: Progress | None,
) -> Iterator[Diagnosis]:
    name = context.workspace.name
    size = context.warehouse_path.stat().st_size
    yield Diagnosis(f"{name}: warehouse", Health.OK, f"It opens; {size / 1024**2:.0f} MB.")
    if thorough:
        checked = check_warehouse(warehouse, model, progress=progress)
        health = Health.WARN if checked.warnings else Health.OK
        yield Diagnosis(
            f"{name}: model against warehouse",
            Health.FAIL if checked.errors else health,
            f"{checked.errors} errors, {checked.warnings} warnings.",
            f"Run `muster check -w {name}`." if checked.findings else None,
        )
    yield _careful(
        f"{name}: newest event", lambda subject: _freshness(context, warehouse, model, subject)
    )


def _freshness(
    context: WorkspaceContext, warehouse: DuckDBWarehouse, model: DataModel, subject: str
) -> Diagnosis:
    now = context.resources.clock.now_utc()
    newest = newest_event(warehouse, model, tuple(model.events), before=now)
    if newest is None:
        return Diagnosis(subject, Health.WARN, "There is no event.", "Load data: `muster load`.")
    stale = now - newest > STALE_AFTER
    renew = "Run `muster demo --fresh`." if context.workspace.synthetic else "Load newer data."
    return Diagnosis(
        subject,
        Health.WARN if stale else Health.OK,
        f"{newest:%Y-%m-%d %H:%M} UTC, {(now - newest).days} days ago.",
        renew if stale else None,
    )


def _dictionary(context: WorkspaceContext, subject: str) -> Diagnosis:
    entities = read_entities(context.folder)
    if entities.size == 0:
        return Diagnosis(subject, Health.OK, "Empty: nothing was refreshed yet.")
    kind = "text" if entities.is_text else "number"
    return Diagnosis(subject, Health.OK, f"{entities.size:,} {kind} keys.")


def _index(context: WorkspaceContext, subject: str) -> Diagnosis:
    found = index_status(context)
    well = found.state in (IndexState.FRESH, IndexState.ABSENT, IndexState.OFF)
    hint = f"Run `muster index build -w {context.workspace.name}`, or wait for the next refresh."
    if found.state is IndexState.UNFIT:
        hint = "Raise MUSTER_INDEX_MAX_MB; until then the warehouse answers everything."
    return Diagnosis(
        subject, Health.OK if well else Health.WARN, found.sentence, None if well else hint
    )


def _members(context: WorkspaceContext) -> Iterator[Diagnosis]:
    """Read the member file of every current version; each carries its own checksum."""
    subject = f"{context.workspace.name}: members"
    found = list_segments(context)
    published = 0
    for entry in found:
        current = entry.segment.current
        if current is None:
            continue
        published += 1
        try:
            version_members(context, current, read_entities(context.folder))
        except MusterError as error:
            yield of_error(f"{subject} of {entry.segment.name}", error)
    unpublished = len(found) - published
    yield Diagnosis(
        subject,
        Health.WARN if unpublished else Health.OK,
        f"{published} segments are published, {unpublished} were never refreshed.",
        f"Run `muster refresh --all -w {context.workspace.name}`." if unpublished else None,
    )


def _careful(subject: str, look: Callable[[str], Diagnosis]) -> Diagnosis:
    try:
        return look(subject)
    except MusterError as error:
        return of_error(subject, error)
