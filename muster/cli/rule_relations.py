"""`muster rule relations`: what a rule has to do with the published ones."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.base.json_value import dumps
from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import Column, print_table, say, write_json
from muster.cli.rule_source import one_rule
from muster.cli.session import entered
from muster.services.reuse import find_reuse


def register(app: typer.Typer) -> None:
    """Add the command to `muster rule`."""
    app.command("relations")(relations)


def relations(
    rule: Annotated[
        str, typer.Argument(metavar="FILE|NAME|JSON", help="A file, a saved rule, or JSON itself.")
    ],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find segments that are the same as a rule, part of it, or what it is made of."""
    with entered(workspace) as context:
        document = one_rule(context, rule)
        found = find_reuse(context, document.definition, name=document.name)
    if as_json:
        write_json(
            {
                "items": [
                    {
                        "relation": one.relation,
                        "segments": one.segments,
                        "operation": one.operation,
                        "sentence": one.sentence,
                        "definition": one.definition,
                        "path": one.path,
                    }
                    for one in found.findings
                ],
                "total": len(found.findings),
                "compared": found.compared,
                "truncated": found.truncated,
            }
        )
        return
    say(f"Held against {found.compared} published rules.")
    if not found.findings:
        say("Nothing is proven of it and any of them.")
        return
    print_table(
        [Column("relation"), Column("segment"), Column("why")],
        [(one.relation, ", ".join(one.segments), one.sentence) for one in found.findings],
    )
    for one in found.findings:
        if one.definition is not None:
            say()
            say(f"With {', '.join(one.segments)}:")
            say(dumps(one.definition, indent=2))
    if found.truncated:
        say("There are more; only the closest are listed.")
