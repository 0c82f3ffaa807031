"""`muster audit`: who did what, and the proof that the log is as it was written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from muster.base.errors import InvalidInput
from muster.base.people import local_principal
from muster.base.records import AuditEntry
from muster.cli.errors import INPUT_AT_FAULT
from muster.cli.options import JsonOption, WorkspaceOption, read_as_of
from muster.cli.output import Column, listed, print_table, say, write_json
from muster.cli.session import entered, opened, read_settings
from muster.services import auditing
from muster.services.auditing import AuditLog, Verification, entry_json
from muster.services.exporting import replacing
from muster.store.audit import AuditFilter

app = typer.Typer(help="Read and verify the audit log.", no_args_is_help=True)

InstallationOption = Annotated[
    bool,
    typer.Option("--installation", help="The installation's own log instead of a workspace's."),
]
ActorOption = Annotated[str | None, typer.Option("--actor", help="Who, exactly.")]
ActionOption = Annotated[
    str | None, typer.Option("--action", help="An action or its beginning, e.g. rule.")
]
SubjectOption = Annotated[str | None, typer.Option("--subject", help="Of what, exactly.")]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="T", help="From this instant on.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="T", help="Before this instant.")
]
TextOption = Annotated[str | None, typer.Option("--text", help="Found anywhere in an entry.")]


@app.command("list")
def list_command(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    actor: ActorOption = None,
    action: ActionOption = None,
    subject: SubjectOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    text: TextOption = None,
    installation: InstallationOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List entries, the newest first."""
    wanted = _wanted(actor, action, subject, since, until, text)
    with _opened_log(workspace, installation) as log:
        found = auditing.entries_of(log, limit=limit, wanted=wanted)
    if as_json:
        write_json(listed(entry_json(entry) for entry in found.items) | {"total": found.total})
        return
    print_table(
        [
            Column("position", number=True),
            Column("at"),
            Column("actor"),
            Column("action"),
            Column("subject"),
            Column("reason"),
        ],
        [_row(entry) for entry in found.items],
    )
    if found.total > len(found.items):
        say(f"{len(found.items):,} of {found.total:,} entries.", style="dim")


@app.command("export")
def export_command(
    file_format: Annotated[
        str, typer.Option("--format", help=f"One of: {', '.join(auditing.FORMATS)}.")
    ] = "csv",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; stdout if left out.")
    ] = None,
    actor: ActorOption = None,
    action: ActionOption = None,
    subject: SubjectOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    text: TextOption = None,
    installation: InstallationOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the log, the oldest entry first; this is written into the log, too."""
    if as_json and out is None:
        raise InvalidInput(
            "JSON_NEEDS_FILE",
            "With --json the report goes to stdout, so the log needs a file.",
            hint="Name it with --out, or take --format jsonl without --json.",
            path="--out",
        )
    wanted = _wanted(actor, action, subject, since, until, text)
    with _opened_log(workspace, installation) as log:
        pieces = auditing.export(log, file_format=file_format, wanted=wanted)
        if out is None:
            sys.stdout.writelines(pieces)
            sys.stdout.flush()
        else:
            with replacing(out) as temporary, temporary.open("w", encoding="utf-8") as stream:
                stream.writelines(pieces)
    if as_json:
        write_json({"chain": log.name, "format": file_format, "path": out})


@app.command("head")
def head_command(
    installation: InstallationOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print where the chain ends, to be kept elsewhere and given to verify."""
    with _opened_log(workspace, installation) as log:
        found = auditing.head(log)
    if as_json:
        write_json({"chain": log.name, "head": str(found) if found else None})
        return
    say(str(found) if found else "(the chain is empty)")


@app.command("verify")
def verify_command(
    head: Annotated[
        str | None, typer.Option("--head", help="What `muster audit head` printed earlier.")
    ] = None,
    installation: InstallationOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compute the chain anew; exit code 2 if it is not as it was written."""
    exported = None if head is None else auditing.read_head(head, path="--head")
    with _opened_log(workspace, installation) as log:
        found = auditing.verify(log, exported=exported)
    if as_json:
        write_json(_verification_json(found))
    else:
        _print(found)
    if not found.holds:
        raise typer.Exit(INPUT_AT_FAULT)


@contextmanager
def _opened_log(workspace: str | None, installation: bool) -> Iterator[AuditLog]:
    if installation:
        with opened() as resources:
            yield auditing.of_installation(resources, local_principal(read_settings().actor))
    else:
        with entered(workspace) as context:
            yield auditing.of_workspace(context)


def _wanted(
    actor: str | None,
    action: str | None,
    subject: str | None,
    since: str | None,
    until: str | None,
    text: str | None,
) -> AuditFilter:
    return AuditFilter(actor, action, subject, read_as_of(since), read_as_of(until), text)


def _row(entry: AuditEntry) -> tuple[object, ...]:
    return entry.position, entry.at, entry.actor, entry.action, entry.subject, entry.reason


def _print(found: Verification) -> None:
    sealed = f", {found.sealed:,} of them sealed with a key" if found.sealed else ""
    say(f"{found.chain}: {found.entries:,} entries hold{sealed}.")
    if found.before_chain:
        say(f"{found.before_chain:,} older entries are from before the chain.", style="dim")
    if found.broken is not None:
        say(f"BROKEN at position {found.broken.position}: {found.broken.why}.", style="bold red")
        say(found.broken.sentence)
    elif found.head is not None:
        say(f"head: {found.head}", style="dim")


def _verification_json(found: Verification) -> dict[str, object]:
    broken = found.broken
    return {
        "chain": found.chain,
        "holds": found.holds,
        "entries": found.entries,
        "sealed": found.sealed,
        "before_chain": found.before_chain,
        "head": str(found.head) if found.head else None,
        "broken": broken
        and {"position": broken.position, "why": broken.why, "sentence": broken.sentence},
    }
