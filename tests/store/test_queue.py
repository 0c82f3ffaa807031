"""The queue of runs: every change of state, and every race that two servers can have."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from muster.base.errors import Busy, Conflict, LostLease, NotFound, RunCancelled, Unavailable
from muster.base.ids import RunId
from muster.base.records import RuleOutcome, Run, RunOrigin, RunRule, RunState, Workspace
from muster.store import leases, queue, run_rules, runs, workspaces
from muster.store.database import Database
from muster.store.tables import runs as runs_table
from muster.store.tables_people import workspace_settings

AS_OF = datetime(2026, 1, 2, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def shop(database: Database) -> Workspace:
    """A committed workspace that may run three runs at once."""
    with database.transaction() as connection:
        found = workspaces.create(connection, name="shop", title="Shop", synthetic=False)
    limit(database, found, 3)
    return found


def limit(database: Database, workspace: Workspace, number: int) -> None:
    values = {"workspace_id": workspace.id, "document": {"concurrency": number}}
    with database.transaction() as connection:
        connection.execute(workspace_settings.delete())
        connection.execute(insert(workspace_settings).values(values))


def put(database: Database, workspace: Workspace, **options: Any) -> Run:
    return put_or_find(database, workspace, **options)[0]


def put_or_find(database: Database, workspace: Workspace, **options: Any) -> tuple[Run, bool]:
    wanted = {
        "rules": ["a"],
        "as_of": AS_OF,
        "origin": RunOrigin.MANUAL,
        "requested_by": "ann",
        "priority": 0,
        **options,
    }
    with database.transaction() as connection:
        return queue.enqueue(connection, workspace.id, **wanted)


def take(database: Database, *, owner: str = "worker", seconds: float = 60) -> Run | None:
    with database.transaction() as connection:
        return queue.claim(connection, owner=owner, lease_seconds=seconds)


def taken(database: Database, **options: Any) -> Run:
    found = take(database, **options)
    assert found is not None
    return found


def read(database: Database, run: Run) -> Run:
    with database.transaction() as connection:
        return runs.by_id(connection, run.workspace_id, run.id)


def do(database: Database, action: Any, *arguments: Any, **options: Any) -> Any:
    with database.transaction() as connection:
        return action(connection, *arguments, **options)


def change(database: Database, run: Run, **values: Any) -> None:
    """Do to a row what only time does."""
    with database.transaction() as connection:
        connection.execute(update(runs_table).where(runs_table.c.id == run.id).values(**values))


def end_lease(database: Database, run: Run) -> None:
    change(database, run, lease_until=LONG_AGO)


# -- putting in -----------------------------------------------------------------------------------


def test_a_run_waits_until_it_is_claimed_and_belongs_to_its_worker_then(database, shop) -> None:
    made = put(database, shop, rules=["b", "a"], priority=3, requested_by="bob")
    assert (made.state, made.rules, made.attempt, made.fence) == (
        RunState.QUEUED,
        ("b", "a"),
        0,
        0,
    )
    run = taken(database, owner="w1", seconds=60)
    assert (run.id, run.state, run.owner) == (made.id, RunState.RUNNING, "w1")
    assert (run.attempt, run.fence, run.requested_by) == (1, 1, "bob")
    assert run.lease_until > run.started_at
    assert run.lease_until - run.started_at == pytest.approx(
        timedelta(seconds=60), abs=timedelta(seconds=5)
    )
    assert take(database) is None


def test_triggering_twice_while_one_is_queued_gives_the_same_run(database, shop) -> None:
    first, made = put_or_find(database, shop, dedupe_key="k")
    assert made
    again, made = put_or_find(database, shop, dedupe_key="k", rules=["other"])
    assert (again.id, made) == (first.id, False)
    taken(database)
    later, made = put_or_find(database, shop, dedupe_key="k")
    assert made
    assert later.id != first.id


def test_an_equal_but_more_urgent_request_hurries_the_run_that_waits(database, shop) -> None:
    first = put(database, shop, dedupe_key="k", priority=0)
    change(database, first, not_before=datetime(2100, 1, 1, tzinfo=UTC))
    found, made = put_or_find(database, shop, dedupe_key="k", priority=10)
    assert (found.id, found.priority, made) == (first.id, 10, False)
    assert taken(database).id == first.id


def test_a_less_urgent_request_does_not_slow_it_down(database, shop) -> None:
    put(database, shop, dedupe_key="k", priority=10)
    found, _ = put_or_find(database, shop, dedupe_key="k", priority=0)
    assert found.priority == 10


def test_the_same_idempotency_key_gives_the_same_run_for_ever(database, shop) -> None:
    first = put(database, shop, idempotency_key="i")
    run = taken(database)
    assert put(database, shop, idempotency_key="i").id == first.id
    do(database, leases.finish, run, state=RunState.PUBLISHED)
    found, made = put_or_find(database, shop, idempotency_key="i")
    assert (found.id, found.state, made) == (first.id, RunState.PUBLISHED, False)


def test_a_request_that_joined_a_run_gets_it_for_ever_too(database, shop) -> None:
    first = put(database, shop, dedupe_key="k")
    assert put(database, shop, dedupe_key="k", idempotency_key="i").id == first.id
    do(database, leases.finish, taken(database), state=RunState.PUBLISHED)
    found, made = put_or_find(database, shop, dedupe_key="k", idempotency_key="i")
    assert (found.id, made) == (first.id, False)


def test_two_requests_with_keys_of_their_own_do_not_share_a_run(database, shop) -> None:
    first = put(database, shop, dedupe_key="k", idempotency_key="i")
    second, made = put_or_find(database, shop, dedupe_key="k", idempotency_key="j")
    assert made
    assert (second.id != first.id, second.dedupe_key) == (True, None)
    assert put(database, shop, dedupe_key="k", idempotency_key="j").id == second.id
    assert put(database, shop, dedupe_key="k").id == first.id


def test_a_later_request_brings_the_run_that_waits_to_its_instant(database, shop) -> None:
    first = put(database, shop, dedupe_key="k", as_of=AS_OF)
    later = AS_OF + timedelta(minutes=5)
    assert put(database, shop, dedupe_key="k", as_of=later).as_of == later
    assert put(database, shop, dedupe_key="k", as_of=AS_OF).as_of == later
    assert read(database, first).as_of == later


def test_many_requests_of_one_key_beside_a_run_that_waits_make_one_run(database, shop) -> None:
    put(database, shop, dedupe_key="k", idempotency_key="i")
    found: list[tuple[Run, bool]] = []
    together(
        6,
        lambda: found.append(put_or_find(database, shop, dedupe_key="k", idempotency_key="j")),
    )
    assert len({run.id for run, _ in found}) == 1
    assert sum(made for _, made in found) == 1


def test_keys_of_another_workspace_are_other_keys(database, shop) -> None:
    other = do(database, workspaces.create, name="other", title="", synthetic=False)
    first = put(database, shop, dedupe_key="k", idempotency_key="i")
    second, made = put_or_find(database, other, dedupe_key="k", idempotency_key="i")
    assert made
    assert second.id != first.id


@pytest.mark.parametrize("key", ["dedupe_key", "idempotency_key"])
def test_many_equal_requests_at_once_make_one_run(database, shop, key) -> None:
    found: list[tuple[Run, bool]] = []
    together(8, lambda: found.append(put_or_find(database, shop, **{key: "k"})))
    assert len(found) == 8
    assert len({run.id for run, _ in found}) == 1
    assert sum(made for _, made in found) == 1


# -- taking out -----------------------------------------------------------------------------------


def test_the_most_urgent_goes_first_then_the_oldest(database, shop) -> None:
    limit(database, shop, 10)
    low, high, later = (put(database, shop, priority=one) for one in (0, 5, 5))
    change(database, later, not_before=LONG_AGO)
    assert [taken(database).id for _ in range(3)] == [later.id, high.id, low.id]


def test_a_run_that_waits_for_its_time_is_not_claimed(database, shop) -> None:
    change(database, put(database, shop), not_before=datetime(2100, 1, 1, tzinfo=UTC))
    assert take(database) is None


@pytest.mark.parametrize("allowed", [1, 2])
def test_no_more_runs_of_a_workspace_go_at_once_than_it_allows(database, shop, allowed) -> None:
    limit(database, shop, allowed)
    for _ in range(4):
        put(database, shop)
    other = do(database, workspaces.create, name="other", title="", synthetic=False)
    elsewhere = put(database, other, priority=-1)
    found: list[Run | None] = []
    together(6, lambda: found.append(take(database)))
    claimed = [run for run in found if run is not None]
    assert sum(run.workspace_id == shop.id for run in claimed) == allowed
    assert elsewhere.id in {run.id for run in claimed}
    do(
        database,
        leases.finish,
        next(run for run in claimed if run.workspace_id == shop.id),
        state=RunState.PUBLISHED,
    )
    assert take(database) is not None


def test_two_claimers_never_get_the_same_run(database, shop) -> None:
    limit(database, shop, 100)
    made = {put(database, shop).id for _ in range(12)}
    found: list[Run] = []

    def claim_all() -> None:
        while (run := take(database)) is not None:
            found.append(run)

    together(4, claim_all)
    assert sorted(run.id for run in found) == sorted(made)


def test_an_inline_run_is_at_work_from_the_start(database, shop) -> None:
    run = do(
        database,
        queue.begin,
        shop.id,
        rules=["a"],
        as_of=AS_OF,
        origin=RunOrigin.MANUAL,
        requested_by="ann",
        owner="here",
        lease_seconds=60,
    )
    assert (run.state, run.attempt, run.fence) == (RunState.RUNNING, 1, 1)
    assert take(database) is None
    assert do(database, leases.heartbeat, run, lease_seconds=60) is False


# -- leases and fences ----------------------------------------------------------------------------


def test_a_heartbeat_renews_the_lease(database, shop) -> None:
    put(database, shop)
    run = taken(database, seconds=60)
    assert do(database, leases.heartbeat, run, lease_seconds=3600) is False
    assert read(database, run).lease_until > run.lease_until
    assert do(database, leases.reap) == ()


def test_an_expired_lease_gives_the_run_to_the_next(database, shop) -> None:
    put(database, shop)
    first = taken(database, owner="dead")
    end_lease(database, first)
    (queued,) = do(database, leases.reap)
    assert (queued.state, queued.crashes, queued.owner) == (RunState.QUEUED, 1, None)
    assert "dead" in queued.error
    change(database, queued, not_before=LONG_AGO)
    second = taken(database, owner="alive")
    assert (second.id, second.attempt, second.fence) == (first.id, 2, 2)
    assert second.error is None


ACTS: dict[str, Any] = {
    "heartbeat": lambda c, run: leases.heartbeat(c, run, lease_seconds=9),
    "report": lambda c, run: leases.report(c, run, share=0.5, what="x"),
    "hold": leases.hold,
    "finish": lambda c, run: leases.finish(c, run, state=RunState.PUBLISHED),
    "fail": lambda c, run: leases.fail_or_retry(c, run, error_code="X", error="x"),
    "crash": lambda c, run: leases.crashed(c, run, error="x"),
    "release": leases.release,
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("situation", ["taken over", "waits again", "is over"])
def test_an_attempt_that_was_given_up_changes_nothing(database, shop, act, situation) -> None:
    put(database, shop)
    zombie = taken(database)
    end_lease(database, zombie)
    do(database, leases.reap)
    if situation != "waits again":
        change(database, zombie, not_before=LONG_AGO)
        second = taken(database)
        if situation == "is over":
            do(database, leases.finish, second, state=RunState.PUBLISHED)
    before = read(database, zombie)
    with pytest.raises(LostLease) as lost:
        do(database, ACTS[act], zombie)
    assert lost.value.code == "LOST_LEASE"
    assert read(database, zombie) == before


def test_a_run_that_is_being_published_is_not_reaped(database, shop) -> None:
    put(database, shop)
    run = taken(database)
    end_lease(database, run)
    with database.transaction() as publisher:
        leases.hold(publisher, run)
        assert do(database, leases.reap) == ()
        leases.finish(publisher, run, state=RunState.PUBLISHED)
    assert do(database, leases.reap) == ()
    assert read(database, run).state is RunState.PUBLISHED


def test_a_publication_that_stands_still_loses_its_locks_and_its_say(
    database, shop, monkeypatch
) -> None:
    put(database, shop)
    run = taken(database)
    end_lease(database, run)
    monkeypatch.setattr(queue, "FROZEN_SECONDS", 1)

    def publish() -> None:
        with database.transaction() as publisher:
            leases.hold(publisher, run)
            deadline = time.monotonic() + 60
            while not do(database, leases.reap) and time.monotonic() < deadline:
                time.sleep(0.05)
            leases.finish(publisher, run, state=RunState.PUBLISHED)

    with pytest.raises((Busy, Unavailable)) as lost:
        publish()
    assert lost.value.code.startswith("DATABASE_")  # so it is tried again, and finds that it lost
    assert read(database, run).state is RunState.QUEUED


def test_a_reaper_takes_some_at_a_time(database, shop) -> None:
    limit(database, shop, 100)
    for _ in range(25):
        put(database, shop)
        end_lease(database, taken(database))
    assert [len(do(database, leases.reap)) for _ in range(3)] == [20, 5, 0]


def test_two_reapers_count_one_crash_once(database, shop) -> None:
    put(database, shop)
    run = taken(database)
    end_lease(database, run)
    together(4, lambda: do(database, leases.reap))
    assert read(database, run).crashes == 1


# -- ends -----------------------------------------------------------------------------------------


def test_a_failure_waits_longer_each_time_and_ends_as_a_dead_letter(database, shop) -> None:
    put(database, shop, max_attempts=3)
    waits = []
    for attempt in (1, 2):
        run = taken(database)
        after = do(database, leases.fail_or_retry, run, error_code="E", error=f"no {attempt}")
        assert (after.state, after.error) == (RunState.QUEUED, f"no {attempt}")
        waits.append((after.not_before - run.started_at).total_seconds())
        assert take(database) is None
        change(database, after, not_before=LONG_AGO)
    assert 1 <= waits[0] < 4  # two seconds, give or take half
    assert 2 <= waits[1] < 7
    last = do(database, leases.fail_or_retry, taken(database), error_code="E", error="no 3")
    assert (last.state, last.dead_letter, last.error) == (RunState.FAILED, True, "no 3")


def test_crashes_do_not_use_up_the_attempts_and_have_their_own_limit(database, shop) -> None:
    put(database, shop, max_attempts=1)
    for crash in range(1, leases.MAX_CRASHES + 1):
        after = do(database, leases.crashed, taken(database), error="It died.")
        assert (after.state, after.crashes) == (RunState.QUEUED, crash)
        change(database, after, not_before=LONG_AGO)
    last = do(database, leases.crashed, taken(database), error="It died.")
    assert (last.state, last.dead_letter) == (RunState.FAILED, True)
    assert last.error_code == leases.WORKER_LOST
    assert str(leases.MAX_CRASHES + 1) in last.error


def test_a_failure_after_crashes_is_the_first_failure(database, shop) -> None:
    put(database, shop, max_attempts=2)
    for _ in range(3):
        change(
            database,
            do(database, leases.crashed, taken(database), error="It died."),
            not_before=LONG_AGO,
        )
    after = do(database, leases.fail_or_retry, taken(database), error_code="E", error="x")
    assert after.state is RunState.QUEUED


def test_a_run_that_is_handed_back_was_not_tried(database, shop) -> None:
    put(database, shop)
    run = taken(database)
    after = do(database, leases.release, run)
    assert (after.state, after.attempt, after.fence) == (RunState.QUEUED, 0, 1)
    again = taken(database)
    assert (again.attempt, again.fence) == (1, 2)


def test_a_retry_beside_an_equal_queued_run_gives_up_its_key(database, shop) -> None:
    put(database, shop, dedupe_key="k")
    first = taken(database)
    second = put(database, shop, dedupe_key="k")
    after = do(database, leases.release, first)
    assert (after.state, after.dedupe_key) == (RunState.QUEUED, None)
    assert read(database, second).dedupe_key == "k"


@pytest.mark.parametrize(
    ("state", "outcome"),
    [(RunState.FAILED, RuleOutcome.FAILED), (RunState.CANCELLED, RuleOutcome.SKIPPED)],
)
def test_rules_that_were_not_decided_end_with_their_run(database, shop, state, outcome) -> None:
    put(database, shop)
    run = taken(database)
    rows = [
        RunRule(run.id, "a", RuleOutcome.PENDING, None, None, None, None, None),
        RunRule(run.id, "b", RuleOutcome.SKIPPED, None, None, None, "PARENT_FAILED", "a"),
    ]
    do(database, run_rules.replace, shop.id, run.id, rows)
    do(database, leases.finish, run, state=state, error_code="E", error="x")
    found = do(database, run_rules.of_run, shop.id, run.id)
    assert [(one.rule, one.outcome, one.error_code) for one in found] == [
        ("a", outcome, "E"),
        ("b", RuleOutcome.SKIPPED, "PARENT_FAILED"),
    ]


# -- cancelling -----------------------------------------------------------------------------------


def test_a_queued_run_is_cancelled_at_once(database, shop) -> None:
    run = put(database, shop)
    found = do(database, queue.cancel, shop.id, run.id, by="ann")
    assert (found.state, found.cancelled_by) == (RunState.CANCELLED, "ann")
    assert found.finished_at is not None
    assert take(database) is None


def test_a_running_run_is_asked_to_stop_and_the_first_who_asked_is_kept(database, shop) -> None:
    run = put(database, shop)
    run = taken(database)
    found = do(database, queue.cancel, shop.id, run.id, by="ann")
    assert (found.state, found.cancelled_by) == (RunState.RUNNING, "ann")
    assert do(database, queue.cancel, shop.id, run.id, by="bob").cancelled_by == "ann"
    assert do(database, leases.heartbeat, run, lease_seconds=60) is True
    for act in (ACTS["hold"], ACTS["report"]):
        with pytest.raises(RunCancelled, match="by ann"):
            do(database, act, run)


@pytest.mark.parametrize("act", ["fail", "crash", "release"])
def test_a_cancelled_run_is_never_queued_again(database, shop, act) -> None:
    put(database, shop)
    run = taken(database)
    do(database, queue.cancel, shop.id, run.id, by="ann")
    assert do(database, ACTS[act], run).state is RunState.CANCELLED


def test_a_cancelled_run_whose_worker_vanished_is_cancelled(database, shop) -> None:
    put(database, shop)
    run = taken(database)
    do(database, queue.cancel, shop.id, run.id, by="ann")
    end_lease(database, run)
    (after,) = do(database, leases.reap)
    assert after.state is RunState.CANCELLED


def test_a_cancellation_during_the_publication_comes_too_late(database, shop) -> None:
    put(database, shop)
    run = taken(database)
    refused: list[Conflict] = []

    def cancel() -> None:
        try:
            do(database, queue.cancel, shop.id, run.id, by="ann")
        except Conflict as error:
            refused.append(error)

    with database.transaction() as publisher:
        leases.hold(publisher, run)
        canceller = threading.Thread(target=cancel)
        canceller.start()
        leases.finish(publisher, run, state=RunState.PUBLISHED)
    canceller.join()
    assert [error.code for error in refused] == ["RUN_STATE"]
    assert read(database, run).state is RunState.PUBLISHED


@pytest.mark.parametrize("state", [RunState.PUBLISHED, RunState.CANCELLED])
def test_what_is_over_cannot_be_cancelled(database, shop, state) -> None:
    put(database, shop)
    run = taken(database)
    do(database, leases.finish, run, state=state)
    with pytest.raises(Conflict) as refused:
        do(database, queue.cancel, shop.id, run.id, by="ann")
    assert refused.value.code == "RUN_STATE"


def test_nothing_of_another_workspace_can_be_cancelled(database, shop) -> None:
    run = put(database, shop)
    other = do(database, workspaces.create, name="other", title="", synthetic=False)
    for workspace_id, run_id in ((other.id, run.id), (shop.id, RunId(999))):
        with pytest.raises(NotFound):
            do(database, queue.cancel, workspace_id, run_id, by="ann")


def together(number: int, action: Any) -> None:
    """Do something in several threads that start at the same moment."""
    barrier, failures = threading.Barrier(number), list[BaseException]()

    def one() -> None:
        barrier.wait()
        try:
            action()
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.fixture(autouse=True)
def closed(database: Database) -> Iterator[None]:
    yield
    database.close()
