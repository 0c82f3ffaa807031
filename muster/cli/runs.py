"""`muster runs`: what was refreshed and how it went, followed live, called off or repeated."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from muster.base.ids import RunId
from muster.base.json_value import dumps
from muster.base.records import Run, RunLogLine, RunOrigin, RunState
from muster.cli.options import JsonOption, WorkspaceOption, read_as_of
from muster.cli.output import Column, instant, listed, plain, print_table, say, write_json
from muster.cli.run_shapes import log_line_json, run_detail_json, run_json
from muster.cli.session import entered
from muster.services.context import WorkspaceContext
from muster.services.runs import RunDetail, list_runs, read_log, show_run
from muster.services.triggering import cancel_run, retry_run
from muster.store.run_list import RunFilter

UNSUCCESSFUL = 1
_ACTIVE = (RunState.QUEUED, RunState.RUNNING)
_LOOK_SECONDS = 0.5
_LINES = 500

app = typer.Typer(help="Look at runs, follow, cancel and repeat them.", no_args_is_help=True)

IdArgument = Annotated[
    int, typer.Argument(metavar="RUN", min=1, max=2**63 - 1, help="Number of the run.")
]


@app.command("list")
def list_command(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 20,
    state: Annotated[RunState | None, typer.Option(help="Only runs in this state.")] = None,
    rule: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only runs of this rule.")
    ] = None,
    origin: Annotated[RunOrigin | None, typer.Option(help="Only runs made by this.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="T", help="Only runs made at or after this instant.")
    ] = None,
    dead_letter: Annotated[
        bool, typer.Option("--dead-letter", help="Only runs that wait for a person.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the newest runs of a workspace."""
    wanted = RunFilter(state, rule, origin, read_as_of(since), True if dead_letter else None)
    with entered(workspace) as context:
        found, total = list_runs(context, wanted=wanted, limit=limit)
    if as_json:
        write_json({**listed(run_json(run) for run in found), "total": total})
        return
    print_table(
        [
            Column("run", number=True),
            Column("state"),
            Column("by"),
            Column("as of"),
            Column("rules", number=True),
            Column("began"),
            Column("seconds", number=True),
            Column("error"),
        ],
        [
            (
                int(run.id),
                _state(run),
                run.origin.value,
                run.as_of,
                len(run.rules),
                run.started_at,
                _seconds(run),
                run.error,
            )
            for run in found
        ],
    )
    if total > len(found):
        say(f"{total - len(found):,} more; add --limit.", style="dim")


@app.command("show")
def show_command(
    run_id: IdArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Show one run: what became of each rule, what it waits for, its last lines."""
    with entered(workspace) as context:
        found = show_run(context, RunId(run_id))
        lines = read_log(context, RunId(run_id), limit=_LINES)
    if as_json:
        log = [log_line_json(line) for line in lines]
        write_json({**run_detail_json(found), "log": log})
        return
    _show(found)
    for line in lines[-20:]:
        _say_line(line)


@app.command("tail")
def tail_command(
    run_id: IdArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Follow a run's log until it ends; the exit code is 1 unless it was published.

    With --json each line is one JSON document, the run itself being the last.
    """
    with entered(workspace) as context:
        run = _follow(context, RunId(run_id), as_json=as_json)
    if as_json:
        typer.echo(dumps(plain(run_json(run))))
    else:
        say(_sentence(run))
    if run.state is not RunState.PUBLISHED:
        raise typer.Exit(UNSUCCESSFUL)


@app.command("cancel")
def cancel_command(
    run_id: IdArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Call a run off; one that is at work ends as soon as its worker hears of it."""
    with entered(workspace) as context:
        run = cancel_run(context, RunId(run_id))
    if as_json:
        write_json(run_json(run))
    elif run.state is RunState.CANCELLED:
        say(f"Run {run.id} is cancelled.")
    else:
        say(f"Run {run.id} is told to stop; `muster runs tail {run.id}` shows when it has.")


@app.command("retry")
def retry_command(
    run_id: IdArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Ask for a new run in place of one that failed or was cancelled."""
    with entered(workspace) as context:
        run = retry_run(context, RunId(run_id))
    if as_json:
        write_json(run_json(run))
    else:
        say(f"Run {run.id} is {run.state.value} in place of run {run_id}.")


def _follow(context: WorkspaceContext, run_id: RunId, *, as_json: bool) -> Run:
    """Print what a run logs until it is over; return it."""
    seen = 0
    while True:
        # the run first: if it is over now, no line is written after those read next
        run = show_run(context, run_id).run
        while lines := read_log(context, run_id, after_id=seen, limit=_LINES):
            for line in lines:
                if as_json:
                    typer.echo(dumps(plain(log_line_json(line))))
                else:
                    _say_line(line)
            seen = lines[-1].id
        if run.state not in _ACTIVE:
            return run
        time.sleep(_LOOK_SECONDS)


def _show(found: RunDetail) -> None:
    run = found.run
    say(_sentence(run))
    say(
        f"Asked for by {run.requested_by or '-'} ({run.origin.value}) at {instant(run.created_at)};"
        f" as of {instant(run.as_of)}; attempt {run.attempt} of {run.max_attempts}"
        + (f"; its worker vanished {run.crashes} times" if run.crashes else "")
        + (f"; it repeats run {run.retry_of}" if run.retry_of else "")
        + "."
    )
    if run.progress:
        share = run.progress.get("share")
        what = run.progress.get("what") or ""
        say(f"Progress: {'' if share is None else f'{share:.0%} '}{what}")
    if found.waiting is not None:
        say(found.waiting.sentence)
    if run.dead_letter:
        say(
            f"It used up its attempts and waits for you: muster runs retry {run.id}",
            style="yellow",
        )
    rows = [
        (rule.rule, rule.outcome.value, rule.segment_version, rule.size, rule.seconds, rule.error)
        for rule in found.rules
    ] or [(name, "pending", None, None, None, None) for name in run.rules]
    print_table(
        [
            Column("rule"),
            Column("outcome"),
            Column("version", number=True),
            Column("members", number=True),
            Column("seconds", number=True),
            Column("error"),
        ],
        rows,
    )


def _sentence(run: Run) -> str:
    took = _seconds(run)
    end = f" in {took:.2f} s" if took is not None else ""
    why = f": {run.error} [{run.error_code}]" if run.error_code else "."
    by = f" by {run.cancelled_by}" if run.state is RunState.CANCELLED and run.cancelled_by else ""
    return f"Run {run.id} is {run.state.value}{by}{end}{why}"


def _say_line(line: RunLogLine) -> None:
    style = {"warning": "yellow", "error": "red"}.get(line.level)
    say(f"{line.at:%H:%M:%S} {line.message}", style=style)


def _state(run: Run) -> str:
    return f"{run.state.value} (dead letter)" if run.dead_letter else run.state.value


def _seconds(run: Run) -> float | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()
