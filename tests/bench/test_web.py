"""What the benchmark in the browser writes of what it measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import report, web
from bench.data import SIZES
from bench.web import Found, section


def found(*milliseconds: float) -> Found:
    times = {"seldom_shown": list(milliseconds), "big_spenders": [300.0]}
    return Found(times, of_server=[20.0, 40.0], checked=2)


@pytest.mark.parametrize(("slowest", "said"), [(399.0, "met (399 ms)"), (401.0, "MISSED (401 ms)")])
def test_the_section_says_whether_the_aim_is_met(slowest: float, said: str) -> None:
    text = section(SIZES["1m"], found(310, slowest))
    assert "1,000,000 users, 20,000,000 transactions" in text
    assert "3 edits of a number in 2 saved rules" in text
    assert "2 of the numbers were compared" in text
    assert f"| rule `seldom_shown`, 2 edits | {slowest:.0f} |" in text
    assert said in text


def test_a_new_section_takes_the_place_of_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results, kept = tmp_path / "RESULTS.md", tmp_path / "web.md"
    monkeypatch.setattr(web, "RESULTS", results)
    monkeypatch.setattr(web, "SECTION", kept)
    monkeypatch.setattr(report, "_WEB", kept)
    results.write_text("# Benchmark\n\n## What is measured\n", encoding="utf-8")
    for slowest in (390.0, 410.0):
        web._write(section(SIZES["1m"], found(slowest)))
    text = results.read_text(encoding="utf-8")
    assert text.count("## In the browser") == 1
    assert "MISSED (410 ms)" in text
    assert text.endswith("\n## What is measured\n")
    # `make bench`, which writes everything else anew, keeps it.
    assert kept.read_text(encoding="utf-8") in report.results_markdown([])
