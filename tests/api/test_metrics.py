"""What Prometheus reads is what happened."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from muster.api import metrics
from muster.api.metrics import Metrics
from muster.services.context import Resources

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(client: TestClient) -> Samples:
    resources: Resources = client.app.state.resources  # type: ignore[attr-defined]
    found: Metrics = client.app.state.metrics  # type: ignore[attr-defined]
    exposed = found.exposed(resources).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(exposed)
        for sample in family.samples
    }


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_KEPT_SECONDS", 0.0)


def test_requests_are_counted_by_template_and_timed(shop_client: TestClient) -> None:
    for _ in range(3):
        shop_client.get("/healthz")
    shop_client.get("/api/nothing/secret-key")
    found = samples(shop_client)
    key = (("method", "GET"), ("route", "/healthz"), ("status", "200"))
    assert found[("muster_http_requests_total", key)] == 3
    assert found[("muster_http_request_seconds_count", key[:2])] == 3
    assert found[("muster_http_requests_in_progress", ())] == 0
    assert not any("secret-key" in str(labels) for _, labels in found)


def test_runs_segments_queue_and_pool_come_from_the_database(shop_client: TestClient) -> None:
    found = samples(shop_client)
    assert found[("muster_database_up", ())] == 1
    assert found[("muster_runs", (("kind", "refresh"), ("state", "published")))] == 1
    assert found[("muster_run_seconds_count", (("kind", "refresh"), ("state", "published")))] == 1
    assert found[("muster_segment_evaluation_seconds_count", ())] == 2
    assert found[("muster_queue_depth", ())] == 0
    assert found[("muster_database_connections", (("state", "in_use"),))] == 0
    resources: Resources = shop_client.app.state.resources  # type: ignore[attr-defined]
    with resources.database.transaction() as connection:
        connection.execute(
            text(
                "INSERT INTO runs (workspace_id, state, as_of, rules)"
                " SELECT id, 'queued', now(), '{a}' FROM workspaces"
            )
        )
    assert samples(shop_client)[("muster_queue_depth", ())] == 2


def test_no_label_names_a_workspace_or_a_rule(shop_client: TestClient) -> None:
    shop_client.get("/api/audit", params={"workspace": "shop"})
    names = {name for _, labels in samples(shop_client) for name, _ in labels}
    assert names <= {"method", "route", "status", "le", "kind", "state"}


def test_a_lost_database_shows_as_down_and_requests_stay(shop_client: TestClient) -> None:
    shop_client.get("/healthz")
    resources: Resources = shop_client.app.state.resources  # type: ignore[attr-defined]
    with resources.database.transaction() as connection:
        connection.execute(text("ALTER TABLE runs RENAME TO lost"))
    found = samples(shop_client)
    assert found[("muster_database_up", ())] == 0
    assert not any(name == "muster_queue_depth" for name, _ in found)
    assert any(name == "muster_http_requests_total" for name, _ in found)


def test_figures_are_read_at_most_every_two_seconds(
    shop_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "_KEPT_SECONDS", 1e9)
    before = samples(shop_client)[("muster_queue_depth", ())]
    resources: Resources = shop_client.app.state.resources  # type: ignore[attr-defined]
    with resources.database.transaction() as connection:
        connection.execute(
            text(
                "INSERT INTO runs (workspace_id, state, as_of, rules)"
                " SELECT id, 'queued', now(), '{a}' FROM workspaces"
            )
        )
    assert samples(shop_client)[("muster_queue_depth", ())] == before
