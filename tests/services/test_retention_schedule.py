"""Every workspace has one schedule of retention, whichever way it came to be."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from muster.base.records import Misfire, RunKind, Schedule
from muster.jobs.ticker import tick
from muster.services import schedules as schedule_service
from muster.services.access import enter_locally
from muster.services.context import WorkspaceContext
from muster.services.retention_schedule import ensure
from muster.services.schedules import list_schedules, pause_schedule
from muster.services.upkeep import ensure_schedules
from muster.services.workspace_settings import change_settings
from muster.services.workspaces import create_workspace, save_model
from muster.store import notifications, runs, schedules, workspaces
from muster.store.tables_runs import schedules as schedules_table
from tests.planned import Planned, planned_workspace
from tests.shop import MODEL


@pytest.fixture
def planned(database_url: str, tmp_path: Path) -> Iterator[Planned]:
    """A workspace from before there was retention."""
    with planned_workspace(database_url, tmp_path) as found:
        yield found


@pytest.fixture
def context(planned: Planned) -> WorkspaceContext:
    return enter_locally(planned.resources, "shop", actor="olga")


def own(context: WorkspaceContext) -> Schedule | None:
    with context.transaction() as connection:
        return schedules.own(connection, context.workspace.id, kind=RunKind.RETENTION)


def new_workspace(planned: Planned, name: str) -> WorkspaceContext:
    create_workspace(planned.resources, name=name, title="", synthetic=False, actor="olga")
    return enter_locally(planned.resources, name, actor="olga")


def test_a_new_workspace_has_it_once_a_day_in_a_quiet_hour(planned: Planned) -> None:
    first, second = (own(new_workspace(planned, name)) for name in ("one", "two"))
    assert first is not None
    assert second is not None
    assert first.cron.split()[1:] == ["4", "*", "*", "*"]
    assert first.cron != second.cron  # not all at the same minute
    assert (first.misfire, first.rule_id, first.paused) == (Misfire.ONCE, None, False)


def test_workspaces_that_lack_it_get_it_in_their_zone_and_others_keep_theirs(
    planned: Planned, context: WorkspaceContext
) -> None:
    change_settings(context, {"time_zone": "Asia/Tokyo"})
    present = own(new_workspace(planned, "one"))
    assert own(context) is None
    assert ensure_schedules(planned.resources) == 1
    found = own(context)
    assert found is not None
    assert found.time_zone == "Asia/Tokyo"
    assert ensure_schedules(planned.resources) == 0
    assert own(enter_locally(planned.resources, "one", actor="olga")) == present


@pytest.mark.parametrize(("zone", "expected"), [(None, "Europe/London"), ("Asia/Tokyo",) * 2])
def test_the_first_model_gives_it_its_zone_unless_the_settings_name_one(
    planned: Planned, zone: str | None, expected: str
) -> None:
    context = new_workspace(planned, "one")
    if zone:
        change_settings(context, {"time_zone": zone})
    save_model(context, MODEL)
    found = own(context)
    assert found is not None
    assert found.time_zone == expected


def test_what_somebody_has_changed_stays(planned: Planned) -> None:
    context = new_workspace(planned, "one")
    present = own(context)
    assert present is not None
    pause_schedule(context, present.id, paused=True)
    save_model(context, MODEL)
    ensure_schedules(planned.resources)
    found = own(context)
    assert found is not None
    assert (found.paused, found.time_zone) == (True, "UTC")


def test_servers_that_start_at_once_make_one(planned: Planned, context: WorkspaceContext) -> None:
    def make() -> None:
        with context.transaction() as connection:
            ensure(connection, context.workspace.id, time_zone="UTC")

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with context.transaction() as connection:
        count = connection.execute(select(func.count()).select_from(schedules_table)).scalar_one()
    assert count == 1


def test_it_is_listed_and_paused_like_others(planned: Planned) -> None:
    context = new_workspace(planned, "one")
    (view,), total = list_schedules(context)
    assert (total, view.named.rule, len(view.next_fires)) == (1, None, 5)
    paused = schedule_service.pause_schedule(context, view.named.schedule.id, paused=True)
    assert paused.next_fires == ()


def test_a_machine_that_was_off_at_that_hour_makes_up_for_it_and_nobody_is_told(
    planned: Planned, context: WorkspaceContext
) -> None:
    ensure_schedules(planned.resources)
    later = datetime.now(UTC) + timedelta(days=3)
    tick(planned.resources, now=later)
    with context.transaction() as connection:
        (run,) = runs.every(connection, context.workspace.id, limit=10)
        told = notifications.count(
            connection, context.workspace.id, reader="olga", unread_only=False
        )
    assert (run.kind, run.rules, told) == (RunKind.RETENTION, (), 0)


def test_a_workspace_that_was_added_by_the_store_alone_has_none(planned: Planned) -> None:
    with planned.resources.database.transaction() as connection:
        workspaces.create(connection, name="bare", title="", synthetic=False)
        lacking = schedules.workspaces_without_own(connection)
    assert len(lacking) == 2
