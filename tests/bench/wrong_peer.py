"""A contender that finds other members of one rule; the benchmark must notice."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.contender_per_rule import refresh

if __name__ == "__main__":
    figures = refresh(Path(sys.argv[1]), Path(sys.argv[2]))
    figures.checksums["sport_fans"] = "of other members"
    figures.write(Path(sys.argv[3]))
