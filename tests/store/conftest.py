"""Fixtures of the store's tests: an open database, a workspace in it, other Python processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from muster.base.records import Workspace
from muster.store import workspaces
from muster.store.database import Database, open_database

ROOT = Path(__file__).parents[2]
StartPython = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A connection in a transaction that is committed if the test passes that far."""
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def workspace(connection: Connection) -> Workspace:
    return workspaces.create(connection, name="payments", title="Payments", synthetic=True)


@pytest.fixture
def start_python() -> Iterator[StartPython]:
    """Start other Python processes from a text of code and arguments; their input ends with the
    test, and whoever then does not end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
