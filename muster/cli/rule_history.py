"""`muster rule history`: how large a rule would have been, and who is about to leave."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated

import typer

from muster.cli.options import AsOfOption, JsonOption, WorkspaceOption, read_as_of
from muster.cli.output import (
    Column,
    print_table,
    say,
    say_synthetic,
    seconds,
    sparkline,
    write_json,
)
from muster.cli.rule_source import one_rule
from muster.cli.session import entered
from muster.services.size_history import MOST_AHEAD, MOST_DAYS, SizeHistory, size_history

_SHOWN = 14


def history(
    rule: Annotated[
        str, typer.Argument(metavar="FILE|NAME|JSON", help="A file, a saved rule, or JSON itself.")
    ],
    days: Annotated[int, typer.Option(min=0, max=MOST_DAYS, help="Days before the last one.")] = 90,
    ahead: Annotated[
        int, typer.Option(min=0, max=MOST_AHEAD, help="Days to come: how many leave by then.")
    ] = 14,
    as_of: AsOfOption = None,
    local_time: Annotated[
        datetime | None,
        typer.Option("--at", formats=["%H:%M"], help="Time of day, in the rule's time zone."),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how large a rule would have been on past days, from the data of today."""
    instant = read_as_of(as_of)
    with entered(workspace) as context:
        found = size_history(
            context,
            one_rule(context, rule).definition,
            days=days,
            ahead=ahead,
            as_of=instant,
            local_time=None if local_time is None else time(local_time.hour, local_time.minute),
        )
        synthetic = context.workspace.synthetic
    if as_json:
        write_json({**_document(found), "synthetic": synthetic})
    else:
        _print(found)
        say_synthetic(synthetic)


def _document(found: SizeHistory) -> dict[str, object]:
    return {
        "points": [
            {
                "as_of": one.as_of,
                "size": one.size,
                "universe": one.universe,
                "unknown": one.unknown,
                "entered": one.entered,
                "left": one.left,
            }
            for one in found.points
        ],
        "leaving": [{"by": one.by, "members": one.members} for one in found.leaving],
        "method": found.method,
        "notes": found.notes,
        "seconds": round(found.seconds, 3),
    }


def _print(found: SizeHistory) -> None:
    sizes = [one.size for one in found.points]
    say(f"{sparkline(sizes)}  {min(sizes):,} to {max(sizes):,}, now {sizes[-1]:,}", style="bold")
    print_table(
        [
            Column("as of"),
            Column("members", number=True),
            Column("entered", number=True),
            Column("left", number=True),
        ],
        [(one.as_of, one.size, one.entered, one.left) for one in found.points[-_SHOWN:]],
    )
    if len(sizes) > _SHOWN:
        say(f"The last {_SHOWN} of {len(sizes)} days; --json has them all.")
    if found.leaving:
        last = found.leaving[-1]
        say(
            f"{last.members:,} of {sizes[-1]:,} members leave within {len(found.leaving)} days"
            " unless something happens."
        )
    for note in found.notes:
        say(note, style="dim")
    how = "added up from what entered and left" if found.method == "ledger" else "day by day"
    say(f"Computed {how} in {seconds(found.seconds)} s.", style="dim")
