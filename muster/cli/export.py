"""`muster export`: members as CSV, JSON or Parquet."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from muster.base.errors import InvalidInput
from muster.cli.options import (
    ColumnsOption,
    JsonOption,
    UnmaskOption,
    WorkspaceOption,
    columns_as_option,
    read_columns,
)
from muster.cli.output import say_aside, write_json
from muster.cli.segment import ChangeOption, VersionOption
from muster.cli.session import entered
from muster.services.exporting import Exported, export_to_file, export_to_stream


class Format(StrEnum):
    """How members are written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def export(
    name: Annotated[str, typer.Argument(help="The segment.")],
    file_format: Annotated[
        Format, typer.Option("--format", help="json is one array of objects, one to a line.")
    ] = Format.CSV,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; stdout if left out.")
    ] = None,
    columns: ColumnsOption = None,
    version: VersionOption = None,
    change: ChangeOption = None,
    unmask: UnmaskOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a segment's members: keys, and attributes that are named; personal data is hidden."""
    if as_json and out is None:
        raise InvalidInput(
            "JSON_NEEDS_FILE",
            "With --json the report goes to stdout, so the members need a file.",
            hint="Name it with --out, or take --format json without --json.",
            path="--out",
        )
    chosen = read_columns(columns)
    with entered(workspace) as context, columns_as_option():
        if out is None:
            found = export_to_stream(
                context,
                name,
                sys.stdout,
                file_format=file_format.value,
                columns=chosen,
                version=version,
                unmask=unmask,
                change=None if change is None else change.value,
            )
        else:
            found = export_to_file(
                context,
                name,
                out,
                file_format=file_format.value,
                columns=chosen,
                version=version,
                unmask=unmask,
                change=None if change is None else change.value,
            )
        synthetic = context.workspace.synthetic
    if as_json:
        write_json(
            {
                "segment": name,
                "version": found.version.number,
                "format": found.file_format,
                "path": found.path,
                "rows": found.rows,
                "columns": found.columns,
                "masked": found.masked,
                "seconds": round(found.seconds, 3),
                "synthetic": synthetic,
            }
        )
        return
    say_aside(_summary(name, found) + (" Synthetic data." if synthetic else ""))


def _summary(name: str, found: Exported) -> str:
    where = "stdout" if found.path is None else str(found.path)
    text = f"{found.rows:,} members of {name}, version {found.version.number}, to {where}."
    if found.masked:
        text += f" Hidden: {', '.join(found.masked)} (--unmask shows it)."
    return text
