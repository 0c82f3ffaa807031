"""Writes what was measured as Markdown and charts: figures, ratios, and what they do not say."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.aims import aims
from bench.charts import Bar, bar_chart
from bench.contenders import (
    ANSWERS,
    BUILD,
    CHDB,
    DUCKDB,
    DUCKDB_ANSWERS,
    INDEX,
    POLARS,
    POSTGRES,
    SHARED,
    SPARK,
    SQL,
    SUBMIT,
    Contender,
)
from bench.figures import size_mb
from bench.machine import this_machine
from bench.measured import Measured
from bench.places import ALONE, REPOSITORY
from bench.run import QUIET
from bench.workload import hundred_rules

RESULTS = Path(__file__).with_name("RESULTS.md")
CHARTS = REPOSITORY / "docs" / "images"
TABLE, PARQUET = "publish as rows, one DuckDB table", "publish as rows, one Parquet file"
COLD, APPEND = "cold start: process, open, refresh", "append of one day"
_NOTES = Path(__file__).with_name("notes.md")
_WEB = Path(__file__).with_name("web.md")  # written by `python -m bench.web`
_ORDERS = Path(__file__).with_name("orders.md")  # written by `python -m bench.orders`
_REFRESHED = (INDEX, SQL, DUCKDB, SHARED, POLARS, CHDB)


def write_report(sizes: Sequence[Measured], output: Path | None = None) -> Path:
    """Write the report about the sizes that were measured, and the charts about the first.

    Args:
        output: the Markdown; charts go beside it then. None: `RESULTS` and the documentation's.
    """
    charts = CHARTS if output is None else output.parent
    output = output or RESULTS
    output.write_text(results_markdown(sizes), encoding="utf-8")
    for name, text in draw(sizes[0]).items():
        (charts / f"{name}.svg").write_text(text, encoding="utf-8")
    return output


def results_markdown(sizes: Sequence[Measured]) -> str:
    """Return RESULTS.md."""
    parts = [
        "# Benchmark: a hundred rules, and single answers\n",
        "Written by `make bench`; do not edit. What the figures mean and why they are what they "
        "are: [performance](../docs/concepts/performance.md).\n",
        f"{this_machine().sentence()}; Python {platform.python_version()}, {_versions(sizes)}.\n",
    ]
    for size in sizes:
        parts += [f"## {size.scale.entities:,} users\n", *_about(size)]
    kept = [path.read_text(encoding="utf-8") for path in (_WEB, _ORDERS, _NOTES) if path.exists()]
    return "\n".join([*parts, *kept])


def _versions(sizes: Sequence[Measured]) -> str:
    found = {"NumPy": version("numpy"), "SQLGlot": version("sqlglot")}
    for size in sizes:
        found |= size.versions()
    return ", ".join(f"{name} {number}" for name, number in sorted(found.items()))


def _about(size: Measured) -> Iterator[str]:
    yield _setting(size)
    if size.of(INDEX, "refresh"):
        yield "### Refresh of the hundred rules\n"
        yield _table(_refreshes(size))
        yield _table(_apart(size))
        yield _stages(size)
    if size.of(ANSWERS, "answers"):
        yield "### Single answers\n"
        yield _table(_answers(size))
    if size.of(POSTGRES, "tenth"):
        yield f"### A tenth of the data ({size.scale.entities // 10:,} users)\n"
        yield _table(_compared(size, (INDEX, DUCKDB, POSTGRES), "tenth"))
    if size.of(SUBMIT, "submit"):
        yield "### One spark-submit per rule\n"
        yield _submits(size)
    yield "### What was aimed at\n"
    yield _table(_aims(size))


def _quietness(size: Measured, part: str) -> str:
    """Say how much others used the processor during a part."""
    worst = size.disturbance(part)
    how = "undisturbed" if worst <= QUIET else "DISTURBED: do not quote its wall times"
    return f"others used at most {worst:.2f} cores: {how}"


def _setting(size: Measured) -> str:
    scale = size.scale
    lines = [
        f"- {scale.events:,} transactions of two years and {scale.impressions:,} advertisements "
        f"of 180 days in one DuckDB file of {size_mb(size.warehouse):.0f} MB, in order of time, "
        "warm in the page cache.",
    ]
    peers = size.of(DUCKDB, "refresh")
    if peers:
        sizes = sorted(peers[0].sizes.values())
        lines.append(
            f"- {len(hundred_rules())} rules with {sizes[0]:,} to {sizes[-1]:,} members, "
            f"{sum(sizes):,} memberships. The SHA-256 of the sorted member ids of every rule was "
            "equal in every run of every contender, and so was every single answer."
        )
    runs = "; ".join(
        f"{part} {len(rounds)} ({size.days[part]}, {_quietness(size, part)})"
        for part, rounds in size.rounds.items()
    )
    lines.append(f"- Medians of runs in turns, each in a fresh process: {runs}.")
    return "\n".join(lines) + "\n"


def _table(rows: Iterator[tuple[str, ...]]) -> str:
    head, *others = rows
    lines = [head, ("---", *("---:" for _ in head[1:])), *others]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def _refreshes(size: Measured) -> Iterator[tuple[str, ...]]:
    yield from _compared(size, _REFRESHED, "refresh")
    own, spark = size.seconds(INDEX), size.seconds(SPARK, "spark")
    if own is not None and spark is not None:
        runs = size.of(SPARK, "spark")
        yield _row(f"{SPARK.label} ({len(runs)} run)", size, SPARK, "spark", own)


def _compared(
    size: Measured, contenders: Sequence[Contender], part: str
) -> Iterator[tuple[str, ...]]:
    yield ("", "wall s", "times Muster's", "CPU s", "peak MB", "of it files", "written MB")
    own = size.seconds(INDEX, part)
    for contender in contenders:
        if own is not None and size.of(contender, part):
            yield _row(contender.label, size, contender, part, own)


def _row(
    label: str, size: Measured, contender: Contender, part: str, own: float
) -> tuple[str, ...]:
    wall = size.seconds(contender, part) or 0.0
    cpu = size.middle(contender, lambda one: one.cpu_seconds, part) or 0.0
    peak = size.middle(contender, lambda one: one.peak_mb, part) or 0.0
    written = size.middle(contender, lambda one: one.output_mb, part) or 0.0
    mapped = size.middle(contender, lambda one: one.mapped_mb, part) or 0.0
    figures = (f"{wall:.2f}", f"{wall / own:.1f}", f"{cpu:.1f}", f"{peak:.0f}", f"{mapped:.0f}")
    return (label, *figures, f"{written:.1f}")


def _apart(size: Measured) -> Iterator[tuple[str, ...]]:
    """Yield what does not belong to a refresh with the index warm."""
    yield ("Muster, stated apart", "s", "peak MB", "on disk MB")
    own = size.seconds(INDEX)
    for what in (TABLE, PARQUET):
        extra = size.apart(INDEX, what)
        if own is not None and extra is not None:
            yield (f"{what} ({own + extra:.2f} s with the refresh)", f"{extra:.2f}", "", "")
    yield (COLD, f"{size.apart(INDEX, COLD) or 0.0:.2f}", "", "")
    build = size.seconds(BUILD)
    if build is not None:
        peak = size.middle(BUILD, lambda one: one.peak_mb) or 0.0
        disk = size.middle(BUILD, lambda one: one.output_mb) or 0.0
        yield (BUILD.label, f"{build:.2f}", f"{peak:.0f}", f"{disk:.0f}")
        yield (f"{APPEND} to the index", f"{size.apart(BUILD, APPEND) or 0.0:.2f}", "", "")


def _stages(size: Measured) -> str:
    """Say where the time of the refreshes goes."""
    lines = ["| where the time goes | stage | s |", "|---|---|---:|"]
    for contender in (INDEX, SQL, DUCKDB, SHARED):
        runs = size.of(contender, "refresh")
        for stage in runs[0].stages if runs else ():
            seconds = median(run.stages[stage] for run in runs)
            lines.append(f"| {contender.label} | {stage} | {seconds:.2f} |")
    for what in size.of(INDEX, "refresh")[0].apart:
        if what.startswith(ALONE):
            lines.append(f"| {INDEX.label} | {what} | {size.apart(INDEX, what):.2f} |")
    notes = size.of(INDEX, "refresh")[0].notes
    asked, distinct, covered = (
        f"{notes[name]:.0f}"
        for name in ("questions asked", "questions after sharing", "answered by the index")
    )
    lines.append("")
    lines.append(
        f"The rules ask {asked} questions; {distinct} remain after sharing, of which the index "
        f"answers {covered}; the rest are segments of segments."
    )
    return "\n".join(lines) + "\n"


def _answers(size: Measured) -> Iterator[tuple[str, ...]]:
    def milliseconds(seconds: float | None) -> str:
        return "" if seconds is None else f"{seconds * 1000:.1f}"

    yield ("ms", "Muster", "DuckDB", "times")
    for what in ("count", "count after an edit"):
        for share, word in ((0.5, "p50"), (0.95, "p95"), (1.0, "largest")):
            own = size.quantile(ANSWERS, what, share)
            peer = size.quantile(DUCKDB_ANSWERS, what, share)
            times = f"{peer / own:.0f}" if own and peer else ""
            yield (f"{what} of a drawn rule, {word}", milliseconds(own), milliseconds(peer), times)
    labels = {
        "overlap": "overlap of 100 by 100 segments (DuckDB: self-join)",
        "changes": "entered and left of 100 segments (DuckDB: EXCEPT both ways)",
    }
    for what, label in labels.items():
        own = size.quantile(ANSWERS, what, 0.5)
        peer = size.quantile(DUCKDB_ANSWERS, what, 0.5)
        times = f"{peer / own:.0f}" if own and peer else ""
        yield (label, milliseconds(own), milliseconds(peer), times)


def _submits(size: Measured) -> str:
    runs = size.of(SUBMIT, "submit")
    medians = {name: median(run.samples[name][0] for run in runs) for name in runs[0].samples}
    each = ", ".join(f"`{name}` {seconds:.1f} s" for name, seconds in medians.items())
    estimate = len(hundred_rules()) * sum(medians.values()) / len(medians)
    return (
        f"Medians of {len(runs)} runs: {each}. The hundred rules were not all submitted: at that "
        f"rate they would take about {estimate / 60:.0f} minutes (extrapolated).\n"
    )


def _aims(size: Measured) -> Iterator[tuple[str, ...]]:
    yield ("", "aim", "measured", "")
    for aim in aims(size):
        yield (aim.what, aim.wanted, aim.found, "reached" if aim.reached else "MISSED")


def draw(size: Measured) -> dict[str, str]:
    """Return the charts of a size by name: refresh, memory, and single answers."""
    found = {}
    rows = [(one, "refresh") for one in _REFRESHED] + [(SPARK, "spark")]
    present = [(one, part) for one, part in rows if size.of(one, part)]
    users = f"{size.scale.entities:,} users"
    if present:
        seconds = [(one, size.seconds(one, part) or 0.0) for one, part in present]
        peaks = [
            (one, size.middle(one, lambda run: run.peak_mb, part) or 0.0) for one, part in present
        ]
        found["bench-refresh"] = bar_chart(
            f"Refresh of 100 rules, {users}: seconds (each step is tenfold)",
            [Bar(one.label, value, f"{value:.2f} s", one.peer is None) for one, value in seconds],
            logarithmic=True,
        )
        found["bench-memory"] = bar_chart(
            f"Peak memory of the refresh, {users}: MB",
            [Bar(one.label, value, f"{value:.0f} MB", one.peer is None) for one, value in peaks],
        )
    bars = []
    for what in ("count", "count after an edit", "overlap", "changes"):
        for contender in (ANSWERS, DUCKDB_ANSWERS):
            shares = ((0.5, " p50"), (0.95, " p95")) if what.startswith("count") else ((0.5, ""),)
            for share, word in shares:
                taken = (
                    size.quantile(contender, what, share) if size.of(contender, "answers") else None
                )
                if taken:
                    label = f"{what}{word}, {contender.label}"
                    own = contender.peer is None
                    bars.append(Bar(label, taken * 1000, f"{taken * 1000:.1f} ms", own))
    if bars:
        title = f"Single answers, {users}: milliseconds (each step is tenfold)"
        found["bench-answers"] = bar_chart(title, bars, logarithmic=True)
    return found
