"""Members over HTTP: samples, pages, explanations, and personal values that stay hidden."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from muster.api.app import create_app
from muster.base.people import Role
from muster.services.access import enter_locally
from muster.store import audit
from muster.store.tables import workspaces
from muster.store.tables_people import memberships
from tests.api.people import add_user, resources_of, serving, sign_in
from tests.api.shop import make_shop, settings_for

SAMPLE = "/api/segments/1/sample_data"
MEMBERS = "/api/segments/1/members"
EXPLAIN = "/api/segments/1/explain"


@pytest.fixture(scope="module")
def shop(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = Path(tmp_path_factory.mktemp("data"))
    make_shop(settings_for(module_database_url, folder))
    return module_database_url, folder


@pytest.fixture(scope="module")
def client(shop: tuple[str, Path]) -> Iterator[TestClient]:
    settings = settings_for(*shop).model_copy(update={"default_workspace": "shop"})
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@contextmanager
def signed_in(shop: tuple[str, Path], role: Role) -> Iterator[TestClient]:
    """A client of somebody with a role in the shop."""
    with serving(*shop, sign_in="password", default_workspace="shop") as client:
        email = f"{role.value}@example.com"
        user = add_user(client, email)
        with resources_of(client).database.transaction() as connection:
            wanted = select(workspaces.c.id).where(workspaces.c.name == "shop")
            number = connection.execute(wanted).scalar_one()
            connection.execute(
                insert(memberships).values(workspace_id=number, user_id=user.id, role=role.value)
            )
        assert sign_in(client, email).status_code == 200
        yield client


def reads_of(client: TestClient) -> list[tuple[str, str, object]]:
    context = enter_locally(resources_of(client), "shop", actor="test")
    with context.transaction() as connection:
        found = audit.every(connection, context.workspace.id, limit=50)
    return [
        (entry.actor, entry.subject, entry.after["how"])
        for entry in found
        if entry.action == "personal.read"
    ]


def test_a_sample_masks_what_is_personal_and_says_so(client: TestClient) -> None:
    body = client.get(SAMPLE).json()
    place = body["columns"].index("email")
    assert [row[place] for row in body["data"]] == ["***", "***"]
    assert body["masked"] == ["email"]
    assert body["synthetic"] is True
    assert (body["version"], body["row_count"], body["truncated"]) == (1, 2, False)
    assert body["data"][0][body["columns"].index("joined")] == "2020-01-01T00:00:00Z"
    assert body["data"][0][body["columns"].index("tags")] == ["vip", "news"]


def test_columns_are_chosen_and_rows_limited(client: TestClient) -> None:
    body = client.get(f"{SAMPLE}?columns=born,%20tier&limit=1").json()
    assert body["columns"] == ["customer_id", "born", "tier"]
    assert body["data"] == [[1, "1990-05-01", 1]]
    assert (body["truncated"], body["masked"]) == (True, [])
    assert client.get(f"{SAMPLE}?columns=").json()["columns"] == ["customer_id"]
    answer = client.get(f"{SAMPLE}?columns=tire")
    assert (answer.status_code, answer.json()["code"]) == (422, "UNKNOWN_COLUMN")
    assert "tier" in answer.json()["problems"][0]["hint"]


@pytest.mark.parametrize("limit", [0, -1, 1001, "x"])
def test_a_limit_that_cannot_be_is_refused(client: TestClient, limit: object) -> None:
    for path in (SAMPLE, MEMBERS):
        assert client.get(f"{path}?limit={limit}").status_code == 422


def test_members_are_read_page_by_page(client: TestClient) -> None:
    first = client.get(f"{MEMBERS}?limit=1&columns=").json()
    assert first["data"] == [[1]]
    second = client.get(f"{MEMBERS}?limit=1&columns=&cursor={first['next_cursor']}").json()
    assert second["data"] == [[4]]
    assert (second["next_cursor"], second["truncated"]) == (None, False)


@pytest.mark.parametrize(
    "cursor",
    ["x", "WyJhIl0", "WzEsMS41XQ", "W3RydWUsMV0", "WzAsMV0", "WzEsIm9uZSJd", "W1tbW1tbW1tb", "%00"],
)
def test_a_cursor_that_nobody_gave_out_is_refused(client: TestClient, cursor: str) -> None:
    answer = client.get(f"{MEMBERS}?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "BAD_CURSOR")


def test_a_cursor_of_a_version_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.get(f"{MEMBERS}?cursor=WzksMV0").json()["code"] == "UNKNOWN_SEGMENT_VERSION"


def test_a_viewer_never_sees_personal_values(shop: tuple[str, Path]) -> None:
    with signed_in(shop, Role.VIEWER) as client:
        assert client.get(SAMPLE).json()["masked"] == ["email"]
        for path in (
            f"{SAMPLE}?clear=true",
            f"{MEMBERS}?clear=true",
            f"{EXPLAIN}?entity=1&clear=1",
        ):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (403, "NOT_ALLOWED")
        assert reads_of(client) == []


def test_an_operator_sees_them_when_asking_and_leaves_a_trace(shop: tuple[str, Path]) -> None:
    with signed_in(shop, Role.OPERATOR) as client:
        assert client.get(SAMPLE).json()["masked"] == ["email"]
        body = client.get(f"{SAMPLE}?clear=true").json()
        assert body["masked"] == []
        assert body["data"][0][body["columns"].index("email")] == "Ann@example.org"
        assert reads_of(client) == [("operator@example.com", "segment/first_tier", "members")]


def test_an_explanation_says_why_and_what_would_change_it(client: TestClient) -> None:
    body = client.get(f"{EXPLAIN}?entity=3").json()
    assert (body["segment"], body["entity"], body["version"]) == ("first_tier", 3, 1)
    assert (body["member"], body["published_member"], body["truth"]) == (False, False, False)
    assert body["where"]["kind"] == "condition"
    assert body["where"]["found"] == "2"
    assert body["flip"]["steps"][0]["path"] == body["where"]["path"]
    assert body["synthetic"] is True
    now = client.get(f"{EXPLAIN}?entity=3&as_of=2026-02-01T00:00:00Z").json()
    assert (now["version"], now["published_member"]) == (None, None)
    assert now["as_of"] == "2026-02-01T00:00:00Z"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("entity=999", 404, "UNKNOWN_ENTITY"),
        ("entity=1'%20OR%201=1", 404, "UNKNOWN_ENTITY"),
        ("", 422, "MALFORMED"),
        ("entity=1&as_of=2026-01-01T00:00:00", 422, "MALFORMED"),
    ],
)
def test_an_entity_that_is_not_there_is_not_explained(
    client: TestClient, query: str, status: int, code: str
) -> None:
    answer = client.get(f"{EXPLAIN}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
