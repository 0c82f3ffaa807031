"""What the benchmark ran on, and how busy others kept the machine meanwhile."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

_IDLE_COLUMNS = (3, 4)  # idle, iowait


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine in a few words; memory in GiB, None where it cannot be told."""

    processor: str
    cores: int
    memory_gib: float | None
    system: str

    def sentence(self) -> str:
        """Return the machine in one line."""
        memory = "" if self.memory_gib is None else f", {self.memory_gib:.0f} GiB"
        return f"{self.cores} cores ({self.processor}){memory}, {self.system}"


def this_machine() -> Machine:
    """Describe the machine this process runs on."""
    return Machine(_processor(), _cores(), _memory_gib(), f"{platform.system()}")


def busy_seconds() -> float | None:
    """Return the processor seconds all processes have used since boot; None if not on Linux."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return None
    ticks = [int(word) for word in stat.read_text(encoding="ascii").split("\n")[0].split()[1:9]]
    used = sum(tick for place, tick in enumerate(ticks) if place not in _IDLE_COLUMNS)
    return used / os.sysconf("SC_CLK_TCK")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gib() -> float | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (ValueError, OSError):
        return None
