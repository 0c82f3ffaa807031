"""Settings of a workspace: every fault told, all or nothing, nobody's change lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from muster.base.errors import Forbidden, InvalidInput, Stale
from muster.base.people import Role
from muster.base.workspace_settings import WorkspaceSettings
from muster.services.workspace_settings import (
    change_settings,
    read_settings,
    read_with_revision,
)
from muster.store import workspace_settings as store
from tests.services.someone import BANK, Town, town_in


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with town_in(database_url, tmp_path) as town:
        yield town


def test_a_new_workspace_has_the_defaults_at_revision_0(town: Town) -> None:
    assert read_with_revision(town.locally()) == (WorkspaceSettings(), 0)


def test_what_is_left_out_stays_as_it_is(town: Town) -> None:
    context = town.entered(town.person("ada", shop=Role.ADMIN))
    change_settings(context, {"time_zone": "Asia/Kolkata", "concurrency": 4})
    changed, revision = change_settings(context, {"concurrency": 2}, reason="less load")
    assert revision == 2
    assert changed == WorkspaceSettings(time_zone="Asia/Kolkata", concurrency=2)
    assert read_settings(context) == changed
    assert read_settings(town.locally(BANK)) == WorkspaceSettings()
    entry = town.audited()[0]
    assert (entry.action, entry.before, entry.after) == (
        "settings.update",
        {"concurrency": 4},
        {"concurrency": 2},
    )
    assert (entry.actor, entry.reason, entry.request_id) == ("ada@example.com", "less load", "r1")


def test_what_changes_nothing_leaves_no_trace(town: Town) -> None:
    assert change_settings(town.locally(), {"concurrency": 1})[1] == 0
    assert town.audited() == []


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("time_zone", [None, "UTC", "Asia/Kolkata"], ["", "CET+1", "localtime", "../etc", 1, True]),
        ("currency", [None, "EUR", "INR"], ["", "eur", "EURO", "E1R", 978]),
        ("versions_kept", [1, 1000], [0, -1, 1001, 2.0, "3", None, True, 10**30]),
        ("runs_kept_days", [1, 3650], [0, 3651, None, "1"]),
        ("logs_kept_days", [1, 3650], [0, 3651, None, False]),
        ("shrink_alert_share", [None, 0.01, 1, 0.5], [0, -0.1, 1.01, "0.5", True, float("nan")]),
        ("grow_alert_share", [None, 0.01, 3, 1000], [0, 1001, float("inf"), [], "1"]),
        ("approval_share", [None, 0, 0.3, 2], [-0.1, 1001, float("nan"), True]),
        ("empty_alert", [True, False], [None, 1, "true"]),
        ("concurrency", [1, 64], [0, 65, None, 1.5]),
    ],
)
def test_each_setting_takes_what_makes_sense_alone(
    town: Town, name: str, good: list[Any], bad: list[Any]
) -> None:
    context = town.locally()
    for value in good:
        assert getattr(change_settings(context, {name: value})[0], name) == value
    kept = read_with_revision(context)
    for value in bad:
        with pytest.raises(InvalidInput) as refused:
            change_settings(context, {name: value}, path="$.body")
        assert [problem.path for problem in refused.value.problems] == [f"$.body.{name}"], value
        assert refused.value.problems[0].code == "BAD_SETTING"
    assert read_with_revision(context) == kept


def test_the_cases_above_name_every_setting() -> None:
    (mark,) = test_each_setting_takes_what_makes_sense_alone.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in mark.args[1]} == {field.name for field in fields(WorkspaceSettings)}


def test_all_faults_are_told_and_nothing_is_changed(town: Town) -> None:
    with pytest.raises(InvalidInput) as refused:
        change_settings(
            town.locally(),
            {"concurency": 2, "currency": "x", "versions_kept": 0, "empty_alert": True},
        )
    assert [(one.code, one.path) for one in refused.value.problems] == [
        ("UNKNOWN_SETTING", "$.concurency"),
        ("BAD_SETTING", "$.currency"),
        ("BAD_SETTING", "$.versions_kept"),
    ]
    assert 'Did you mean "concurrency"?' in (refused.value.hint or "")
    assert read_with_revision(town.locally()) == (WorkspaceSettings(), 0)


def test_an_edit_of_what_somebody_else_has_changed_is_refused(town: Town) -> None:
    context = town.locally()
    change_settings(context, {"concurrency": 2}, expected_revision=0)
    with pytest.raises(Stale):
        change_settings(context, {"concurrency": 3}, expected_revision=0)
    change_settings(context, {"concurrency": 3}, expected_revision=1)
    assert read_settings(context).concurrency == 3


@pytest.mark.parametrize("already_set", [False, True])
def test_of_two_changes_at_the_same_moment_the_second_is_refused(
    town: Town, already_set: bool
) -> None:
    context = town.locally()
    if already_set:
        change_settings(context, {"concurrency": 9})
    with context.transaction() as connection:
        _, seen = store.load(connection, context.workspace.id)
    change_settings(context, {"concurrency": 2})
    with pytest.raises(Stale), context.transaction() as connection:
        store.save(connection, context.workspace.id, WorkspaceSettings(), revision=seen)
    assert read_settings(context).concurrency == 2


def test_operators_read_and_do_not_change(town: Town) -> None:
    operator = town.entered(town.person("ada", shop=Role.OPERATOR))
    assert read_settings(operator) == WorkspaceSettings()
    with pytest.raises(Forbidden):
        change_settings(operator, {"concurrency": 2})
