"""`muster schedule`: when rules refresh by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from muster.base.ids import ScheduleId
from muster.base.records import Misfire
from muster.cli.options import JsonOption, WorkspaceOption, read_as_of
from muster.cli.output import Column, instant, listed, print_table, say, write_json
from muster.cli.run_shapes import schedule_json
from muster.cli.session import entered
from muster.services.context import WorkspaceContext
from muster.services.schedules import (
    ScheduleView,
    change_schedule,
    changeable,
    list_schedules,
    pause_schedule,
    preview,
    schedule_of_rule,
    show_schedule,
)
from muster.store.schedules import ScheduleFilter

_NEVER = "never"

app = typer.Typer(help="When rules refresh by themselves.", no_args_is_help=True)

WhichArgument = Annotated[
    str, typer.Argument(metavar="RULE", help="Name of the rule, or number of the schedule.")
]
ReasonOption = Annotated[str, typer.Option(help="Why, for the audit log.")]


@app.command("list")
def list_command(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 200,
    paused: Annotated[
        bool | None, typer.Option("--paused/--active", help="Only paused ones, or only others.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the schedules of a workspace."""
    with entered(workspace) as context:
        found, total = list_schedules(context, wanted=ScheduleFilter(paused=paused), limit=limit)
    if as_json:
        write_json({**listed(schedule_json(view) for view in found), "total": total})
        return
    print_table(
        [
            Column("id", number=True),
            Column("rule"),
            Column("cron"),
            Column("zone"),
            Column("next"),
            Column("last"),
            Column("missed"),
        ],
        [
            (
                int(view.named.schedule.id),
                view.named.rule or view.named.schedule.kind.value,
                view.named.schedule.cron,
                view.named.schedule.time_zone,
                _next(view),
                view.named.schedule.last_fire_at,
                view.named.schedule.misfire.value,
            )
            for view in found
        ],
    )


@app.command("show")
def show_command(
    which: WhichArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Show a rule's schedule: its next five times and its last ones."""
    with entered(workspace) as context:
        found = _find(context, which)
    _print(found, as_json=as_json)


@app.command("set")
def set_command(
    which: WhichArgument,
    time_zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="IANA name, e.g. Europe/Vienna.")
    ] = None,
    starts_at: Annotated[
        str | None, typer.Option(metavar="T", help="Nothing fires before it; never: no bound.")
    ] = None,
    ends_at: Annotated[
        str | None, typer.Option(metavar="T", help="Nothing fires from it on; never: no bound.")
    ] = None,
    misfire: Annotated[
        Misfire | None, typer.Option(help="Of the times that passed while no server ran, run …")
    ] = None,
    grace_seconds: Annotated[
        int | None, typer.Option(help="A time missed by more than this is not made up for.")
    ] = None,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a schedule; its cron text belongs to the rule and is changed there."""
    with entered(workspace) as context:
        schedule = _find(context, which).named.schedule
        before = changeable(schedule)
        wanted = replace(
            before,
            time_zone=before.time_zone if time_zone is None else time_zone,
            starts_at=_bound(starts_at, before.starts_at),
            ends_at=_bound(ends_at, before.ends_at),
            misfire=misfire or before.misfire,
            grace_seconds=before.grace_seconds if grace_seconds is None else grace_seconds,
        )
        found = change_schedule(
            context,
            schedule.id,
            wanted,
            expected_revision=schedule.revision,
            reason=reason,
        )
    _print(found, as_json=as_json)


@app.command("pause")
def pause_command(
    which: WhichArgument,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a schedule fire nothing until it is resumed."""
    with entered(workspace) as context:
        schedule_id = _find(context, which).named.schedule.id
        found = pause_schedule(context, schedule_id, paused=True, reason=reason)
    _print(found, as_json=as_json)


@app.command("resume")
def resume_command(
    which: WhichArgument,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a paused schedule go on from now; its pause is not made up for."""
    with entered(workspace) as context:
        schedule_id = _find(context, which).named.schedule.id
        found = pause_schedule(context, schedule_id, paused=False, reason=reason)
    _print(found, as_json=as_json)


@app.command("next")
def next_command(
    cron: Annotated[str, typer.Argument(help='Five fields or a nickname, e.g. "0 6 * * mon-fri".')],
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="IANA name.")] = "UTC",
    as_json: JsonOption = False,
) -> None:
    """Print the next five times of a schedule nobody has saved yet."""
    found = preview(cron, time_zone)
    if as_json:
        write_json({"cron": cron, "time_zone": time_zone, "next_fires": found})
        return
    for moment in found:
        say(_both(moment, time_zone))


def _find(context: WorkspaceContext, which: str) -> ScheduleView:
    if which.isascii() and which.isdigit() and len(which) < 19:
        return show_schedule(context, ScheduleId(int(which)))
    return schedule_of_rule(context, which)


def _bound(text: str | None, before: datetime | None) -> datetime | None:
    """Return what an option makes of a bound; left out, it stays as it is."""
    if text is None:
        return before
    return None if text == _NEVER else read_as_of(text)


def _next(view: ScheduleView) -> str:
    if view.named.schedule.paused:
        return "paused"
    return instant(view.next_fires[0]) if view.next_fires else _NEVER


def _print(view: ScheduleView, *, as_json: bool) -> None:
    if as_json:
        write_json(schedule_json(view))
        return
    schedule = view.named.schedule
    name = view.named.rule or schedule.kind.value
    say(f"{name}: {schedule.cron} in {schedule.time_zone}", style="bold")
    if schedule.paused:
        say("paused", style="yellow")
    for label, moment in (("starts", schedule.starts_at), ("ends", schedule.ends_at)):
        if moment is not None:
            say(f"{label} {instant(moment)}")
    say(
        f"times that passed while no server ran: {schedule.misfire.value}, at most"
        f" {schedule.grace_seconds:,} s late"
    )
    for moment in view.next_fires:
        say(f"next {_both(moment, schedule.time_zone)}")
    for fire in view.fired:
        became = "missed" if fire.run_id is None else f"run {fire.run_id}"
        say(f"last {instant(fire.fire_at)}: {became}", style="dim")


def _both(moment: datetime, time_zone: str) -> str:
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{local:%a %Y-%m-%d %H:%M %Z} ({instant(moment)})"
