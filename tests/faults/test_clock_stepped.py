"""Clocks step: a worker's own clock decides nothing, and no instant ever fires twice."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from muster.base.people import Role
from muster.base.records import Misfire, RunOrigin, RunState
from muster.jobs.ticker import tick
from muster.services.context import WorkspaceContext
from muster.services.tokens import create_token
from muster.services.triggering import trigger
from tests.jobs.test_worker import SLOW, log_of, read, wait_for
from tests.planned import planned_workspace, utc
from tests.services.small_workspace import Installation
from tests.services.someone import town_in
from tests.soak.killing import MAIN, check_whole, every_run, wait_until

DAY = 86_400
SOURCE = Path(__file__).with_name("wrong_clock.c")

# Says, each time it is asked, which year it thinks it is and whom a token stands for.
ASK = """
import sys
from datetime import UTC, datetime
from muster.cli.session import opened
from muster.services.tokens import principal_of_token

with opened() as resources:
    print("ready", flush=True)
    for line in sys.stdin:
        found = principal_of_token(resources, line.strip())
        print(datetime.now(UTC).year, found and found.name, flush=True)
"""


class WrongClock:
    """The clock of some processes, set while they run."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None or not sys.platform.startswith("linux"):
            pytest.skip("a process's clock is set by a C library, and there is no compiler here")
        self._library = folder / "wrong_clock.so"
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE)], check=True
        )
        self._shift = folder / "shift"
        self._shift.write_bytes(bytes(8))

    def set(self, *, seconds_ahead: int) -> None:
        with self._shift.open("r+b") as file:
            file.write(struct.pack("l", seconds_ahead))

    @property
    def environment(self) -> dict[str, str]:
        preloaded = {"LD_PRELOAD": str(self._library), "WRONG_CLOCK": str(self._shift)}
        return {**os.environ, **preloaded}


@pytest.fixture
def clock(tmp_path: Path) -> WrongClock:
    return WrongClock(tmp_path)


def test_a_worker_whose_clock_jumps_keeps_its_run_and_fires_nothing_early(
    installation: Installation,
    context: WorkspaceContext,
    start_worker,
    clock: WrongClock,
    tmp_path: Path,
) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(SLOW).fetchall()
    log = tmp_path / "worker.log"
    clock.set(seconds_ahead=2 * DAY)
    with log.open("wb") as file:
        jumping = subprocess.Popen(
            [sys.executable, "-c", MAIN, "worker"],
            env={
                **clock.environment,
                **installation.environment,
                "MUSTER_LEASE_SECONDS": "2",
                "MUSTER_LOG_FORMAT": "json",
            },
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        run, _ = trigger(context, None)
        wait_until(lambda: read(context, run.id).progress is not None, what="it works")
        owner = read(context, run.id).owner
        start_worker()  # whose clock is right: it would take the run, could it
        for seconds in (-3 * DAY, 5 * DAY, 0, 2 * DAY):
            clock.set(seconds_ahead=seconds)
            wait_until(_beaten(context, run.id), what="its lease is renewed, or it is over")
        wait_for(context, run.id, RunState.PUBLISHED)
        done = read(context, run.id)
        assert (done.attempt, done.crashes, done.owner) == (1, 0, owner), log_of(context, run.id)
        assert abs(done.finished_at - datetime.now(UTC)) < timedelta(hours=1)
        now = datetime.now(UTC)
        fired = [one for one in every_run(context) if one.origin is RunOrigin.SCHEDULE]
        assert [one.as_of for one in fired if one.as_of > now] == []
    finally:
        jumping.send_signal(signal.SIGTERM)
        assert jumping.wait(30) == 0
    days = {found[:10] for found in re.findall(r'"time": "([^"]+)"', log.read_text())}
    assert str((datetime.now(UTC) + timedelta(days=2)).date()) in days  # it was wrong indeed
    check_whole(context, [run.id])


def _beaten(context: WorkspaceContext, run_id: int):
    before = read(context, run_id).lease_until

    def beaten() -> bool:
        return read(context, run_id).lease_until != before

    return beaten


def test_a_token_ends_by_the_databases_clock_whatever_the_servers_says(
    database_url: str, tmp_path: Path, clock: WrongClock
) -> None:
    with town_in(database_url, tmp_path / "data") as town:
        ada = town.person("ada", shop=Role.ANALYST)
        secret = create_token(town.entered(ada), name="ci", expires_in_days=30).secret
        process = subprocess.Popen(
            [sys.executable, "-c", ASK],
            env={
                **clock.environment,
                "MUSTER_DATABASE_URL": database_url,
                "MUSTER_DATA": str(tmp_path / "data"),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

        def asked() -> str:
            process.stdin.write(secret + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        try:
            assert process.stdout.readline() == "ready\n"
            year = datetime.now(UTC).year
            clock.set(seconds_ahead=3660 * DAY)
            assert asked() == f"{year + 10} token:ci (ada@example.com)"
            with town.resources.database.transaction() as connection:
                connection.execute(
                    text(
                        "UPDATE api_tokens SET created_at = now() - interval '2 days',"
                        " expires_at = now() - interval '1 day'"
                    )
                )
            clock.set(seconds_ahead=-3660 * DAY)
            assert asked().endswith(" None")
        finally:
            process.communicate(timeout=30)


@pytest.mark.parametrize("misfire", list(Misfire))
def test_however_the_databases_clock_wanders_no_instant_fires_twice(
    database_url: str, tmp_path: Path, misfire: Misfire
) -> None:
    wandering = random.Random(11)
    begin = utc("2026-10-24 21:00")  # the night in which clocks are set back in Berlin
    now = begin
    with planned_workspace(database_url, tmp_path) as planned:
        for name, cron in (("hourly", "@hourly"), ("nightly", "30 2 * * *")):
            rule = planned.rule(name, cron, zone="Europe/Berlin")
            planned.at(rule, now, misfire=misfire)
        for _ in range(60):
            now += timedelta(minutes=wandering.choice((1, 20, 60, 180, -30, -150)))
            tick(planned.resources, now=now)
        tick(planned.resources, now=begin + timedelta(days=2))
        fired = Counter((schedule, at) for schedule, at, _ in planned.fires())
        assert fired
        assert set(fired.values()) == {1}
        assert utc("2026-10-25 01:30") not in {at for _, at in fired}  # its second 02:30
        instants = [(run.as_of, run.rules) for run in planned.runs()]
        assert len(instants) == len(set(instants))
