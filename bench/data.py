"""The benchmark's customer data: generated once per scale, kept on disk, the same every time."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb

from muster.engines.duckdb import DuckDBWarehouse

REPOSITORY = Path(__file__).resolve().parent.parent
_SCRIPT = Path(__file__).with_name("data.sql")
_SHOWN_HASH = 8


@dataclass(frozen=True, slots=True)
class Scale:
    """How many users there are, and how many transactions they made in two years."""

    entities: int
    events: int


FULL = Scale(1_000_000, 20_000_000)
SMOKE = Scale(2_000, 40_000)


def data_folder() -> Path:
    """Return where generated data is kept: MUSTER_BENCH_DATA, else .muster/bench here."""
    chosen = os.environ.get("MUSTER_BENCH_DATA")
    return Path(chosen) if chosen else REPOSITORY / ".muster" / "bench"


def prepare_warehouse(
    scale: Scale,
    folder: Path,
    *,
    progress: Callable[[str], None] | None = None,
    script: Path = _SCRIPT,
) -> Path:
    """Return the warehouse file of a scale, generating it if it is not there yet.

    The name tells the scale, the generator and the version of DuckDB, whose hash function the data
    depends on. An interrupted generation leaves nothing under that name.
    """
    text = script.read_text(encoding="utf-8")
    version = sha256(f"{duckdb.__version__}\n{text}".encode()).hexdigest()[:_SHOWN_HASH]
    path = folder / f"warehouse-{scale.entities}-{scale.events}-{version}.duckdb"
    if path.exists():
        return path
    unfinished = path.with_suffix(f".tmp{os.getpid()}")
    variables = {"entities": scale.entities, "events": scale.events}
    try:
        with DuckDBWarehouse.open(unfinished, read_only=False) as warehouse:
            warehouse.script(text, variables, progress=progress)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
