"""`muster segment lineage`: what a segment is made of, and what is made of it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.tree import Tree

from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import age, printable, say, say_synthetic, stdout_console, write_json
from muster.cli.session import entered
from muster.cli.shapes import ancestor_json
from muster.services.lineage import Ancestor, read_lineage


def lineage(
    name: Annotated[str, typer.Argument(help="The segment.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a segment is made of, down to tables, how fresh that is, and what is made of it."""
    with entered(workspace) as context:
        found = read_lineage(context, name)
        synthetic = context.workspace.synthetic
    current = found.segment.current
    if as_json:
        write_json(
            {
                "segment": name,
                "version": None if current is None else current.number,
                "as_of": None if current is None else current.as_of,
                "age_seconds": found.age,
                "parents": [ancestor_json(parent) for parent in found.parents],
                "children": found.children,
                "synthetic": synthetic,
            }
        )
        return
    title = name
    if current is not None and found.age is not None:
        title = f"{name} version {current.number}: {current.size:,} members, {age(found.age)} old"
    tree = Tree(printable(title))
    for parent in found.parents:
        _add(tree, parent)
    stdout_console().print(tree)
    if current is None:
        say("never refreshed: nothing is known of where it comes from")
    say(f"made of it: {', '.join(found.children) or 'no other segment'}")
    say_synthetic(synthetic)


def _add(tree: Tree, found: Ancestor) -> None:
    if found.age is None:
        gone = ", deleted since" if found.kind == "segment" else ""
        tree.add(f"{found.kind} {printable(found.name)}{gone}")
        return
    behind = f", {found.behind} newer since" if found.behind else ""
    seen = " (see above)" if found.repeated else ""
    branch = tree.add(
        f"segment {found.name} version {found.version}: {found.size:,} members, "
        f"{age(found.age)} old{behind}{seen}"
    )
    for parent in found.parents:
        _add(branch, parent)
