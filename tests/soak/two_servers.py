"""Two `muster serve` on one database and one data folder, people who ask, schedules that fire.

`Servers` starts, kills and freezes them; `Caller` asks for runs over HTTP as a careful program
does; `fire_soon` lets schedules fire instants that nothing else fires.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import func, select, text

from muster.base.ids import ScheduleId
from muster.base.records import Misfire, RunState, Schedule
from muster.services.applying import apply, plan_apply
from muster.services.context import WorkspaceContext
from muster.services.refresh import refresh
from muster.store import rules, schedules
from muster.store.tables import runs, segments
from tests.services.small_workspace import documents
from tests.soak.killing import wait_until
from tests.soak.warm import Warm

ASKED = (
    ["viennese", "spenders", "quiet", "quiet_spenders", "mail_to_win_back", "lately"],
    ["mail_to_win_back"],
    ["viennese", "quiet"],
    ["spenders"],
    ["lately"],
)
NIGHTLY = ("nightly", "nightly_too")
FIRES_EACH = 2
RULES = """\
- name: lately
  title: Who bought lately
  where: {did: payment, window: {last: PT1M}}
- name: nightly
  title: By schedule alone
  schedule: "* * * * *"
  where: [{field: city, op: "=", value: Graz}]
- name: nightly_too
  title: By the same schedule
  schedule: "* * * * *"
  where: [{segment: nightly}, {field: age, op: ">=", value: 30}]
"""
Body = dict[str, list[str]]
_LONG_AGO = datetime(2025, 7, 1, tzinfo=UTC)
_AGES_SECONDS = 10 * 365 * 86_400


def prepare(context: WorkspaceContext) -> None:
    """Add rules whose members change every second, and two that only schedules refresh."""
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(
            "INSERT INTO payments BY NAME"
            " SELECT 1_000_000 + i AS payment_id, 1 + i % 40 AS user_id, 5.00 AS amount,"
            " now()::TIMESTAMP + INTERVAL (2 * i) SECOND AS paid_at, paid_at AS loaded_at,"
            " 'Books' AS category FROM range(3_000) AS r(i)"
        ).fetchall()
    apply(context, plan_apply(context, documents(RULES)), reason="for the soak")
    with context.transaction() as connection:
        for one in _nightly(context):
            schedule = replace(one, starts_at=datetime(2900, 1, 1, tzinfo=UTC))
            schedules.change(connection, schedule, revision=one.revision)
    refresh(context)  # so that every segment has a version, whatever is asked for


def fire_soon(context: WorkspaceContext, day: int) -> set[tuple[ScheduleId, datetime]]:
    """Make the nightly rules' schedules due for some minutes of a past day; return all of them."""
    start = _LONG_AGO + timedelta(days=day)
    expected = set()
    for one in _nightly(context):
        wanted = replace(
            one,
            starts_at=start,
            ends_at=start + timedelta(minutes=FIRES_EACH),
            misfire=Misfire.ALL,
            grace_seconds=_AGES_SECONDS,
        )
        with context.transaction() as connection:
            schedules.change(
                connection, wanted, revision=one.revision, moment=start - timedelta(seconds=1)
            )
        expected |= {(one.id, start + timedelta(minutes=m)) for m in range(FIRES_EACH)}
    return expected


def _nightly(context: WorkspaceContext) -> list[Schedule]:
    with context.transaction() as connection:
        found, _ = schedules.page(
            connection, context.workspace.id, wanted=schedules.ScheduleFilter(), limit=100
        )
    return [one.schedule for one in found if one.rule in NIGHTLY]


