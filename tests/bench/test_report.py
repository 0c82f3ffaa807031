"""The report says what was measured: ratios, what was missed, and who lacks a figure."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.aims import aims
from bench.charts import Bar, bar_chart
from bench.contenders import ANSWERS, BUILD, DUCKDB, DUCKDB_ANSWERS, INDEX, SPARK, SUBMIT
from bench.data import SIZES
from bench.figures import Figures
from bench.kept import keep, kept
from bench.measured import Measured, measured, quantile
from bench.places import ALONE
from bench.report import APPEND, COLD, PARQUET, TABLE, draw, results_markdown, write_report
from bench.run import Round


def figures(wall: float, peak: float = 100.0, **others: object) -> Figures:
    return Figures.of({"wall_seconds": wall, "peak_mb": peak, "cpu_seconds": wall, **others})


MUSTER = {
    "apart": {COLD: 2.0, TABLE: 0.9, PARQUET: 0.7, f"{ALONE} 3 tests": 0.25},
    "notes": {"questions asked": 9, "questions after sharing": 8, "answered by the index": 7},
    "stages": {"write bitmaps": 0.1},
}


def a_million(folder: Path) -> Measured:
    warehouse = folder / "warehouse"
    warehouse.write_bytes(bytes(1_000_000))
    slow = {"count": [0.1, 0.2], "count after an edit": [0.1], "overlap": [3.0], "changes": [1.0]}
    fast = {"count": [0.01, 0.1], "count after an edit": [0.01], "overlap": [0.03], "changes": [1]}
    rounds = {
        "refresh": [
            Round(
                {
                    DUCKDB.name: figures(wall, 500, sizes={"a": 3, "b": 40}),
                    INDEX.name: figures(wall / 20, 600, **MUSTER),
                    BUILD.name: figures(8.0, apart={APPEND: 1.0}, output_mb=321),
                }
            )
            for wall in (10.0, 9.0, 30.0)
        ],
        "answers": [
            Round(
                {
                    DUCKDB_ANSWERS.name: figures(1, samples=slow),
                    ANSWERS.name: figures(1, samples=fast),
                }
            )
        ],
        "spark": [Round({SPARK.name: figures(60.0, 4000)})],
        "submit": [Round({SUBMIT.name: figures(0, samples={"a": [12.0], "b": [18.0]})})],
    }
    return Measured("1m", SIZES["1m"], warehouse, rounds, dict.fromkeys(rounds, "2026-01-02"))


def test_the_report_tells_medians_and_ratios(tmp_path: Path) -> None:
    text = results_markdown([a_million(tmp_path)])
    for line in (
        "| Muster, warm index | 0.50 | 1.0 | 0.5 | 600 | 0 | 0.0 |",
        "| DuckDB, a statement per rule | 10.00 | 20.0 | 10.0 | 500 | 0 | 0.0 |",
        "| PySpark, one session, a query per rule (1 run) | 60.00 | 120.0 | 60.0 | 4000 |",
        f"| {PARQUET} (1.20 s with the refresh) | 0.70 |  |  |",
        "| Muster, index from nothing | 8.00 | 100 | 321 |",
        "| overlap of 100 by 100 segments (DuckDB: self-join) | 30.0 | 3000.0 | 100 |",
        "about 25 minutes (extrapolated)",
        "9 questions; 8 remain",
        "| Muster, warm index | alone: 3 tests | 0.25 |",
        "3 to 40 members",
    ):
        assert line in text
    assert "Polars, a query" not in text.split("## What is measured")[0], "it took no part"


def test_what_was_missed_is_said(tmp_path: Path) -> None:
    found = {aim.what: aim for aim in aims(a_million(tmp_path))}
    reached = {what: aim.reached for what, aim in found.items()}
    assert reached == {
        "refresh, against DuckDB, a statement per rule": True,
        "refresh, against PySpark, one session, a query per rule": True,
        "refresh with rows published": True,
        "index from nothing": True,
        "count, p95": False,
        "count after an edit, p95": True,
        "overlap": True,
        "changes": False,
        "peak memory": False,
        "memory of the evaluation": True,
        "index on disk": True,
    }
    assert found["peak memory"].wanted == "at most 500 MB (DuckDB's)"


def test_figures_are_kept_by_size_and_part_and_for_their_data_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_BENCH_DATA", str(tmp_path))
    size = a_million(tmp_path)
    for part, rounds in size.rounds.items():
        keep("1m", part, rounds, warehouse=size.warehouse)
    again = measured("1m", size.scale, size.warehouse)
    assert again.rounds == size.rounds
    assert kept("1m", "refresh", warehouse=tmp_path / "other") == ("", [])
    assert measured("5m", size.scale, size.warehouse).rounds == {}


def test_the_report_is_written_with_charts_beside_it(tmp_path: Path) -> None:
    output = tmp_path / "RESULTS.md"
    assert write_report([a_million(tmp_path)], output) == output
    charts = sorted(path.name for path in tmp_path.glob("*.svg"))
    assert charts == ["bench-answers.svg", "bench-memory.svg", "bench-refresh.svg"]
    assert "0.50 s" in draw(a_million(tmp_path))["bench-refresh"]


def test_a_bar_is_as_long_as_its_value() -> None:
    chart = bar_chart("a < b", [Bar("one", 2, "2 s"), Bar("four", 8, "8 s", own=True)])
    root = ElementTree.fromstring(chart)
    bars = [element for element in root if element.tag.endswith("rect")]
    assert [bar.get("class") for bar in bars] == ["bar", "own"]
    short, long = (float(str(bar.get("width"))) for bar in bars)
    assert long == pytest.approx(4 * short, rel=1e-3)
    assert root.get("aria-label") == "a < b"
    assert "prefers-color-scheme: dark" in chart


def test_on_a_logarithmic_scale_tenfold_is_a_step() -> None:
    bars = [Bar(str(value), value, "") for value in (0.1, 1, 10, 100)]
    root = ElementTree.fromstring(bar_chart("steps", bars, logarithmic=True))
    widths = [float(str(one.get("width"))) for one in root if one.tag.endswith("rect")]
    steps = [after - before for before, after in pairwise(widths[1:])]
    assert steps[0] == pytest.approx(steps[1], rel=1e-2)
    assert [one.text for one in root if one.get("class") == "quiet"] == ["0.1", "1", "10", "100"]


def test_a_quantile_is_a_sample_that_is_not_below_the_share() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([float(number) for number in range(100)], 0.95) == 95.0
    assert quantile([5.0], 1.0) == 5.0
