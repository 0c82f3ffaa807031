"""The benchmark of the order desk on a small desk, and what it writes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from bench import orders, report
from bench.orders import DEEDS, Deed, section
from bench.orders_work import Sample, Times
from tests.conftest import memory_folder

SAMPLE = Sample(1_000_000, "2026-01-01", ("SKU-1",))


def test_the_smoke_run_compares_every_page_with_the_other_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # not below pytest's own folder: another session closes that to PostgreSQL's user
    with tempfile.TemporaryDirectory(prefix="muster-bench-", dir=memory_folder()) as folder:
        monkeypatch.setenv("MUSTER_BENCH_DATA", folder)
        assert orders.main(["--smoke"]) == 0
    told = capsys.readouterr().out
    assert "Pages that differed between the two ways: 0." in told
    for name in ("first rows", "sort by coupon", "jump to the end", "search", *DEEDS):
        assert f"| {name}" in told


def said(slowest: float, *, agreed: int = 2) -> str:
    found = {
        "sort by status": Times([1.0, slowest], [400.0, 500.0], agreed),
        "sort by note (no index)": Times([900.0] * 2, [900.0] * 2, 2),
        "jump to row 500,000, first time": Times([900.0] * 2, [900.0] * 2, 2),
    }
    deeds = [Deed("export to CSV", 1_000_000, 12.34, 150.0, 160.0)]
    return section(SAMPLE, found, deeds, calls=2, used=1.5)


def test_the_section_says_whether_the_aim_is_met() -> None:
    assert "wherever there is an index: met." in said(199.0)
    assert "MISSED by sort by status." in said(201.0)
    assert "| sort by status | 199.0 | 199.0 | 500.0 | 500.0 |" in said(199.0)
    assert "| export to CSV | 1,000,000 | 12.3 | 150 | 160 |" in said(1.0)
    assert "differed between the two ways: 1." in said(1.0, agreed=1)


def test_a_new_section_takes_the_place_of_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results, kept = tmp_path / "RESULTS.md", tmp_path / "orders.md"
    results.write_text("# Benchmark\n\n## What is measured\n", encoding="utf-8")
    for slowest in (1.0, 201.0):
        orders.put_section(results, kept, said(slowest))
    text = results.read_text(encoding="utf-8")
    assert text.count("## The order desk") == 1
    assert "MISSED by sort by status" in text
    # `make bench`, which writes everything else anew, keeps it
    monkeypatch.setattr(report, "_ORDERS", kept)
    assert kept.read_text(encoding="utf-8") in report.results_markdown([])
