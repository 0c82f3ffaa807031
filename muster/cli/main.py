"""The `muster` command: its sub-commands, and what becomes of their errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated

import typer

# Typer carries its own copy of Click and does not name this class itself.
from typer._click.exceptions import ClickException
from typer.core import TyperGroup

import muster
from muster.base.errors import EngineFailed, MusterError
from muster.cli import (
    audit,
    backup,
    count,
    data,
    demo,
    doctor,
    export,
    gc,
    index,
    live,
    notification,
    orders,
    people,
    plan,
    refresh,
    rule,
    rule_history,
    runs,
    schedule,
    segment,
    segment_explain,
    segment_history,
    segment_lineage,
    segment_overlap,
    settings,
    user,
    worker,
    workspace,
)
from muster.cli.errors import (
    INPUT_AT_FAULT,
    INTERRUPTED,
    exit_code_of,
    show_error,
    show_usage_error,
)
from muster.cli.output import say

app = typer.Typer(
    name="muster",
    help="Rules become segments, exactly, on your own tables.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"muster {muster.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Rules become segments, exactly, on your own tables."""


app.command("demo")(demo.demo)
app.command("serve")(demo.serve)
app.command("worker")(worker.worker_command)
app.command("init")(data.init)
app.command("check")(data.check)
app.command("load")(data.load)
app.add_typer(workspace.app, name="workspace")
app.add_typer(user.app, name="user")
app.add_typer(people.members_app, name="member")
app.add_typer(people.tokens_app, name="token")
app.add_typer(settings.app, name="settings")
rule.app.command("history")(rule_history.history)
app.add_typer(rule.app, name="rule")
app.command("count")(count.count)
app.command("live")(live.live)
app.command("plan")(plan.plan)
app.command("refresh")(refresh.refresh_command)
segment.app.command("explain")(segment_explain.explain)
segment.app.command("lineage")(segment_lineage.lineage)
segment.app.command("overlap")(segment_overlap.overlap)
segment.app.command("history")(segment_history.history)
app.add_typer(segment.app, name="segment")
app.command("export")(export.export)
app.add_typer(orders.app, name="orders")
app.add_typer(audit.app, name="audit")
app.add_typer(notification.notifications_app, name="notifications")
app.add_typer(notification.channel_app, name="channel")
app.add_typer(runs.app, name="runs")
app.add_typer(schedule.app, name="schedule")
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(index.app, name="index")
app.command("gc")(gc.gc)
app.command("doctor")(doctor.doctor)


@cache
def _command() -> TyperGroup:
    """Return the whole command; building it takes longer than some commands do."""
    found = typer.main.get_command(app)
    assert isinstance(found, TyperGroup)
    return found


def run_command(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors are printed, never raised."""
    as_json = "--json" in arguments
    try:
        code = _command().main(_options_last(arguments), prog_name="muster", standalone_mode=False)
    except MusterError as error:
        if isinstance(error, EngineFailed) and error.kind == "interrupted":
            return INTERRUPTED
        show_error(error, as_json=as_json)
        return exit_code_of(error)
    except ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            say(error.format_message())
            return INPUT_AT_FAULT
        show_usage_error(error.format_message(), hint=_help_hint(error), as_json=as_json)
        return INPUT_AT_FAULT
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _options_last(arguments: Sequence[str]) -> list[str]:
    """Move --workspace and --json from in front of the command to behind it.

    >>> _options_last(["-w", "shop", "rule", "list"])
    ['rule', 'list', '-w', 'shop']
    """
    rest = list(arguments)
    moved: list[str] = []
    while rest:
        if rest[0] in ("-w", "--workspace") and len(rest) > 1:
            moved += [rest.pop(0), rest.pop(0)]
        elif rest[0] == "--json" or rest[0].startswith("--workspace="):
            moved.append(rest.pop(0))
        else:
            break
    return [*rest, *moved]


def _help_hint(error: ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"Run `{context.command_path if context else 'muster'} --help`."


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run_command(sys.argv[1:]))
