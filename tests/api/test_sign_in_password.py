"""Sign-in mode password over HTTP: cookies, sessions, lockout, passwords, closed accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Interval, func, literal, select, text, update

from muster.base.people import Role
from muster.services import accounts
from muster.services.signing_in import hash_token
from muster.store.tables_people import sessions, sign_in_attempts, users
from tests.api.people import (
    ADA,
    PASSWORD,
    add_user,
    add_workspace,
    audited,
    cookie,
    resources_of,
    serving,
    sign_in,
)

OTHER = "four other words here"


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(database_url, tmp_path, sign_in="password") as found:
        yield found


def token_of(client: TestClient) -> str:
    return client.cookies["muster_session"]


def test_nobody_gets_anything_without_signing_in(client: TestClient) -> None:
    answer = client.get("/api/segments")
    assert answer.status_code == 401
    assert answer.json()["code"] == "NOT_SIGNED_IN"
    assert answer.headers["www-authenticate"] == 'Bearer realm="muster"'


def test_who_is_not_signed_in_learns_how_to(client: TestClient) -> None:
    assert client.get("/api/session").json() == {
        "signed_in": False,
        "mode": "password",
        "ways": ["password"],
        "name": None,
        "email": None,
        "kind": None,
        "installation_admin": False,
        "workspaces": [],
    }


def test_signing_in_tells_who_one_is_and_what_one_may_do(client: TestClient) -> None:
    ada = add_user(client)
    add_workspace(client, "shop", {ada: Role.ANALYST})
    add_workspace(client, "other")
    answer = sign_in(client, "  ADA@Example.com ")
    assert answer.status_code == 200
    body = answer.json()
    assert body == client.get("/api/session").json()
    assert (body["signed_in"], body["name"], body["email"]) == (True, "Ada", ADA)
    assert body["workspaces"] == [
        {
            "name": "shop",
            "title": "Shop",
            "role": "analyst",
            "permissions": ["edit", "export", "read", "run"],
        }
    ]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    add_user(client)
    given = sign_in(client).headers["set-cookie"]
    assert given.startswith("muster_session=")
    attributes = {part.strip().lower() for part in given.split(";")[1:]}
    assert attributes == {"httponly", "samesite=lax", "path=/", f"max-age={168 * 3600}"}


def test_over_https_the_cookie_is_tied_to_the_host(database_url: str, tmp_path: Path) -> None:
    with serving(
        database_url,
        tmp_path,
        sign_in="password",
        public_url="https://testserver",
        base_url="https://testserver",
    ) as client:
        add_user(client)
        answer = sign_in(client)
        given = answer.headers["set-cookie"]
        assert given.startswith("__Host-muster_session=")
        assert "; Secure" in given
        assert "domain" not in given.lower()
        assert client.get("/api/session").json()["signed_in"] is True
        token = client.cookies["__Host-muster_session"]
        client.cookies.clear()
        plain = client.get("/api/session", headers=cookie(token)).json()
        assert plain["signed_in"] is False
        assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_the_database_never_holds_what_the_browser_holds(client: TestClient) -> None:
    add_user(client)
    sign_in(client)
    token = token_of(client)
    with resources_of(client).database.transaction() as connection:
        kept = connection.execute(select(sessions.c.token_hash)).scalars().all()
        hashed = connection.execute(select(users.c.password_hash)).scalar_one()
    assert kept == [hash_token(token)]
    assert token not in kept[0]
    assert len(token) == 43
    assert hashed.startswith("$argon2id$")  # at what cost: tests/services/test_signing_in.py
    client.cookies.clear()
    answer = client.get("/api/session", headers=cookie(kept[0]))
    assert answer.json()["signed_in"] is False


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ADA, "wrong horse battery"),
        ("bob@example.com", PASSWORD),
        (ADA, ""),
        ("", ""),
        (ADA, PASSWORD + " "),
        ("closed@example.com", PASSWORD),
        ("elsewhere@example.com", PASSWORD),
        ("' OR 1=1 --", "x"),
    ],
)
def test_every_wrong_sign_in_gets_the_same_answer(
    client: TestClient, email: str, password: str
) -> None:
    add_user(client)
    add_user(client, "closed@example.com")
    add_user(client, "elsewhere@example.com", password=None)
    accounts.set_enabled(
        resources_of(client), email="closed@example.com", enabled=False, actor="test"
    )
    answer = sign_in(client, email, password)
    assert answer.status_code == 401
    assert answer.json()["code"] == "WRONG_CREDENTIALS"
    assert "set-cookie" not in answer.headers


def test_a_session_planted_before_sign_in_is_worth_nothing_after(client: TestClient) -> None:
    add_user(client)
    sign_in(client)
    first = token_of(client)
    sign_in(client)
    assert token_of(client) != first
    client.cookies.clear()
    assert client.get("/api/session", headers=cookie(first)).json()["email"] is None
    client.cookies.clear()
    planted = "A" * 43
    client.cookies.set("muster_session", planted)
    sign_in(client)
    client.cookies.clear()
    assert client.get("/api/session", headers=cookie(planted)).json()["email"] is None


def test_two_cookies_of_the_name_count_as_none(client: TestClient) -> None:
    add_user(client)
    sign_in(client)
    token = token_of(client)
    client.cookies.clear()
    headers = {"Cookie": f"muster_session={'B' * 43}; muster_session={token}"}
    assert client.get("/api/session", headers=headers).json()["signed_in"] is False


def test_signing_out_ends_the_session_on_the_server(client: TestClient) -> None:
    add_user(client)
    sign_in(client)
    token = token_of(client)
    answer = client.delete("/api/session")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    client.cookies.clear()
    again = client.get("/api/session", headers=cookie(token))
    assert again.json()["signed_in"] is False
    assert client.delete("/api/session").status_code == 204


@pytest.mark.parametrize(
    ("column", "age"),
    [("expires_at", timedelta(hours=169)), ("last_used_at", timedelta(hours=13))],
)
def test_a_session_ends_by_age_and_by_idleness(
    client: TestClient, column: str, age: timedelta
) -> None:
    add_user(client)
    sign_in(client)
    assert client.get("/api/session").json()["signed_in"] is True
    with resources_of(client).database.transaction() as connection:
        connection.execute(
            update(sessions).values({column: sessions.c[column] - literal(age, Interval())})
        )
    assert client.get("/api/session").json()["signed_in"] is False
    assert client.get("/api/sessions").status_code == 401


def test_use_keeps_a_session_alive_but_not_beyond_its_end(client: TestClient) -> None:
    add_user(client)
    sign_in(client)
    with resources_of(client).database.transaction() as connection:
        before = connection.execute(select(sessions)).one()
        connection.execute(update(sessions).values(last_used_at=func.now() - timedelta(hours=11)))
    assert client.get("/api/session").json()["signed_in"] is True
    with resources_of(client).database.transaction() as connection:
        after = connection.execute(select(sessions)).one()
    assert after.last_used_at >= before.last_used_at
    assert after.expires_at == before.expires_at


def test_a_closed_account_is_out_at_once_and_stays_out(client: TestClient) -> None:
    add_user(client)
    sign_in(client)
    accounts.set_enabled(resources_of(client), email=ADA, enabled=False, actor="test")
    assert client.get("/api/sessions").status_code == 401
    accounts.set_enabled(resources_of(client), email=ADA, enabled=True, actor="test")
    assert client.get("/api/sessions").status_code == 401
    assert sign_in(client).status_code == 200


def test_guessing_is_slowed_down_and_says_for_how_long(client: TestClient) -> None:
    add_user(client)
    for _ in range(5):
        assert sign_in(client, password="wrong").status_code == 401
    answer = sign_in(client)
    assert answer.status_code == 429
    assert answer.json()["code"] == "SIGN_IN_BLOCKED"
    assert 1 <= int(answer.headers["retry-after"]) <= 15
    later(client, timedelta(seconds=16))
    assert sign_in(client, password="wrong").status_code == 401
    assert 16 <= int(sign_in(client).headers["retry-after"]) <= 30
    later(client, timedelta(seconds=31))
    assert sign_in(client).status_code == 200
    assert sign_in(client, password="wrong").status_code == 401


def test_an_unknown_account_is_slowed_down_like_a_known_one(client: TestClient) -> None:
    answers = [sign_in(client, "nobody@example.com", "wrong").status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


def test_an_address_that_tries_many_accounts_is_slowed_down(client: TestClient) -> None:
    add_user(client)
    assert sign_in(client).status_code == 200
    with resources_of(client).database.transaction() as connection:
        key = connection.execute(
            select(sign_in_attempts.c.key).order_by(sign_in_attempts.c.id).limit(1)
        ).scalar_one()
        connection.execute(
            text(
                "INSERT INTO sign_in_attempts (key) SELECT :key FROM generate_series(1, 40)"
            ).bindparams(key=key)
        )
    assert sign_in(client).status_code == 429


def test_attempts_hold_no_name_and_no_address(client: TestClient) -> None:
    sign_in(client, "nobody@example.com", "wrong")
    with resources_of(client).database.transaction() as connection:
        keys = connection.execute(select(sign_in_attempts.c.key)).scalars().all()
    assert len(keys) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


def test_a_changed_password_ends_every_other_session(
    client: TestClient, database_url: str, tmp_path: Path
) -> None:
    add_user(client)
    sign_in(client)
    stolen = token_of(client)
    client.cookies.clear()
    sign_in(client)
    mine = token_of(client)
    change = {"current_password": PASSWORD, "new_password": OTHER}
    answer = client.post("/api/session/password", json=change)
    assert answer.status_code == 204
    assert token_of(client) != mine
    assert client.get("/api/sessions").json()["total"] == 1
    client.cookies.clear()
    for old in (stolen, mine):
        found = client.get("/api/session", headers=cookie(old)).json()
        client.cookies.clear()
        assert found["signed_in"] is False
    assert sign_in(client).status_code == 401
    assert sign_in(client, password=OTHER).status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "status", "code"),
    [
        ("wrong", OTHER, 401, "WRONG_CREDENTIALS"),
        (PASSWORD, "short", 422, "WEAK_PASSWORD"),
        (PASSWORD, ADA, 422, "WEAK_PASSWORD"),
        (PASSWORD, "aaaaaaaaaaaaaaaa", 422, "WEAK_PASSWORD"),
        (PASSWORD, "x1y2" * 100, 422, "WEAK_PASSWORD"),
        (PASSWORD, PASSWORD, 422, "WEAK_PASSWORD"),
    ],
)
def test_a_bad_change_of_password_changes_nothing(
    client: TestClient, current: str, new: str, status: int, code: str
) -> None:
    add_user(client)
    sign_in(client)
    change = {"current_password": current, "new_password": new}
    answer = client.post("/api/session/password", json=change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.get("/api/sessions").status_code == 200
    assert sign_in(client).status_code == 200


def test_ones_own_sessions_are_listed_and_ended_one_by_one(client: TestClient) -> None:
    add_user(client)
    sign_in(client, headers={"User-Agent": "Phone"})
    phone = token_of(client)
    client.cookies.clear()
    sign_in(client, headers={"User-Agent": "Desk <b>"})
    found = client.get("/api/sessions").json()
    assert [(one["agent"], one["current"]) for one in found["items"]] == [
        ("Desk <b>", True),
        ("Phone", False),
    ]
    assert client.delete(f"/api/sessions/{found['items'][1]['id']}").status_code == 204
    assert client.delete(f"/api/sessions/{found['items'][1]['id']}").status_code == 404
    assert client.get("/api/sessions").json()["total"] == 1
    client.cookies.clear()
    assert client.get("/api/sessions", headers=cookie(phone)).status_code == 401


def test_nobody_ends_the_sessions_of_somebody_else(client: TestClient) -> None:
    add_user(client)
    add_user(client, "bob@example.com")
    sign_in(client)
    ada = token_of(client)
    number = client.get("/api/sessions").json()["items"][0]["id"]
    client.cookies.clear()
    sign_in(client, "bob@example.com")
    assert client.delete(f"/api/sessions/{number}").status_code == 404
    assert client.delete("/api/sessions").status_code == 204
    client.cookies.clear()
    assert client.get("/api/sessions", headers=cookie(ada)).status_code == 200


def test_signing_out_everywhere_ends_all_of_ones_sessions(client: TestClient) -> None:
    add_user(client)
    sign_in(client)
    other = token_of(client)
    client.cookies.clear()
    sign_in(client)
    assert client.delete("/api/sessions").status_code == 204
    client.cookies.clear()
    assert client.get("/api/sessions", headers=cookie(other)).status_code == 401


def test_the_audit_log_tells_of_sessions_and_never_of_what_was_typed(client: TestClient) -> None:
    add_user(client)
    sign_in(client, "my secret password", "x")
    sign_in(client, password="wrong")
    sign_in(client)
    client.post("/api/session/password", json={"current_password": PASSWORD, "new_password": OTHER})
    client.delete("/api/session")
    assert audited(client) == [
        ("user.create", "test", ""),
        ("session.refuse", "nobody", "wrong credentials"),
        ("session.refuse", "nobody", "wrong credentials"),
        ("session.begin", ADA, ""),
        ("session.begin", ADA, ""),
        ("session.password", ADA, ""),
        ("session.end", ADA, ""),
    ]
    with resources_of(client).database.transaction() as connection:
        log = str(connection.execute(text("SELECT audit FROM audit")).all())
    for secret in (PASSWORD, OTHER, "my secret password"):
        assert secret not in log


def test_a_password_is_not_repeated_in_a_refusal(client: TestClient) -> None:
    answer = client.post(
        "/api/session", json={"email": ADA, "password": "hunter2-" + "x" * 1000, "more": 1}
    )
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


def later(client: TestClient, passed: timedelta) -> None:
    """Let attempts have happened so long ago."""
    with resources_of(client).database.transaction() as connection:
        connection.execute(
            update(sign_in_attempts).values(at=sign_in_attempts.c.at - literal(passed, Interval()))
        )
