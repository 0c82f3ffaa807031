"""A server that cannot start says why in a sentence with a code and a hint, never a traceback."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from muster.secret_key import FILE_NAME
from muster.services.health import Status, examine
from muster.settings import Settings
from muster.store import postmaster
from muster.store.embedded import EmbeddedServer
from muster.wiring import open_resources
from tests.conftest import _administer
from tests.faults.processes import refused_serve

PASSWORD = "the-right-one"


def check_refused(environment: dict[str, str], *, code: str, hint: str) -> str:
    """Assert that a server says no in words, and return them."""
    ended, said = refused_serve(environment)
    assert ended == 3, said
    assert f"[{code}]" in said
    assert f"hint: {hint}" in said
    assert "Traceback" not in said
    return said


@pytest.fixture
def guarded_url(embedded_server: EmbeddedServer, database_url: str) -> Iterator[str]:
    """The URL of a database for a role that is asked for a password and may create nothing."""
    name = database_url.partition("?")[0].rpartition("/")[2]
    rules = embedded_server.data / "postgres" / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text("local all guarded scram-sha-256\n" + before)
    _administer(
        embedded_server,
        f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'",
        "SELECT pg_reload_conf()",
    )
    try:
        yield (
            f"postgresql://guarded:PASSWORD@:{postmaster.PORT}/{name}"
            f"?host={embedded_server.socket_folder}"
        )
    finally:
        rules.write_text(before)
        _administer(
            embedded_server,
            f"DROP DATABASE {name} WITH (FORCE)",
            f"CREATE DATABASE {name} OWNER {postmaster.OWNER}",  # the fixture drops it
            "DROP ROLE guarded",
            "SELECT pg_reload_conf()",
        )


def test_a_wrong_password_is_told_without_showing_it(guarded_url: str, tmp_path: Path) -> None:
    said = check_refused(
        {
            "MUSTER_DATABASE_URL": guarded_url.replace("PASSWORD", "a-wrong-one"),
            "MUSTER_DATA": str(tmp_path),
        },
        code="DATABASE_UNREACHABLE",
        hint="Check that the server runs, and MUSTER_DATABASE_URL.",
    )
    assert "password authentication failed" in said
    assert "a-wrong-one" not in said


def test_a_user_who_may_not_create_tables_is_told_what_is_missing(
    guarded_url: str, tmp_path: Path, embedded_server: EmbeddedServer
) -> None:
    name = guarded_url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(
        host=str(embedded_server.socket_folder),
        port=postmaster.PORT,
        user=postmaster.SUPERUSER,
        dbname=name,
        autocommit=True,
    ) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        connection.execute("GRANT USAGE ON SCHEMA public TO guarded")
    check_refused(
        {
            "MUSTER_DATABASE_URL": guarded_url.replace("PASSWORD", PASSWORD),
            "MUSTER_DATA": str(tmp_path),
        },
        code="DATABASE_FORBIDDEN",
        hint="Let the user of MUSTER_DATABASE_URL own the database, or grant CREATE on its schema.",
    )


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    """A folder that nobody may write to, root neither."""
    folder = tmp_path / "unwritable"
    folder.mkdir()
    if os.geteuid() != 0:
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
        return
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "none", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(f"no read-only folder can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("own_database", [True, False], ids=["embedded", "external"])
def test_a_data_folder_that_cannot_be_written_is_told(
    unwritable: Path, database_url: str, own_database: bool
) -> None:
    environment = {"MUSTER_DATA": str(unwritable)}
    if not own_database:
        environment["MUSTER_DATABASE_URL"] = database_url
    said = check_refused(
        environment,
        code="DATA_FOLDER_UNUSABLE",
        hint="Check its owner and free space, or point MUSTER_DATA at another folder.",
    )
    assert str(unwritable) in said


def test_a_secret_that_others_may_read_is_told(database_url: str, tmp_path: Path) -> None:
    secret = tmp_path / FILE_NAME
    secret.write_text("x" * 64)
    secret.chmod(0o644)
    said = check_refused(
        {"MUSTER_DATA": str(tmp_path), "MUSTER_DATABASE_URL": database_url},
        code="SECRET_KEY_EXPOSED",
        hint=f"Run `chmod 600 {secret}`.",
    )
    assert "x" * 64 not in said


def test_a_data_folder_that_became_unwritable_is_told_by_the_readiness(
    unwritable: Path, database_url: str, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, database_url=SecretStr(database_url))
    with open_resources(settings) as resources:
        found = examine(replace(resources, data_folder=unwritable))
    (disk,) = [check for check in found.checks if check.name == "disk"]
    assert (disk.status, disk.detail) == (
        Status.FAILED,
        "The data folder cannot be written to.",
    )
