"""Rows that are let go are mapped again when somebody looks."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pytest

from muster.engines.index.layout import let_go

ROWS = 4 * mmap.PAGESIZE


@pytest.mark.parametrize(
    ("start", "stop"), [(0, ROWS), (1, ROWS - 1), (10, 11), (mmap.PAGESIZE, 2 * mmap.PAGESIZE)]
)
def test_what_was_let_go_reads_the_same(tmp_path: Path, start: int, stop: int) -> None:
    whole = np.arange(ROWS, dtype=np.int64)
    whole.tofile(tmp_path / "at")
    with (tmp_path / "at").open("rb") as file:
        raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    mapped = np.frombuffer(raw, dtype=np.int64).reshape(ROWS)
    assert mapped.sum() == whole.sum()
    let_go(mapped, start, stop)
    assert (mapped == whole).all()


def test_what_is_not_mapped_stays_as_it_is() -> None:
    values = np.arange(ROWS)
    let_go(values, 0, ROWS)
    assert (values == np.arange(ROWS)).all()
