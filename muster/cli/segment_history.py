"""`muster segment history`: how a segment changed, and when one entity entered and left."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import Column, print_table, say, say_synthetic, sparkline, write_json
from muster.cli.session import entered
from muster.cli.shapes import segment_version_json
from muster.services.context import WorkspaceContext
from muster.services.history import Spell, entity_history
from muster.services.segments import show_segment

_WORDS = {True: "member", False: "not a member", None: "not known: members no longer kept"}


def history(
    name: Annotated[str, typer.Argument(help="The segment.")],
    entity: Annotated[
        str | None, typer.Option("--entity", metavar="KEY", help="When this one entered and left.")
    ] = None,
    versions: Annotated[int, typer.Option(min=1, max=1000, help="Versions to show.")] = 30,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show size, entered and left of each version; or one entity's membership."""
    with entered(workspace) as context:
        if entity is None:
            _versions(context, name, versions, as_json=as_json)
        else:
            _entity(context, name, entity, as_json=as_json)
        synthetic = context.workspace.synthetic
    if not as_json:
        say_synthetic(synthetic)


def _versions(context: WorkspaceContext, name: str, most: int, *, as_json: bool) -> None:
    _, found = show_segment(context, name, versions=most)
    oldest_first = found[::-1]
    if as_json:
        shown = [
            {**segment_version_json(one), "members_kept": one.bitmap is not None}
            for one in oldest_first
        ]
        write_json({"segment": name, "versions": shown, "synthetic": context.workspace.synthetic})
        return
    say(f"{name}: {sparkline([one.size for one in oldest_first])}", style="bold")
    print_table(
        [
            Column("version", number=True),
            Column("as of"),
            Column("members", number=True),
            Column("entered", number=True),
            Column("left", number=True),
            Column("members kept"),
        ],
        [
            (one.number, one.as_of, one.size, one.entered, one.left, one.bitmap is not None)
            for one in oldest_first
        ],
    )


def _entity(context: WorkspaceContext, name: str, key: str, *, as_json: bool) -> None:
    found = entity_history(context, name, key)
    if as_json:
        write_json(
            {
                "segment": name,
                "entity": found.key,
                "spells": [_spell(one) for one in found.spells],
                "synthetic": context.workspace.synthetic,
            }
        )
        return
    say(f"{found.key} in {name}", style="bold")
    print_table(
        [Column("since"), Column("until"), Column("versions"), Column("what")],
        [
            (
                one.first.as_of,
                one.last.as_of,
                f"{one.first.number} to {one.last.number}",
                _WORDS[one.member],
            )
            for one in found.spells
        ],
    )


def _spell(one: Spell) -> dict[str, object]:
    return {
        "member": one.member,
        "first_version": one.first.number,
        "last_version": one.last.number,
        "since": one.first.as_of,
        "until": one.last.as_of,
    }
