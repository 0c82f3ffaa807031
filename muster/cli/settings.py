"""`muster settings`: what is set for one workspace."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from muster.base.errors import InvalidInput
from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import Column, print_table, say, write_json
from muster.cli.session import entered
from muster.services import workspace_settings

app = typer.Typer(help="What is set for one workspace.", no_args_is_help=True)


@app.command("show")
def show(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Show the settings of a workspace."""
    with entered(workspace) as context:
        found, revision = workspace_settings.read_with_revision(context)
    values = workspace_settings.as_json(found)
    if as_json:
        write_json({"settings": values, "revision": revision})
        return
    print_table([Column("setting"), Column("value")], list(values.items()))


@app.command("set")
def set_command(
    assignments: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=VALUE...", help="For example versions_kept=20 time_zone=null."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; kept in the audit log.")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change settings, all that are named or none; `null` takes a value away."""
    changes = dict(_read(assignment) for assignment in assignments)
    with entered(workspace) as context:
        found, revision = workspace_settings.change_settings(context, changes, reason=reason)
    if as_json:
        write_json({"settings": workspace_settings.as_json(found), "revision": revision})
        return
    say(f"The settings of {context.workspace.name} are at revision {revision}.")


def _read(assignment: str) -> tuple[str, Any]:
    """Return a name and its value: JSON where it is any, else the text itself.

    >>> _read("time_zone=Europe/Vienna"), _read("concurrency=2")
    (('time_zone', 'Europe/Vienna'), ('concurrency', 2))
    """
    name, equals, text = assignment.partition("=")
    if not equals:
        raise InvalidInput(
            "BAD_ASSIGNMENT",
            f'"{assignment}" sets nothing.',
            hint="Write NAME=VALUE, for example versions_kept=20.",
            path="NAME=VALUE",
        )
    try:
        return name.strip(), json.loads(text)
    except ValueError:
        return name.strip(), text.strip()
