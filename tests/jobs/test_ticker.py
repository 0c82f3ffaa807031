"""Schedules become runs once each: misfires, grouping, two servers, clocks that jump."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from muster.base.records import Misfire, RunKind, RunOrigin, RunState
from muster.jobs.ticker import TickReport, tick
from muster.settings import Settings
from muster.store import fires, queue, schedules, workspaces
from muster.store.tables import rules as rules_table
from muster.store.tables import runs as runs_table
from muster.store.tables_notices import notifications
from muster.store.tables_runs import schedules as schedules_table
from muster.wiring import open_resources
from tests.planned import Planned, planned_workspace, utc

NOON = utc("2026-03-10 12:00")
HOUR = timedelta(hours=1)


@pytest.fixture
def planned(database_url: str, tmp_path: Path) -> Iterator[Planned]:
    with planned_workspace(database_url, tmp_path) as found:
        yield found


def figures(report: TickReport) -> dict[str, int]:
    names = ("schedules", "runs", "joined", "missed", "failed")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def hours(planned: Planned) -> list[str]:
    return [f"{run.as_of:%d %H:%M}" for run in planned.runs()]


def told(planned: Planned) -> list[dict[str, Any]]:
    wanted = select(notifications).order_by(notifications.c.id)
    with planned.resources.database.transaction() as connection:
        return [dict(row._mapping) for row in connection.execute(wanted)]


def start_all(planned: Planned) -> None:
    """Let a worker take every queued run."""
    with planned.resources.database.transaction() as connection:
        connection.execute(
            update(runs_table).values(
                state=RunState.RUNNING.value, started_at=func.now(), owner="worker"
            )
        )


def test_what_is_due_becomes_a_run_of_that_instant_and_the_next_time_is_set(
    planned: Planned,
) -> None:
    rule = planned.rule("vip", "@hourly")
    before = planned.at(rule, NOON - HOUR / 2)
    assert figures(tick(planned.resources, now=NOON - HOUR / 4)) == {}
    report = tick(planned.resources, now=NOON + timedelta(seconds=2))
    assert figures(report) == {"schedules": 1, "runs": 1}
    (run,) = planned.runs()
    assert (run.rules, run.as_of, run.priority) == (("vip",), NOON, 0)
    assert (run.origin, run.kind, run.state) == (
        RunOrigin.SCHEDULE,
        RunKind.REFRESH,
        RunState.QUEUED,
    )
    assert run.requested_by == "scheduler"
    after = planned.schedule(rule)
    assert (after.next_at, after.last_fire_at) == (NOON + HOUR, NOON)
    assert after.revision == before.revision, "a tick is no edit"
    assert planned.fires() == [(after.id, NOON, run.id)]
    assert figures(tick(planned.resources, now=NOON + timedelta(seconds=3))) == {}


def test_the_present_is_the_databases_unless_it_is_given(planned: Planned) -> None:
    rule = planned.rule("vip", "* * * * *")
    planned.at(rule, utc("2026-01-01 00:00"))
    report = tick(planned.resources)
    with planned.resources.database.transaction() as connection:
        assert abs(report.now - schedules.database_now(connection)) < HOUR
    assert report.schedules == 1


@pytest.mark.parametrize(
    ("misfire", "grace_minutes", "late", "made", "missed"),
    [
        # at most a minute late is on time, whatever the policy and the grace
        (Misfire.SKIP, 0, "00:00:59", ["08:00"], 0),
        (Misfire.ONCE, 0, "00:00:59", ["08:00"], 0),
        (Misfire.ALL, 0, "00:00:59", ["08:00"], 0),
        (Misfire.SKIP, 600, "00:01:00", [], 1),
        (Misfire.ONCE, 0, "00:01:00", [], 1),
        (Misfire.ONCE, 1, "00:01:00", ["08:00"], 0),
        # four hours down, and back half an hour after the last planned time
        (Misfire.SKIP, 600, "04:30:00", [], 5),
        (Misfire.ONCE, 600, "04:30:00", ["12:00"], 0),
        (Misfire.ONCE, 29, "04:30:00", [], 5),
        (Misfire.ONCE, 30, "04:30:00", ["12:00"], 0),
        (Misfire.ALL, 600, "04:30:00", ["08:00", "09:00", "10:00", "11:00", "12:00"], 0),
        (Misfire.ALL, 90, "04:30:00", ["11:00", "12:00"], 3),
        (Misfire.ALL, 0, "04:30:00", [], 5),
        # four hours down, and back just at a planned time
        (Misfire.SKIP, 600, "04:00:00", ["12:00"], 4),
        (Misfire.ONCE, 0, "04:00:00", ["12:00"], 0),
        (Misfire.ALL, 0, "04:00:00", ["12:00"], 4),
    ],
)
def test_a_time_that_passed_is_made_up_for_by_policy_and_grace(
    planned: Planned,
    misfire: Misfire,
    grace_minutes: int,
    late: str,
    made: list[str],
    missed: int,
) -> None:
    rule = planned.rule("vip", "@hourly")
    planned.at(rule, utc("2026-03-10 07:30"), misfire=misfire, grace_seconds=60 * grace_minutes)
    hour, minute, second = map(int, late.split(":"))
    now = utc("2026-03-10 08:00") + timedelta(hours=hour, minutes=minute, seconds=second)
    report = tick(planned.resources, now=now)
    assert (report.runs, report.missed) == (len(made), missed)
    assert [f"{run.as_of:%H:%M}" for run in planned.runs()] == made
    assert sum(run is None for _, _, run in planned.fires()) == missed
    assert [item["kind"] for item in told(planned)] == ["schedule.missed"] * bool(missed)
    next_at = planned.schedule(rule).next_at
    assert next_at is not None
    assert now < next_at <= now + HOUR


def test_what_was_missed_is_told_once_for_all_rules(planned: Planned) -> None:
    for name in ("vip", "gold"):
        planned.at(planned.rule(name, "@daily"), NOON, misfire=Misfire.SKIP)
    tick(planned.resources, now=NOON + 40 * HOUR)
    (notice,) = told(planned)
    assert notice["data"] == {
        "rules": ["gold", "vip"],
        "missed": 4,
        "last": "2026-03-12T00:00:00+00:00",
    }
    assert "gold, vip" in notice["body"]
    assert notice["severity"] == "warning"


def test_a_very_long_outage_makes_a_bounded_number_of_runs(planned: Planned) -> None:
    rule = planned.rule("vip", "* * * * *")
    planned.at(rule, NOON, misfire=Misfire.ALL, grace_seconds=7 * 86_400)
    report = tick(planned.resources, now=NOON + 300 * HOUR)
    assert (report.runs, report.missed) == (100, 100)
    assert planned.runs()[-1].as_of == NOON + 300 * HOUR


def test_rules_due_at_one_instant_share_a_run_and_others_do_not(planned: Planned) -> None:
    other = None
    with planned.resources.database.transaction() as connection:
        other = workspaces.create(connection, name="other", title="Other", synthetic=True)
    for name, cron in (("a", "@hourly"), ("b", "0 12 * * *"), ("c", "59 * * * *")):
        planned.at(planned.rule(name, cron), NOON - HOUR / 2)
    stranger = planned.rule("a", "@hourly", workspace=other)
    planned.at(stranger, NOON - HOUR / 2)
    assert figures(tick(planned.resources, now=NOON)) == {"schedules": 4, "runs": 3}
    assert [(run.rules, run.as_of) for run in planned.runs()] == [
        (("c",), NOON - timedelta(minutes=1)),
        (("a", "b"), NOON),
    ]


def test_an_instant_is_not_torn_apart_by_the_limit(planned: Planned) -> None:
    for number in range(5):
        planned.at(planned.rule(f"rule_{number}", "@hourly"), NOON - HOUR / 2)
    late = planned.rule("late", "1 12 * * *")
    planned.at(late, NOON - HOUR / 2)
    now = NOON + timedelta(minutes=1)
    assert tick(planned.resources, now=now, limit=2).schedules == 5
    assert tick(planned.resources, now=now, limit=2).schedules == 1
    assert [len(run.rules) for run in planned.runs()] == [5, 1]


def test_a_fire_joins_the_equal_run_that_still_waits_and_brings_it_forward(
    planned: Planned,
) -> None:
    planned.at(planned.rule("vip", "@hourly"), NOON - HOUR / 2)
    tick(planned.resources, now=NOON)
    assert figures(tick(planned.resources, now=NOON + HOUR)) == {"schedules": 1, "joined": 1}
    (run,) = planned.runs()
    assert run.as_of == NOON + HOUR
    assert [found[2] for found in planned.fires()] == [run.id, run.id]
    start_all(planned)
    assert figures(tick(planned.resources, now=NOON + 2 * HOUR)) == {"schedules": 1, "runs": 1}
    assert hours(planned) == ["10 13:00", "10 14:00"]


def test_whoever_wants_every_instant_gets_each_by_itself(planned: Planned) -> None:
    planned.at(planned.rule("vip", "@hourly"), NOON - HOUR / 2, misfire=Misfire.ALL)
    for hour in range(3):
        tick(planned.resources, now=NOON + hour * HOUR)
    assert hours(planned) == ["10 12:00", "10 13:00", "10 14:00"]


def test_a_paused_schedule_does_not_fire_and_its_pause_is_not_made_up_for(
    planned: Planned,
) -> None:
    rule = planned.rule("vip", "@hourly")
    paused = planned.at(rule, NOON - HOUR / 2, misfire=Misfire.ALL, paused=True)
    assert paused.next_at is None
    assert figures(tick(planned.resources, now=NOON + 5 * HOUR)) == {}
    planned.at(rule, NOON + 5.5 * HOUR, paused=False)
    tick(planned.resources, now=NOON + 6 * HOUR)
    assert hours(planned) == ["10 18:00"]
    assert told(planned) == []


def test_a_schedule_starts_and_ends_when_it_is_to(planned: Planned) -> None:
    rule = planned.rule("vip", "@hourly")
    planned.at(rule, NOON - HOUR / 2, starts_at=NOON + 2 * HOUR, ends_at=NOON + 4 * HOUR)
    for hour in range(7):
        tick(planned.resources, now=NOON + hour * HOUR)
        start_all(planned)
    assert hours(planned) == ["10 14:00", "10 15:00"]
    assert planned.schedule(rule).next_at is None


def test_a_schedule_that_ended_while_no_server_ran_stops_where_it_should(planned: Planned) -> None:
    rule = planned.rule("vip", "@hourly")
    wide = {"misfire": Misfire.ALL, "grace_seconds": 86_400}
    planned.at(rule, NOON - HOUR / 2, ends_at=NOON + 2 * HOUR, **wide)
    tick(planned.resources, now=NOON + 9 * HOUR)
    assert hours(planned) == ["10 12:00", "10 13:00"]
    assert planned.schedule(rule).next_at is None


@pytest.mark.parametrize(
    ("cron", "begin", "end", "expected"),
    [
        ("30 2 * * *", "2026-03-28", "2026-03-31", ["28 01:30", "29 01:00", "30 00:30"]),
        ("30 2 * * *", "2026-10-24", "2026-10-27", ["24 00:30", "25 00:30", "26 01:30"]),
        ("30 * * * *", "2026-10-24 23:45", "2026-10-25 03:15",
         ["25 00:30", "25 01:30", "25 02:30"]),
    ],
)  # fmt: skip
def test_clocks_that_change_neither_double_nor_drop_a_fire(
    planned: Planned, cron: str, begin: str, end: str, expected: list[str]
) -> None:
    planned.at(planned.rule("vip", cron, zone="Europe/Berlin"), utc(begin))
    now = utc(begin)
    while now <= utc(end):
        tick(planned.resources, now=now)
        start_all(planned)
        now += HOUR / 2
    assert hours(planned) == expected


def test_a_clock_that_steps_back_does_not_fire_again(planned: Planned) -> None:
    rule = planned.rule("vip", "@hourly")
    planned.at(rule, NOON - HOUR / 2)
    tick(planned.resources, now=NOON + HOUR)
    start_all(planned)
    for now in (NOON - HOUR, NOON, NOON + HOUR / 2, NOON + HOUR):
        tick(planned.resources, now=now)
    assert hours(planned) == ["10 13:00"]


def test_an_edit_after_the_clock_stepped_back_does_not_fire_again(planned: Planned) -> None:
    rule = planned.rule("vip", "@hourly")
    planned.at(rule, NOON - HOUR / 2)
    tick(planned.resources, now=NOON)
    start_all(planned)
    with planned.resources.database.transaction() as connection:
        found = planned.schedule(rule)
        edited = schedules.change(
            connection, found, revision=found.revision, moment=NOON - HOUR / 2
        )
    assert edited.next_at == NOON + HOUR


def test_an_instant_that_is_written_down_never_fires_even_if_the_schedule_forgot(
    planned: Planned,
) -> None:
    rule = planned.rule("vip", "@hourly")
    planned.at(rule, NOON - HOUR / 2)
    tick(planned.resources, now=NOON)
    start_all(planned)
    planned.at(rule, NOON - HOUR / 2)  # its memory of the last fire is wiped
    assert planned.schedule(rule).next_at == NOON
    assert figures(tick(planned.resources, now=NOON)) == {"schedules": 1}
    assert hours(planned) == ["10 12:00"]


def test_a_clock_that_steps_forward_is_an_outage_like_any_other(planned: Planned) -> None:
    planned.at(planned.rule("vip", "@hourly"), NOON - HOUR / 2)
    tick(planned.resources, now=NOON)
    start_all(planned)
    tick(planned.resources, now=NOON + 24 * HOUR)
    assert hours(planned) == ["10 12:00", "11 12:00"]


def test_archived_rules_and_drafts_are_not_run(planned: Planned) -> None:
    gone, kept = planned.rule("gone", "@hourly"), planned.rule("kept", "@hourly")
    for rule in (gone, kept):
        planned.at(rule, NOON - HOUR / 2)
    with planned.resources.database.transaction() as connection:
        connection.execute(
            update(rules_table).where(rules_table.c.id == gone.id).values(status="archived")
        )
    tick(planned.resources, now=NOON)
    assert [run.rules for run in planned.runs()] == [("kept",)]
    assert planned.schedule(gone).next_at == NOON + HOUR


def test_the_workspaces_own_work_is_a_run_of_its_kind(planned: Planned) -> None:
    planned.at(planned.rule("vip", "@hourly"), NOON - HOUR / 2)
    with planned.resources.database.transaction() as connection:
        own = schedules.add(
            connection,
            planned.workspace.id,
            kind=RunKind.RETENTION,
            rule_id=None,
            cron="@hourly",
            time_zone="UTC",
        )
        schedules.change(connection, own, revision=own.revision, moment=NOON - HOUR / 2)
    tick(planned.resources, now=NOON)
    assert sorted((run.kind, run.rules) for run in planned.runs()) == [
        (RunKind.REFRESH, ("vip",)),
        (RunKind.RETENTION, ()),
    ]


def test_a_schedule_that_cannot_be_computed_stops_and_does_not_hold_up_others(
    planned: Planned, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = planned.rule("broken", "@hourly"), planned.rule("sound", "@hourly")
    for rule in (broken, sound):
        planned.at(rule, NOON - HOUR / 2)
    with planned.resources.database.transaction() as connection:
        connection.execute(
            update(schedules_table)
            .where(schedules_table.c.rule_id == broken.id)
            .values(time_zone="Europe/Atlantis")
        )
    report = tick(planned.resources, now=NOON)
    assert figures(report) == {"schedules": 2, "runs": 1, "missed": 1, "failed": 1}
    assert [run.rules for run in planned.runs()] == [("sound",)]
    assert planned.schedule(broken).next_at is None
    assert "rule broken cannot be computed" in caplog.text
    assert told(planned)[0]["subject"] == "rule/broken"


def test_two_tickers_on_one_database_never_fire_an_instant_twice(
    planned: Planned, database_url: str, tmp_path: Path
) -> None:
    rules = [planned.rule(f"rule_{number:02}", "* * * * *") for number in range(20)]
    for rule in rules:
        planned.at(rule, NOON)
    beginning = threading.Barrier(2)
    minutes = 8
    faults: list[Exception] = []

    def server(folder: Path) -> None:
        settings = Settings(data=folder, database_url=SecretStr(database_url))
        try:
            with open_resources(settings) as resources:
                for minute in range(1, minutes + 1):
                    beginning.wait(timeout=60)
                    for second in (0, 1):
                        tick(resources, now=NOON + timedelta(minutes=minute, seconds=second))
        except Exception as fault:  # noqa: BLE001 - told by the test
            faults.append(fault)
            beginning.abort()

    threads = [
        threading.Thread(target=server, args=(tmp_path / str(number),)) for number in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert faults == []
    tick(planned.resources, now=NOON + timedelta(minutes=minutes))
    found = planned.fires()
    assert len(found) == len(set(found)) == 20 * minutes
    assert all(run is not None for _, _, run in found)
    by_instant: dict[datetime, set[int | None]] = {}
    for _, fire_at, run_id in found:
        by_instant.setdefault(fire_at, set()).add(run_id)
    assert all(len(run_ids) == 1 for run_ids in by_instant.values()), "one run an instant"


def test_a_workspace_that_another_server_is_firing_is_left_to_it(planned: Planned) -> None:
    planned.at(planned.rule("vip", "@hourly"), NOON - HOUR / 2)
    with planned.resources.database.transaction() as connection:
        assert fires.try_lock(connection, planned.workspace.id)
        assert figures(tick(planned.resources, now=NOON)) == {}
    assert figures(tick(planned.resources, now=NOON)) == {"schedules": 1, "runs": 1}


def test_a_schedule_that_somebody_is_changing_waits_for_the_next_look(planned: Planned) -> None:
    busy, free = planned.rule("busy", "@hourly"), planned.rule("free", "@hourly")
    for rule in (busy, free):
        planned.at(rule, NOON - HOUR / 2)
    with planned.resources.database.transaction() as connection:
        connection.execute(
            select(schedules_table).where(schedules_table.c.rule_id == busy.id).with_for_update()
        )
        tick(planned.resources, now=NOON)
    assert [run.rules for run in planned.runs()] == [("free",)]
    tick(planned.resources, now=NOON)
    assert planned.runs()[-1].rules == ("busy",)


def test_a_run_asked_for_by_a_person_is_another_run(planned: Planned) -> None:
    planned.at(planned.rule("vip", "@hourly"), NOON - HOUR / 2)
    with planned.resources.database.transaction() as connection:
        queue.enqueue(
            connection,
            planned.workspace.id,
            rules=["vip"],
            as_of=NOON,
            origin=RunOrigin.MANUAL,
            requested_by="ann",
            priority=10,
            dedupe_key="by hand",
        )
    assert tick(planned.resources, now=NOON).runs == 1
