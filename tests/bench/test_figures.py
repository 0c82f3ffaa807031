"""Figures survive the way from one process to the other, and compare members by value."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from bench.figures import Figures, family_peak_mb, family_seconds, size_mb


def test_a_checksum_is_of_the_members_whatever_their_order_and_type() -> None:
    figures = Figures()
    figures.add_members("a", np.array([3, 1, 2], dtype=np.int64))
    figures.add_members("b", np.array([1, 2, 3], dtype=np.int32))
    figures.add_members("c", np.array([1, 2, 4], dtype=np.int64))
    figures.add_members("d", np.array([], dtype=np.int64))
    assert figures.checksums["a"] == figures.checksums["b"]
    assert len(set(figures.checksums.values())) == 3
    assert figures.sizes == {"a": 3, "b": 3, "c": 3, "d": 0}


def test_figures_survive_being_written(tmp_path: Path) -> None:
    figures = Figures(wall_seconds=1.5, stages={"open": 0.5}, checksums={"a": "f0"})
    figures.write(tmp_path / "result.json")
    assert Figures.read(tmp_path / "result.json") == figures


def test_stages_add_up_and_what_is_apart_is_not_timed() -> None:
    figures = Figures()
    with figures.timed():
        for _ in range(2):
            with figures.stage("work"):
                sum(range(10_000))
    with figures.stated_apart("more"):
        sum(range(1_000))
    assert 0 < figures.stages["work"] <= figures.wall_seconds
    assert figures.apart["more"] > 0
    assert figures.cpu_seconds > 0


def test_the_peak_is_at_least_what_is_held() -> None:
    before = family_peak_mb()
    held = np.ones(60_000_000, dtype=np.uint8)
    assert family_peak_mb() >= before
    assert family_peak_mb() > held.nbytes / 1e6


def test_processes_that_were_started_count_as_long_as_they_live_and_after() -> None:
    code = "held = b'x' * 80_000_000; sum(range(2_000_000)); print('ready', flush=True); input()"
    before, alone = family_seconds(), family_peak_mb()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert family_peak_mb() > alone + 80
        child.communicate(b"\n")
    assert family_seconds() > before


def test_sizes_are_of_files_and_of_folders(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "one").write_bytes(bytes(1_500_000))
    (tmp_path / "two").write_bytes(bytes(500_000))
    assert size_mb(tmp_path) == 2
    assert size_mb(tmp_path / "two") == 0.5
