"""`muster live`: all that can be told about a rule from its conditions' truths alone."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from muster.cli.options import AsOfOption, JsonOption, WorkspaceOption, read_as_of, read_columns
from muster.cli.output import Column, print_table, row_texts, say, seconds, share, write_json
from muster.cli.rule_source import one_rule
from muster.cli.session import entered
from muster.services.live import LivePart, LiveQuestion, answer, estimated
from muster.services.live_breakdown import AxesAsked
from muster.services.live_sample import MOST_ROWS
from muster.services.live_shape import Shape, answer_shape, estimate_shape

_WIDTH = 30
_EIGHTHS = " ▏▎▍▌▋▊▉"
_ALWAYS = (LivePart.WATERFALL, LivePart.MARGINAL, LivePart.NEAR_MISSES, LivePart.NEAREST)


def live(
    rule: Annotated[
        str, typer.Argument(metavar="FILE|NAME|JSON", help="A file, a saved rule, or JSON itself.")
    ],
    curve: Annotated[
        str | None,
        typer.Option("--curve", metavar="PATH", help="Condition whose number is turned: $[0]."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="A,B", help="Attributes to break the members down by."),
    ] = None,
    narrowing: Annotated[
        bool, typer.Option("--narrowing", help="Waterfall in the order that narrows fastest.")
    ] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only estimate the size, from a sample.")
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option("--sample", min=1, max=MOST_ROWS, help="Also show some members, masked."),
    ] = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where everybody goes on the way to a rule's members; nothing is saved."""
    instant = read_as_of(as_of)
    parts = {*_ALWAYS, LivePart.UPSET}
    if curve is not None:
        parts.add(LivePart.CURVE)
    if by is not None:
        parts.add(LivePart.BREAKDOWN)
    if sample is not None:
        parts.add(LivePart.SAMPLE)
    with entered(workspace) as context:
        document = one_rule(context, rule)
        definition = document.definition
        if estimate:
            shape = estimate_shape(estimated(context, definition, as_of=instant))
        else:
            question = LiveQuestion(
                frozenset(parts),
                curve=curve,
                narrowing=narrowing,
                axes=AxesAsked(read_columns(by)),
                sample_rows=sample or MOST_ROWS,
                as_of=instant,
                name=document.name,
            )
            shape = answer_shape(answer(context, definition, question))
    if as_json:
        write_json(shape)
        return
    say(shape["sentence"])
    for warning in shape["warnings"]:
        say(f"warning: {warning['path']}: {warning['sentence']}", style="yellow")
    say()
    (_say_estimate if estimate else _say_answer)(shape)


def _say_estimate(shape: Shape) -> None:
    found, label = shape["estimate"], _label(shape)
    if shape["exact"]:
        say(f"{shape['size']:,} of {found['everyone']:,}{label}, exact", style="bold")
        say(found["reason_exact"])
        return
    say(
        f"about {shape['size']:,} of {found['everyone']:,}{label}: between {found['low']:,} and "
        f"{found['high']:,} in 95 of 100 samples of {found['sample']:,}",
        style="bold",
    )


def _say_answer(shape: Shape) -> None:
    say(
        f"{shape['size']:,} of {shape['universe']:,} ({share(shape['share'])}){_label(shape)}, "
        f"{shape['unknown']:,} unknown, in {seconds(shape['seconds'])} s",
        style="bold",
    )
    _say_waterfall(shape["waterfall"])
    _say_conditions(shape)
    _say_nearest(shape["nearest"])
    for found in (shape["breakdown"] or {"attributes": []})["attributes"]:
        _say_breakdown(found)
    if shape["curve"] is not None:
        _say_curve(shape["curve"])
    if shape["sample"] is not None:
        _say_sample(shape["sample"])


def _label(shape: Shape) -> str:
    return " (synthetic data)" if shape["synthetic"] else ""


