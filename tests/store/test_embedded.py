"""The embedded server: shared by processes, stopped by the last, and whole after any kill."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from muster.base.errors import Busy, MusterError, Unavailable
from muster.store import embedded, postmaster
from muster.store.file_lock import held_exclusively, open_lock_file, try_exclusive
from muster.store.postgres_programs import find_programs
from tests.conftest import memory_folder

StartPython = Callable[..., "subprocess.Popen[str]"]

# starts or joins, obeys what it reads, and answers with one line each
CLIENT = """
import os, sys, time
from pathlib import Path
import psycopg
from muster.store import embedded
if len(sys.argv) > 2:
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
server = embedded.start(Path(sys.argv[1]))
print("started", flush=True)
where = dict(host=str(server.socket_folder), port=5432, user="muster", dbname="muster")
opened = []
for command in sys.stdin:
    command = command.strip()
    if command == "close":
        server.close()
    elif command == "fork":
        if os.fork() == 0:
            while not (Path(sys.argv[1]) / "go").exists():
                time.sleep(0.02)
            os._exit(0)
    elif command == "reap":
        os.wait()
    elif command.startswith("leave open "):
        opened.append(psycopg.connect(**where))
        opened[-1].execute(command.removeprefix("leave open "))
    else:
        with psycopg.connect(**where) as connection:
            for statement in command.split(";"):
                found = connection.execute(statement)
            print(found.fetchone()[0], flush=True)
        continue
    print("done", flush=True)
