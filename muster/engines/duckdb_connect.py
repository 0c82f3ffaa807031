"""Opens DuckDB safely: nothing from the network, one time zone, readers locked in."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import duckdb

from muster.base.errors import Busy, InvalidFile, MusterError, NotFound, Unavailable
from muster.engines.failures import FailureKind, duckdb_kind

# Nothing is ever fetched from the network, and Python variables are no tables.
_ALWAYS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
}
# A reader needs the warehouse file alone; spilling to its temporary folder stays possible.
_READING = {"enable_external_access": "false"}

# Connections to one file share one DuckDB instance: its settings are made and locked by the first
# connection, and a second that came in between would find them half made.
_configuring = threading.Lock()


def connect_file(
    path: Path, *, read_only: bool, threads: int | None, memory_limit_mb: int | None
) -> duckdb.DuckDBPyConnection:
    """Open a file; see ``DuckDBWarehouse.open`` for what is promised and raised."""
    if read_only and not path.exists():
        raise NotFound(
            "WAREHOUSE_MISSING",
            f"There is no warehouse file at {path}.",
            hint="Load data first, e.g. with `muster load`.",
            path=str(path),
        )
    settings = _settings(threads=threads, memory_limit_mb=memory_limit_mb)
    if read_only:
        settings |= _READING
    try:
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        return _connect(str(path), read_only=read_only, settings=settings)
    except (duckdb.Error, OSError) as error:
        raise _cannot_open(path, error) from error


def connect_memory(
    *, threads: int | None, memory_limit_mb: int | None
) -> duckdb.DuckDBPyConnection:
    """Open an empty database in memory."""
    settings = _settings(threads=threads, memory_limit_mb=memory_limit_mb)
    return _connect(":memory:", read_only=False, settings=settings)


def _settings(*, threads: int | None, memory_limit_mb: int | None) -> dict[str, Any]:
    settings: dict[str, Any] = dict(_ALWAYS)
    if threads is not None:
        settings["threads"] = threads
    if memory_limit_mb is not None:
        settings["memory_limit"] = f"{memory_limit_mb}MB"
    return settings


def _connect(
    database: str, *, read_only: bool, settings: dict[str, Any]
) -> duckdb.DuckDBPyConnection:
    with _configuring:
        connection = duckdb.connect(database, read_only=read_only, config=settings)
        found = connection.execute(
            "SELECT current_setting('TimeZone'), current_setting('lock_configuration')"
        ).fetchall()
        zone, locked = found[0]
        if zone != "UTC":  # not an option of connect()
            connection.execute("SET GLOBAL TimeZone = 'UTC'").fetchall()
        if read_only and not locked:
            connection.execute("SET lock_configuration = true").fetchall()
        return connection


def _cannot_open(path: Path, error: Exception) -> MusterError:
    text = str(error)
    if isinstance(error, duckdb.Error):
        kind = duckdb_kind(error)
        if kind is FailureKind.LOCKED:
            holder = re.search(r"\(PID (\d+)", text)
            who = f"Process {holder.group(1)}" if holder else "Another part of this process"
            return Busy(
                "WAREHOUSE_BUSY",
                f"{who} holds the warehouse file {path}.",
                hint=f"{who} must close it first (it may be loading data); then try again.",
                path=str(path),
            )
        if re.search(r"version number|newer version|storage version", text):
            return InvalidFile(
                "WAREHOUSE_VERSION",
                f"The warehouse file {path} was written by another version of DuckDB.",
                hint="Load the data again with this version of Muster.",
                path=str(path),
            )
        if kind is FailureKind.CORRUPT:
            return InvalidFile(
                "WAREHOUSE_CORRUPT",
                f"The file {path} is not a DuckDB database, or it is damaged.",
                hint="Load the data again, or restore the file from a backup.",
                path=str(path),
            )
    return Unavailable(
        "WAREHOUSE_UNREADABLE",
        f"The warehouse file {path} cannot be opened: {text.splitlines()[0]}",
        hint="Check that the path is a file and that this user may read and write it.",
        path=str(path),
    )
