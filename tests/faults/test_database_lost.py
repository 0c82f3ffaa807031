"""The product database is killed and comes back: Muster waits, says so, and goes on by itself."""

from __future__ import annotations

import http.client
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from muster.base.records import RunState
from muster.services.context import WorkspaceContext
from muster.services.triggering import trigger
from muster.store import embedded, postmaster, runs
from muster.store.database import open_database
from muster.store.migrate import migrate
from tests.conftest import memory_folder
from tests.faults.processes import Served, served
from tests.jobs.test_worker import SLOW, log_of
from tests.services.small_workspace import Installation, build
from tests.soak.killing import check_whole, wait_until

WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE application_name = 'muster-run' AND wait_event_type = 'Lock'"
)
ANY_COMMIT = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
PUBLISHING = ANY_COMMIT + " AND application_name = 'muster-run'"


class Fault:
    """A PostgreSQL of its own, a server of Muster on it, and who listens to that."""

    def __init__(self, installation: Installation, server: Served) -> None:
        self.installation = installation
        self.server = server
        self.heard: list[str] = []
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self) -> None:
        """Follow the server-sent events on one connection that is never opened again."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port)) as connection:
            connection.request("GET", "/api/runs/stream")
            with connection.getresponse() as answer:
                for line in answer:
                    self.heard.append(line.decode())

    def hears(self, run_id: int) -> bool:
        return any(f'"id":{run_id},' in line and '"published"' in line for line in self.heard)

    def administrator(self) -> psycopg.Connection[tuple[int]]:
        """Connect as the database's superuser."""
        return psycopg.connect(
            host=str(self.installation.server.socket_folder),
            port=postmaster.PORT,
            user=postmaster.SUPERUSER,
            dbname=postmaster.DATABASE,
            autocommit=True,
        )

    @staticmethod
    def counted(connection: psycopg.Connection[tuple[int]], query: str) -> int:
        found = connection.execute(query).fetchone()
        return 0 if found is None else found[0]

    def kill_database(self) -> None:
        """Kill it with SIGKILL; what it did at that moment is lost."""
        recorded = self.installation.server.data / "postgres" / "postmaster.pid"
        os.kill(int(recorded.read_text().split()[0]), signal.SIGKILL)

    def start_database(self) -> None:
        embedded.start(self.installation.server.data).close()


@pytest.fixture(scope="module")
def fault(tmp_path_factory: pytest.TempPathFactory, small_files: Path) -> Iterator[Fault]:
    folder = tmp_path_factory.mktemp("lost")
    with tempfile.TemporaryDirectory(prefix="muster-lost-", dir=memory_folder()) as memory:
        database = embedded.start(Path(memory) / "data")
        try:
            yield from _faulty(database, folder, small_files)
        finally:
            database.close()


def _faulty(database: embedded.EmbeddedServer, folder: Path, files: Path) -> Iterator[Fault]:
    opened = open_database(database.url())
    migrate(opened)
    opened.close()
    installation = Installation(database, postmaster.DATABASE, folder / "data")
    build(installation, files)
    with installation.opened() as context, context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(SLOW).fetchall()
    environment = {**installation.environment, "MUSTER_LEASE_SECONDS": "30"}
    with served(environment, folder / "serve.log", workers=1) as server:
        server.wait_ready()
        fault = Fault(installation, server)
        with installation.opened() as context:
            run, _ = trigger(context, ["viennese"])
            wait_until(lambda: fault.hears(run.id), what="the first run is published")
        yield fault
    fault.listener.join(10)


@contextmanager
def lost(fault: Fault) -> Iterator[None]:
    """Take the database away while the block runs."""
    fault.kill_database()
    try:
        yield
    finally:
        fault.start_database()


def check_waits(fault: Fault) -> None:
    """Without the database everything that needs it says so, and nothing else."""
    server = fault.server
    status, document = server.get("/api/segments")
    assert (status, document["code"]) == (503, "DATABASE_UNREACHABLE")
    assert document["hint"]
    assert server.get("/healthz")[0] == 200
    wait_until(lambda: server.get("/readyz")[0] == 503, what="the server is not ready")
    found = server.check("database")
    assert found["status"] == "failed"
    assert "No connection to the product database" in found["detail"]


def state(context: WorkspaceContext, run_id: int) -> RunState:
    with context.transaction() as connection:
        return runs.by_id(connection, context.workspace.id, run_id).state


