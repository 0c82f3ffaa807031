"""`muster gc`: remove what is no longer kept, now."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import Column, print_table, say, write_json
from muster.cli.session import entered
from muster.services.retention import Removed, foresee, retain_now
from muster.services.upkeep import count_ended, remove_ended

_WORDS = {
    "versions": "segment versions without members",
    "files": "files of members, and of indexes half built",
    "freed_bytes": "bytes of those files",
    "runs": "runs",
    "run_rules": "outcomes of rules",
    "log_lines": "lines of run logs",
    "fires": "times of schedules",
    "notifications": "notifications",
    "sessions": "sessions (installation)",
    "sign_in_states": "visits to identity providers (installation)",
    "sign_in_attempts": "attempts to sign in (installation)",
    "invitations": "invitations (installation)",
    "api_tokens": "API tokens (installation)",
    "workers": "vanished workers (installation)",
}


def gc(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove what a workspace no longer keeps, and what is over for the installation.

    How much is kept: `muster settings show`. A schedule does the same once a day.
    """
    with entered(workspace) as context:
        name = context.workspace.name
        run = None
        if dry_run:
            removed, ended = foresee(context), count_ended(context.resources)
        else:
            run, removed = retain_now(context)
            ended = remove_ended(context.resources, actor=context.actor)
    if as_json:
        write_json(
            {
                "workspace": name,
                "dry_run": dry_run,
                "run": None if run is None else int(run.id),
                "removed": asdict(removed),
                "installation": ended,
            }
        )
        return
    _print(removed, ended, dry_run=dry_run)
    if run is not None:
        say(f"Run {run.id} of {name} has the details: muster runs tail {run.id}")


def _print(removed: Removed, ended: dict[str, int], *, dry_run: bool) -> None:
    figures = {**asdict(removed), **ended}
    shown = [(_WORDS[name], figure) for name, figure in figures.items() if figure]
    if not shown:
        say("There is nothing to remove.")
        return
    title = "would be removed" if dry_run else "removed"
    print_table([Column("what"), Column(title, number=True)], shown)
