"""`muster notifications` and `muster channel`: what a workspace was told, and where it is sent."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from muster.base.errors import NotFound
from muster.base.notices import Channel, ChannelKind, Notification
from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import Column, listed, print_table, say, say_aside, write_json
from muster.cli.session import entered
from muster.services import channels
from muster.services.channels import ChannelState
from muster.services.context import WorkspaceContext
from muster.services.feed import read_feed

notifications_app = typer.Typer(help="Look at notifications.", no_args_is_help=True)
channel_app = typer.Typer(help="Say where notifications are sent.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the channel.")]


@notifications_app.command("list")
def list_notifications(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 20,
    unread: Annotated[bool, typer.Option("--unread", help="Only what you have not read.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what a workspace was told, newest first."""
    with entered(workspace) as context:
        found = read_feed(context, unread_only=unread, limit=limit)
    if as_json:
        write_json(listed(_notification_json(item) for item in found.items))
        return
    print_table(
        [Column("id", number=True), Column("at"), Column("severity"), Column("what")],
        [(int(one.id), one.at, one.severity.value, one.title) for one in found.items],
    )


@channel_app.command("list")
def list_command(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the channels of a workspace and how each does."""
    with entered(workspace) as context:
        found = channels.list_channels(context)
    if as_json:
        write_json(listed(_channel_json(item) for item in found))
        return
    print_table(
        [Column(title) for title in ("channel", "kind", "target", "told of", "on", "last", "why")],
        [
            (
                item.channel.name,
                item.channel.kind.value,
                item.channel.target,
                item.channel.kinds or "all",
                item.channel.enabled,
                item.last.state if item.last else None,
                item.problem or (item.last.error if item.last else None),
            )
            for item in found
        ],
    )


@channel_app.command("add")
def add(
    name: NameArgument,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="https://… or e-mail addresses.")],
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help="Only these notifications; repeatable.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a channel: a webhook for a URL, else e-mail. A webhook's secret is shown this once."""
    kind = ChannelKind.WEBHOOK if "://" in target else ChannelKind.EMAIL
    with entered(workspace) as context:
        made = channels.create_channel(
            context, kind=kind, name=name, target=target, kinds=kinds or []
        )
        state = channels.read_channel(context, made.channel.id)
    if as_json:
        write_json({**_channel_json(state), "secret": made.secret})
        return
    say(f"Added the channel {name}. Try it with `muster channel test {name}`.")
    if made.secret is not None:
        say(f"Signing secret, shown this once: {made.secret}")
    if state.problem is not None:
        say_aside(state.problem)


@channel_app.command("remove")
def remove(
    name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Remove a channel with what it still waits for."""
    with entered(workspace) as context:
        channels.delete_channel(context, _named(context, name).id)
    if as_json:
        write_json({"name": name, "removed": True})
    else:
        say(f"Removed the channel {name}.")


@channel_app.command("test")
def try_command(
    name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Send a test message now; exit code 1 when it was not delivered."""
    with entered(workspace) as context:
        trial = channels.try_channel(context, _named(context, name).id)
    outcome = trial.outcome
    if as_json:
        write_json(
            {
                "delivered": outcome.delivered,
                "detail": outcome.detail,
                "code": outcome.code,
                "status": outcome.status,
                "seconds": trial.seconds,
            }
        )
    else:
        say(f"{'Delivered' if outcome.delivered else 'Not delivered'}: {outcome.detail}")
    if not outcome.delivered:
        raise typer.Exit(1)


def _named(context: WorkspaceContext, name: str) -> Channel:
    found = {item.channel.name: item.channel for item in channels.list_channels(context)}
    if name not in found:
        raise NotFound(
            "UNKNOWN_CHANNEL",
            f'There is no channel named "{name}".',
            hint=f"There are: {', '.join(found)}." if found else "There is no channel yet.",
        )
    return found[name]


def _notification_json(item: Notification) -> dict[str, Any]:
    return {
        "id": item.id,
        "at": item.at,
        "kind": item.kind,
        "severity": item.severity,
        "subject": item.subject,
        "title": item.title,
        "body": item.body,
        "data": item.data,
        "read": item.read,
    }


def _channel_json(item: ChannelState) -> dict[str, Any]:
    channel, last = item.channel, item.last
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "target": channel.target,
        "kinds": channel.kinds,
        "enabled": channel.enabled,
        "problem": item.problem,
        "last_delivery": None
        if last is None
        else {"state": last.state, "attempts": last.attempts, "error": last.error, "at": last.at},
    }
