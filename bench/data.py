"""The benchmark's customer data: generated once per scale, kept on disk, the same every time."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb

from bench.places import TABLES, prepared_folder
from muster.engines.duckdb import DuckDBWarehouse

_SCRIPT = Path(__file__).with_name("data.sql")
_SHOWN_HASH = 8


@dataclass(frozen=True, slots=True)
class Scale:
    """How many users there are, and how many transactions they made in two years.

    Advertisements shown to them in the last 180 days are half as many as the transactions.
    """

    entities: int
    events: int

    @property
    def impressions(self) -> int:
        """How many advertisements were shown."""
        return self.events // 2


SIZES = {
    "smoke": Scale(2_000, 40_000),
    "1m": Scale(1_000_000, 20_000_000),
    "5m": Scale(5_000_000, 100_000_000),
    "10m": Scale(10_000_000, 200_000_000),
}
"""What ``--size`` chooses from; the largest is for once, by hand."""


def tenth_of(scale: Scale) -> Scale:
    """Return a scale for a peer that is ten times as slow."""
    return Scale(scale.entities // 10, scale.events // 10)


def warehouse_path(scale: Scale, folder: Path, *, script: Path = _SCRIPT) -> Path:
    """Return where the warehouse of a scale is, or would be.

    The name tells the scale, the generator and the version of DuckDB, whose hash function the data
    depends on.
    """
    text = script.read_text(encoding="utf-8")
    version = sha256(f"{duckdb.__version__}\n{text}".encode()).hexdigest()[:_SHOWN_HASH]
    return folder / f"warehouse-{scale.entities}-{scale.events}-{version}.duckdb"


def prepare_warehouse(
    scale: Scale,
    folder: Path,
    *,
    progress: Callable[[str], None] | None = None,
    script: Path = _SCRIPT,
) -> Path:
    """Return the warehouse file of a scale, generating it if it is not there yet.

    An interrupted generation leaves nothing under its name.
    """
    path = warehouse_path(scale, folder, script=script)
    if path.exists():
        return path
    unfinished = path.with_suffix(f".tmp{os.getpid()}")
    variables = {
        "entities": scale.entities,
        "events": scale.events,
        "impressions": scale.impressions,
    }
    try:
        with DuckDBWarehouse.open(unfinished, read_only=False) as warehouse:
            warehouse.script(script.read_text(encoding="utf-8"), variables, progress=progress)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def export_tables(warehouse: Path, kind: str) -> None:
    """Write the tables for those who cannot read the warehouse, unless they are written.

    A list becomes PostgreSQL's text of an array in CSV.
    """
    folder = prepared_folder(warehouse)
    folder.mkdir(parents=True, exist_ok=True)
    options = "FORMAT parquet, COMPRESSION zstd" if kind == "parquet" else "FORMAT csv, HEADER"
    star = "*"
    if kind == "csv":
        star = "* REPLACE ('{' || array_to_string(interests, ',') || '}' AS interests)"
    with duckdb.connect(warehouse, read_only=True) as connection:
        for table in TABLES:
            path = folder / f"{table}.{kind}"
            if not path.exists():
                unfinished = path.with_suffix(f".tmp{os.getpid()}")
                columns = star if table == "users" else "*"
                connection.execute(
                    f"COPY (SELECT {columns} FROM {table}) TO '{unfinished}' ({options})"
                )
                unfinished.replace(path)
