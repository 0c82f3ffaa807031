"""`muster workspace`: make and list workspaces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.cli.files import read_text
from muster.cli.options import JsonOption
from muster.cli.output import Column, listed, print_table, say, write_json
from muster.cli.session import opened, read_settings
from muster.cli.shapes import workspace_json
from muster.model.load import load_model
from muster.services.access import enter_locally
from muster.services.workspaces import create_workspace, list_workspaces, save_model

app = typer.Typer(help="Make and list workspaces.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Small letters, digits and _; a letter first.")],
    title: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    model: Annotated[Path | None, typer.Option(help="Its model.yml.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a workspace, with a data model if one is named."""
    document = None if model is None else read_text(model)
    synthetic = document is not None and load_model(document).synthetic  # before anything is made
    actor = read_settings().actor
    with opened() as resources:
        created = create_workspace(
            resources,
            name=name,
            title=title or name.replace("_", " ").capitalize(),
            synthetic=synthetic,
            actor=actor,
        )
        if document is not None:
            save_model(enter_locally(resources, name, actor=actor), document)
    if as_json:
        write_json(workspace_json(created))
        return
    say(f"Workspace {created.name} is made.")
    following = "muster load FOLDER" if document else "muster load FOLDER --model model.yml"
    say(f"Load data next: {following} -w {created.name}")


@app.command("list")
def list_command(as_json: JsonOption = False) -> None:
    """List the workspaces."""
    with opened() as resources:
        found = list_workspaces(resources)
    if as_json:
        write_json(listed(workspace_json(workspace) for workspace in found))
        return
    print_table(
        [Column("workspace"), Column("title"), Column("data"), Column("made")],
        [
            (
                workspace.name,
                workspace.title,
                "synthetic" if workspace.synthetic else "your own",
                workspace.created_at,
            )
            for workspace in found
        ],
    )
