"""What was measured at one size: medians over the rounds of its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.contenders import PARTS, Contender
from bench.data import Scale, tenth_of, warehouse_path
from bench.figures import Figures
from bench.kept import kept
from bench.places import data_folder
from bench.run import Round


@dataclass(frozen=True, slots=True)
class Measured:
    """The rounds of every part that was run at a size, and the days on which they were."""

    name: str
    scale: Scale
    warehouse: Path
    rounds: dict[str, list[Round]]
    days: dict[str, str]

    def of(self, contender: Contender, part: str) -> list[Figures]:
        """Return the runs of a contender in a part; none if it took no part."""
        found = (one.figures.get(contender.name) for one in self.rounds.get(part, []))
        return [figures for figures in found if figures is not None]

    def middle(
        self, contender: Contender, value: Callable[[Figures], float], part: str = "refresh"
    ) -> float | None:
        """Return the median of a value over a contender's runs; None if it has none."""
        runs = self.of(contender, part)
        return median(value(figures) for figures in runs) if runs else None

    def seconds(self, contender: Contender, part: str = "refresh") -> float | None:
        """Return the median wall clock of a contender."""
        return self.middle(contender, lambda figures: figures.wall_seconds, part)

    def apart(self, contender: Contender, what: str, part: str = "refresh") -> float | None:
        """Return the median of something that is stated apart."""
        return self.middle(contender, lambda figures: figures.apart[what], part)

    def quantile(
        self, contender: Contender, what: str, share: float, part: str = "answers"
    ) -> float | None:
        """Return the median over the runs of a quantile of the samples of one kind, in seconds."""
        return self.middle(contender, lambda figures: quantile(figures.samples[what], share), part)

    def versions(self) -> dict[str, str]:
        """Return the versions of the peers."""
        found: dict[str, str] = {}
        for rounds in self.rounds.values():
            for figures in rounds[-1].figures.values():
                found |= figures.versions
        return found

    def disturbance(self, part: str) -> float:
        """Return the most cores that others used during any run of a part."""
        return max((one.disturbance for one in self.rounds[part]), default=0.0)


def measured(name: str, scale: Scale, warehouse: Path) -> Measured:
    """Read what is kept of a size."""
    rounds, days = {}, {}
    for part in PARTS:
        data = warehouse_path(tenth_of(scale), data_folder()) if part.tenth else warehouse
        day, found = kept(name, part.name, warehouse=data)
        if found:
            rounds[part.name], days[part.name] = found, day
    return Measured(name, scale, warehouse, rounds, days)


def quantile(samples: list[float], share: float) -> float:
    """Return the least sample that at least a share of all samples do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
