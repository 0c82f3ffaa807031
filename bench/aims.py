"""What the benchmark is to show, compared with what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.contenders import (
    ANSWERS,
    BUILD,
    CHDB,
    DUCKDB,
    DUCKDB_ANSWERS,
    INDEX,
    POLARS,
    SPARK,
    Contender,
)
from bench.measured import Measured

_FASTER = {
    "1m": (
        (DUCKDB, "refresh", 15),
        (CHDB, "refresh", 30),
        (POLARS, "refresh", 20),
        (SPARK, "spark", 100),
    ),
    "5m": ((DUCKDB, "refresh", 20),),
}
_PUBLISHED_TIMES = 7
_COUNT_MS, _EDIT_MS = 60, 35
_OVERLAP_TIMES, _CHANGES_TIMES = 60, 100
_DISK_MB, _RESIDENT_MB = 600, 1000


@dataclass(frozen=True, slots=True)
class Aim:
    """One aim in words, and whether it was reached."""

    what: str
    wanted: str
    found: str
    reached: bool


def aims(size: Measured) -> Iterator[Aim]:
    """Yield the aims that what was measured tells about."""
    own = size.seconds(INDEX)
    for peer, part, times in _FASTER.get(size.name, ()):
        yield from _faster(f"refresh, against {peer.label}", size.seconds(peer, part), own, times)
    if size.name == "1m":
        yield from _of_a_million(size)
    yield from _memory(size)


def _of_a_million(size: Measured) -> Iterator[Aim]:
    own, peer = size.seconds(INDEX), size.seconds(DUCKDB)
    if own is not None:
        names = [name for name in size.of(INDEX, "refresh")[0].apart if "rows" in name]
        extra = min((size.apart(INDEX, name) or 0.0 for name in names), default=0.0)
        yield from _faster("refresh with rows published", peer, own + extra, _PUBLISHED_TIMES)
    build = size.seconds(BUILD)
    if build is not None and peer is not None:
        wanted = f"at most {peer:.2f} s (DuckDB's refresh)"
        yield Aim("index from nothing", wanted, f"{build:.2f} s", build <= peer)
    for what, limit in (("count", _COUNT_MS), ("count after an edit", _EDIT_MS)):
        taken = size.quantile(ANSWERS, what, 0.95)
        if taken is not None:
            found = f"{taken * 1000:.1f} ms"
            yield Aim(f"{what}, p95", f"at most {limit} ms", found, taken * 1000 <= limit)
    for what, times in (("overlap", _OVERLAP_TIMES), ("changes", _CHANGES_TIMES)):
        asked = size.quantile(DUCKDB_ANSWERS, what, 0.5)
        yield from _faster(what, asked, size.quantile(ANSWERS, what, 0.5), times)


def _memory(size: Measured) -> Iterator[Aim]:
    own, peer = (_peak(size, one) for one in (INDEX, DUCKDB))
    if own is not None and peer is not None:
        yield Aim("peak memory", f"at most {peer:.0f} MB (DuckDB's)", f"{own:.0f} MB", own <= peer)
    if size.name == "1m" and own is not None:
        wanted = f"below {_RESIDENT_MB} MB resident"
        yield Aim("memory of the evaluation", wanted, f"{own:.0f} MB", own < _RESIDENT_MB)
        disk = size.middle(BUILD, lambda one: one.output_mb)
        if disk is not None:
            wanted = f"below {_DISK_MB} MB"
            yield Aim("index on disk", wanted, f"{disk:.0f} MB", disk < _DISK_MB)


def _peak(size: Measured, contender: Contender) -> float | None:
    return size.middle(contender, lambda one: one.peak_mb)


def _faster(what: str, peer: float | None, own: float | None, times: int) -> Iterator[Aim]:
    if peer is not None and own:
        ratio = peer / own
        yield Aim(what, f"at least {times} times faster", f"{ratio:.1f} times", ratio >= times)
