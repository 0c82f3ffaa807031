"""The server process behind the embedded database: its folder, its start, its signs of life.

The caller holds the `start` lock throughout, so nothing here races with another Muster process.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from muster.base.errors import Busy, Unavailable
from muster.store.database import ASK_ROLE
from muster.store.file_lock import open_lock_file, try_exclusive
from muster.store.postgres_programs import MAJOR_VERSION, find_programs
from muster.store.socket_path import SOCKET_NAME

DATABASE = "muster"
OWNER = "muster"  # not a superuser: what reaches SQL by mistake cannot read files or run programs
SUPERUSER = "postgres"
PORT = 5432  # only names the socket; nothing listens on the network
STOP_SECONDS = 20.0
_POLL_SECONDS = 0.05
_MAX_LOG_BYTES = 10_000_000
_SETTINGS = (
    "listen_addresses=",
    "unix_socket_directories=.",
    f"port={PORT}",
    "max_connections=200",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of one embedded server, all inside the data folder."""

    data: Path

    @property
    def server(self) -> Path:
        return self.data / "postgres"

    @property
    def log(self) -> Path:
        return self.server / "server.log"

    def lock(self, name: str) -> Path:
        return self.data / f"postgres.{name}.lock"


def initialise_if_empty(layout: Layout) -> None:
    """Create the server's folder when there is none yet.

    Raises:
        Unavailable: the folder is somebody else's or another version's, or initdb failed.
    """
    _check_folder(layout.server)
    if not layout.server.is_dir() or not any(layout.server.iterdir()):
        _initialise(layout)


def ensure_serving(layout: Layout, socket_folder: Path, *, deadline_monotonic: float) -> None:
    """Return when the server takes connections; start it if no part of it lives.

    Raises:
        Unavailable: it ended at once; the sentence carries its own reason.
        Busy: it is still starting, recovering or stopping at the deadline.
    """
    while not _answers(layout, socket_folder):
        if is_dead(layout):
            _launch(layout, deadline_monotonic)
        elif time.monotonic() >= deadline_monotonic:
            raise Busy(
                "EMBEDDED_NOT_READY",
                f"The embedded database in {layout.data} is still starting or stopping.",
                hint=f"Try again; {layout.log} says what it is doing.",
            )
        time.sleep(_POLL_SECONDS)


def stop(layout: Layout) -> None:
    """Stop the server and wait until it is gone; nothing happens when it does not run."""
    process = _recorded_process(layout.server)
    if process is None or is_dead(layout):
        return
    if _runs_in(process, layout.server) is False:
        return  # another container shares the folder, but not our process numbers
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGINT)  # PostgreSQL's "fast" shutdown
    deadline = time.monotonic() + STOP_SECONDS
    while not is_dead(layout) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS / 5)


