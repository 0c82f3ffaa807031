"""Ctrl-C: at once, with exit code 130, without a traceback, and with the run closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from muster.base.records import RunState
from muster.cli.interrupts import interruptible
from muster.services.segments import list_segments
from tests.services.claiming import every_run

START = "from muster.cli.main import main; main()"


def start(installation, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **installation.environment},
    )


@pytest.fixture
def endless(installation):
    """An installation where looking at views takes longer than anybody waits."""
    with installation.opened() as context:
        with context.open_warehouse(read_only=False) as warehouse:
            warehouse.connection.execute(
                "DROP TABLE payments; CREATE VIEW payments AS"
                " SELECT i AS payment_id, i % 40 AS user_id,"
                " TIMESTAMP '2025-05-01' + INTERVAL (hash(i) % 100) SECOND AS paid_at,"
                " 1.00 AS amount, 'Books' AS category, TIMESTAMP '2025-05-02' AS loaded_at"
                " FROM range(100_000_000_000) AS r(i)"
            ).fetchall()
        yield installation, context


def test_ctrl_c_stops_a_running_query_and_closes_the_run(endless) -> None:
    installation, context = endless
    before = list_segments(context)
    process = start(installation, "refresh", "spenders")
    deadline = time.monotonic() + 60
    while every_run(context)[0].state is not RunState.RUNNING and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert (out, err) == ("", "")
    assert every_run(context)[0].state is RunState.CANCELLED
    assert list_segments(context) == before


def test_in_another_thread_nothing_is_watched() -> None:
    found: list[object] = []

    def opener(path, read_only):
        raise AssertionError("nobody opens a warehouse here")

    def enter() -> None:
        with interruptible(opener) as yielded:
            found.append(yielded)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert found == [opener]


def test_what_listened_for_signals_before_does_so_again() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing)
    try:
        with interruptible(lambda path, read_only: None):
            pass
        assert signal.set_wakeup_fd(-1) == writing
    finally:
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
