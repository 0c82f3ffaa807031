"""One embedded PostgreSQL for the whole session; each test gets a database of its own on it."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from muster.services import passwords
from muster.store import embedded, postmaster
from muster.store.database import open_database
from muster.store.migrate import migrate

_numbers = itertools.count(1)

# How long a drawn example takes says nothing about the code on a busy machine. Continuous
# integration draws the same examples each time; `make soak` draws new ones.
settings.register_profile("muster", deadline=None, derandomize="MUSTER_FRESH" not in os.environ)
settings.load_profile("muster")


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash passwords with the least there is: at full cost, 0.2 s each, that takes two minutes."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_HASHER", cheap)
        yield


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[embedded.EmbeddedServer]:
    """A server that nobody but this session uses; its database `muster` is migrated and empty."""
    # not below pytest's own folder: another session closes that to PostgreSQL's user
    with tempfile.TemporaryDirectory(prefix="muster-tests-", dir=memory_folder()) as folder:
        server = embedded.start(Path(folder) / "data")
        _administer(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        database = open_database(server.url())
        migrate(database)
        database.close()
        yield server
        server.close()


@pytest.fixture
def database_url(embedded_server: embedded.EmbeddedServer) -> Iterator[str]:
    """The URL of a fresh, migrated, empty database."""
    yield from _fresh_database(embedded_server, template=postmaster.DATABASE)


@pytest.fixture(scope="module")
def module_database_url(embedded_server: embedded.EmbeddedServer) -> Iterator[str]:
    """The same, shared by the tests of one module."""
    yield from _fresh_database(embedded_server, template=postmaster.DATABASE)


@pytest.fixture
def unmigrated_database_url(embedded_server: embedded.EmbeddedServer) -> Iterator[str]:
    """The URL of a database without a single table."""
    yield from _fresh_database(embedded_server, template="template1")


def memory_folder() -> str | None:
    """A folder in memory if there is a roomy one: there a database is made in 20 ms, not 300."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and shutil.disk_usage(folder).free > 2 * 1024**3
    return str(folder) if roomy and os.access(folder, os.W_OK) else None


def _fresh_database(server: embedded.EmbeddedServer, *, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    owner = postmaster.OWNER
    _administer(
        server,
        f"CREATE DATABASE {name} TEMPLATE {template} OWNER {owner} STRATEGY file_copy",
    )
    yield server.url(database=name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(server: embedded.EmbeddedServer, *statements: str) -> None:
    with psycopg.connect(
        host=str(server.socket_folder),
        port=postmaster.PORT,
        user=postmaster.SUPERUSER,
        dbname=postmaster.SUPERUSER,
        autocommit=True,
    ) as connection:
        for statement in statements:
            connection.execute(statement)
