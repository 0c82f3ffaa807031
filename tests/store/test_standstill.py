"""A process that stands still in a transaction loses it, unless it said that it would take long."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from muster.base.errors import Busy, Unavailable
from muster.store import database as module
from muster.store import dump, workspaces
from muster.store.database import Database, open_database


@pytest.fixture
def hasty(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(module, "_STANDSTILL", "1s")
    opened = open_database(database_url)
    yield opened
    opened.close()


def stand_still(connection: Connection, watcher: Database) -> None:
    """Do nothing until the session has been ended."""
    mine = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    lives = text("SELECT count(*) FROM pg_stat_get_activity(:pid)")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with watcher.transaction() as other:  # each sees the sessions of its own beginning
            if not other.execute(lives, {"pid": mine}).scalar_one():
                return
        time.sleep(0.05)
    raise AssertionError("the session was not ended")


def test_a_transaction_that_stands_still_is_undone(hasty: Database, database: Database) -> None:
    def write() -> None:
        with hasty.transaction() as connection:
            workspaces.create(connection, name="lost", title="", synthetic=False)
            stand_still(connection, database)
            workspaces.create(connection, name="late", title="", synthetic=False)

    with pytest.raises((Busy, Unavailable)) as failed:
        write()
    assert failed.value.code.startswith("DATABASE_")
    with hasty.transaction() as connection:
        assert workspaces.every(connection) == ()


def test_a_snapshot_is_held_for_as_long_as_the_backup_takes(hasty: Database) -> None:
    with dump.snapshot(hasty) as held:
        time.sleep(2)
        engine = hasty.engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.begin() as joined:  # only what is still held can be joined
            joined.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{held.name}'")
    assert held.workspaces == ()
