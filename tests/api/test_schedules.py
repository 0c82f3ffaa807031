"""Schedules over HTTP: lists, edits with ETags, pauses, previews."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from muster.jobs.ticker import tick
from tests.api.planned_app import planned_client
from tests.planned import Planned, utc

NOON = utc("2026-03-10 12:00")


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[tuple[TestClient, Planned]]:
    with planned_client(database_url, tmp_path) as found:
        yield found


def edit(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    names = ("time_zone", "starts_at", "ends_at", "misfire", "grace_seconds", "paused")
    return {**{name: body[name] for name in names}, **changes}


def test_schedules_are_listed_with_their_next_five_times(both: tuple[TestClient, Planned]) -> None:
    client, planned = both
    planned.rule("daily", "30 2 * * *", zone="Europe/Berlin")
    planned.rule("hourly", "@hourly")
    planned.rule("never", None)
    body = client.get("/api/schedules").json()
    assert (body["total"], body["page"], body["pages"]) == (2, 1, 1)
    assert [item["rule"] for item in body["items"]] == ["daily", "hourly"]
    first = body["items"][0]
    assert first["cron"] == "30 2 * * *"
    assert first["time_zone"] == "Europe/Berlin"
    assert first["title"] == "Daily"
    assert (first["misfire"], first["grace_seconds"], first["paused"]) == ("once", 3600, False)
    assert len(first["next_fires"]) == 5
    assert all(text.endswith("Z") for text in first["next_fires"])


def test_lists_are_narrowed_and_turned_by_pages(both: tuple[TestClient, Planned]) -> None:
    client, planned = both
    rules = [planned.rule(f"rule_{number}", "@daily") for number in range(5)]
    planned.at(rules[3], NOON, paused=True)
    names = [item["rule"] for item in client.get("/api/schedules?paused=true").json()["items"]]
    assert names == ["rule_3"]
    assert client.get("/api/schedules?rule=rule_1").json()["total"] == 1
    page = client.get("/api/schedules?per_page=2").json()
    assert (page["total"], page["pages"], len(page["items"])) == (5, 3, 2)
    following = client.get(f"/api/schedules?per_page=2&cursor={page['next_cursor']}").json()
    assert [item["rule"] for item in following["items"]] == ["rule_2", "rule_3"]


def test_one_schedule_shows_what_it_fired(both: tuple[TestClient, Planned]) -> None:
    client, planned = both
    rule = planned.rule("vip", "@hourly")
    schedule = planned.at(rule, NOON - timedelta(minutes=30))
    tick(planned.resources, now=NOON)
    (run,) = planned.runs()
    answer = client.get(f"/api/schedules/{schedule.id}")
    assert answer.headers["etag"] == f'"{schedule.revision}"'
    assert answer.json()["fired"] == [{"fire_at": "2026-03-10T12:00:00Z", "run_id": run.id}]
    assert answer.json()["last_fire_at"] == "2026-03-10T12:00:00Z"


def test_an_edit_says_which_revision_it_was_made_to(both: tuple[TestClient, Planned]) -> None:
    client, planned = both
    planned.rule("vip", "0 9 * * *")
    found = client.get("/api/schedules").json()["items"][0]
    url = f"/api/schedules/{found['id']}"
    tag = client.get(url).headers["etag"]
    wanted = edit(found, time_zone="Asia/Tokyo", misfire="all", ends_at="2100-01-01T00:00:00Z")
    changed = client.put(url, json=wanted, headers={"If-Match": tag})
    assert changed.status_code == 200
    body = changed.json()
    assert (body["time_zone"], body["misfire"]) == ("Asia/Tokyo", "all")
    assert body["next_fires"][0].endswith("T00:00:00Z")
    assert changed.headers["etag"] != tag
    again = client.put(url, json=wanted, headers={"If-Match": tag})
    assert (again.status_code, again.json()["code"]) == (412, "CHANGED_MEANWHILE")


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"time_zone": "Mars/Olympus"}, "UNKNOWN_TIME_ZONE", "$.time_zone"),
        (
            {"starts_at": "2030-01-02T00:00:00Z", "ends_at": "2030-01-02T00:00:00Z"},
            "BAD_SPAN",
            "$.ends_at",
        ),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "BAD_SPAN", "$.starts_at"),
        ({"ends_at": "9999-12-31T23:59:59Z"}, "BAD_SPAN", "$.ends_at"),
        ({"grace_seconds": -1}, "MALFORMED", None),
        ({"misfire": "maybe"}, "MALFORMED", None),
        ({"cron": "@daily"}, "MALFORMED", None),
    ],
)
def test_a_faulty_edit_is_refused_with_its_path(
    both: tuple[TestClient, Planned], changes: dict[str, Any], code: str, path: str | None
) -> None:
    client, planned = both
    planned.rule("vip", "@daily")
    found = client.get("/api/schedules").json()["items"][0]
    answer = client.put(f"/api/schedules/{found['id']}", json=edit(found, **changes))
    assert (answer.status_code, answer.json()["code"], answer.json()["path"]) == (422, code, path)
    assert client.get("/api/schedules").json()["items"][0] == found


def test_a_pause_shows_and_ends(both: tuple[TestClient, Planned]) -> None:
    client, planned = both
    planned.rule("vip", "@daily")
    url = f"/api/schedules/{client.get('/api/schedules').json()['items'][0]['id']}"
    for _ in range(2):
        paused = client.post(f"{url}/pause").json()
        assert (paused["paused"], paused["next_fires"], paused["revision"]) == (True, [], 2)
    resumed = client.post(f"{url}/resume", headers={"If-Match": '"2"'}).json()
    assert (resumed["paused"], len(resumed["next_fires"]), resumed["revision"]) == (False, 5, 3)
    assert client.post(f"{url}/pause", headers={"If-Match": '"2"'}).status_code == 412


def test_a_preview_needs_no_schedule(both: tuple[TestClient, Planned]) -> None:
    client, _ = both
    body = client.get("/api/schedules/preview?cron=0 0 29 2 *&time_zone=Asia/Kolkata").json()
    assert len(body["next_fires"]) == 5
    assert all("-02-28T18:30:00Z" in text for text in body["next_fires"])
    faulty = client.get("/api/schedules/preview?cron=0 0 30 2 *").json()
    assert (faulty["code"], faulty["path"]) == ("BAD_SCHEDULE", "$.query.cron")
    unknown = client.get("/api/schedules/preview?cron=@daily&time_zone=Nowhere").json()
    assert unknown["code"] == "UNKNOWN_TIME_ZONE"


def test_an_unknown_schedule_is_not_found(both: tuple[TestClient, Planned]) -> None:
    client, _ = both
    for answer in (client.get("/api/schedules/99"), client.post("/api/schedules/99/pause")):
        assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_SCHEDULE")