class Servers:
    """Two servers; one that is killed is started again at once."""

    def __init__(self, environment: dict[str, str], *, log: Path, slots: int = 1) -> None:
        self.warm = Warm({**environment, "MUSTER_LEASE_SECONDS": "2"}, log=log)
        self.ports = (_free_port(), _free_port())
        self.kills = 0
        self._slots = slots
        self._pids = [self._started(port) for port in self.ports]

    def answers(self, index: int) -> bool:
        """Whether a server takes requests."""
        try:
            url = f"http://127.0.0.1:{self.ports[index]}/healthz"
            return httpx.get(url, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def at_work(self, context: WorkspaceContext) -> int | None:
        """Return which server executes a run, None if neither does."""
        found = [index for index in (0, 1) if self.fences(context, index)]
        return found[0] if found else None

    def fences(self, context: WorkspaceContext, index: int) -> dict[int, int]:
        """Return the runs that a server executes, each with its fence."""
        mine = select(runs.c.id, runs.c.fence).where(
            runs.c.state == RunState.RUNNING.value,
            runs.c.owner.contains(f":{self._pids[index]}:", autoescape=True),
        )
        with context.transaction() as connection:
            return {row.id: row.fence for row in connection.execute(mine)}

    def kill(self, index: int, *, with_children: bool) -> None:
        """Kill -9 a server, alone or with all its processes, and start it again."""
        pid = self._pids[index]
        self.check_alive(index)
        (os.killpg if with_children else os.kill)(pid, signal.SIGKILL)
        assert self.warm.wait(pid, seconds=20) == -signal.SIGKILL
        self.kills += 1
        self._pids[index] = self._started(self.ports[index])

    def freeze(self, index: int) -> None:
        """Let a server and its children stand still."""
        os.killpg(self._pids[index], signal.SIGSTOP)

    def thaw(self, index: int) -> None:
        """Let them go on."""
        os.killpg(self._pids[index], signal.SIGCONT)

    def check_alive(self, index: int) -> None:
        """Assert that a server did not end by itself."""
        code = self.warm.wait(self._pids[index], seconds=0)
        assert code is None, f"a server ended by itself with {code}: {self.tail()}"

    def stop(self, index: int, *, within_seconds: float) -> int | None:
        """Ask a server to stop; return how it ended, None if it did not in time."""
        os.kill(self._pids[index], signal.SIGTERM)
        return self.warm.wait(self._pids[index], seconds=within_seconds)

    def tail(self) -> str:
        """Return the end of what the servers said."""
        return self.warm.log.read_text(errors="replace")[-4000:]

    def _started(self, port: int) -> int:
        return self.warm.start(["serve", "--port", str(port), "--workers", str(self._slots)])


@contextmanager
def two_servers(environment: dict[str, str], *, log: Path, slots: int = 1) -> Iterator[Servers]:
    """Run two servers while the block runs."""
    servers = Servers(environment, log=log, slots=slots)
    try:
        yield servers
    finally:
        servers.warm.close()


@dataclass
class Asked:
    """What a caller was told.

    Attributes:
        by_key: the run that each idempotency key gave.
        without_key: runs that were acknowledged without a key.
        unheard: requests without a key whose answer never came; each may have made a run.
        repeated: requests sent again with their key.
        wrong: answers nobody should get.
    """

    by_key: dict[str, int] = field(default_factory=dict)
    without_key: list[int] = field(default_factory=list)
    unheard: int = 0
    repeated: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> list[int]:
        """Every run that was acknowledged, each once."""
        return sorted({*self.by_key.values(), *self.without_key})


class Caller(threading.Thread):
    """Asks for runs at random over HTTP; repeats with the same key what had no answer."""

    def __init__(self, context: WorkspaceContext, servers: Servers, *, seed: int) -> None:
        super().__init__(name="caller", daemon=True)
        self.asked = Asked()
        self._context = context
        self._servers = servers
        self._random = random.Random(seed)
        self._ended = threading.Event()
        self._rule_ids = _rule_ids(context)

    def run(self) -> None:
        """Ask until told to end; a request that has begun gets its answer."""
        with httpx.Client(timeout=5) as http:
            for number in range(1_000_000):
                if self._ended.wait(self._random.uniform(0.02, 0.4)):
                    return
                if queued(self._context) < 6:
                    self._ask(http, number)

    def end(self) -> None:
        """Ask no more, and wait for the last answer."""
        self._ended.set()
        self.join(120)
        assert not self.is_alive()

    def _ask(self, http: httpx.Client, number: int) -> None:
        names = self._random.choice(ASKED)
        path, body = "/api/runs", {"rules": names}
        if len(names) == 1 and self._random.random() < 0.5:
            path, body = f"/api/rules/{self._rule_ids[names[0]]}/trigger", {}
        if self._random.random() < 0.15:
            self._once(http, path, body)
            return
        key = f"soak-{number}"
        self._until_accepted(http, path, body, key)
        if self._random.random() < 0.2:
            self._until_accepted(http, path, body, key)

    def _once(self, http: httpx.Client, path: str, body: Body) -> None:
        answer = self._post(http, path, body, {})
        if answer is None:
            self.asked.unheard += 1
        else:
            self.asked.without_key.append(answer)

    def _until_accepted(self, http: httpx.Client, path: str, body: Body, key: str) -> None:
        deadline = time.monotonic() + 100
        while time.monotonic() < deadline:
            run_id = self._post(http, path, body, {"Idempotency-Key": key})
            if run_id is not None:
                before = self.asked.by_key.setdefault(key, run_id)
                if before != run_id:
                    self.asked.wrong.append(f"{key} gave run {before}, then run {run_id}")
                return
            self.asked.repeated += 1
            time.sleep(0.1)
        self.asked.wrong.append(f"{key} was never accepted")

    def _post(
        self, http: httpx.Client, path: str, body: Body, headers: dict[str, str]
    ) -> int | None:
        """Return the run's id, None when there was no answer or the server was busy."""
        port = self._random.choice(self._servers.ports)
        try:
            answer = http.post(f"http://127.0.0.1:{port}{path}", json=body, headers=headers)
        except httpx.TransportError:
            return None
        if answer.status_code != 202:
            if answer.status_code != 503:
                self.asked.wrong.append(f"{path}: {answer.status_code} {answer.text}")
            return None
        found = answer.json()
        run_id = found["run_id"] if "run_id" in found else found["run"]["id"]
        return int(run_id)


@contextmanager
def held_segments(context: WorkspaceContext) -> Iterator[None]:
    """Let no publication get further than its locks while the block runs."""
    with context.resources.database.transaction() as connection:
        connection.execute(select(segments.c.id).order_by(segments.c.id).with_for_update()).all()
        yield


def publishes(context: WorkspaceContext) -> bool:
    """Whether some run stands in the midst of its publication and waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity activity USING (pid)"
        " WHERE NOT granted AND activity.datname = current_database()"
        " AND activity.application_name = 'muster-run'"
    )
    with context.resources.database.engine.connect() as connection:
        return connection.execute(waiting).scalar_one() > 0


def queued(context: WorkspaceContext) -> int:
    """Return how many runs wait."""
    waiting = select(func.count()).where(runs.c.state == RunState.QUEUED.value)
    with context.transaction() as connection:
        return connection.execute(waiting).scalar_one()


def wait_for_servers(servers: Servers) -> None:
    """Wait until both take requests."""
    for index in (0, 1):
        wait_until(lambda index=index: servers.answers(index), what=f"server {index} answers")


def _rule_ids(context: WorkspaceContext) -> dict[str, int]:
    with context.transaction() as connection:
        published = rules.published(connection, context.workspace.id)
    return {rule.name: int(rule.id) for rule in published}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port
