"""`muster refresh`: evaluate rules together and publish their segments."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.base.errors import InvalidInput
from muster.cli.options import AsOfOption, JsonOption, WorkspaceOption, read_as_of
from muster.cli.output import Column, print_table, say, say_synthetic, seconds, share, write_json
from muster.cli.progress import stages
from muster.cli.session import entered
from muster.cli.shapes import segment_version_json, share_of
from muster.services.refresh import refresh


def refresh_command(
    names: Annotated[list[str] | None, typer.Argument(help="Rules to refresh.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All rules of the workspace.")] = False,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate rules (and the parents they need) at one instant and publish them together."""
    if bool(names) == every:
        raise InvalidInput(
            "NOTHING_NAMED",
            "Name the rules to refresh, or say --all, not both.",
            hint="For example: muster refresh --all",
            path="NAMES",
        )
    instant = read_as_of(as_of)
    with entered(workspace) as context, stages("Refreshing") as tell:
        chosen = None if every else list(dict.fromkeys(names or []))
        found = refresh(context, chosen, as_of=instant, progress=tell)
        synthetic = context.workspace.synthetic
    if as_json:
        write_json(
            {
                "run": int(found.run.id),
                "as_of": found.run.as_of,
                "seconds": round(found.seconds, 3),
                "segments": [
                    {"name": name, **segment_version_json(version)}
                    for name, version in found.versions
                ],
                "synthetic": synthetic,
            }
        )
        return
    print_table(
        [
            Column("segment"),
            Column("version", number=True),
            Column("members", number=True),
            Column("entered", number=True),
            Column("left", number=True),
            Column("share", number=True),
            Column("seconds", number=True),
        ],
        [
            (
                name,
                version.number,
                version.size,
                version.entered,
                version.left,
                share(share_of(version)),
                seconds(version.seconds),
            )
            for name, version in found.versions
        ],
    )
    say(
        f"Run {found.run.id}: {len(found.versions)} segments published in "
        f"{seconds(found.seconds)} s, as of {found.run.as_of:%Y-%m-%d %H:%M:%S} UTC."
    )
    say_synthetic(synthetic)
