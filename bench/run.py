"""Runs the contenders in turn, each time in a fresh process, and compares what they found."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contenders import Contender
from bench.figures import Figures
from bench.machine import busy_seconds
from bench.peers import install
from bench.places import REPOSITORY, STARTED

QUIET = 0.12
"""Cores that others may use during a run that counts as undisturbed."""

_READ_BYTES = 1 << 24

RunOne = Callable[[Contender, Path], Figures]
"""Runs a contender on a warehouse."""


class ResultsDiffer(Exception):
    """Contenders disagree about the members of some rules, or about other answers."""

    def __init__(self, differing: list[str]) -> None:
        super().__init__(f"The contenders find other members of: {', '.join(differing)}.")
        self.differing = differing


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
    contenders: Sequence[Contender],
    *,
    runs: int,
    patience: int,
    progress: Callable[[str], None],
    known: Iterable[Figures] = (),
    run_one: RunOne | None = None,
) -> list[Round]:
    """Run the contenders in turn and return the ``runs`` least disturbed rounds, in order.

    Args:
        patience: at most ``runs * patience`` rounds are tried until enough were undisturbed.
        known: figures of other runs on the same warehouse, to compare with.

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
        rounds.append(Round({one.name: run(one, warehouse) for one in order}))
        compare([*known, *(found for one in rounds for found in one.figures.values())])
        progress(_line(len(rounds), rounds[-1]))
    least = sorted(rounds, key=lambda found: found.disturbance)[:runs]
    return [found for found in rounds if found in least]


def run_contender(contender: Contender, warehouse: Path) -> Figures:
    """Run one contender in a process of its own, in an empty folder."""
    python = Path(sys.executable)
    if contender.environment is not None:
        python = install(contender.environment, progress=print)
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        result = Path(folder) / "result.json"
        work = Path(folder) / "work"
        work.mkdir()
        command = [str(python), "-m", contender.module, str(warehouse), str(work), str(result)]
        busy, own, started = busy_seconds(), _own_seconds(), time.perf_counter()
        subprocess.run(
            [*command, *contender.arguments],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), STARTED: repr(time.time())},
            stdout=subprocess.DEVNULL,
            stderr=None if contender.environment != "pyspark" else subprocess.DEVNULL,
            check=True,
        )
        figures = Figures.read(result)
        after = busy_seconds()
        if busy is not None and after is not None:
            used = (after - busy) - (_own_seconds() - own) - figures.helpers_cpu
            figures.others_cpu = max(used, 0.0) / (time.perf_counter() - started)
        return figures


def compare(found: list[Figures]) -> None:
    """Raise ResultsDiffer unless all figures tell the same members of every rule.

    A contender may lack rules that it names as missing, and one that tells no members at all (an
    index that is built) is not compared; single answers are compared among those who have them.
    """
    differing: set[str] = set()
    members = [one for one in found if one.checksums]
    for name in {name for one in members for name in one.checksums}:
        told = {one.checksums.get(name) for one in members if name not in one.missing}
        if len(told) > 1:
            differing.add(name)
    answered = [one for one in found if one.answers]
    for name in {name for one in answered for name in one.answers}:
        if len({one.answers.get(name) for one in answered}) > 1:
            differing.add(name)
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
