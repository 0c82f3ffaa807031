"""Where the benchmark keeps things outside of version control; imports nothing of Muster."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
STARTED = "MUSTER_BENCH_STARTED"
"""The variable in which a contender's process is told when it was started, by `time.time`."""

ALONE = "alone:"
"""What figures begin with that tell of a part of the work, measured once more by itself."""

TABLES = ("users", "transactions", "impressions")


def data_folder() -> Path:
    """Return where generated data and figures are: MUSTER_BENCH_DATA, else .muster/bench here."""
    chosen = os.environ.get("MUSTER_BENCH_DATA")
    return Path(chosen) if chosen else REPOSITORY / ".muster" / "bench"


def prepared_folder(warehouse: Path) -> Path:
    """Return where the same data is for those who cannot read the warehouse, and the index."""
    return warehouse.with_suffix(".prepared")


def peers_folder() -> Path:
    """Return where the environments of the peers are: MUSTER_BENCH_PEERS, else in the cache."""
    chosen = os.environ.get("MUSTER_BENCH_PEERS")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(chosen) if chosen else cache / "muster-bench"
