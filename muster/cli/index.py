"""`muster index`: the audience index of a workspace: how it is, build it, drop it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import Column, print_table, say, write_json
from muster.cli.progress import steps
from muster.cli.session import entered
from muster.services import indexing
from muster.services.indexing import IndexStatus

app = typer.Typer(help="The audience index, from which most is answered.", no_args_is_help=True)

_MB = 1024 * 1024


@app.command("status")
def status(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Show what the index holds, and why it is not used where it is not."""
    with entered(workspace) as context:
        found = indexing.index_status(context)
    _show(found, as_json=as_json)


@app.command("build")
def build(
    anew: Annotated[
        bool, typer.Option("--anew", help="Keep nothing of an index that is there.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build the index, or bring it up to date; a refresh does the same first."""
    with entered(workspace) as context, steps("Indexing") as tell:
        found = indexing.build_now(context, anew=anew, progress=tell)
    _show(found, as_json=as_json)


@app.command("drop")
def drop(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Remove the index; everything is answered by the warehouse until it is built again."""
    with entered(workspace) as context:
        indexing.drop(context)
        name = context.workspace.name
    if as_json:
        write_json({"workspace": name, "dropped": True})
        return
    say(f"The index of {name} is gone; the next refresh builds it again.")


def _show(found: IndexStatus, *, as_json: bool) -> None:
    if as_json:
        write_json(_status_json(found))
        return
    say(f"{found.state.value}: {found.sentence}")
    if found.generation is None:
        return
    say(f"Generation {found.generation}, built at {found.built_at:%Y-%m-%d %H:%M:%S} UTC.")
    print_table(
        [
            Column("part"),
            Column("rows", number=True),
            Column("MB", number=True),
            Column("newest event"),
        ],
        [
            (part.name, f"{part.rows:,}", f"{part.size_bytes / _MB:.1f}", part.newest_event or "")
            for part in found.parts
        ],
    )
    for name, why in sorted(found.left_out.items()):
        say(f"Left to SQL: {name}: {why}.")


def _status_json(found: IndexStatus) -> dict[str, Any]:
    return {
        "state": found.state,
        "sentence": found.sentence,
        "generation": found.generation,
        "built_at": found.built_at,
        "size_bytes": found.size_bytes,
        "parts": [
            {
                "name": part.name,
                "rows": part.rows,
                "size_bytes": part.size_bytes,
                "newest_event": part.newest_event,
                "newest_ingested": part.newest_ingested,
            }
            for part in found.parts
        ],
        "left_out": [{"name": name, "why": why} for name, why in sorted(found.left_out.items())],
    }
