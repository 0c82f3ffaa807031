"""Opening the database and its transactions: every failure is one of Muster's, without secrets."""

from __future__ import annotations

import socket
import threading
import time
import traceback
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, ProgrammingError

from muster.base.errors import Busy, InvalidInput, MusterError, Unavailable
from muster.store import embedded, postmaster
from muster.store.database import Database, open_database, refuse_encoding, refuse_old_server


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine where nobody listens."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


def write_and_fail(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("INSERT INTO written VALUES (1)"))
        _ = 1 // 0


def test_a_transaction_commits_at_its_end_and_rolls_back_on_any_error(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("CREATE TABLE written (value int)"))
    with pytest.raises(ZeroDivisionError):
        write_and_fail(database)
    with database.transaction() as connection:
        assert connection.scalar(text("SELECT count(*) FROM written")) == 0


def test_a_session_is_in_utc_named_and_limited(database: Database) -> None:
    names = ("TimeZone", "statement_timeout", "application_name")
    with database.transaction() as connection:
        found = [connection.scalar(text(f"SHOW {name}")) for name in names]
    assert found == ["UTC", "1min", "muster"]


def test_application_name_and_time_limit_can_be_chosen(database_url: str) -> None:
    database = open_database(
        database_url, application_name="muster-cli", statement_timeout_seconds=0.05
    )
    with database.transaction() as connection:
        assert connection.scalar(text("SHOW application_name")) == "muster-cli"
    with pytest.raises(Busy) as refused, database.transaction() as connection:
        connection.execute(text("SELECT pg_sleep(5)"))
    assert refused.value.code == "DATABASE_TIMEOUT"
    database.close()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_a_postgresql_url_works(database_url: str, scheme: str) -> None:
    database = open_database(database_url.replace("postgresql+psycopg:", f"{scheme}:"))
    assert database.engine.url.drivername == "postgresql+psycopg"
    assert make_url(database_url).database in database.where
    database.close()


@pytest.mark.parametrize(
    "url", ["", "not a url", "mysql://u:secret@h/d", "sqlite:///x.db", "postgresql://h:port/d"]
)
def test_a_url_of_something_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        open_database(url)
    assert refused.value.code == "BAD_DATABASE_URL"
    assert "postgresql://" in (refused.value.hint or "")
    assert "secret" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("suffix", ["", "?password=hunter2"])
def test_a_server_that_is_not_there_is_unavailable_and_no_password_shows(
    closed_port: int, suffix: str
) -> None:
    password = "" if suffix else ":hunter2"
    url = f"postgresql://ada{password}@127.0.0.1:{closed_port}/muster{suffix}"
    with pytest.raises(Unavailable) as refused:
        open_database(url)
    assert refused.value.code == "DATABASE_UNREACHABLE"
    assert f'"muster" on 127.0.0.1:{closed_port}' in refused.value.sentence
    assert refused.value.hint is not None
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


def test_a_database_that_does_not_exist_is_unavailable(
    embedded_server: embedded.EmbeddedServer,
) -> None:
    with pytest.raises(Unavailable) as refused:
        open_database(embedded_server.url(database="nowhere"))
    assert refused.value.code == "DATABASE_UNREACHABLE"
    assert 'database "nowhere" does not exist' in refused.value.sentence


@pytest.mark.parametrize("number", [90624, 130022])
def test_an_old_server_is_refused_with_its_version(number: int) -> None:
    with pytest.raises(Unavailable) as refused:
        refuse_old_server(number)
    assert refused.value.code == "DATABASE_TOO_OLD"
    assert f"PostgreSQL {number // 10000};" in refused.value.sentence
    assert refused.value.hint is not None


@pytest.mark.parametrize("number", [140000, 180004])
def test_a_server_from_version_14_on_is_accepted(number: int) -> None:
    refuse_old_server(number)


def test_a_database_without_utf8_is_refused(embedded_server: embedded.EmbeddedServer) -> None:
    refuse_encoding("UTF8")
    where = {"host": str(embedded_server.socket_folder), "port": postmaster.PORT}
    superuser = {"user": postmaster.SUPERUSER, "dbname": postmaster.SUPERUSER}
    with psycopg.connect(**where, **superuser, autocommit=True) as administrator:  # type: ignore[arg-type]
        administrator.execute(
            "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0"
            " LOCALE 'C' LOCALE_PROVIDER libc"
        )
        with pytest.raises(Unavailable) as refused:
            open_database(embedded_server.url(database="latin"))
        administrator.execute("DROP DATABASE latin WITH (FORCE)")
    assert refused.value.code == "DATABASE_ENCODING"
    assert "LATIN1" in refused.value.sentence


