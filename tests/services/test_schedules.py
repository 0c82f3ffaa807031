"""Schedules as people change them: who may, what is written down, what fires afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from muster.base.errors import Forbidden, InvalidInput, NotFound, Stale
from muster.base.people import Role, permissions_of
from muster.base.records import Misfire
from muster.services import schedules
from muster.services.access import enter_locally
from muster.services.context import WorkspaceContext
from muster.services.schedules import ScheduleChange, ScheduleView, changeable
from muster.services.workspaces import save_model
from muster.store import audit, workspace_settings
from muster.store.tables_people import workspace_settings as settings_table
from tests.planned import Planned, planned_workspace, utc
from tests.shop import MODEL

NOON = utc("2026-03-10 12:00")


@pytest.fixture
def planned(database_url: str, tmp_path: Path) -> Iterator[Planned]:
    with planned_workspace(database_url, tmp_path) as found:
        found.rule("vip", "@daily")
        yield found


@pytest.fixture
def context(planned: Planned) -> WorkspaceContext:
    return enter_locally(planned.resources, "shop", actor="olga")


def acting_as(context: WorkspaceContext, role: Role) -> WorkspaceContext:
    return replace(context, role=role, permissions=permissions_of(role))


def written(context: WorkspaceContext) -> list[tuple[str, Any, Any, str]]:
    with context.transaction() as connection:
        found = audit.every(connection, context.workspace.id, limit=10)
    return [(one.action, one.before, one.after, one.reason) for one in found]


def vip(context: WorkspaceContext) -> ScheduleView:
    return schedules.schedule_of_rule(context, "vip")


def changed(context: WorkspaceContext, **values: Any) -> ScheduleChange:
    return replace(changeable(vip(context).named.schedule), **values)


def test_a_change_is_audited_with_before_after_and_why(context: WorkspaceContext) -> None:
    view = vip(context)
    wanted = changed(context, misfire=Misfire.SKIP, ends_at=utc("2100-01-01"))
    found = schedules.change_schedule(
        context, view.named.schedule.id, wanted, expected_revision=1, reason="too many"
    )
    assert found.named.schedule.misfire is Misfire.SKIP
    ((action, before, after, reason),) = written(context)
    assert (action, reason) == ("schedule.update", "too many")
    assert (before["misfire"], after["misfire"]) == ("once", "skip")
    assert (before["ends_at"], after["ends_at"]) == (None, "2100-01-01T00:00:00+00:00")


def test_what_changes_nothing_leaves_no_trace(context: WorkspaceContext) -> None:
    schedule = vip(context).named.schedule
    schedules.change_schedule(context, schedule.id, changed(context))
    schedules.pause_schedule(context, schedule.id, paused=False)
    assert vip(context).named.schedule == schedule
    assert written(context) == []


def test_an_edit_of_an_old_revision_is_stale_even_if_it_changes_nothing(
    context: WorkspaceContext,
) -> None:
    schedule = vip(context).named.schedule
    with pytest.raises(Stale):
        schedules.change_schedule(context, schedule.id, changed(context), expected_revision=7)
    with pytest.raises(Stale):
        schedules.pause_schedule(context, schedule.id, paused=True, expected_revision=7)


def test_a_pause_and_its_end_are_audited_and_show(context: WorkspaceContext) -> None:
    schedule_id = vip(context).named.schedule.id
    paused = schedules.pause_schedule(context, schedule_id, paused=True, reason="holidays")
    assert (paused.named.schedule.paused, paused.next_fires) == (True, ())
    resumed = schedules.pause_schedule(context, schedule_id, paused=False)
    assert len(resumed.next_fires) == 5
    assert [entry[0] for entry in written(context)] == ["schedule.resume", "schedule.pause"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_only_operators_change_schedules(context: WorkspaceContext, role: Role) -> None:
    reader = acting_as(context, role)
    schedule_id = vip(reader).named.schedule.id
    with pytest.raises(Forbidden):
        schedules.pause_schedule(reader, schedule_id, paused=True)
    with pytest.raises(Forbidden):
        schedules.change_schedule(reader, schedule_id, changed(context, grace_seconds=1))
    schedules.pause_schedule(acting_as(context, Role.OPERATOR), schedule_id, paused=True)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"time_zone": "Nowhere"}, "UNKNOWN_TIME_ZONE"),
        ({"time_zone": "../../etc/passwd"}, "UNKNOWN_TIME_ZONE"),
        ({"grace_seconds": -1}, "BAD_GRACE"),
        ({"grace_seconds": 604_801}, "BAD_GRACE"),
        ({"starts_at": NOON, "ends_at": NOON}, "BAD_SPAN"),
        ({"starts_at": NOON.replace(tzinfo=None)}, "BAD_SPAN"),
        ({"ends_at": NOON.replace(year=9999)}, "BAD_SPAN"),
    ],
)
def test_a_faulty_change_is_refused(
    context: WorkspaceContext, values: dict[str, Any], code: str
) -> None:
    schedule_id = vip(context).named.schedule.id
    with pytest.raises(InvalidInput) as refused:
        schedules.change_schedule(context, schedule_id, changed(context, **values))
    assert refused.value.code == code
    assert written(context) == []


def test_the_times_shown_keep_to_the_span(planned: Planned, context: WorkspaceContext) -> None:
    schedule_id = vip(context).named.schedule.id
    wanted = changed(context, starts_at=utc("2090-01-01"), ends_at=utc("2090-01-03"))
    found = schedules.change_schedule(context, schedule_id, wanted)
    assert found.next_fires == (utc("2090-01-01"), utc("2090-01-02"))
    over = changed(context, starts_at=None, ends_at=utc("2020-01-01"))
    assert schedules.change_schedule(context, schedule_id, over).next_fires == ()


def test_a_rule_without_a_schedule_says_so(planned: Planned, context: WorkspaceContext) -> None:
    planned.rule("plain", None)
    for name in ("plain", "nobody"):
        with pytest.raises(NotFound) as missing:
            schedules.schedule_of_rule(context, name)
        assert missing.value.code == "NO_SCHEDULE"


def test_the_zone_of_new_schedules_is_the_workspaces_else_the_models(
    context: WorkspaceContext,
) -> None:
    def default() -> str:
        with context.transaction() as connection:
            return schedules.default_time_zone(connection, context.workspace.id)

    assert default() == "UTC"
    save_model(context, MODEL)
    assert default() == "Europe/London"
    with context.transaction() as connection:
        connection.execute(
            settings_table.insert().values(
                workspace_id=context.workspace.id,
                document={"time_zone": "Asia/Kolkata"},
            )
        )
        loaded, _ = workspace_settings.load(connection, context.workspace.id)
    assert loaded.time_zone == default() == "Asia/Kolkata"


def test_a_preview_begins_after_an_instant(context: WorkspaceContext) -> None:
    found = schedules.preview("0 9 * * mon", "Europe/Vienna", after=NOON)
    assert found[:3] == (utc("2026-03-16 08:00"), utc("2026-03-23 08:00"), utc("2026-03-30 07:00"))
    assert len(found) == 5
