"""Schedules follow what a rule publishes, keep what people set, and never go back in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from muster.base.errors import InvalidInput, NotFound, Stale
from muster.base.ids import ScheduleId
from muster.base.records import Misfire, Rule, RunKind, Schedule
from muster.jobs.ticker import tick
from muster.store import rules, schedules
from muster.store.schedules import ScheduleFilter
from muster.store.tables import rules as rules_table
from tests.planned import Planned, planned_workspace, utc

NOON = utc("2026-03-10 12:00")


@pytest.fixture
def planned(database_url: str, tmp_path: Path) -> Iterator[Planned]:
    with planned_workspace(database_url, tmp_path) as found:
        yield found


def sync(planned: Planned, rule: Rule, *, zone: str = "UTC") -> Schedule | None:
    with planned.resources.database.transaction() as connection:
        return schedules.sync_rule(connection, rule, time_zone=zone)


def edit(planned: Planned, rule: Rule, cron: str | None, *, publish: bool = True) -> Rule:
    with planned.resources.database.transaction() as connection:
        present = rules.by_id(connection, rule.workspace_id, rule.id)
        return rules.update(
            connection,
            rule.workspace_id,
            rule.id,
            expected_version=present.version,
            title="",
            description="",
            definition={"where": []},
            fingerprint="x",
            schedule=cron,
            tags=[],
            author="test",
            reason="",
            publish=publish,
        )


def mark(planned: Planned, rule: Rule, **values: Any) -> None:
    with planned.resources.database.transaction() as connection:
        connection.execute(update(rules_table).where(rules_table.c.id == rule.id).values(**values))


def count(planned: Planned) -> int:
    with planned.resources.database.transaction() as connection:
        return schedules.page(connection, planned.workspace.id, wanted=ScheduleFilter(), limit=10)[
            1
        ]


def test_a_published_schedule_gets_a_row_with_the_next_time(planned: Planned) -> None:
    found = planned.schedule(planned.rule("vip", "0 9 * * *", zone="Asia/Tokyo"))
    assert (found.cron, found.time_zone) == ("0 9 * * *", "Asia/Tokyo")
    assert (found.misfire, found.grace_seconds, found.paused) == (Misfire.ONCE, 3600, False)
    assert found.next_at is not None
    assert found.next_at.hour == 0
    with planned.resources.database.transaction() as connection:
        now = schedules.database_now(connection)
    assert now < found.next_at <= now + timedelta(days=1)


def test_a_new_cron_text_keeps_what_people_set(planned: Planned) -> None:
    rule = planned.rule("vip", "0 9 * * *")
    set_ = planned.at(rule, NOON, misfire=Misfire.ALL, time_zone="Asia/Tokyo", grace_seconds=7)
    edit(planned, rule, "0 10 * * *")
    found = sync(planned, rule, zone="Europe/Vienna")
    assert found is not None
    assert (found.cron, found.time_zone, found.misfire) == (
        "0 10 * * *",
        "Asia/Tokyo",
        Misfire.ALL,
    )
    assert found.revision == set_.revision + 1
    assert sync(planned, rule) == found, "nothing new, nothing changed"


def test_a_paused_schedule_stays_paused_when_its_text_changes(planned: Planned) -> None:
    rule = planned.rule("vip", "0 9 * * *")
    planned.at(rule, NOON, paused=True)
    edit(planned, rule, "@hourly")
    found = sync(planned, rule)
    assert found is not None
    assert (found.cron, found.paused, found.next_at) == ("@hourly", True, None)


def test_a_draft_does_not_change_what_fires(planned: Planned) -> None:
    rule = planned.rule("vip", "0 9 * * *")
    before = planned.schedule(rule)
    edit(planned, rule, "@hourly", publish=False)
    assert sync(planned, rule) == before


@pytest.mark.parametrize("how", ["no text", "archived", "deleted"])
def test_a_rule_that_is_not_to_run_has_no_schedule(planned: Planned, how: str) -> None:
    rule = planned.rule("vip", "@hourly")
    planned.at(rule, NOON)
    tick(planned.resources, now=NOON + timedelta(hours=1))
    assert len(planned.fires()) == 1
    if how == "no text":
        edit(planned, rule, None)
    elif how == "archived":
        mark(planned, rule, status="archived")
    else:
        mark(planned, rule, deleted_at=NOON)
    assert count(planned) == (1 if how == "no text" else 0), "not shown even before the sync"
    assert sync(planned, rule) is None
    assert (count(planned), planned.fires()) == (0, [])
    assert sync(planned, rule) is None


def test_a_text_or_zone_that_means_nothing_is_refused(planned: Planned) -> None:
    with pytest.raises(InvalidInput) as zone:
        planned.rule("vip", "@daily", zone="Nowhere")
    assert zone.value.code == "UNKNOWN_TIME_ZONE"
    with pytest.raises(InvalidInput) as text:
        planned.rule("vip", "0 0 30 2 *")
    assert text.value.code == "BAD_SCHEDULE"


def test_a_change_is_made_to_the_revision_that_was_seen(planned: Planned) -> None:
    found = planned.schedule(planned.rule("vip", "@daily"))
    wanted = replace(found, grace_seconds=60)
    with planned.resources.database.transaction() as connection:
        changed = schedules.change(connection, wanted, revision=found.revision)
        assert (changed.grace_seconds, changed.revision) == (60, found.revision + 1)
        with pytest.raises(Stale):
            schedules.change(connection, wanted, revision=found.revision)
        with pytest.raises(NotFound):
            schedules.change(connection, replace(found, id=ScheduleId(99)), revision=1)


def test_a_schedule_of_another_workspace_is_not_found(planned: Planned) -> None:
    from muster.store import workspaces

    found = planned.schedule(planned.rule("vip", "@daily"))
    with planned.resources.database.transaction() as connection:
        other = workspaces.create(connection, name="other", title="Other", synthetic=True)
        with pytest.raises(NotFound):
            schedules.by_id(connection, other.id, found.id)


def test_the_workspaces_own_schedule_bears_no_rule(planned: Planned) -> None:
    home = planned.workspace.id
    with planned.resources.database.transaction() as connection:
        assert schedules.own(connection, home, kind=RunKind.RETENTION) is None
        made = schedules.add(
            connection, home, kind=RunKind.RETENTION, rule_id=None, cron="@daily", time_zone="UTC"
        )
        assert schedules.own(connection, home, kind=RunKind.RETENTION) == made
        named = schedules.by_id(connection, home, made.id)
    assert (named.rule, named.title) == (None, None)
