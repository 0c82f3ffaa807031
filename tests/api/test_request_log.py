"""Each request has an id and one log line, and no line holds a secret or a person."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.services.access import enter_locally
from muster.services.context import Resources
from tests.api.shop import make_shop, settings_for
from tests.test_logs import Lines, logging_to


@pytest.fixture
def lines() -> Iterator[Lines]:
    stream = Lines()
    with logging_to(stream, log_format="json", log_level="debug"):
        yield stream


def access(lines: Lines) -> list[dict]:  # type: ignore[type-arg]
    return [line for line in lines.documents if line["logger"] == "muster.access"]


@pytest.mark.parametrize("given", ["abc", "0f-1.2_3", "a" * 64])
def test_a_harmless_request_id_is_taken_over(empty_client: TestClient, given: str) -> None:
    answer = empty_client.get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "a" * 65, "a b", "-a", 'x"y', "a;b", "\u00e9".encode()])
def test_any_other_is_replaced(empty_client: TestClient, given: str | bytes) -> None:
    answer = empty_client.get("/healthz", headers={"X-Request-ID": given})
    made = answer.headers["x-request-id"]
    assert made != given
    assert len(made) == 32
    assert empty_client.get("/healthz").headers["x-request-id"] != made


def test_one_line_tells_method_template_status_time_and_kind_of_actor(
    shop_client: TestClient, lines: Lines
) -> None:
    shop_client.get("/api/audit", params={"workspace": "shop"}, headers={"X-Request-ID": "r1"})
    (line,) = access(lines)
    assert line["message"] == "GET /api/audit 200"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/audit", 200)
    assert (line["request_id"], line["actor_kind"]) == ("r1", "local")
    assert line["seconds"] > 0
    assert line["level"] == "info"


def test_probes_are_quiet_and_unknown_pages_have_no_template(
    shop_client: TestClient, lines: Lines
) -> None:
    shop_client.get("/healthz")
    shop_client.get("/api/nothing/ada@example.org")
    quiet, unknown = access(lines)
    assert quiet["level"] == "debug"
    assert (unknown["route"], unknown["status"]) == ("(none)", 404)
    assert "ada" not in lines.getvalue()


def test_an_unexpected_error_has_id_line_and_type_but_not_its_words(
    empty_client: TestClient, lines: Lines
) -> None:
    @empty_client.app.get("/api/broken/{key}")  # type: ignore[attr-defined]
    def broken(key: str) -> None:
        raise RuntimeError(f"Zebulon {key}")

    client = TestClient(empty_client.app, raise_server_exceptions=False)
    answer = client.get("/api/broken/17", headers={"X-Request-ID": "r9"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == "r9"
    assert "Zebulon" not in answer.text
    assert "Zebulon" not in lines.getvalue()
    errors = [line for line in lines.documents if line["level"] == "error"]
    assert errors
    assert all(line["request_id"] == "r9" for line in errors)
    assert any(line.get("error", {}).get("type") == "RuntimeError" for line in errors)
    (line,) = access(lines)
    assert (line["route"], line["status"]) == ("/api/broken/{key}", 500)


def wait_for(happened: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Wait until something has happened; it takes as long as it takes on a busy machine."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


SECRETS = {
    "password": "hunter2-canary",
    "token": "canary-token-0123456789abcdef",
    "email": "zebulon.canary@example.org",
    "person": "Zebulonia",
    "key": "4917200011122",
}


def test_no_line_of_a_whole_session_holds_a_secret_or_a_person(
    database_url: str, tmp_path: Path, lines: Lines, capfd: pytest.CaptureFixture[str]
) -> None:
    """Personal data in the warehouse, in rules, in addresses, in headers, and in failures."""
    settings = settings_for(database_url, tmp_path)
    make_shop(settings)
    with TestClient(create_app(settings, workers=1), raise_server_exceptions=False) as client:
        resources: Resources = client.app.state.resources  # type: ignore[attr-defined]
        context = enter_locally(resources, "shop", actor=SECRETS["email"])
        with context.open_warehouse(read_only=False) as warehouse:
            warehouse.connection.execute(
                "UPDATE customers SET email = ?, tags = [?] WHERE customer_id = 1",
                [SECRETS["email"], SECRETS["person"]],
            ).fetchall()
        headers = {
            "Authorization": f"Bearer {SECRETS['token']}",
            "Cookie": f"muster_session={SECRETS['token']}",
            "X-Request-ID": SECRETS["email"],
        }
        rule = {
            "name": "canary",
            "title": SECRETS["person"],
            "where": {"field": "email", "op": "=", "value": SECRETS["email"]},
        }
        for sent in ({}, headers):
            for method, path, body in (
                ("GET", "/", None),
                ("GET", "/readyz", None),
                ("GET", "/metrics", None),
                ("GET", f"/api/audit?text={SECRETS['email']}", None),
                ("GET", f"/api/audit/verify?head={SECRETS['key']}", None),
                ("GET", "/api/segments", None),
                ("GET", f"/api/segments/{SECRETS['key']}", None),
                ("GET", f"/api/segments/{SECRETS['person']}/members", None),
                ("GET", f"/api/segments?q={SECRETS['person']}", None),
                ("GET", f"/{SECRETS['key']}", None),
                ("POST", "/api/rules", rule),
                ("POST", "/api/rules", {"name": SECRETS["person"], "where": SECRETS["email"]}),
                ("POST", "/api/session", {"email": SECRETS["email"], "password": "x"}),
                ("POST", "/api/session", {"email": "a@b", "password": SECRETS["password"]}),
                ("POST", "/api/count", {"where": rule["where"]}),
            ):
                client.request(method, path, json=body, headers=sent)
        made = client.post("/api/rules", json={**rule, "name": "again", "title": "Again"}).json()[
            "rule_id"
        ]
        run = client.post(f"/api/rules/{made}/trigger").json()["run_id"]
        wait_for(lambda: client.get(f"/api/runs/{run}").json()["state"] in ("published", "failed"))
        assert client.get(f"/api/runs/{run}").json()["state"] == "published"
    assert len(access(lines)) > 32
    # the process that computes runs writes to the same stderr, past this one's streams
    child = capfd.readouterr().err
    assert "muster.runs" in child
    everything = lines.getvalue() + child
    for line in everything.splitlines():
        for what, secret in SECRETS.items():
            assert secret.lower() not in line.lower(), (what, line)
