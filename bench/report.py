"""Writes what the rounds came to as Markdown: figures, ratios, and what they do not say."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.data import Scale
from bench.figures import Figures, size_mb
from bench.machine import this_machine
from bench.run import MUSTER, PEER, QUIET, Round
from bench.workload import hundred_rules

_NOTES = Path(__file__).with_name("notes.md")
_LABELS = {PEER: "DuckDB, one statement per rule", MUSTER: "Muster, one wave"}


def results_markdown(scale: Scale, warehouse: Path, rounds: list[Round]) -> str:
    """Return RESULTS.md."""
    parts = [
        "# Benchmark: a hundred rules refreshed together\n",
        "Written by `make bench`; do not edit. What the figures mean and why they are what they "
        "are: [performance](../docs/concepts/performance.md).\n",
        _setting(scale, warehouse, rounds),
        "\n".join(_comparison(rounds)) + "\n",
        _verdict(rounds) + "\n",
        "## Where the time goes (medians, seconds)\n",
        "\n".join(_stages(rounds)) + "\n",
        _NOTES.read_text(encoding="utf-8"),
    ]
    return "\n".join(parts)


def _setting(scale: Scale, warehouse: Path, rounds: list[Round]) -> str:
    worst = max(found.disturbance for found in rounds)
    quiet = "undisturbed" if worst <= QUIET else "DISTURBED: do not quote the wall times"
    sizes = sorted(next(iter(rounds[0].figures.values())).sizes.values())
    lines = [
        f"- {datetime.now(UTC):%Y-%m-%d}, {this_machine().sentence()}, "
        f"Python {platform.python_version()}, DuckDB {version('duckdb')}, "
        f"NumPy {version('numpy')}, SQLGlot {version('sqlglot')}.",
        f"- {scale.entities:,} users and {scale.events:,} transactions over two years in one "
        f"DuckDB file of {size_mb(warehouse):.0f} MB, in order of time, warm in the page cache.",
        f"- {len(hundred_rules())} rules with {sizes[0]:,} to {sizes[-1]:,} members, "
        f"{sum(sizes):,} memberships. The SHA-256 of the sorted member ids of every rule was "
        "equal in every run of every contender.",
        f"- Medians of {len(rounds)} interleaved runs, each in a fresh process; other processes "
        f"used at most {worst:.2f} cores meanwhile ({quiet}).",
    ]
    if sys.platform != "linux":
        lines.append("- How busy other processes were cannot be seen on this system.")
    return "\n".join(lines) + "\n"


def _comparison(rounds: list[Round]) -> Iterator[str]:
    yield "| | wall s | times faster | CPU s | ratio | peak MB | ratio | written MB |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    peer = _row(rounds, PEER)
    for name in (PEER, MUSTER):
        wall, cpu, peak, written = _row(rounds, name)
        yield (
            f"| {_LABELS[name]} | {wall:.2f} | {peer[0] / wall:.2f} | {cpu:.1f} | "
            f"{cpu / peer[1]:.2f} | {peak:.0f} | {peak / peer[2]:.2f} | {written:.1f} |"
        )
    for what in rounds[0].figures[MUSTER].apart:
        extra = median(found.figures[MUSTER].apart[what] for found in rounds)
        wall = _row(rounds, MUSTER)[0] + extra
        yield f"| the same, {what} | {wall:.2f} | {peer[0] / wall:.2f} | | | | | |"


def _verdict(rounds: list[Round]) -> str:
    """Say in words where Muster is behind the peer, or that it is nowhere."""
    muster, peer = _row(rounds, MUSTER), _row(rounds, PEER)
    names = ("wall time", "processor time", "peak memory", "written bytes")
    behind = [
        f"{name} ({own / other:.2f} times the peer's)"
        for name, own, other in zip(names, muster, peer, strict=True)
        if own > other
    ]
    return f"Muster is behind in: {', '.join(behind) or 'nothing measured here'}."


def _row(rounds: list[Round], name: str) -> tuple[float, float, float, float]:
    return (
        _median(rounds, name, lambda figures: figures.wall_seconds),
        _median(rounds, name, lambda figures: figures.cpu_seconds),
        _median(rounds, name, lambda figures: figures.peak_mb),
        _median(rounds, name, lambda figures: figures.output_mb),
    )


def _stages(rounds: list[Round]) -> Iterator[str]:
    yield "| | stage | s |"
    yield "|---|---|---:|"
    for name in (PEER, MUSTER):
        for stage in rounds[0].figures[name].stages:
            seconds = median(found.figures[name].stages[stage] for found in rounds)
            yield f"| {_LABELS[name]} | {stage} | {seconds:.2f} |"
    notes = rounds[0].figures[MUSTER].notes
    yield ""
    yield (
        f"The rules ask {notes['questions asked']} questions; "
        f"{notes['questions after sharing']} remain after sharing, "
        f"answered by {notes['statements']} statements."
    )


def _median(rounds: list[Round], name: str, value: Callable[[Figures], float]) -> float:
    return median(value(found.figures[name]) for found in rounds)
