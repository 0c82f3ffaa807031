"""`muster serve` with workers: it executes what is asked for, and stops in order."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from muster.base.records import RunState
from muster.services.triggering import trigger
from muster.store import runs, workers
from tests.soak.killing import MAIN, wait_until


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.mark.parametrize(("slots", "state"), [(2, RunState.PUBLISHED), (0, RunState.QUEUED)])
def test_a_server_executes_runs_with_its_workers_and_stops_on_sigterm(
    installation, port, slots, state
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "serve", "--port", str(port), "--workers", str(slots)],
        env={**os.environ, **installation.environment},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with installation.opened() as context:
            run, _ = trigger(context, ["quiet"])
            wait_until(lambda: answers(port), what="the server answers")

            def present():
                with context.transaction() as connection:
                    return runs.by_id(connection, context.workspace.id, run.id)

            wait_until(lambda: present().state is state, what=f"the run is {state}")
            with context.resources.database.transaction() as connection:
                seen = workers.seen(connection, within_seconds=60)
            assert [one.slots for one in seen] == ([slots] if slots else [])
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=20)
            assert process.returncode in (0, -signal.SIGTERM), said
            assert present().state is state
            with context.resources.database.transaction() as connection:
                assert workers.seen(connection, within_seconds=60) == ()
    finally:
        process.kill()
        process.wait()
