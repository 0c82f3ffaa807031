"""`muster segment overlap`: each segment with each other, as a matrix."""

from __future__ import annotations

import csv
import sys
from enum import StrEnum
from typing import Annotated

import typer

from muster.cli.options import JsonOption, WorkspaceOption
from muster.cli.output import Column, print_table, say, say_aside, say_synthetic, share, write_json
from muster.cli.session import entered
from muster.services.overlap import OverlapMatrix, overlap_segments

WIDEST = 12
"""Segments whose matrix fits a screen; of more, the pairs with the greatest overlap are shown."""
_PAIRS_SHOWN = 30


class Measure(StrEnum):
    """What stands in the cells."""

    CONTAINMENT = "containment"
    JACCARD = "jaccard"
    INTERSECTION = "intersection"


def overlap(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="Segments; all if left out.")
    ] = None,
    measure: Annotated[
        Measure, typer.Option(help="containment: the share of the row that is in the column.")
    ] = Measure.CONTAINMENT,
    regions: Annotated[
        bool, typer.Option("--regions", help="Also who is in exactly which, of 16 at most.")
    ] = False,
    sketch: Annotated[
        bool, typer.Option("--sketch", help="Estimate from samples, with 95 % intervals.")
    ] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print one line for each pair, as CSV, on stdout.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how segments overlap: each with each other."""
    with entered(workspace) as context:
        found = overlap_segments(
            context,
            names or None,
            method="sketch" if sketch else "exact",
            with_regions=regions,
        )
        synthetic = context.workspace.synthetic
    if as_json:
        write_json({**_document(found), "synthetic": synthetic})
    elif as_csv:
        _write_csv(found)
        if synthetic:
            say_aside("Synthetic data.")
    else:
        _print(found, measure)
        say_synthetic(synthetic)


def _names(found: OverlapMatrix) -> list[str]:
    return [segment.name for segment, _ in found.segments]


def _document(found: OverlapMatrix) -> dict[str, object]:
    names = _names(found)
    bounds = {"intersection": found.intersection_bounds, "jaccard": found.jaccard_bounds}
    return {
        "segments": [
            {"name": segment.name, "version": version.number, "size": size}
            for (segment, version), size in zip(found.segments, found.sizes, strict=True)
        ],
        "method": found.method,
        "estimated": found.intersection_bounds is not None,
        "intersections": found.intersections.tolist(),
        "jaccard": found.jaccard.tolist(),
        "containment": found.containment.tolist(),
        **{
            f"{what}_bounds": one and {"low": one.low.tolist(), "high": one.high.tolist()}
            for what, one in bounds.items()
        },
        "regions": None
        if found.regions is None
        else [
            {"segments": [names[place] for place in region.inside], "size": region.size}
            for region in found.regions
        ],
        "left_out": found.left_out,
    }


def _write_csv(found: OverlapMatrix) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    bounds = found.intersection_bounds
    writer.writerow(
        [
            *("first", "second", "size_of_first", "size_of_second", "intersection"),
            *("jaccard", "share_of_first", "share_of_second"),
            *(("low", "high") if bounds else ()),
        ]
    )
    names, sizes = _names(found), found.sizes
    for row in range(len(names)):
        for column in range(row + 1, len(names)):
            values: list[object] = [
                *(names[row], names[column], sizes[row], sizes[column]),
                found.intersections[row, column],
                round(float(found.jaccard[row, column]), 6),
                round(float(found.containment[row, column]), 6),
                round(float(found.containment[column, row]), 6),
            ]
            if bounds:
                values += [round(float(end[row, column])) for end in (bounds.low, bounds.high)]
            writer.writerow(values)


def _print(found: OverlapMatrix, measure: Measure) -> None:
    names = _names(found)
    if len(names) <= WIDEST:
        _print_matrix(found, names, measure)
    else:
        _print_pairs(found, names)
    if found.regions is not None:
        print_table(
            [Column("in exactly these"), Column("members", number=True)],
            [([names[at] for at in region.inside], region.size) for region in found.regions],
        )
    if found.intersection_bounds is not None:
        say("Estimates from samples of members; --json and --csv have their 95 % intervals.")
    if found.left_out:
        say(f"Never refreshed, so left out: {', '.join(found.left_out)}.")


def _print_matrix(found: OverlapMatrix, names: list[str], measure: Measure) -> None:
    def shown(row: int, column: int) -> str:
        if row == column:
            return "·"
        if measure is Measure.INTERSECTION:
            return f"{found.intersections[row, column]:,}"
        cells = found.jaccard if measure is Measure.JACCARD else found.containment
        return share(float(cells[row, column]))

    print_table(
        [
            Column("segment"),
            Column("members", number=True),
            *(Column(name, number=True) for name in names),
        ],
        [
            (name, found.sizes[row], *(shown(row, column) for column in range(len(names))))
            for row, name in enumerate(names)
        ],
    )


def _print_pairs(found: OverlapMatrix, names: list[str]) -> None:
    """Print the pairs that overlap most."""
    pairs = [(row, column) for row in range(len(names)) for column in range(row + 1, len(names))]
    pairs.sort(key=lambda pair: -float(found.jaccard[pair]))
    print_table(
        [
            Column("first"),
            Column("second"),
            Column("in both", number=True),
            Column("jaccard", number=True),
            Column("of first", number=True),
            Column("of second", number=True),
        ],
        [
            (
                names[row],
                names[column],
                int(found.intersections[row, column]),
                share(float(found.jaccard[row, column])),
                share(float(found.containment[row, column])),
                share(float(found.containment[column, row])),
            )
            for row, column in pairs[:_PAIRS_SHOWN]
        ],
    )
    if len(pairs) > _PAIRS_SHOWN:
        say(f"{_PAIRS_SHOWN} of {len(pairs):,} pairs; --csv and --json have them all.")
