"""Probes get short answers; details are for who is signed in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text

from muster.api.app import create_app
from muster.base.accounts import SignInMode
from muster.services.context import Resources
from muster.settings import Settings
from tests.api.shop import settings_for


@pytest.fixture(autouse=True)
def roomy_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=10**12))
    return


def test_ready_says_what_was_tried_and_how_it_is(shop_client: TestClient) -> None:
    answer = shop_client.get("/readyz")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["status"] == "ok"
    found = {(check["name"], check["workspace"]): check for check in body["checks"]}
    assert {name for name, _ in found} == {
        "database",
        "migrations",
        "row_security",
        "queue",
        "disk",
        "warehouse",
    }
    assert found[("warehouse", "shop")]["status"] == "ok"
    assert "empty" in found[("warehouse", "empty")]["detail"]
    assert answer.headers["cache-control"] == "no-store"


def test_what_fails_answers_503_and_says_so(shop_client: TestClient) -> None:
    resources: Resources = shop_client.app.state.resources  # type: ignore[attr-defined]
    with resources.database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))
    answer = shop_client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "failed")
    failed = [check["name"] for check in answer.json()["checks"] if check["status"] == "failed"]
    assert failed == ["migrations"]


def test_a_stranger_learns_the_states_and_no_names(shop_client: TestClient) -> None:
    app = shop_client.app
    settings: Settings = app.state.settings  # type: ignore[attr-defined]
    app.state.settings = settings.model_copy(  # type: ignore[attr-defined]
        update={"sign_in": SignInMode.PASSWORD}
    )
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        answer = shop_client.get("/readyz", headers=headers)
        assert answer.status_code == 200
        checks = answer.json()["checks"]
        assert len(checks) == 7
        assert all(check["detail"] is None and check["workspace"] is None for check in checks)
        assert "shop" not in answer.text


@pytest.mark.parametrize(
    ("client", "token", "headers", "status"),
    [
        ("127.0.0.1", None, {}, 200),
        ("::1", None, {}, 200),
        ("10.0.0.9", None, {}, 403),
        ("127.0.0.1", None, {"X-Forwarded-For": "10.0.0.9"}, 403),
        ("10.0.0.9", "s3cret", {"Authorization": "Bearer s3cret"}, 200),
        ("10.0.0.9", "s3cret", {"Authorization": "Bearer other"}, 401),
        ("127.0.0.1", "s3cret", {}, 401),
    ],
)
def test_metrics_are_for_this_machine_or_for_who_has_the_token(
    database_url: str,
    tmp_path: Path,
    client: str,
    token: str | None,
    headers: dict[str, str],
    status: int,
) -> None:
    settings = settings_for(database_url, tmp_path).model_copy(
        update={
            "sign_in": SignInMode.PASSWORD,
            "metrics_token": SecretStr(token) if token else None,
        }
    )
    with TestClient(create_app(settings), client=(client, 50_000)) as prometheus:
        answer = prometheus.get("/metrics", headers=headers)
    assert answer.status_code == status, answer.text
    assert ("muster_database_up" in answer.text) is (status == 200)