def _say_waterfall(steps: list[Shape]) -> None:
    most = steps[0]["size"]
    names = {"everyone": "everyone", "universe": "the universe", "limit": "the limit"}
    rows = []
    for step in steps:
        what = names.get(step["kind"]) or step["sentence"] or f"excluded at {step['path']}"
        rows.append((what, step["size"], step["lost"], step["unknown"], bar(step["size"], most)))
    columns = [Column("step"), *_numbers("left", "lost", "of these unknown"), Column("")]
    print_table(columns, rows, title="Waterfall")


def _say_conditions(shape: Shape) -> None:
    rows = [
        (one["path"], one["sentence"], one["size_without"], one["difference"])
        for one in shape["marginal"]
    ]
    columns = [Column("path"), Column("condition"), *_numbers("size without it", "difference")]
    print_table(columns, rows, title="Each condition")
    near = shape["near_misses"]
    if near["reason"] is not None:
        say(near["reason"])
        return
    columns = [Column("path"), Column("condition"), *_numbers("false", "unknown")]
    rows = [
        (one["path"], one["sentence"], one["false"], one["unknown"]) for one in near["conditions"]
    ]
    print_table(columns, rows, title=f"Only this one missing ({near['total']:,} in all)")


def _say_nearest(found: Shape) -> None:
    rows = [
        (
            one["name"],
            one["size"],
            one["intersection"],
            share(one["jaccard"]),
            share(one["share_of_rule"]),
            share(one["share_of_segment"]),
            _relation(one),
        )
        for one in found["segments"]
    ]
    shares = ("in both", "jaccard", "of the rule", "of the segment")
    columns = [Column("segment"), *_numbers("size", *shares), Column("")]
    print_table(columns, rows, title=f"Nearest of {found['compared']:,} segments")
    for name in found["unreadable"]:
        say(f"{name}: its members cannot be read", style="yellow")


def _relation(found: Shape) -> str:
    if found["contained"] and found["contains"]:
        return "the same"
    if found["contained"]:
        return "holds the whole rule"
    return "is wholly in the rule" if found["contains"] else ""


def _say_breakdown(found: Shape) -> None:
    rows = [
        (
            _bin(one),
            one["members"],
            share(one["share"]),
            share(one["share_of_everyone"]),
            "-" if one["index"] is None else f"{one['index']:.0f}",
            bar(one["share"], 1),
        )
        for one in found["parts"]
    ]
    numbers = _numbers("members", "share", "of everyone", "index")
    print_table([Column(found["label"]), *numbers, Column("")], rows, title=found["label"])


def _bin(part: Shape) -> str:
    if part["label"] is not None:
        return str(part["label"])
    if part["kind"] != "range":
        return {"other": "(any other)", "missing": "(none)"}[part["kind"]]
    if part["above"] is None:
        return "everything" if part["to"] is None else f"to {part['to']}"
    return f"above {part['above']}" + ("" if part["to"] is None else f" to {part['to']}")


def _say_curve(found: Shape) -> None:
    if found["reason"] is not None:
        say(f"{found['path']}: {found['reason']}")
    for curve in found["curves"]:
        most = max(point["size"] for point in curve["points"])
        rows = [
            (
                f"{point['number']}{' <' if point['number'] == curve['present'] else ''}",
                point["size"],
                bar(point["size"], most),
            )
            for point in curve["points"]
        ]
        title = f"Size by the {curve['end']} of {found['path']}"
        columns = [Column(curve["unit"] or "number", number=True), *_numbers("size"), Column("")]
        print_table(columns, rows, title=title)


def _say_sample(found: Shape) -> None:
    columns = [Column(name) for name in found["columns"]]
    print_table(columns, [row_texts(row) for row in found["data"]], title="Some members")


def _numbers(*titles: str) -> list[Column]:
    return [Column(title, number=True) for title in titles]


def bar(part: Any, whole: Any) -> str:
    """Return a bar as long as a part of the whole, to an eighth of a letter."""
    eighths = round(part / whole * _WIDTH * 8) if whole else 0
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()
