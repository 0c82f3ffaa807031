"""Two servers start at once on nothing, or on an older database: both work, one migrates."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from muster.store import embedded
from muster.store.database import Database, open_database
from tests.conftest import memory_folder
from tests.faults.processes import Served, served
from tests.faults.test_older_database import as_of_release
from tests.soak.killing import wait_until
from tests.store.test_migrate import NUMBERS


@contextmanager
def both(environment: dict[str, str], folder: Path) -> Iterator[tuple[Served, Served]]:
    """Start two servers at once, and wait until both are ready."""
    with (
        served(environment, folder / "one.log", workers=1) as one,
        served(environment, folder / "two.log", workers=1) as two,
    ):
        one.wait_ready()
        two.wait_ready()
        yield one, two
        assert [one.stop(), two.stop()] == [0, 0]
    for server in (one, two):
        assert "Traceback" not in server.said()


def figures(database: Database) -> tuple[list[str], int, int]:
    """Return the migration, how many schedules of retention there are, and for how many."""
    with database.transaction() as connection:
        numbers = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        made, workspaces = connection.execute(
            text(
                "SELECT count(*), count(DISTINCT workspace_id) FROM schedules"
                " WHERE kind = 'retention'"
            )
        ).one()
        return list(numbers), made, workspaces


@pytest.fixture
def empty(unmigrated_database_url: str) -> Iterator[Database]:
    opened = open_database(unmigrated_database_url)
    yield opened
    opened.close()


def test_two_servers_that_start_at_once_on_one_database_bring_it_up_to_date_once(
    empty: Database, unmigrated_database_url: str, tmp_path: Path
) -> None:
    as_of_release(empty, "0006")
    environment = {
        "MUSTER_DATABASE_URL": unmigrated_database_url,
        "MUSTER_DATA": str(tmp_path / "data"),
    }
    with both(environment, tmp_path) as servers:
        for server in servers:
            assert server.check("migrations")["status"] == "ok"
        wait_until(lambda: figures(empty)[1] >= 2, what="retention is planned")
    assert figures(empty) == ([NUMBERS[-1]], 2, 2)


def test_two_servers_on_an_empty_folder_share_one_database_and_keep_it_alive(
    tmp_path: Path,
) -> None:
    with tempfile.TemporaryDirectory(prefix="muster-two-", dir=memory_folder()) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL's user passes through
        data = Path(folder) / "data"
        with both({"MUSTER_DATA": str(data)}, tmp_path) as servers:
            joined = embedded.start(data)
            database = open_database(joined.url())
            try:
                assert figures(database) == ([NUMBERS[-1]], 0, 0)
            finally:
                database.close()
                joined.close()
            assert [server.get("/api/workspaces")[0] for server in servers] == [200, 200]

            recorded = data / "postgres" / "postmaster.pid"
            os.kill(int(recorded.read_text().split()[0]), signal.SIGKILL)
            wait_until(lambda: any("started again" in one.said() for one in servers), what="seen")
            for server in servers:
                server.wait_ready()
            assert [server.get("/api/workspaces")[0] for server in servers] == [200, 200]
            assert sum(one.said().count("started again") for one in servers) == 1
        # the last one to leave has stopped it
        assert not (data / "postgres" / "postmaster.pid").exists()