def check_goes_on(fault: Fault, context: WorkspaceContext, run_id: int) -> None:
    """The run ends once, whoever listens hears of it on the old connection, all is whole."""
    wait_until(lambda: state(context, run_id) is RunState.PUBLISHED, what="it is published")
    wait_until(lambda: fault.hears(run_id), what="the stream tells of it")
    fault.server.wait_ready()
    assert fault.server.get("/api/segments")[0] == 200
    check_whole(context, [run_id])
    assert "Traceback" not in fault.server.said()


def test_an_idle_server_waits_for_its_database_and_goes_on(fault: Fault) -> None:
    with fault.installation.opened() as context:
        with lost(fault):
            check_waits(fault)
            wait_until(lambda: "a worker waits: " in fault.server.said(), what="it is logged")
        run, _ = trigger(context, ["viennese"])
        check_goes_on(fault, context, run.id)
    assert "works again after" in fault.server.said()
    assert "listening to the product database again" in fault.server.said()


def test_a_run_that_evaluates_meanwhile_is_published_once(fault: Fault) -> None:
    with fault.installation.opened() as context:
        run, _ = trigger(context, ["spenders"])

        def makes_progress() -> bool:
            with context.transaction() as connection:
                found = runs.by_id(connection, context.workspace.id, run.id)
            return found.progress is not None

        wait_until(makes_progress, what="it evaluates")
        with lost(fault):
            check_waits(fault)
        check_goes_on(fault, context, run.id)
        with context.transaction() as connection:
            assert runs.by_id(connection, context.workspace.id, run.id).attempt == 1


def test_a_run_that_publishes_at_that_moment_is_published_whole_and_once(fault: Fault) -> None:
    with fault.installation.opened() as context, closing(fault.administrator()) as holder:
        holder.execute("BEGIN")
        holder.execute("SELECT 1 FROM segments FOR UPDATE")
        run, _ = trigger(context, None)
        wait_until(lambda: fault.counted(holder, WAITING) > 0, what="it is about to publish")
        with lost(fault):
            check_waits(fault)
        check_goes_on(fault, context, run.id)
        with context.transaction() as connection:
            assert runs.by_id(connection, context.workspace.id, run.id).attempt == 1
    assert "waiting for the product database: " in fault.server.said()


def test_a_run_whose_commit_is_never_answered_is_published_once(fault: Fault) -> None:
    """The commit waits for a standby that does not exist, is cut off, and yet was done."""
    with fault.installation.opened() as context, fault.administrator() as administrator:
        with closing(fault.administrator()) as holder:
            holder.execute("BEGIN")
            holder.execute("SELECT 1 FROM segments FOR UPDATE")
            run, _ = trigger(context, None)
            wait_until(lambda: fault.counted(administrator, WAITING) > 0, what="it publishes")
            administrator.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            administrator.execute("SELECT pg_reload_conf()")
            # others' commits show that the setting is in force
            wait_until(lambda: fault.counted(administrator, ANY_COMMIT) > 0, what="commits wait")
        wait_until(lambda: fault.counted(administrator, PUBLISHING) > 0, what="its commit waits")
        administrator.execute(PUBLISHING.replace("count(*)", "pg_terminate_backend(pid)"))
        administrator.execute("ALTER SYSTEM RESET synchronous_standby_names")
        administrator.execute("SELECT pg_reload_conf()")
        check_goes_on(fault, context, run.id)
        with context.transaction() as connection:
            assert runs.by_id(connection, context.workspace.id, run.id).attempt == 1
        assert "5 segments published." in log_of(context, run.id)


def test_no_process_for_runs_is_started_while_the_database_is_lost(fault: Fault) -> None:
    with fault.installation.opened() as context:
        said = len(fault.server.said())
        with lost(fault):
            for child in children(fault.server):
                os.kill(child, signal.SIGKILL)
            wait_until(lambda: "a worker waits: " in fault.server.said()[said:], what="it is said")
            assert children(fault.server) == []
        run, _ = trigger(context, ["viennese"])
        check_goes_on(fault, context, run.id)
    assert "could not start" not in fault.server.said()


def children(server: Served) -> list[int]:
    """The processes for runs that a server has started and that live."""
    folder = Path(f"/proc/{server.process.pid}/task")
    started = " ".join(path.read_text() for path in folder.glob("*/children")).split()
    commands = {int(one): Path(f"/proc/{one}/cmdline").read_text() for one in started}
    return [one for one, command in commands.items() if "muster.cli.child" in command]
