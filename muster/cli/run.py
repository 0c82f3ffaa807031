"""`muster run`: what was refreshed, and how it went."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import Column, listed, print_table, write_json
from muster.cli.session import entered
from muster.cli.shapes import run_json
from muster.services.runs import list_runs

app = typer.Typer(help="Look at runs.", no_args_is_help=True)


@app.command("list")
def list_command(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the newest runs of a workspace."""
    with entered(workspace) as context:
        found = list_runs(context, limit=limit)
    if as_json:
        write_json(listed(run_json(run) for run in found))
        return
    print_table(
        [
            Column("run", number=True),
            Column("state"),
            Column("as of"),
            Column("rules", number=True),
            Column("began"),
            Column("seconds", number=True),
            Column("error"),
        ],
        [
            (
                int(run.id),
                str(run.state),
                run.as_of,
                len(run.rules),
                run.started_at,
                (run.finished_at - run.started_at).total_seconds()
                if run.started_at and run.finished_at
                else None,
                run.error,
            )
            for run in found
        ],
    )
