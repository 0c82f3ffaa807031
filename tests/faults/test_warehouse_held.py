"""The warehouse file is held by another process: runs wait for it, people are told who has it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.base.errors import Busy, EngineFailed
from muster.base.records import RunState
from muster.services.context import WorkspaceContext
from muster.services.indexing import drop
from muster.services.loading import load_files
from muster.services.triggering import cancel_run, trigger
from muster.settings import Settings
from tests.faults.test_disk_full import served
from tests.jobs.test_worker import endless, log_of, read, wait_for  # noqa: F401
from tests.services.small_workspace import Installation, keys, write_files
from tests.soak.killing import check_whole, wait_until

# A load as `muster load` does it, that waits before each table until it is told to go on.
LOAD = """
import sys
from pathlib import Path
from muster.cli.session import entered
from muster.services.loading import load_files

def wait(what):
    print(what, flush=True)
    sys.stdin.read()

with entered("shop") as context:
    load_files(context, Path(sys.argv[1]), progress=wait)
"""


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    chosen = settings.model_copy(update={"allowed_hosts": ("testserver",)})
    with TestClient(create_app(chosen), raise_server_exceptions=False) as opened:
        yield opened


@contextmanager
def loading(installation: Installation, files: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process be in the midst of a load while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(files)],
        env={"PATH": "/usr/bin:/bin", **installation.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() != ""
        yield process
        process.communicate(timeout=60)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()


def test_while_a_load_is_running_runs_wait_and_people_are_told(
    installation: Installation, context: WorkspaceContext, start_worker, client, tmp_path: Path
) -> None:
    drop(context)  # with a fresh index counts and runs go on as if nothing happened
    files = write_files(tmp_path / "new")
    people = (files / "users.csv").read_text().replace("Graz", "Vienna")
    (files / "users.csv").write_text(people)
    with loading(installation, files) as loader:
        run, _ = trigger(context, None)
        start_worker(lease_seconds=30)
        wait_until(lambda: read(context, run.id).error_code == "WAREHOUSE_BUSY", what="it waits")
        waiting = read(context, run.id)
        assert waiting.state is RunState.QUEUED
        assert f"Process {loader.pid} holds the warehouse" in str(waiting.error)
        wait_until(
            lambda: any("is repeated at" in line for line in log_of(context, run.id)),
            what="the log tells",
        )

        counted = client.post(
            "/api/count", json={"rule": {"field": "city", "op": "=", "value": "Vienna"}}
        )
        assert (counted.status_code, counted.json()["code"]) == (503, "WAREHOUSE_BUSY")
        assert "it may be loading data" in counted.json()["hint"]
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        members = client.get("/api/segments").json()["items"]
        assert {one["name"] for one in members} >= {"viennese"}

        with pytest.raises(Busy, match="holds the warehouse file") as refused:
            load_files(context, files)
        assert refused.value.code == "WAREHOUSE_BUSY"

    wait_for(context, run.id, RunState.PUBLISHED)
    done = read(context, run.id)
    assert (done.error, done.error_code, done.crashes) == (None, None, 0)
    assert len(served(context, "viennese")) > len(keys(where="viennese"))  # what was loaded is in
    check_whole(context, [run.id])


def load_until_refused(context: WorkspaceContext, files: Path) -> Busy:
    """Load until the run holds the file; before, between index and rules, it lets others in."""
    for _ in range(20):
        try:
            load_files(context, files)
        except Busy as error:
            return error
        except EngineFailed as error:
            if "is of type View" not in error.sentence:  # what makes the run endless
                raise
    pytest.fail("the run never held the warehouse")


def test_a_load_while_a_run_reads_is_refused_and_the_run_goes_on(
    endless: WorkspaceContext,  # noqa: F811
    start_worker,
    tmp_path: Path,
) -> None:
    start_worker(lease_seconds=30)
    run, _ = trigger(endless, ["spenders"])
    wait_until(lambda: read(endless, run.id).progress is not None, what="it reads")
    refused = load_until_refused(endless, write_files(tmp_path / "new"))
    assert refused.code == "WAREHOUSE_BUSY"
    assert re.search(r"Process \d+ must close it first", refused.hint or "")
    assert read(endless, run.id).state is RunState.RUNNING
    cancel_run(endless, run.id)
    wait_for(endless, run.id, RunState.CANCELLED)