@pytest.mark.parametrize(
    ("statement", "kind", "code"),
    [
        ("SELECT * FROM not_migrated_yet", Unavailable, "DATABASE_NOT_MIGRATED"),
        ("CREATE ROLE another SUPERUSER", Unavailable, "DATABASE_FORBIDDEN"),
        ("SET TRANSACTION READ ONLY; CREATE TABLE t ()", Unavailable, "DATABASE_READ_ONLY"),
        ("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", Unavailable, "DATABASE_FULL"),
        ("DO $$ BEGIN RAISE SQLSTATE '53200'; END $$", Busy, "DATABASE_OVERLOADED"),
        ("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", Busy, "DATABASE_CONTENTION"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", Unavailable, "DATABASE_UNREACHABLE"),
    ],
)
def test_an_expected_failure_becomes_an_error_with_a_hint(
    database: Database, statement: str, kind: type[MusterError], code: str
) -> None:
    with pytest.raises(kind) as refused, database.transaction() as connection:
        connection.execute(text(statement))
    assert refused.value.code == code
    assert refused.value.hint


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELEC 1", ProgrammingError),
        ("INSERT INTO workspaces (name, title, synthetic) VALUES ('A', '', true)", IntegrityError),
    ],
)
def test_a_fault_of_our_own_stays_what_it_is(
    database: Database, statement: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind), database.transaction() as connection:
        connection.execute(text(statement))


def test_two_transactions_in_each_others_way_end_with_one_of_them_busy(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("CREATE TABLE pair AS SELECT generate_series(1, 2) AS id"))
    both_locked = threading.Barrier(2)
    outcomes: list[str] = []

    def lock(first: int, second: int) -> None:
        try:
            with database.transaction() as connection:
                connection.execute(
                    text("SELECT FROM pair WHERE id = :id FOR UPDATE"), {"id": first}
                )
                both_locked.wait()
                connection.execute(
                    text("SELECT FROM pair WHERE id = :id FOR UPDATE"), {"id": second}
                )
            outcomes.append("done")
        except Busy as busy:
            outcomes.append(busy.code)

    threads = [threading.Thread(target=lock, args=order) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["DATABASE_CONTENTION", "done"]


def test_a_connection_cut_while_idle_is_replaced_unnoticed(
    database: Database, embedded_server: embedded.EmbeddedServer
) -> None:
    with database.transaction() as connection:
        before = connection.scalar(text("SELECT pg_backend_pid()"))
    with psycopg.connect(
        host=str(embedded_server.socket_folder),
        user=postmaster.SUPERUSER,
        dbname=postmaster.SUPERUSER,
        port=postmaster.PORT,
    ) as administrator:
        administrator.execute("SELECT pg_terminate_backend(%s, 5000)", (before,))
    with database.transaction() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != before


def test_a_restart_that_cut_every_idle_connection_costs_no_request(
    database: Database, embedded_server: embedded.EmbeddedServer
) -> None:
    with database.transaction(), database.transaction(), database.transaction():
        pass
    assert database.engine.pool.checkedin() == 3  # type: ignore[attr-defined]
    with psycopg.connect(
        host=str(embedded_server.socket_folder),
        user=postmaster.SUPERUSER,
        dbname=postmaster.SUPERUSER,
        port=postmaster.PORT,
    ) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            (database.engine.url.database,),
        )
    for _ in range(4):
        with database.transaction() as connection:
            assert connection.scalar(text("SELECT 1")) == 1


def test_twenty_transactions_run_at_once_and_their_connections_are_kept(database: Database) -> None:
    all_open = threading.Barrier(20)
    sessions: set[int] = set()

    def work() -> None:
        with database.transaction() as connection:
            session = connection.scalar(text("SELECT pg_backend_pid()"))
            assert session is not None
            sessions.add(session)
            all_open.wait(timeout=20)

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sessions) == 20
    assert database.engine.pool.checkedin() == 20  # type: ignore[attr-defined]


def test_a_silent_server_is_given_up_in_seconds() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            open_database(
                f"postgresql://ada@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=2"
            )
        assert time.monotonic() - begun < 8
