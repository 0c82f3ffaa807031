"""`muster schedule`: lists, changes, pauses, and times nobody has saved yet."""

from __future__ import annotations

import pytest

from muster.store import rules, schedules
from tests.services.small_workspace import Installation


@pytest.fixture
def planned(installation: Installation, muster):
    """The command line on a workspace whose rule `viennese` has its schedule."""
    with installation.opened() as context, context.transaction() as connection:
        rule = rules.by_name(connection, context.workspace.id, "viennese")
        schedules.sync_rule(connection, rule, time_zone="Europe/Vienna")
    return muster


def test_schedules_are_listed(planned) -> None:
    found = planned("schedule", "list", "--json").json
    assert [(one["rule"], one["kind"]) for one in found["items"]] == [
        (None, "retention"),
        ("viennese", "refresh"),
    ]
    assert found["items"][1]["cron"] == "@daily"
    assert len(found["items"][1]["next_fires"]) == 5
    assert "retention" in planned("schedule", "list").out
    assert "viennese" in planned("schedule", "list").out
    assert planned("schedule", "list", "--paused", "--json").json["items"] == []


def test_a_schedule_is_found_by_rule_and_by_number(planned) -> None:
    by_rule = planned("schedule", "show", "viennese", "--json").json
    assert planned("schedule", "show", by_rule["id"], "--json").json == by_rule
    text = planned("schedule", "show", "viennese").out
    assert text.count("next ") == 5
    missing = planned("schedule", "show", "quiet", "--json")
    assert (missing.code, missing.error["code"]) == (2, "NO_SCHEDULE")


def test_only_what_is_named_is_changed(planned) -> None:
    before = planned("schedule", "show", "viennese", "--json").json
    after = planned(
        "schedule", "set", "viennese", "--misfire", "all", "--ends-at", "2100-01-01",
        "--time-zone", "Asia/Tokyo", "--reason", "moved", "--json",
    ).json  # fmt: skip
    assert (after["misfire"], after["ends_at"]) == ("all", "2100-01-01T00:00:00Z")
    assert (after["time_zone"], after["grace_seconds"]) == ("Asia/Tokyo", before["grace_seconds"])
    assert after["next_fires"][0].endswith("T15:00:00Z")
    cleared = planned("schedule", "set", "viennese", "--ends-at", "never", "--json").json
    assert (cleared["ends_at"], cleared["misfire"]) == (None, "all")
    faulty = planned("schedule", "set", "viennese", "--grace-seconds", "-5", "--json")
    assert (faulty.code, faulty.error["code"]) == (2, "BAD_GRACE")


def test_a_pause_shows_and_ends(planned) -> None:
    assert "paused" in planned("schedule", "pause", "viennese").out
    assert "paused" in planned("schedule", "list").out
    assert planned("schedule", "list", "--paused", "--json").json["total"] == 1
    resumed = planned("schedule", "resume", "viennese", "--json").json
    assert (resumed["paused"], len(resumed["next_fires"])) == (False, 5)


def test_the_next_times_of_a_text_are_shown_in_its_zone(planned) -> None:
    ran = planned("schedule", "next", "0 6 * * mon-fri", "--time-zone", "Asia/Kolkata")
    assert ran.out.count("06:00 IST") == 5
    assert ran.out.count("00:30 UTC") == 5
    faulty = planned("schedule", "next", "0 6 * *", "--json")
    assert (faulty.code, faulty.error["code"]) == (2, "BAD_SCHEDULE")