"""


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    """The folder of a server that was created and stopped in order, to be copied."""
    with TemporaryDirectory(prefix="muster-embedded-", dir=memory_folder()) as folder:
        embedded.start(Path(folder) / "data").close()
        yield Path(folder) / "data" / "postgres"


@pytest.fixture
def new_data() -> Iterator[Path]:
    """A data folder that does not exist yet, outside the reach of other pytest sessions."""
    with TemporaryDirectory(prefix="muster-embedded-", dir=memory_folder()) as folder:
        data = Path(folder) / "data"
        yield data
        if data.is_dir() and not is_stopped(data):  # the test has failed
            os.kill(server_process(data), signal.SIGQUIT)


@pytest.fixture
def data(new_data: Path, initialised: Path) -> Path:
    """A data folder whose server is stopped."""
    new_data.mkdir()
    # unlike shutil's, this copy keeps the owner
    subprocess.run(["cp", "-a", str(initialised), str(new_data / "postgres")], check=True)
    return new_data


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], command: str) -> str:
    assert process.stdin is not None
    process.stdin.write(command + "\n")
    process.stdin.flush()
    return line(process)


def query(server: embedded.EmbeddedServer, statement: str) -> object:
    engine = create_engine(server.url())
    with engine.begin() as connection:
        for part in statement.split(";"):
            found = connection.execute(text(part))
        value = found.scalar_one()
    engine.dispose()
    return value


def server_process(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def is_stopped(data: Path) -> bool:
    """Whether no process of the server lives; the record of it goes with an orderly stop."""
    descriptor = open_lock_file(data / "postgres.server.lock")
    with os.fdopen(descriptor):
        return try_exclusive(descriptor)


def kill_server(data: Path) -> None:
    os.kill(server_process(data), signal.SIGKILL)


STARTED_AT = "SELECT pg_postmaster_start_time()::text"
KEEP = "CREATE TABLE kept AS SELECT 7 AS value; SELECT value FROM kept"


# --- starting -----------------------------------------------------------------------------------


def test_a_new_folder_gets_a_server_with_our_database(new_data: Path) -> None:
    with closing(embedded.start(new_data)) as server:
        url = make_url(server.url())
        assert (url.drivername, url.database) == ("postgresql+psycopg", "muster")
        assert query(server, "SELECT current_setting('server_version')").startswith("18.")  # type: ignore[attr-defined]
        assert query(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert query(server, "SELECT current_setting('listen_addresses')") == ""
        assert query(server, "SELECT current_setting('fsync')") == "on"
        assert query(server, "SELECT current_setting('data_checksums')") == "on"
        assert query(server, KEEP) == 7
    with closing(embedded.start(new_data)) as server:
        assert query(server, "SELECT value FROM kept") == 7


def test_text_sorts_by_code_point_on_every_machine(data: Path) -> None:
    with closing(embedded.start(data)) as server:
        letters = "SELECT string_agg(x, '' ORDER BY x) FROM unnest('{b,a,B,_,é,z}'::text[]) AS x"
        assert query(server, letters) == "B_abzé"


def test_nobody_else_on_the_machine_can_reach_the_server(data: Path) -> None:
    with closing(embedded.start(data)):
        assert stat.S_IMODE((data / "postgres").stat().st_mode) == 0o700
        assert (data / "postgres" / ".s.PGSQL.5432").is_socket()


@pytest.mark.skipif(os.geteuid() != 0, reason="shows what root gets")
def test_root_gets_a_server_that_does_not_run_as_root(data: Path) -> None:
    with closing(embedded.start(data)):
        owner = Path(f"/proc/{server_process(data)}").stat().st_uid
        assert owner == (data / "postgres").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_normal_user_gets_a_server_and_root_can_use_it_later(
    new_data: Path, start_python: StartPython
) -> None:
    user = 65534
    new_data.mkdir()
    new_data.parent.chmod(0o711)
    os.chown(new_data, user, user)
    client = start_python(CLIENT, str(new_data), str(user))
    assert line(client) == "started"
    assert tell(client, KEEP) == "7"
    assert Path(f"/proc/{server_process(new_data)}").stat().st_uid == user
    assert tell(client, "close") == "done"
    with closing(embedded.start(new_data)) as server:
        assert query(server, "SELECT value FROM kept") == 7
        assert Path(f"/proc/{server_process(new_data)}").stat().st_uid == user
    again = start_python(CLIENT, str(new_data), str(user))
    assert line(again) == "started"
    assert tell(again, "SELECT value FROM kept") == "7"
    assert tell(again, "close") == "done"


@pytest.mark.parametrize("name", ["l" * 120, 'it\'s, "a" $(touch oops) %20 ü;&`b`'])
def test_long_and_odd_paths_work(
    new_data: Path, initialised: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(new_data.parent))
    odd = new_data / name
    odd.mkdir(parents=True)
    subprocess.run(["cp", "-a", str(initialised), str(odd / "postgres")], check=True)
    with closing(embedded.start(odd)) as server:
        assert query(server, KEEP) == 7
        with closing(embedded.start(odd)) as joined:
            assert joined.url() == server.url()
    assert is_stopped(odd)
    assert list(new_data.rglob("oops")) == []


def test_an_odd_path_can_also_be_initialised(
    new_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(new_data.parent))
    with closing(embedded.start(new_data / 'it\'s "here", $HOME')) as server:
        assert query(server, KEEP) == 7


def test_the_callers_own_postgresql_settings_do_not_interfere(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PGPORT": "1",
        "PGHOST": "nowhere",
        "PGDATA": "/nowhere",
        "PGUSER": "nobody",
        "PGDATABASE": "nothing",
    }.items():
        monkeypatch.setenv(name, value)
    with closing(embedded.start(data)) as server:
        assert query(server, KEEP) == 7


# --- sharing ------------------------------------------------------------------------------------


def test_a_second_process_joins_and_the_last_one_stops_the_server(
    data: Path, start_python: StartPython
) -> None:
    server = embedded.start(data)
    client = start_python(CLIENT, str(data))
    assert line(client) == "started"
    assert tell(client, STARTED_AT) == query(server, STARTED_AT)
    server.close()
    assert tell(client, "SELECT 1") == "1"
    assert not is_stopped(data)
    assert tell(client, "close") == "done"
    assert is_stopped(data)
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_a_process_that_ends_without_closing_gives_up_its_share(
    data: Path, start_python: StartPython
) -> None:
    client = start_python(CLIENT, str(data))
    assert line(client) == "started"
    client.communicate()  # the end of its input ends it
    assert client.returncode == 0
    assert is_stopped(data)


def test_processes_that_start_at_once_share_one_server(
    data: Path, start_python: StartPython
) -> None:
    clients = [start_python(CLIENT, str(data)) for _ in range(2)]
    assert [line(client) for client in clients] == ["started"] * 2
    assert len({tell(client, STARTED_AT) for client in clients}) == 1


def test_two_shares_in_one_process_are_two(data: Path) -> None:
    one, other = embedded.start(data), embedded.start(data)
    one.close()
    one.close()
    assert query(other, "SELECT 1") == 1
    other.close()
    assert is_stopped(data)


def test_a_forked_child_keeps_the_server_running(data: Path, start_python: StartPython) -> None:
    client = start_python(CLIENT, str(data))
    assert line(client) == "started"
    assert tell(client, "fork") == "done"
    assert tell(client, "close") == "done"
    assert not is_stopped(data)
    with closing(embedded.start(data)) as server:
        assert query(server, "SELECT 1") == 1
        (data / "go").touch()
        assert tell(client, "reap") == "done"
    assert is_stopped(data)


# --- killing ------------------------------------------------------------------------------------


def test_a_killed_client_leaves_the_server_and_only_what_it_had_committed(
    data: Path, start_python: StartPython
) -> None:
    client = start_python(CLIENT, str(data))
    assert line(client) == "started"
    assert tell(client, KEEP) == "7"
    assert tell(client, "leave open UPDATE kept SET value = 8") == "done"
    begun = tell(client, STARTED_AT)
    client.kill()
    client.wait()
    with closing(embedded.start(data)) as server:
        assert query(server, STARTED_AT) == begun
        assert query(server, "SELECT value FROM kept") == 7
        assert query(server, "UPDATE kept SET value = 9 RETURNING value") == 9
    assert is_stopped(data)


def test_a_killed_server_is_started_again_with_its_data(data: Path) -> None:
    with closing(embedded.start(data)) as server:
        assert query(server, KEEP) == 7
        kill_server(data)
        assert (data / "postgres" / "postmaster.pid").exists()
        with closing(embedded.start(data)) as again:
            assert query(again, "SELECT value FROM kept") == 7
            assert query(server, "SELECT value FROM kept") == 7


def test_whoever_shares_a_server_can_bring_it_back(data: Path) -> None:
    with closing(embedded.start(data)) as server:
        begun = query(server, STARTED_AT)
        server.revive()
        assert query(server, STARTED_AT) == begun  # it lives: nothing to do
        kill_server(data)
        while not is_stopped(data):
            time.sleep(0.02)
        server.revive()
        assert query(server, STARTED_AT) != begun


def test_a_server_killed_amid_a_statement_is_started_when_the_rest_of_it_is_gone(
    data: Path,
) -> None:
    with closing(embedded.start(data)) as server:
        # a loop that does not look for its parent, so it outlives the kill
        busy = (
            "DO $$ DECLARE until timestamptz := clock_timestamp() + interval '1 second';"
            " BEGIN WHILE clock_timestamp() < until LOOP END LOOP; END $$"
        )

        where = {"host": str(server.socket_folder), "port": postmaster.PORT}
        connection = psycopg.connect(**where, user="muster", dbname="muster")  # type: ignore[arg-type]

        def work() -> None:
            with suppress(psycopg.OperationalError):
                connection.execute(busy)

        worker = threading.Thread(target=work)
        worker.start()
        active = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %'"
        while query(server, active) != 1:
            time.sleep(0.02)
        kill_server(data)
        assert not is_stopped(data)
        with closing(embedded.start(data)) as again:
            worker.join(timeout=0.5)
            assert not worker.is_alive()
            assert query(again, "SELECT 1") == 1
        connection.close()


def test_a_stale_process_number_that_now_is_somebody_elses_is_not_believed(data: Path) -> None:
    with closing(embedded.start(data)) as server:
        assert query(server, KEEP) == 7
        kill_server(data)
        user = find_programs(data / "postgres").user
        bystander = subprocess.Popen(["sleep", "60"], user=user.pw_uid if user else None)
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            record = data / "postgres" / name
            _, *rest = record.read_text().splitlines(keepends=True)
            record.write_text("".join([f"{bystander.pid}\n", *rest]))
        try:
            with closing(embedded.start(data)) as again:
                assert query(again, "SELECT value FROM kept") == 7
            assert bystander.poll() is None
        finally:
            bystander.kill()
            bystander.wait()


def test_stopping_never_signals_a_process_that_is_not_the_server(data: Path) -> None:
    server = embedded.start(data)
    record = data / "postgres" / "postmaster.pid"
    lines = record.read_text().splitlines()
    bystander = subprocess.Popen(["sleep", "60"])
    record.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
    server.close()
    try:
        assert bystander.poll() is None
        assert not is_stopped(data)
    finally:
        bystander.kill()
        bystander.wait()
        record.write_text("\n".join(lines) + "\n")
    embedded.start(data).close()
    assert is_stopped(data)


def test_a_creation_that_was_killed_is_begun_anew(new_data: Path) -> None:
    leftover = new_data / "postgres.partial-killed"
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("18\n")
    (new_data / "postgres").mkdir()
    with closing(embedded.start(new_data)) as server:
        assert query(server, "SELECT 1") == 1
    assert sorted(path.name for path in new_data.glob("postgres*")) == [
        "postgres",
        "postgres.server.lock",
        "postgres.start.lock",
        "postgres.users.lock",
    ]


# --- refusing -----------------------------------------------------------------------------------


def refused(data: Path, kind: type[MusterError], **options: float) -> MusterError:
    with pytest.raises(kind) as caught:
        embedded.start(data, **options)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("PG_VERSION", "16\n", "holds PostgreSQL 16 data"),
        ("notes.txt", "my notes", "holds something that is not a database"),
    ],
)
def test_a_folder_of_something_else_is_left_alone(
    new_data: Path, file: str, content: str, said: str
) -> None:
    (new_data / "postgres").mkdir(parents=True)
    (new_data / "postgres" / file).write_text(content)
    error = refused(new_data, Unavailable)
    assert error.code == "EMBEDDED_FOREIGN_FOLDER"
    assert said in error.sentence
    assert [path.name for path in (new_data / "postgres").iterdir()] == [file]


def test_a_server_that_cannot_start_says_why(data: Path) -> None:
    with (data / "postgres" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    begun = time.monotonic()
    error = refused(data, Unavailable)
    assert time.monotonic() - begun < 20
    assert error.code == "EMBEDDED_FAILED"
    assert "postgresql.conf" in error.sentence
    assert "server.log" in (error.hint or "")


def test_a_server_that_cannot_be_created_says_why(
    new_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postmaster, "_SETTINGS", ("no_such_setting=1",))
    error = refused(new_data, Unavailable)
    assert error.code == "EMBEDDED_FAILED"
    assert "could not be created" in error.sentence
    assert not (new_data / "postgres").exists()


def test_a_data_folder_that_is_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    error = refused(tmp_path / "data", Unavailable)
    assert error.code == "DATA_FOLDER_UNUSABLE"
    assert str(tmp_path / "data") in error.sentence


def test_a_start_that_another_process_never_ends_is_given_up(new_data: Path) -> None:
    new_data.mkdir()
    lock = new_data / "postgres.start.lock"
    with held_exclusively(lock, deadline_monotonic=time.monotonic()):
        error = refused(new_data, Busy, timeout_seconds=0.1)
    assert error.code == "EMBEDDED_BUSY"


def test_a_server_that_is_not_ready_in_time_is_reported(data: Path) -> None:
    remainder = open_lock_file(data / "postgres.server.lock")  # as a part of a killed server would
    assert try_exclusive(remainder)
    error = refused(data, Busy, timeout_seconds=0.1)
    assert error.code == "EMBEDDED_NOT_READY"
    os.close(remainder)
    embedded.start(data).close()


def test_a_log_that_has_grown_too_long_is_put_aside(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postmaster, "_MAX_LOG_BYTES", 10)
    log = data / "postgres" / "server.log"
    before = log.read_bytes()
    assert len(before) > 10
    embedded.start(data).close()
    assert (data / "postgres" / "server.log.1").read_bytes() == before
    assert b"ready to accept connections" in log.read_bytes()
    assert not log.read_bytes().startswith(before)
