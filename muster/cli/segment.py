"""`muster segment`: look at published segments, their members and how they changed."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from muster.base.errors import InvalidInput
from muster.cli.options import (
    ColumnsOption,
    JsonOption,
    UnmaskOption,
    WorkspaceOption,
    columns_as_option,
    read_as_of,
    read_columns,
)
from muster.cli.output import (
    Column,
    cell,
    listed,
    print_table,
    row_texts,
    say,
    say_synthetic,
    share,
    write_json,
)
from muster.cli.session import entered
from muster.cli.shapes import segment_json, segment_version_json, share_of
from muster.services.segments import (
    MASK,
    SegmentDifference,
    compare_versions,
    list_segments,
    read_members,
    show_segment,
)

app = typer.Typer(help="Look at segments.", no_args_is_help=True)

VersionOption = Annotated[
    int | None, typer.Option("--version", min=1, help="A published version; the current one else.")
]


class ChangeKind(StrEnum):
    """Which side of a version's change."""

    ENTERED = "entered"
    LEFT = "left"


ChangeOption = Annotated[
    ChangeKind | None,
    typer.Option("--change", help="Only who entered, or left, with the version."),
]


@app.command("list")
def list_command(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the segments of a workspace."""
    with entered(workspace) as context:
        found = list_segments(context)
        synthetic = context.workspace.synthetic
    if as_json:
        write_json({**listed(segment_json(entry) for entry in found), "synthetic": synthetic})
        return
    rows: list[tuple[object, ...]] = []
    for entry in found:
        current = entry.segment.current
        if current is None:
            rows.append((entry.segment.name, entry.rule.title, None, None, None, None))
        else:
            shown = (current.size, share(share_of(current)), current.number, current.as_of)
            rows.append((entry.segment.name, entry.rule.title, *shown))
    print_table(
        [
            Column("segment"),
            Column("title"),
            Column("members", number=True),
            Column("share", number=True),
            Column("version", number=True),
            Column("as of"),
        ],
        rows,
    )
    say_synthetic(synthetic)


@app.command("show")
def show(name: str, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Show a segment: its size, its versions, the SQL of the current one."""
    with entered(workspace) as context:
        entry, history = show_segment(context, name)
        synthetic = context.workspace.synthetic
    current = entry.segment.current
    if as_json:
        write_json(
            {
                **segment_json(entry),
                "versions": [segment_version_json(version) for version in history],
                "sql": None if current is None else current.sql,
                "synthetic": synthetic,
            }
        )
        return
    say(f"{entry.rule.title} ({entry.segment.name})", style="bold")
    if current is None:
        say(f"It was never refreshed. Run: muster refresh {name}")
        return
    label = " (synthetic data)" if synthetic else ""
    say(
        f"{current.size:,} of {current.universe_size:,} ({share(share_of(current))}){label}, "
        f"{current.unknown_size:,} unknown; newest event {cell(current.watermark)}"
    )
    print_table(
        [
            Column("version", number=True),
            Column("members", number=True),
            Column("entered", number=True),
            Column("left", number=True),
            Column("rule version", number=True),
            Column("as of"),
            Column("run", number=True),
        ],
        [
            (
                version.number,
                version.size,
                version.entered,
                version.left,
                version.rule_version,
                version.as_of,
                int(version.run_id),
            )
            for version in history
        ],
    )
    say(current.sql)


@app.command("members")
def members(
    name: str,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many to show.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many to pass over.")] = 0,
    columns: ColumnsOption = None,
    version: VersionOption = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="T", help="Who were members at this instant.")
    ] = None,
    change: ChangeOption = None,
    unmask: UnmaskOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show members by key, with attributes; personal data is hidden unless --unmask."""
    instant = read_as_of(at, path="--at")
    with entered(workspace) as context, columns_as_option():
        page = read_members(
            context,
            name,
            limit=limit,
            offset=offset,
            columns=read_columns(columns),
            version=version,
            at=instant,
            change=None if change is None else change.value,
            unmask=unmask,
        )
        synthetic = context.workspace.synthetic
    if as_json:
        write_json(
            {
                **listed(dict(zip(page.columns, row, strict=True)) for row in page.rows),
                "size": page.total,
                "change": page.change,
                "version": page.version.number,
                "truncated": page.truncated,
                "masked": page.masked,
                "synthetic": synthetic,
            }
        )
        return
    print_table([Column(column) for column in page.columns], [row_texts(row) for row in page.rows])
    who = "members" if page.change is None else f"that {page.change}"
    more = f"{len(page.rows):,} of {page.total:,} {who}, version {page.version.number}"
    say(more + (" (there are more: --limit, --offset)" if page.truncated else ""))
    if page.masked:
        say(f"{MASK} is hidden personal data: {', '.join(page.masked)}. Show it with --unmask.")
    say_synthetic(synthetic)


@app.command("diff")
def diff(
    name: str,
    versions: Annotated[
        list[int] | None, typer.Argument(metavar="[V1 V2]", help="Two versions; else the last two.")
    ] = None,
    sample: Annotated[int, typer.Option(min=0, max=1000, help="Keys to show of each.")] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who entered and who left between two versions."""
    if versions and len(versions) != 2:
        raise InvalidInput("TWO_VERSIONS", "Name two versions, or none.", path="V1 V2")
    before, after = versions or (None, None)
    with entered(workspace) as context:
        found = compare_versions(context, name, before=before, after=after, sample=sample)
        synthetic = context.workspace.synthetic
    if as_json:
        write_json(
            {
                "segment": name,
                "before": segment_version_json(found.before),
                "after": segment_version_json(found.after),
                "entered": found.entered,
                "left": found.left,
                "stayed": found.stayed,
                "entered_sample": found.entered_sample,
                "left_sample": found.left_sample,
                "rule_changed": found.rule_changed,
                "synthetic": synthetic,
            }
        )
        return
    _print_difference(name, found)
    say_synthetic(synthetic)


def _print_difference(name: str, found: SegmentDifference) -> None:
    say(f"{name}: version {found.before.number} to version {found.after.number}", style="bold")
    if found.rule_changed:
        say("The rule was changed in between.")
    print_table(
        [Column("what"), Column("entities", number=True), Column("keys")],
        [
            ("entered", found.entered, _keys(found.entered_sample, found.entered)),
            ("left", found.left, _keys(found.left_sample, found.left)),
            ("stayed", found.stayed, ""),
        ],
    )


def _keys(sample: tuple[str | int, ...], total: int) -> str:
    more = ", …" if total > len(sample) else ""
    return ", ".join(str(key) for key in sample) + more
