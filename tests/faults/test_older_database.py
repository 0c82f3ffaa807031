"""A database of an older release is brought up to date by starting; a newer one is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import Connection, inspect, text

from muster.api.app import create_app
from muster.services.upkeep import ensure_schedules
from muster.settings import Settings
from muster.store.database import Database, open_database
from muster.store.migrate import configuration, pending
from tests.faults.processes import refused_serve
from tests.store.conftest import start_python  # noqa: F401
from tests.store.seed import INSTALLATION_TABLES, SEED
from tests.store.test_migrate import AT_0003, NUMBERS, StartPython

OLDER = NUMBERS[:-1]

MIGRATE_AND_HANG = """
import sys
from alembic import command
from muster.store.database import open_database
from muster.store.locks import named_lock
from muster.store.migrate import LOCK_KEY, configuration
with named_lock(open_database(sys.argv[1]), LOCK_KEY) as connection:
    command.upgrade(configuration(connection), "head")
    print("migrated, not committed", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def empty(unmigrated_database_url: str) -> Iterator[Database]:
    opened = open_database(unmigrated_database_url)
    yield opened
    opened.close()


def as_of_release(database: Database, number: str) -> None:
    """Bring a database to an earlier migration, with a row in each of its tables."""
    with database.transaction() as connection:
        command.upgrade(configuration(connection), number)
        present = set(inspect(connection).get_table_names())
    with database.transaction() as connection:
        for statement in (AT_0003 if number <= "0003" else SEED).split(";\n"):
            found = re.search(r"INSERT INTO (\w+)", statement)
            if found and found[1] in present:
                connection.execute(text(statement))


Rows = dict[str, list[dict[str, Any]]]


def rows(connection: Connection) -> Rows:
    """Return every row of every table but Alembic's own."""
    found: Rows = {}
    for name in inspect(connection).get_table_names():
        if name != "alembic_version":
            query = text(f'SELECT to_jsonb(one) FROM "{name}" AS one ORDER BY to_jsonb(one)::text')
            found[name] = list(connection.execute(query).scalars())
    return found


def read(database: Database) -> Rows:
    with database.transaction() as connection:
        return rows(connection)


def as_before(after: Rows, before: Rows) -> Rows:
    """Return the tables and columns that were there before, as they are now."""
    kept: Rows = {}
    for name, old in before.items():
        columns = set(old[0]) if old else set()
        narrowed = [{key: one[key] for key in one if key in columns} for one in after[name]]
        kept[name] = narrowed if old else after[name]
    return kept


def by_text(found: Rows) -> Rows:
    return {name: sorted(some, key=str) for name, some in found.items()}


@pytest.mark.parametrize("number", OLDER)
def test_a_server_that_starts_on_an_older_database_brings_it_up_to_date_and_keeps_its_rows(
    number: str, empty: Database, unmigrated_database_url: str, tmp_path: Path
) -> None:
    as_of_release(empty, number)
    before = read(empty)
    assert {name for name, some in before.items() if not some} <= set(INSTALLATION_TABLES)
    settings = Settings(
        data=tmp_path,
        database_url=SecretStr(unmigrated_database_url),
        allowed_hosts=("testserver",),
    )
    with TestClient(create_app(settings)) as client:
        checks = client.get("/readyz").json()["checks"]
        listed = client.get("/api/workspaces").json()["items"]
        assert ensure_schedules(client.app.state.resources) == len(before["workspaces"])
        assert ensure_schedules(client.app.state.resources) == 0
    assert [one["status"] for one in checks if one["name"] == "migrations"] == ["ok"]
    assert {one["name"] for one in listed} == {one["name"] for one in before["workspaces"]}
    assert pending(empty) == ()
    after = read(empty)
    after["schedules"] = [one for one in after["schedules"] if one["kind"] != "retention"]
    assert by_text(as_before(after, before)) == by_text(before)


@pytest.mark.parametrize("number", OLDER[-2:])
def test_a_server_killed_in_the_midst_of_migrating_leaves_the_older_database(
    number: str,
    empty: Database,
    unmigrated_database_url: str,
    start_python: StartPython,  # noqa: F811
) -> None:
    as_of_release(empty, number)
    before, waiting = read(empty), pending(empty)
    process = start_python(MIGRATE_AND_HANG, unmigrated_database_url)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "migrated, not committed"
    process.kill()
    process.wait()
    assert pending(empty) == waiting
    assert read(empty) == before


def test_a_server_refuses_a_newer_database_in_words_and_changes_nothing(
    database_url: str, tmp_path: Path
) -> None:
    newer = open_database(database_url)
    try:
        with newer.transaction() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
        before = read(newer)
        code, said = refused_serve(
            {"MUSTER_DATABASE_URL": database_url, "MUSTER_DATA": str(tmp_path)}
        )
        assert code == 3
        assert "[DATABASE_NEWER]" in said
        assert "hint: Install the newer Muster" in said
        assert "Traceback" not in said
        assert read(newer) == before
        with newer.transaction() as connection:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
            assert list(version) == ["0099"]
    finally:
        newer.close()
