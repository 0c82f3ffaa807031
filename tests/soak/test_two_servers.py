"""Two servers on one database, killed, frozen and stopped at random instants: nothing is lost,
doubled, half published or left over, and every segment is what a recomputation says."""

from __future__ import annotations

import os
import random
import time
from contextlib import nullcontext

import pytest
from sqlalchemy import func, select

from muster.base.records import Run, RunState
from muster.services.context import WorkspaceContext
from muster.services.triggering import trigger
from muster.store import runs
from muster.store.tables import runs as table
from tests.soak.killing import FINAL, every_run, is_drained, wait_until
from tests.soak.ledger import check_ledger
from tests.soak.two_servers import (
    Caller,
    Servers,
    fire_soon,
    held_segments,
    prepare,
    publishes,
    two_servers,
    wait_for_servers,
)

KILLS = int(os.environ.get("MUSTER_KILLS", "9"))
FREEZES = max(2, KILLS // 20)
SEED = int(os.environ.get("MUSTER_KILLS_SEED", "0")) or int(time.time())
_FIRES_EVERY = 4


@pytest.fixture(autouse=True)
def seed():
    """Another seed each time, said by whatever fails; MUSTER_KILLS_SEED chooses one."""
    print(f"MUSTER_KILLS_SEED={SEED}")  # noqa: T201


def test_servers_killed_again_and_again_lose_and_double_nothing(installation, tmp_path) -> None:
    chance = random.Random(SEED)
    fires = set()
    struck = {"any": 0, "at work": 0, "publishing": 0}
    began = time.monotonic()
    with (
        installation.opened() as context,
        two_servers(installation.environment, log=tmp_path / "servers.log") as servers,
    ):
        prepare(context)
        wait_for_servers(servers)
        caller = Caller(context, servers, seed=SEED)
        caller.start()
        for number in range(KILLS):
            if number % _FIRES_EVERY == 0:
                fires |= fire_soon(context, number // _FIRES_EVERY)
            let_recover(context)
            strike = (strike_any, strike_publishing, strike_at_work)[number % 3]
            struck[strike(context, servers, chance)] += 1
        caller.end()
        finish(context, servers)
        check_ledger(context, caller.asked, fires, servers=servers)
        assert servers.kills == KILLS
        found = every_run(context)
        figures = {
            "kills": servers.kills,
            **struck,
            "runs": len(found),
            "accepted": len(caller.asked.by_key) + len(caller.asked.without_key),
            "repeated": caller.asked.repeated,
            "fires": len(fires),
            "crashes": sum(run.crashes for run in found),
            "seconds": round(time.monotonic() - began),
        }
        print(figures)  # noqa: T201
        assert figures["crashes"] > 0


def test_a_server_frozen_past_its_lease_writes_nothing_afterwards(installation, tmp_path) -> None:
    chance = random.Random(SEED)
    taken_over = 0
    with (
        installation.opened() as context,
        two_servers(installation.environment, log=tmp_path / "servers.log") as servers,
    ):
        prepare(context)
        wait_for_servers(servers)
        caller = Caller(context, servers, seed=SEED)
        caller.start()
        fires = fire_soon(context, 0)
        while taken_over < FREEZES:
            taken_over += freeze(context, servers, chance, publishing=taken_over % 3 == 0)
        caller.end()
        finish(context, servers)
        check_ledger(context, caller.asked, fires, servers=servers)
        assert sum(run.crashes for run in every_run(context)) >= taken_over


def test_a_server_that_is_asked_to_stop_hands_its_run_to_the_other(installation, tmp_path) -> None:
    with (
        installation.opened() as context,
        two_servers(installation.environment, log=tmp_path / "servers.log") as servers,
    ):
        make_slow(context, cpu_seconds=6)  # longer than a stopping server lets a run go on
        wait_for_servers(servers)
        run, _ = trigger(context, ["spenders"])
        wait_until(lambda: read(context, run).progress is not None, what="it makes progress")
        first = servers.at_work(context)
        assert first is not None
        code = servers.stop(first, within_seconds=10)
        assert code in (0, -15), f"{code}: {servers.tail()}"
        wait_until(lambda: servers.at_work(context) == 1 - first, what="the other one has it")
        wait_until(lambda: is_drained(context), what="it is over", seconds=300)
        after = read(context, run)
        assert (after.state, after.fence) == (RunState.PUBLISHED, 2)
        assert (after.attempt, after.crashes) == (1, 0), "what was handed back was not tried"


def freeze(
    context: WorkspaceContext, servers: Servers, chance: random.Random, *, publishing: bool
) -> int:
    """Freeze a server at work until the other one has its run; return how many were taken over."""
    with held_segments(context) if publishing else nullcontext():
        wait_until(
            lambda: (not publishing or publishes(context)) and servers.at_work(context) is not None,
            what="a run is at work",
        )
        if not publishing:
            time.sleep(chance.uniform(0, 0.1))
        index = servers.at_work(context)
        if index is None:
            return 0
        servers.freeze(index)
    before = servers.fences(context, index)
    try:
        wait_until(lambda: not servers.fences(context, index), what="its runs were taken away")
        wait_until(
            lambda: all(
                after.fence > before[after.id] or after.state in FINAL
                for after in every_run(context)
                if after.id in before
            ),
            what="its runs were taken over",
        )
    finally:
        servers.thaw(index)
    after = {int(run.id): run.fence for run in every_run(context)}
    return sum(after[run_id] > fence for run_id, fence in before.items())


def make_slow(context: WorkspaceContext, *, cpu_seconds: float) -> None:
    """Make payments something that takes so long to look at, on an idle machine."""
    view = (
        "SELECT i AS payment_id, i % 40 AS user_id,"
        " TIMESTAMP '2025-05-01' + INTERVAL (hash(i) % 100) SECOND AS paid_at,"
        " 1.00 AS amount, 'Books' AS category, TIMESTAMP '2025-05-02' AS loaded_at"
        " FROM range({rows}) AS r(i)"
    )
    with context.open_warehouse(read_only=False) as warehouse:
        rows = 1_000_000
        began = time.process_time()
        warehouse.connection.execute(
            "SELECT user_id, sum(amount), max(paid_at)"
            f" FROM ({view.format(rows=rows)}) GROUP BY user_id"
        ).fetchall()
        rows = round(rows * cpu_seconds / (time.process_time() - began))
        warehouse.connection.execute(
            f"DROP TABLE payments; CREATE VIEW payments AS {view.format(rows=rows)}"
        ).fetchall()


def read(context: WorkspaceContext, run: Run) -> Run:
    with context.transaction() as connection:
        return runs.by_id(connection, context.workspace.id, run.id)


def let_recover(context: WorkspaceContext) -> None:
    """Let a run that was struck often come to its end: after ten times it would be given up."""
    worn = select(func.max(table.c.crashes)).where(table.c.state.in_(("queued", "running")))

    def is_well() -> bool:
        with context.transaction() as connection:
            return (connection.scalar(worn) or 0) <= 5

    wait_until(is_well, what="a run that was struck often is over")


def strike_any(_context: WorkspaceContext, servers: Servers, chance: random.Random) -> str:
    """Kill one server at whatever it does."""
    time.sleep(chance.uniform(0, 2))
    servers.kill(chance.randrange(2), with_children=chance.random() < 0.5)
    return "any"


def strike_at_work(context: WorkspaceContext, servers: Servers, chance: random.Random) -> str:
    """Kill the server that executes a run, a random moment after it was seen to."""
    wait_until(lambda: servers.at_work(context) is not None, what="a run is at work")
    time.sleep(chance.uniform(0, 0.3))
    index = servers.at_work(context)
    servers.kill(
        chance.randrange(2) if index is None else index, with_children=chance.random() < 0.5
    )
    return "any" if index is None else "at work"


def strike_publishing(context: WorkspaceContext, servers: Servers, chance: random.Random) -> str:
    """Kill a server in the midst of its publication, or just after it was let go on."""
    with held_segments(context):
        wait_until(lambda: publishes(context), what="a run publishes")
        index = servers.at_work(context)
        held = chance.random() < 0.5
        if held and index is not None:
            servers.kill(index, with_children=chance.random() < 0.5)
    if index is None:
        return strike_any(context, servers, chance)
    if not held:
        time.sleep(chance.uniform(0, 0.04))
        servers.kill(index, with_children=chance.random() < 0.5)
    return "publishing"


def finish(context: WorkspaceContext, servers: Servers) -> None:
    """Let the queue run empty, and stop both servers."""
    wait_until(lambda: is_drained(context), what="all runs are over", seconds=300)
    wait_for_servers(servers)
    for index in (0, 1):
        servers.check_alive(index)
        code = servers.stop(index, within_seconds=15)
        assert code in (0, -15), f"a server ended with {code}: {servers.tail()}"
