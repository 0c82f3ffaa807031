"""``python -m bench``: generate the data if needed, run the contenders, write RESULTS.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.data import FULL, SMOKE, Scale, data_folder, prepare_warehouse
from bench.report import results_markdown
from bench.run import CONTENDERS, ResultsDiffer, run_rounds

RESULTS = Path(__file__).with_name("RESULTS.md")


def main(arguments: list[str] | None = None, *, contenders: Mapping[str, str] = CONTENDERS) -> int:
    """Run the benchmark; 1 if the contenders do not find the same members."""
    options = _parser().parse_args(arguments)
    scale = SMOKE if options.smoke else Scale(options.entities, options.events)
    runs, patience = (1, 1) if options.smoke else (options.runs, options.patience)
    warehouse = prepare_warehouse(scale, data_folder(), progress=lambda what: print(f"make {what}"))
    try:
        rounds = run_rounds(
            warehouse, runs=runs, patience=patience, progress=print, contenders=contenders
        )
    except ResultsDiffer as error:
        print(error, file=sys.stderr)
        return 1
    text = results_markdown(scale, warehouse, rounds)
    output = options.output
    if output is None and scale == FULL:
        output = RESULTS
    if output is None:
        print(text)
    else:
        output.write_text(text, encoding="utf-8")
        print(f"wrote {output}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="2,000 entities, once; for CI")
    parser.add_argument("--entities", type=int, default=FULL.entities)
    parser.add_argument("--events", type=int, default=FULL.events)
    parser.add_argument("--runs", type=int, default=3, help="runs whose median counts")
    parser.add_argument(
        "--patience",
        type=int,
        default=3,
        help="try up to RUNS times PATIENCE rounds until enough were undisturbed",
    )
    parser.add_argument(
        "--output", type=Path, help="file to write; RESULTS.md at full size, else the screen"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
