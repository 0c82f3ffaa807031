"""What one contender's run came to; written by its process as JSON, read by the one that compares.

Imports neither Muster nor NumPy, so that no contender's memory is charged with another's modules.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

_PROC = Path("/proc")


@dataclass(slots=True)
class Figures:
    """One run of one contender.

    Attributes:
        stages: seconds by name, in order; together they are ``wall_seconds``.
        apart: seconds of further work that is stated apart, and not part of ``wall_seconds``.
        peak_mb: the largest resident set of the process until the end of the timed part.
        mapped_mb: how much of the resident set was pages of files at that end, which the system
            may take back at any time; the peak includes them.
        output_mb: size of what the timed part wrote.
        checksums: SHA-256 of the sorted int64 keys of each rule's members.
        sizes: the number of members of each rule.
        missing: rules that it cannot do, or is spared, and why.
        samples: seconds of single questions, by what was asked.
        answers: what single questions came to, to be compared like checksums.
        versions: of the programs at work.
        helpers: numbers of processes that work for it and that it did not start itself.
        helpers_cpu: all processor seconds that its helpers used, timed or not.
        others_cpu: cores that other processes used meanwhile; None where that cannot be seen.
    """

    stages: dict[str, float] = field(default_factory=dict)
    apart: dict[str, float] = field(default_factory=dict)
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    mapped_mb: float = 0.0
    output_mb: float = 0.0
    checksums: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    samples: dict[str, list[float]] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    notes: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    helpers: list[int] = field(default_factory=list)
    helpers_cpu: float = 0.0
    others_cpu: float | None = None

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure the contender's work: wall clock, processor time, peak memory.

        Processes that it has started, and its helpers, count with it.
        """
        wall, cpu = time.perf_counter(), family_seconds(self.helpers)
        yield
        self.wall_seconds = time.perf_counter() - wall
        self.cpu_seconds = family_seconds(self.helpers) - cpu
        self.peak_mb = family_peak_mb(self.helpers)
        self.mapped_mb = _own_status("RssFile") * 1024 / 1e6

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure one stage of the timed part."""
        started = time.perf_counter()
        yield
        self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - started

    @contextmanager
    def stated_apart(self, name: str) -> Iterator[None]:
        """Measure something that is not part of the comparison."""
        started = time.perf_counter()
        yield
        self.apart[name] = time.perf_counter() - started

    @contextmanager
    def sampled(self, name: str) -> Iterator[None]:
        """Measure one of several questions of a kind."""
        started = time.perf_counter()
        yield
        self.samples.setdefault(name, []).append(time.perf_counter() - started)

    def add_members(self, name: str, keys: Any) -> None:
        """Record a rule's members, given as a NumPy array of keys."""
        members = keys.astype("<i8")
        members.sort()
        self.checksums[name] = sha256(members.tobytes()).hexdigest()
        self.sizes[name] = len(members)

    def write(self, path: Path) -> None:
        """Write the figures as JSON."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Figures:
        """Read figures that `write` wrote."""
        return cls.of(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Figures:
        """Return figures from their fields."""
        return cls(**told)


def family_seconds(helpers: Iterable[int] = ()) -> float:
    """Return the processor seconds of this process, its helpers and all their descendants."""
    ended = os.times()
    own = time.process_time() + ended.children_user + ended.children_system
    if not _PROC.exists():
        return own
    ticks = 0
    for process in _family(helpers)[1:]:
        # utime, stime, and those of children that were waited for; the name may hold spaces
        fields = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
    return own + ticks / os.sysconf("SC_CLK_TCK")


def family_peak_mb(helpers: Iterable[int] = ()) -> float:
    """Return the largest resident sets of this process and its living descendants, added up.

    In MB of 10^6 bytes. Memory that they share (PostgreSQL's buffers) counts once. On Linux from
    /proc: what getrusage says there includes the parent's size before exec.
    """
    if not _PROC.exists():
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
    own, shared = 0, [0]
    for process in _family(helpers):
        lines = (_PROC / str(process) / "status").read_text().splitlines()
        sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.endswith(" kB")}
        shared.append(int(sizes.get("RssShmem", 0)))
        own += int(sizes.get("VmHWM", 0)) - shared[-1]
    return (own + max(shared)) * 1024 / 1e6


def _own_status(name: str) -> int:
    """Return a size in KiB from this process's status; 0 where there is none."""
    status = _PROC / "self" / "status"
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


def _family(helpers: Iterable[int]) -> list[int]:
    """Return the numbers of this process, its helpers, and their living descendants."""
    found = [os.getpid(), *helpers]
    for process in found:  # grows while it is read
        for children in (_PROC / str(process) / "task").glob("*/children"):
            found += [int(number) for number in children.read_text().split()]
    return found


def size_mb(path: Path) -> float:
    """Return the size of a file, or of all files below a folder, in MB of 10^6 bytes."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6
