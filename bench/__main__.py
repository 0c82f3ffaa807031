"""``python -m bench``: make what is missing, run the contenders, write the report."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.contenders import PARTS, PEERS, REFERENCE, Part
from bench.data import SIZES, export_tables, prepare_warehouse, tenth_of, warehouse_path
from bench.figures import Figures
from bench.kept import keep, kept
from bench.measured import Measured, measured
from bench.peers import install, installed
from bench.places import REPOSITORY, data_folder
from bench.report import write_report
from bench.run import ResultsDiffer, run_rounds

_SMOKE_WITHOUT = ("spark",)
"""Peers that take a minute even on the smallest data; they are there if asked for by name."""


def main(
    arguments: list[str] | None = None,
    *,
    parts: Sequence[Part] = PARTS,
    output: Path | None = None,
) -> int:
    """Run the benchmark; 1 if the contenders do not find the same members."""
    options = _parser().parse_args(arguments)
    name = "smoke" if options.smoke else options.size
    smoke = name == "smoke"
    runs, patience = (1, 1) if smoke else (options.runs, options.patience)
    peers = _peers(options.peers, smoke=smoke)
    indexed: set[Path] = set()
    for part in () if options.report else chosen(parts, options.parts, peers):
        scale = tenth_of(SIZES[name]) if part.tenth else SIZES[name]
        warehouse = prepare_warehouse(scale, data_folder(), progress=_say)
        if options.resume and kept(name, part.name, warehouse=warehouse)[1]:
            print(f"{part.name}: kept from before")
            continue
        rounds = min(runs, part.runs or runs)
        if name == "1m":
            print(f"{part.name}: {rounds} rounds, about {part.minutes * rounds:.1f} minutes")
        try:
            _prepare(part, warehouse, indexed)
            found = run_rounds(
                warehouse,
                part.contenders,
                runs=rounds,
                patience=patience,
                progress=print,
                known=_known(name, part, warehouse),
            )
        except ResultsDiffer as error:
            print(error, file=sys.stderr)
            return 1
        keep(name, part.name, found, warehouse=warehouse)
    if smoke:
        print("The contenders agree.")
    else:
        print(f"wrote {write_report(_sizes(), output=output)}")
    return 0


def chosen(parts: Sequence[Part], names: list[str], peers: Sequence[str]) -> list[Part]:
    """Return the parts to run, with the contenders who take part."""
    found = []
    for part in parts:
        if names and part.name not in names:
            continue
        contenders = tuple(one for one in part.contenders if one.peer is None or one.peer in peers)
        # a part about a peer says nothing without it
        about = {"tenth": "postgres", "spark": "spark", "submit": "spark"}.get(part.name)
        if contenders and (about is None or about in peers):
            found.append(replace(part, contenders=contenders))
    return found


def _peers(asked: str | None, *, smoke: bool) -> list[str]:
    """Return the peers that take part: those asked for, else all, else those that are there."""
    if asked is not None:
        return [name.strip() for name in asked.split(",")]
    if not smoke:
        return list(PEERS)
    return [
        name
        for name in PEERS
        if name not in _SMOKE_WITHOUT and (name == "duckdb" or installed(name) is not None)
    ]


def _prepare(part: Part, warehouse: Path, indexed: set[Path]) -> None:
    """Make what the contenders of a part need: environments, exports, the index.

    The index is made once by each command, so it is always of the code that is measured.
    """
    for contender in part.contenders:
        if contender.environment is not None:
            install(contender.environment, progress=print)
        if contender.exports is not None:
            export_tables(warehouse, contender.exports)
    if warehouse not in indexed and any(one.peer is None for one in part.contenders):
        indexed.add(warehouse)
        _say("the index and two states of the segments")
        command = [sys.executable, "-m", "bench.contender_build", str(warehouse)]
        subprocess.run(command, check=True, cwd=REPOSITORY)


def _known(name: str, part: Part, warehouse: Path) -> list[Figures]:
    """Return what the peer that all are compared with found, if it is not in the part itself."""
    if part.tenth or any(one.name == REFERENCE for one in part.contenders):
        return []
    rounds = kept(name, "refresh", warehouse=warehouse)[1]
    return [one.figures[REFERENCE] for one in rounds[:1] if REFERENCE in one.figures]


def _sizes() -> list[Measured]:
    """Return every size of which something is kept, the usual one first."""
    found = []
    for name in ("1m", "5m", "10m"):
        one = measured(name, SIZES[name], warehouse_path(SIZES[name], data_folder()))
        found += [one] if one.rounds else []
    return found


def _say(what: str) -> None:
    print(f"make {what}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="2,000 entities, once; for CI")
    parser.add_argument(
        "--size", choices=sorted(SIZES), default="1m", help="entities: 1m, 5m, 10m (by hand)"
    )
    parser.add_argument(
        "--peers", help=f"comma-separated, of {', '.join(PEERS)}; all unless told otherwise"
    )
    parser.add_argument(
        "--parts", nargs="*", default=[], help=f"of {', '.join(part.name for part in PARTS)}; all"
    )
    parser.add_argument("--runs", type=int, default=5, help="runs whose median counts")
    parser.add_argument(
        "--patience",
        type=int,
        default=2,
        help="try up to RUNS times PATIENCE rounds until enough were undisturbed",
    )
    parser.add_argument(
        "--resume", action="store_true", help="leave out parts whose figures are there"
    )
    parser.add_argument("--report", action="store_true", help="only write the report anew")
    return parser


if __name__ == "__main__":
    sys.exit(main())
