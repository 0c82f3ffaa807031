"""Runs over HTTP: lists, details, logs, what people do to them, and the stream of changes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from muster.api.app import create_app
from muster.api.run_stream import run_events
from muster.api.stopping import streams_end_first
from muster.base.ids import WorkspaceId
from muster.base.records import RuleOutcome, Run, RunOrigin, RunRule, RunState
from muster.services.access import enter_locally
from muster.services.run_feed import RunFeed, Watch
from muster.store import leases, queue, run_log, run_rules, workers
from muster.store.database import Database
from tests.api.planned_app import planned_client, serving
from tests.api.shop import settings_for
from tests.planned import Planned, planned_workspace, utc

NOON = utc("2026-03-10 12:00")
Both = tuple[TestClient, Planned]


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[Both]:
    with planned_client(database_url, tmp_path) as (client, planned):
        for name in ("gold", "vip"):
            planned.rule(name, None)
        yield client, planned


def enqueued(planned: Planned, *rules: str, **values: Any) -> Run:
    chosen = {"origin": RunOrigin.MANUAL, "requested_by": "ann", "priority": 10, **values}
    with planned.resources.database.transaction() as connection:
        made, _ = queue.enqueue(
            connection, planned.workspace.id, rules=rules or ("vip",), as_of=NOON, **chosen
        )
    return made


def claimed(planned: Planned) -> Run:
    with planned.resources.database.transaction() as connection:
        found = queue.claim(connection, owner="w", lease_seconds=60)
    assert found is not None
    return found


def failed(planned: Planned, *rules: str) -> Run:
    enqueued(planned, *rules)
    run = claimed(planned)
    with planned.resources.database.transaction() as connection:
        return leases.finish(
            connection,
            run,
            state=RunState.FAILED,
            error_code="ENGINE_MEMORY",
            error="The warehouse ran out of memory.",
        )


def test_runs_are_listed_newest_first_by_pages_and_cursors(both: Both) -> None:
    client, planned = both
    ids = [enqueued(planned, f"rule_{number}").id for number in range(5)]
    page = client.get("/api/runs?per_page=2").json()
    assert [item["id"] for item in page["items"]] == [ids[4], ids[3]]
    assert (page["total"], page["page"], page["pages"]) == (5, 1, 3)
    enqueued(planned, "newer")  # the cursor does not mind
    following = client.get(f"/api/runs?per_page=2&cursor={page['next_cursor']}").json()
    assert [item["id"] for item in following["items"]] == [ids[2], ids[1]]
    assert [item["id"] for item in client.get("/api/runs?per_page=2&page=3").json()["items"]] == [
        ids[1],
        ids[0],
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["vip", "gold", "both"]),
        ({"state": "failed"}, ["gold"]),
        ({"state": "published"}, []),
        ({"rule": "vip"}, ["vip", "both"]),
        ({"rule": "vi"}, []),
        ({"origin": "schedule"}, ["both"]),
        ({"since": "2020-01-01T00:00:00Z", "state": "queued"}, ["vip", "both"]),
        ({"since": "2100-01-01T00:00:00Z"}, []),
        ({"dead_letter": "true"}, []),
        ({"dead_letter": "false"}, ["vip", "gold", "both"]),
    ],
)
def test_lists_of_runs_are_narrowed(both: Both, query: dict[str, str], expected: list[str]) -> None:
    client, planned = both
    names = {failed(planned, "gold").id: "gold"}
    names[enqueued(planned, "vip", "gold", origin=RunOrigin.SCHEDULE).id] = "both"
    names[enqueued(planned, "vip").id] = "vip"
    body = client.get("/api/runs", params=query).json()
    found = sorted(names[item["id"]] for item in body["items"])
    assert (found, body["total"]) == (sorted(expected), len(expected))


def test_a_run_shows_what_became_of_each_rule(both: Both) -> None:
    client, planned = both
    run = failed(planned, "gold", "vip")
    with planned.resources.database.transaction() as connection:
        run_rules.replace(
            connection,
            planned.workspace.id,
            run.id,
            [
                RunRule(run.id, "gold", RuleOutcome.FAILED, None, None, 0.5, "INVALID_RULE", "No."),
                RunRule(run.id, "vip", RuleOutcome.PUBLISHED, 3, 40, 0.25, None, None),
            ],
        )
    body = client.get(f"/api/runs/{run.id}").json()
    assert body["state"] == "failed"
    assert body["error"] == {
        "code": "ENGINE_MEMORY",
        "sentence": "The warehouse ran out of memory.",
    }
    assert body["attempt"] == 1
    assert body["seconds"] >= 0
    assert body["waiting"] is None
    assert [(one["rule"], one["outcome"], one["size"]) for one in body["outcomes"]] == [
        ("gold", "failed", None),
        ("vip", "published", 40),
    ]
    assert body["outcomes"][0]["error"] == {"code": "INVALID_RULE", "sentence": "No."}


def test_a_queued_run_says_what_it_waits_for(both: Both) -> None:
    client, planned = both
    first = enqueued(planned, "vip")
    waiting = client.get(f"/api/runs/{first.id}").json()["waiting"]
    assert waiting["kind"] == "no_worker"
    assert "muster worker" in waiting["sentence"]
    with planned.resources.database.transaction() as connection:
        workers.beat(connection, name="w", host="h", process=1, release="1", slots=1)
    assert client.get(f"/api/runs/{first.id}").json()["waiting"]["kind"] == "worker"
    claimed(planned)
    second, third = enqueued(planned, "gold"), enqueued(planned, "gold", "vip")
    waiting = client.get(f"/api/runs/{third.id}").json()["waiting"]
    assert (waiting["kind"], waiting["runs"], waiting["ahead"]) == ("turn", [first.id], 1)
    assert client.get(f"/api/runs/{second.id}").json()["waiting"]["ahead"] == 0


def test_a_log_is_read_on_from_a_line(both: Both) -> None:
    client, planned = both
    run = enqueued(planned)
    with planned.resources.database.transaction() as connection:
        for number in range(5):
            run_log.add(
                connection,
                planned.workspace.id,
                run.id,
                level="info",
                message=f"line {number}",
                detail={"n": number},
            )
    url = f"/api/runs/{run.id}/log"
    first = client.get(url, params={"limit": 2}).json()
    assert [line["message"] for line in first["items"]] == ["line 0", "line 1"]
    assert first["items"][1]["detail"] == {"n": 1}
    rest = client.get(url, params={"after_id": first["last_id"]}).json()
    assert [line["message"] for line in rest["items"]] == ["line 2", "line 3", "line 4"]
    end = client.get(url, params={"after_id": rest["last_id"]}).json()
    assert (end["items"], end["last_id"], end["state"]) == ([], rest["last_id"], "queued")


def test_a_refresh_is_asked_for_once_however_often_it_is_sent(both: Both) -> None:
    client, _ = both
    first = client.post("/api/runs", json={"rules": ["vip"]})
    assert first.status_code == 202
    assert first.json()["made"] is True
    run = first.json()["run"]
    assert (run["state"], run["rules"], run["origin"]) == ("queued", ["vip"], "api")
    again = client.post("/api/runs", json={"rules": ["vip"]}).json()
    assert (again["run"]["id"], again["made"]) == (run["id"], False)
    everything = client.post("/api/runs", json={"all": True}).json()
    assert everything["run"]["rules"] == ["gold", "vip"]


def test_an_idempotency_key_means_one_run_for_ever(both: Both) -> None:
    client, planned = both
    headers = {"Idempotency-Key": "abc"}
    first = client.post("/api/runs", json={"rules": ["vip"]}, headers=headers).json()["run"]
    claimed(planned)
    again = client.post("/api/runs", json={"rules": ["vip"]}, headers=headers).json()
    assert (again["run"]["id"], again["made"]) == (first["id"], False)
    other = client.post("/api/runs", json={"rules": ["gold"]}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "NOTHING_NAMED"),
        ({"rules": ["vip"], "all": True}, 422, "NOTHING_NAMED"),
        ({"rules": []}, 422, "MALFORMED"),
        ({"rules": ["vip"], "priority": 99}, 422, "MALFORMED"),
        ({"rules": ["nobody"]}, 404, "UNKNOWN_RULE"),
    ],
)
def test_a_faulty_request_for_a_run_is_refused(
    both: Both, body: dict[str, Any], status: int, code: str
) -> None:
    answer = both[0].post("/api/runs", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_runs_are_called_off_and_repeated(both: Both) -> None:
    client, planned = both
    run = enqueued(planned)
    cancelled = client.post(f"/api/runs/{run.id}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
    twice = client.post(f"/api/runs/{run.id}/cancel")
    assert (twice.status_code, twice.json()["code"]) == (409, "RUN_STATE")
    headers = {"Idempotency-Key": "retry 1"}
    repeated = client.post(f"/api/runs/{run.id}/retry", headers=headers)
    assert repeated.status_code == 202
    body = repeated.json()
    assert (body["retry_of"], body["origin"], body["state"]) == (run.id, "retry", "queued")
    claimed(planned)
    again = client.post(f"/api/runs/{run.id}/retry", headers=headers).json()
    assert (again["id"], again["state"]) == (body["id"], "running")
    refused = client.post(f"/api/runs/{body['id']}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "RUN_STATE")


def test_an_unknown_run_is_not_found(both: Both) -> None:
    client, _ = both
    answers = [client.get(f"/api/runs/99{part}") for part in ("", "/log")]
    answers += [client.post(f"/api/runs/99/{verb}") for verb in ("cancel", "retry")]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_RUN")


class Stream:
    """Reads events of an open stream."""

    def __init__(self, response: httpx.Response) -> None:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        self._lines = response.iter_lines()
        self.comments = 0

    def event(self) -> tuple[str, dict[str, Any]]:
        found: dict[str, str] = {}
        for line in self._lines:
            if line.startswith(":"):
                self.comments += 1
            elif line:
                name, _, value = line.partition(": ")
                found[name] = value
            elif "data" in found:
                assert found["event"] == "run"
                return found["id"], json.loads(found["data"])
            else:
                found = {}
        raise EOFError("the stream ended")


def test_the_stream_tells_each_change_and_goes_on_where_it_was_left(
    database_url: str, tmp_path: Path
) -> None:
    with planned_workspace(database_url, tmp_path) as planned:
        planned.rule("vip", None)
        planned.rule("gold", None)
        done = failed(planned, "gold")
        waiting = enqueued(planned)
        app = create_app(settings_for(database_url, tmp_path))
        with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
            with client.stream("GET", "/api/runs/stream") as response:
                stream = Stream(response)
                _, first = stream.event()
                assert (first["id"], first["state"]) == (waiting.id, "queued"), "what is over waits"
                at_work = claimed(planned)
                last_id, second = stream.event()
                assert (second["id"], second["state"]) == (waiting.id, "running")
            with planned.resources.database.transaction() as connection:
                leases.finish(connection, at_work, state=RunState.PUBLISHED)
            missed = enqueued(planned, "gold")
            headers = {"Last-Event-ID": last_id}
            with client.stream("GET", "/api/runs/stream", headers=headers) as response:
                stream = Stream(response)
                bodies = [stream.event()[1] for _ in range(3)]
                states = {body["id"]: body["state"] for body in bodies}
                assert states == {
                    done.id: "failed",  # ended within the seconds that are looked back
                    waiting.id: "published",
                    missed.id: "queued",
                }


def test_streams_of_all_clients_share_one_connection_and_end_with_the_server(
    database_url: str, tmp_path: Path
) -> None:
    with planned_workspace(database_url, tmp_path) as planned:
        planned.rule("vip", None)
        run = enqueued(planned)
        app = create_app(settings_for(database_url, tmp_path))
        with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
            with (
                client.stream("GET", "/api/runs/stream") as one,
                client.stream("GET", "/api/runs/stream") as two,
            ):
                streams = [Stream(one), Stream(two)]
                assert [stream.event()[1]["id"] for stream in streams] == [run.id, run.id]
                assert listeners(planned) == 1
                claimed(planned)
                assert [stream.event()[1]["state"] for stream in streams] == ["running"] * 2
                app.state.run_feed.end_streams()
                for stream in streams:
                    with pytest.raises(EOFError):
                        stream.event()
            with client.stream("GET", "/api/runs/stream") as response:
                late = Stream(response)
                assert late.event()[1]["state"] == "running"
                with pytest.raises(EOFError):
                    late.event()


def listeners(planned: Planned) -> int:
    wanted = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = 'muster-listen' AND datname = current_database()"
    )
    with planned.resources.database.transaction() as connection:
        return connection.execute(wanted).scalar_one()


def test_a_stop_signal_ends_streams_before_the_server_waits_for_them(planned_feed: RunFeed) -> None:
    order: list[str] = []
    watch = Watch(WorkspaceId(1), lambda _: None, lambda: order.append("streams"))
    planned_feed.watch(watch)
    before = signal.signal(signal.SIGTERM, lambda *_: order.append("server"))
    try:
        with streams_end_first(planned_feed):
            os.kill(os.getpid(), signal.SIGTERM)
        assert order == ["streams", "server"]
        assert planned_feed.closing
        planned_feed.watch(watch)
        assert order[-1] == "streams", "whoever comes late is told at once"
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.fixture
def planned_feed(both: Both) -> Iterator[RunFeed]:
    feed = RunFeed(both[1].resources.database)
    yield feed
    feed.close()


class DeafFeed(RunFeed):
    def watch(self, watch: Watch) -> None:
        """Hear nothing of what is told."""


def test_a_stream_looks_by_itself_when_nothing_is_told(both: Both) -> None:
    """A notice may be lost: the heartbeat finds the change."""
    _, planned = both
    context = enter_locally(planned.resources, "shop", actor="ann")
    deaf = DeafFeed(planned.resources.database)

    async def listen() -> list[str]:
        found = []
        events = run_events(context, deaf, last_event_id="nonsense", heartbeat_seconds=0.05)
        async for part in events:
            found.append(part)
            if found.count(part) == 1 and part.startswith(": heartbeat"):
                await asyncio.to_thread(enqueued, planned)
            if "data:" in part:
                break
        await events.aclose()  # type: ignore[attr-defined]
        return found

    found = asyncio.run(asyncio.wait_for(listen(), 30))
    assert found[0].startswith("retry: ")
    assert ": heartbeat\n\n" in found
    assert '"state":"queued"' in found[-1]


def test_a_stream_outlives_a_lost_database(both: Both) -> None:
    _, planned = both
    context = enter_locally(planned.resources, "shop", actor="ann")
    nowhere = Database(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"), "nowhere")
    lost = replace(context, resources=replace(planned.resources, database=nowhere))
    deaf = DeafFeed(planned.resources.database)

    async def listen() -> list[str]:
        events = run_events(lost, deaf, last_event_id=None, heartbeat_seconds=0.05)
        found = [await anext(events) for _ in range(5)]
        await events.aclose()  # type: ignore[attr-defined]
        return found

    found = asyncio.run(asyncio.wait_for(listen(), 30))
    assert found[1:] == [": the database is not there\n\n", ": heartbeat\n\n"] * 2


def test_since_is_half_open(both: Both) -> None:
    client, planned = both
    made = enqueued(planned).created_at
    for moment, number in ((made, 1), (made + timedelta(microseconds=1), 0)):
        assert (
            client.get("/api/runs", params={"since": moment.isoformat()}).json()["total"] == number
        )
