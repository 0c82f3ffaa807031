"""`muster init`, `check` and `load`: from data to a warehouse with a data model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from muster.base.errors import Conflict, Unavailable
from muster.cli.errors import INPUT_AT_FAULT
from muster.cli.files import read_text
from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import Column, cell, print_table, say, write_json
from muster.cli.progress import steps
from muster.cli.session import entered
from muster.cli.shapes import finding_json, problem_json, table_report_json
from muster.services.checking import Checked, check_source, check_workspace
from muster.services.drafting import Draft, draft_from
from muster.services.loading import Loaded, load_files
from muster.services.workspaces import stored_model

SchemaOption = Annotated[str, typer.Option(help="Schema of a PostgreSQL database.")]


def init(
    source: Annotated[
        str, typer.Argument(help="Folder of CSV or Parquet files, DuckDB file, or postgresql://…")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write it.")] = Path(
        "model.yml"
    ),
    time_zone: Annotated[str, typer.Option(help="IANA zone in which days are meant.")] = "UTC",
    name: Annotated[str | None, typer.Option(help="What the data is called.")] = None,
    currency: Annotated[str | None, typer.Option(help="Of money, e.g. EUR.")] = None,
    schema: SchemaOption = "public",
    force: Annotated[bool, typer.Option("--force", help="Write over an older file.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Draft a model.yml from your data; what is guessed is marked, for you to confirm."""
    if out.exists() and not force:
        raise Conflict(
            "FILE_EXISTS",
            f"{out} exists already.",
            path=str(out),
            hint="Add --force to write over it, or --out with another name.",
        )
    with steps("Looking at") as tell:
        draft = draft_from(
            source,
            name=name,
            time_zone=time_zone,
            currency=currency,
            schema=schema,
            progress=tell,
        )
    _write(out, draft.document)
    if as_json:
        write_json(
            {
                "path": out,
                "tables": {table.name: table.rows for table in draft.facts.tables},
                "entity": draft.model.entity.name,
                "events": list(draft.model.events),
                "guesses": draft.guesses,
                "guessed_fields": draft.guessed_fields,
            }
        )
        return
    _print_draft(draft, out)


def _write(out: Path, text: str) -> None:
    try:
        temporary = out.with_name(f".{out.name}.new")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(out)
    except OSError as error:
        raise Unavailable(
            "FILE_UNWRITABLE", f"{out} cannot be written: {error.strerror or error}.", path=str(out)
        ) from error


def _print_draft(draft: Draft, out: Path) -> None:
    model = draft.model
    say(f"{out} is drafted: {model.entity.name} with {len(model.attributes)} attributes,")
    say(f"{len(model.events)} event sources, {len(model.metrics)} metrics.")
    say()
    for guess in draft.guesses:
        say(f"  - {guess}")
    if draft.guessed_fields:
        say()
        say(f"Guessed, please confirm (marked `# guessed`): {', '.join(draft.guessed_fields)}")
    say()
    say(f"Then: muster workspace create NAME --model {out}, and muster load FOLDER -w NAME")


def check(
    file: Annotated[
        Path | None, typer.Argument(help="A model.yml; the workspace's own if left out.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Check against a folder, DuckDB file or postgresql://… instead."),
    ] = None,
    schema: SchemaOption = "public",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a data model with the warehouse; exit code 2 if answers would be wrong."""
    document = None if file is None else read_text(file)
    if source is not None and document is not None:
        with steps("Looking at") as tell:
            found = check_source(document, source, schema=schema, progress=tell)
    else:
        with entered(workspace) as context, steps("Looking at") as tell:
            if source is None:
                found = check_workspace(context, document=document, progress=tell)
            else:
                stored = stored_model(context)
                found = check_source(stored.document, source, schema=schema, progress=tell)
    if as_json:
        write_json(
            {
                "tables": found.tables,
                "errors": found.errors,
                "warnings": found.warnings,
                "findings": [finding_json(finding) for finding in found.findings],
            }
        )
    else:
        _print_findings(found)
    if found.errors:
        raise typer.Exit(INPUT_AT_FAULT)


def _print_findings(found: Checked) -> None:
    if found.findings:
        print_table(
            [Column("severity"), Column("path"), Column("finding"), Column("hint"), Column("code")],
            [
                (
                    str(finding.severity),
                    finding.problem.path,
                    finding.problem.sentence,
                    finding.problem.hint or "",
                    finding.problem.code,
                )
                for finding in found.findings
            ],
        )
    say(f"{found.tables} tables, {found.errors} errors, {found.warnings} warnings.")


def load(
    folder: Annotated[Path, typer.Argument(help="Folder with TABLE.csv or TABLE.parquet.")],
    model: Annotated[
        Path | None, typer.Option(help="model.yml; becomes the workspace's data model.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load files into the workspace's warehouse by its data model; all tables or none."""
    document = None if model is None else read_text(model)
    with entered(workspace) as context, steps("Loading") as tell:
        found = load_files(context, folder, model_document=document, progress=tell)
    if as_json:
        write_json(
            {
                "loaded_at": found.report.loaded_at,
                "tables": [table_report_json(report) for report in found.report.tables],
                "model_version": None if found.model is None else found.model.version,
                "unfit_rules": [problem_json(problem) for problem in found.unfit],
            }
        )
        return
    _print_load(found)


def _print_load(found: Loaded) -> None:
    print_table(
        [
            Column("table"),
            *(
                Column(title, number=True)
                for title in ("read", "loaded", "duplicates", "rejected", "orphans", "future")
            ),
            Column("first event"),
            Column("last event"),
        ],
        [
            (
                report.table,
                report.read,
                report.loaded,
                report.duplicates,
                sum(report.rejected.values()),
                report.orphans,
                report.future,
                report.earliest,
                report.latest,
            )
            for report in found.report.tables
        ],
    )
    for report in found.report.tables:
        for reason, number in report.rejected.items():
            say(f"{report.table}: {cell(number)} rows rejected: {reason.replace('_', ' ')}")
        for column, number in report.unreadable.items():
            say(f"{report.table}.{column}: {cell(number)} values unreadable, loaded as empty")
    for problem in found.unfit:
        sys.stderr.write(f"warning: {problem.path}: {problem.sentence}\n")