def _check_folder(folder: Path) -> None:
    """Refuse a folder that is somebody else's or another version's."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    version = folder / "PG_VERSION"
    found = version.read_text().strip() if version.is_file() else ""
    if found != str(MAJOR_VERSION):
        held = f"PostgreSQL {found} data" if found else "something that is not a database"
        raise Unavailable(
            "EMBEDDED_FOREIGN_FOLDER",
            f"{folder} holds {held}; Muster's embedded server is PostgreSQL {MAJOR_VERSION}.",
            hint="Move it away, or dump it with its own pg_dump and load the dump here.",
        )


def _initialise(layout: Layout) -> None:
    """Create the folder of the server in one step: a crash leaves either nothing or all of it."""
    programs = find_programs(layout.server)
    for leftover in layout.data.glob("postgres.partial-*"):
        # the initdb of a killed process may still be writing there, and then fails by itself
        shutil.rmtree(leftover, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix="postgres.partial-", dir=layout.data))
    programs.give(partial)
    programs.let_in(partial)
    # relative paths, here and in _launch: the programs pass theirs through a shell
    arguments = ["--pgdata=.", f"--username={SUPERUSER}", "--auth=trust"]
    # the built-in provider sorts alike on every machine, whatever locales it has
    arguments += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    arguments += ["--builtin-locale=C.UTF-8", "--no-instructions"]
    arguments += [part for setting in _SETTINGS for part in ("--set", setting)]
    done = programs.run("initdb", arguments, working_folder=partial, timeout_seconds=300)
    if done.exit_code != 0:
        raise _failed(layout, "could not be created", done.output)
    partial.replace(layout.server)
    folder = os.open(layout.data, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _answers(layout: Layout, socket_folder: Path) -> bool:
    """Say whether the server takes connections; on the way, make sure our database is there."""
    try:
        connection = psycopg.connect(
            host=str(socket_folder),
            port=PORT,
            user=SUPERUSER,
            dbname=SUPERUSER,
            connect_timeout=5,
            autocommit=True,
        )
    except psycopg.OperationalError:
        return False
    try:
        with connection:
            _ensure_database(connection)
    except psycopg.Error as error:
        raise _failed(layout, "runs, but refused to create the database", str(error)) from error
    return True


def _ensure_database(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    owner, database = sql.Identifier(OWNER), sql.Identifier(DATABASE)
    ask = sql.Identifier(ASK_ROLE)
    rows = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", ([OWNER, ASK_ROLE],)
    )
    roles = {name for (name,) in rows}
    if OWNER not in roles:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(owner))
    if ASK_ROLE not in roles:  # the owner may make no roles itself
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(ask))
        connection.execute(sql.SQL("GRANT {} TO {}").format(ask, owner))
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
    if found.fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))


def is_dead(layout: Layout) -> bool:
    """Say whether no PostgreSQL process of this folder lives.

    The process number in postmaster.pid cannot tell: after a crash it may be anybody's.
    """
    descriptor = open_lock_file(layout.lock("server"))
    try:
        return try_exclusive(descriptor)
    finally:
        os.close(descriptor)


def _launch(layout: Layout, deadline: float) -> None:
    """Start the server process; it inherits the `server` lock and holds it while any part lives."""
    programs = find_programs(layout.server)
    programs.let_in(layout.server)
    process = _recorded_process(layout.server)
    if process is None or _runs_in(process, layout.server) is not True:
        # PostgreSQL would believe a stale number if some process of its user bears it by now, or
        # if nobody has reaped the dead server, as in a container without an init process
        for record in ("postmaster.pid", f"{SOCKET_NAME}.lock"):
            (layout.server / record).unlink(missing_ok=True)
    if layout.log.exists() and layout.log.stat().st_size > _MAX_LOG_BYTES:
        layout.log.replace(layout.log.with_suffix(".log.1"))
    wait_seconds = max(1, round(deadline - time.monotonic()))
    log_begins_at = layout.log.stat().st_size if layout.log.exists() else 0
    lock = open_lock_file(layout.lock("server"))
    arguments = ["--pgdata=.", f"--log={layout.log.name}", "--silent", "--wait"]
    try:
        try_exclusive(lock)
        done = programs.run(
            "pg_ctl",
            [*arguments, f"--timeout={wait_seconds}", "start"],
            working_folder=layout.server,
            timeout_seconds=wait_seconds + 10,
            inherited=(lock,),
        )
    finally:
        os.close(lock)
    # not ready yet is no failure: the caller looks again until its time is up
    if done.exit_code != 0 and is_dead(layout):
        raise _failed(layout, "did not start", _reason(layout.log, log_begins_at) or done.output)


def _reason(log: Path, begins_at: int) -> str:
    """Return what the server itself gave as the fatal reason, if it did."""
    if not log.exists():
        return ""
    lines = log.read_bytes()[begins_at:].decode(errors="replace").splitlines()
    found = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return found[0] if found else ""


def _failed(layout: Layout, what: str, output: str) -> Unavailable:
    last = output.splitlines()[-1].strip() if output else "it gave no reason"
    return Unavailable(
        "EMBEDDED_FAILED",
        f"The embedded database in {layout.data} {what}: {last}",
        hint=f"See {layout.log}, or set MUSTER_DATABASE_URL to a PostgreSQL server.",
    )


def _recorded_process(folder: Path) -> int | None:
    """Return the process number in postmaster.pid; it may be stale."""
    try:
        return int((folder / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _runs_in(process: int, folder: Path) -> bool | None:
    """Say whether a process works in this folder, as a server does; None = cannot tell."""
    if not Path("/proc/self").exists():
        return None
    try:
        return Path(f"/proc/{process}/cwd").samefile(folder)
    except OSError:
        return False
