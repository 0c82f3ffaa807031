"""Runs the contenders in turn, each time in a fresh process, and compares what they found."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.data import REPOSITORY
from bench.figures import Figures
from bench.machine import busy_seconds

MUSTER = "muster"
PEER = "per rule"
CONTENDERS = {PEER: "bench.contender_per_rule", MUSTER: "bench.contender_muster"}
"""The module that runs each contender: ``python -m MODULE WAREHOUSE FOLDER RESULT``."""

QUIET = 0.12
"""Cores that others may use during a run that counts as undisturbed."""

_READ_BYTES = 1 << 24


RunOne = Callable[[str, Path], Figures]
"""Runs the contender of a module on a warehouse."""


class ResultsDiffer(Exception):
    """Contenders disagree about the members of some rules."""

    def __init__(self, rules: list[str]) -> None:
        super().__init__(f"The contenders find other members of: {', '.join(rules)}.")
        self.rules = rules


@dataclass(frozen=True, slots=True)
class Round:
    """One run of every contender, one after the other."""

    figures: dict[str, Figures]

    @property
    def disturbance(self) -> float:
        """Return the most cores that others used during a run of the round."""
        return max((found.others_cpu or 0.0) for found in self.figures.values())


def run_rounds(
    warehouse: Path,
    *,
    runs: int,
    patience: int,
    progress: Callable[[str], None],
    contenders: Mapping[str, str] = CONTENDERS,
    run_one: RunOne | None = None,
) -> list[Round]:
    """Run the contenders in turn and return the ``runs`` least disturbed rounds, in order.

    Args:
        patience: at most ``runs * patience`` rounds are tried until enough were undisturbed.

    Raises:
        ResultsDiffer: the contenders, or two runs of one, do not find the same members.
        CalledProcessError: a contender failed.
    """
    run = run_one or run_contender
    _warm_up(warehouse)
    rounds: list[Round] = []
    while sum(found.disturbance <= QUIET for found in rounds) < runs:
        if len(rounds) == runs * patience:
            break
        order = list(contenders)
        if len(rounds) % 2:
            order.reverse()
        rounds.append(Round({name: run(contenders[name], warehouse) for name in order}))
        compare([found for one in rounds for found in one.figures.values()])
        progress(_line(len(rounds), rounds[-1]))
    least = sorted(rounds, key=lambda found: found.disturbance)[:runs]
    return [found for found in rounds if found in least]


def run_contender(module: str, warehouse: Path) -> Figures:
    """Run one contender in a process of its own, in an empty folder."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        result = Path(folder) / "result.json"
        work = Path(folder) / "work"
        work.mkdir()
        busy, own, started = busy_seconds(), _own_seconds(), time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", module, str(warehouse), str(work), str(result)],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        figures = Figures.read(result)
        after = busy_seconds()
        if busy is not None and after is not None:
            used = (after - busy) - (_own_seconds() - own)
            figures.others_cpu = max(used, 0.0) / (time.perf_counter() - started)
        return figures


def compare(found: list[Figures]) -> None:
    """Raise ResultsDiffer unless all figures tell the same members of every rule."""
    first, *others = found
    names = {name for figures in found for name in figures.checksums}
    differing = {
        name
        for name in names
        for other in others
        if first.checksums.get(name) != other.checksums.get(name)
    }
    if differing:
        raise ResultsDiffer(sorted(differing))


def _own_seconds() -> float:
    """Return the processor seconds of this process and of its children that have ended."""
    own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in own)


def _warm_up(warehouse: Path) -> None:
    """Read the file once, so that nobody pays for a cold page cache."""
    with warehouse.open("rb") as file:
        while file.read(_READ_BYTES):
            pass


def _line(number: int, found: Round) -> str:
    times = ", ".join(
        f"{name} {figures.wall_seconds:.2f} s ({figures.cpu_seconds:.2f} s CPU, "
        f"{figures.peak_mb:.0f} MB)"
        for name, figures in sorted(found.figures.items())
    )
    return f"round {number}: {times}; others used {found.disturbance:.2f} cores"
