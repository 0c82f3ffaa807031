"""What one contender's run came to; written by its process as JSON, read by the one that compares.

Imports neither Muster nor NumPy, so that no contender's memory is charged with another's modules.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Figures:
    """One run of one contender.

    Attributes:
        stages: seconds by name, in order; together they are ``wall_seconds``.
        apart: seconds of further work that is stated apart, and not part of ``wall_seconds``.
        peak_mb: the largest resident set of the process until the end of the timed part.
        output_mb: size of what the timed part wrote.
        checksums: SHA-256 of the sorted int64 keys of each rule's members.
        sizes: the number of members of each rule.
        others_cpu: cores that other processes used meanwhile; None where that cannot be seen.
    """

    stages: dict[str, float] = field(default_factory=dict)
    apart: dict[str, float] = field(default_factory=dict)
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    output_mb: float = 0.0
    checksums: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    others_cpu: float | None = None

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure the contender's work: wall clock, processor time, peak memory."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall_seconds = time.perf_counter() - wall
        self.cpu_seconds = time.process_time() - cpu
        self.peak_mb = peak_memory_mb()

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
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def peak_memory_mb() -> float:
    """Return the largest resident set of this process so far, in MB of 10^6 bytes.

    On Linux from /proc: what getrusage says there includes the parent's size before exec.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def size_mb(path: Path) -> float:
    """Return the size of a file, or of all files below a folder, in MB of 10^6 bytes."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6
