"""Notifications and channels as a client meets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.services.access import enter_locally
from muster.services.notifying import notify
from muster.services.workspaces import create_workspace
from muster.wiring import open_resources
from tests.api.shop import settings_for
from tests.connectors.receivers import Receiver, receiver


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    """A client over a workspace that was told seven things, and over an empty one."""
    settings = settings_for(database_url, tmp_path).model_copy(
        update={"allowed_private_hosts": "127.0.0.1"}
    )
    with open_resources(settings) as resources:
        for name in ("shop", "other"):
            create_workspace(resources, name=name, title=name, synthetic=False, actor="test")
        context = enter_locally(resources, "shop", actor="test")
        for number in range(7):
            with context.transaction() as connection:
                notify(
                    connection,
                    context.workspace.id,
                    kind="run.failed",
                    severity="error",
                    subject=f"run/{number}",
                    title=f"Run {number} failed",
                    body="It failed.",
                    data={"run": number},
                )
    with TestClient(create_app(settings)) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def test_the_feed_is_read_page_by_page_newest_first(client: TestClient) -> None:
    first = client.get("/api/notifications", params={"per_page": 3}).json()
    assert [item["subject"] for item in first["items"]] == ["run/6", "run/5", "run/4"]
    assert (first["total"], first["unread"], first["pages"]) == (7, 7, 3)
    assert first["items"][0]["data"] == {"run": 6}
    assert first["items"][0]["severity"] == "error"
    second = client.get(
        "/api/notifications", params={"per_page": 3, "cursor": first["next_cursor"]}
    ).json()
    assert [item["subject"] for item in second["items"]] == ["run/3", "run/2", "run/1"]
    numbered = client.get("/api/notifications", params={"per_page": 3, "page": 3}).json()
    assert [item["subject"] for item in numbered["items"]] == ["run/0"]
    assert numbered["next_cursor"] is None


def test_what_is_read_leaves_the_unread(client: TestClient) -> None:
    newest = client.get("/api/notifications").json()["items"][0]
    answer = client.post(f"/api/notifications/{newest['id']}/read")
    assert answer.json() == {**newest, "read": True}
    unread = client.get("/api/notifications", params={"unread": True}).json()
    assert (unread["total"], unread["unread"]) == (6, 6)
    assert newest["id"] not in [item["id"] for item in unread["items"]]
    up_to = unread["items"][2]["id"]
    assert client.post("/api/notifications/read-all", params={"up_to": up_to}).json() == {
        "marked": 4
    }
    assert client.post("/api/notifications/read-all").json() == {"marked": 2}
    assert client.get("/api/notifications").json()["unread"] == 0


def test_another_workspace_knows_none_of_it(client: TestClient) -> None:
    elsewhere = {"workspace": "other"}
    newest = client.get("/api/notifications").json()["items"][0]["id"]
    assert client.get("/api/notifications", params=elsewhere).json()["total"] == 0
    answer = client.post(f"/api/notifications/{newest}/read", params=elsewhere)
    assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_NOTIFICATION")


@pytest.mark.parametrize("path", ["0", "-1", "x", str(2**63)])
def test_an_id_that_is_none_is_malformed(client: TestClient, path: str) -> None:
    assert client.post(f"/api/notifications/{path}/read").status_code == 422


def test_a_channel_lives_from_its_making_to_its_removal(
    client: TestClient, server: Receiver
) -> None:
    body = {"kind": "webhook", "name": "ops", "target": server.url(), "kinds": ["run.failed"]}
    made = client.post("/api/channels", json=body)
    assert made.status_code == 201
    channel, secret = made.json()["channel"], made.json()["secret"]
    assert secret.startswith("whsec_")
    assert {name: channel[name] for name in body} == body
    assert (channel["enabled"], channel["last_delivery"], channel["problem"]) == (True, None, None)
    listed = client.get("/api/channels")
    assert listed.json()["items"] == [channel]
    assert "segment.shrank" in listed.json()["kinds"]
    assert secret not in listed.text

    path = f"/api/channels/{channel['id']}"
    tried = client.post(f"{path}/test").json()
    assert (tried["delivered"], tried["status"], tried["code"]) == (True, 200, None)
    changed = client.patch(path, json={"enabled": False, "kinds": []}).json()
    assert (changed["enabled"], changed["kinds"], changed["target"]) == (False, [], server.url())
    rotated = client.post(f"{path}/secret").json()["secret"]
    assert rotated not in (None, secret)
    assert client.delete(path).status_code == 204
    assert client.delete(path).json()["code"] == "UNKNOWN_CHANNEL"
    assert client.get("/api/channels").json()["total"] == 0


def test_a_test_that_fails_says_why(client: TestClient, server: Receiver) -> None:
    body = {"kind": "webhook", "name": "ops", "target": server.url("/redirect")}
    made = client.post("/api/channels", json=body).json()["channel"]["id"]
    tried = client.post(f"/api/channels/{made}/test")
    assert tried.status_code == 200
    assert (tried.json()["delivered"], tried.json()["code"]) == (False, "REDIRECTED")


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"kind": "webhook", "name": "ops", "target": "file:///x"}, "BAD_URL", "$.body.target"),
        (
            {"kind": "webhook", "name": "ops", "target": "http://8.8.8.8/"},
            "TLS_NEEDED",
            "$.body.target",
        ),
        ({"kind": "email", "name": "ops", "target": "nobody"}, "BAD_EMAIL", "$.body.target"),
        ({"kind": "email", "name": "A B", "target": "a@b.org"}, "BAD_NAME", "$.name"),
        (
            {"kind": "email", "name": "ops", "target": "a@b.org", "kinds": ["x"]},
            "UNKNOWN_NOTICE_KIND",
            "$.body.kinds[0]",
        ),
        ({"kind": "fax", "name": "ops", "target": "a@b.org"}, "MALFORMED", None),
        ({"kind": "email", "name": "ops", "target": "a@b.org", "x": 1}, "MALFORMED", None),
    ],
)
def test_a_channel_that_cannot_work_is_refused_with_its_path(
    client: TestClient, body: dict[str, object], code: str, path: str | None
) -> None:
    answer = client.post("/api/channels", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert path is None or answer.json()["path"] == path
