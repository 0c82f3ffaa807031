"""What comes in and what does not: other hosts, other sites, other kinds of bodies, too much."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from muster.api.app import create_app
from muster.api.gate import is_here
from muster.api.rate_limits import RateLimits
from muster.base.errors import InvalidInput, TooManyRequests
from muster.settings import Settings
from muster.sign_in_settings import check_sign_in
from tests.api.people import add_user, serving, sign_in

OWN = "http://testserver"
JSON = {"Content-Type": "application/json"}
PLATFORM = {"DATABRICKS_APP_NAME": "muster", "DATABRICKS_HOST": "https://x.example"}


@pytest.fixture(scope="module")
def local(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    with serving(module_database_url, tmp_path_factory.mktemp("local")) as client:
        yield client


@pytest.fixture(scope="module")
def server(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("server")
    with serving(module_database_url, folder, sign_in="password", body_limit_mb=0.001) as client:
        add_user(client)
        yield client


HEADERS_OF_SITES: list[tuple[dict[str, str], bool]] = [
    ({}, True),  # a program
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "same-origin", "Origin": OWN}, True),
    ({"Origin": OWN}, True),
    ({"Origin": "https://testserver"}, True),  # a proxy speaks https outside
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "something-new"}, False),
    ({"Sec-Fetch-Site": ""}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": OWN}, False),
    ({"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"}, False),
    ({"Origin": "https://evil.example"}, False),
    ({"Origin": "http://testserver.evil.example"}, False),
    ({"Origin": "http://eviltestserver"}, False),
    ({"Origin": "http://testserver:8001"}, False),
    ({"Origin": "http://user@testserver"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": ""}, False),
    ({"Origin": "file://testserver"}, False),
    ({"Origin": "http://[::1"}, False),
    ({"Authorization": "Basic x", "Sec-Fetch-Site": "cross-site"}, False),
]


@pytest.mark.parametrize(("headers", "good"), HEADERS_OF_SITES, ids=str)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_only_pages_of_this_server_may_change_anything(
    server: TestClient, method: str, headers: dict[str, str], good: bool
) -> None:
    answer = server.request(method, "/api/nothing", headers=headers)
    if good:
        assert answer.status_code == 404
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "CROSS_SITE")


def test_a_bearer_token_may_come_from_anywhere(server: TestClient) -> None:
    headers = {"Authorization": "Bearer x", "Sec-Fetch-Site": "cross-site"}
    assert server.delete("/api/sessions", headers=headers).json()["code"] == "BAD_TOKEN"


def test_a_token_counts_alone_whatever_cookie_came_along(server: TestClient) -> None:
    sign_in(server)
    assert server.get("/api/sessions").status_code == 200
    answer = server.get("/api/sessions", headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, "BAD_TOKEN")
    # a proxy's own password is not meant for Muster
    basic = server.get("/api/sessions", headers={"Authorization": "Basic eDp5"})
    assert basic.status_code == 200
    server.cookies.clear()


READS: list[tuple[str, dict[str, str], int]] = [
    ("/api/session", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
    ("/api/session", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
    ("/api/session", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
    ("/api/session", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
    ("/healthz", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 200),
]


@pytest.mark.parametrize(("path", "headers", "status"), READS, ids=str)
def test_other_sites_may_link_here_but_not_load_data(
    server: TestClient, path: str, headers: dict[str, str], status: int
) -> None:
    assert server.get(path, headers=headers).status_code == status


def test_no_other_site_is_told_it_may_read(server: TestClient) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for answer in (
        server.options("/api/session", headers=asked),
        server.get("/api/session", headers={"Origin": "https://evil.example"}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 401),
        ("application/json; charset=utf-8", 401),
        ("Application/JSON", 401),
        ("application/merge-patch+json", 401),
        ("text/plain", 415),
        ("text/plain; application/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/json", 415),
        ("", 415),
        (None, 415),
    ],
)
def test_a_body_must_be_json(server: TestClient, kind: str | None, status: int) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    body = b'{"email": "x@example.com", "password": "x"}'
    answer = server.post("/api/session", content=body, headers=headers)
    if kind == "application/merge-patch+json":
        assert answer.status_code in (401, 422)
    else:
        assert answer.status_code == status, answer.text


def test_a_chunked_body_must_be_json_too(server: TestClient) -> None:
    answer = server.post("/api/session", content=iter([b"{}"]), headers={"Content-Type": "text/x"})
    assert (answer.status_code, answer.json()["code"]) == (415, "NOT_JSON")


HOSTS = [
    ("testserver", 200),
    ("TESTSERVER:8000", 200),
    ("testserver.", 200),
    ("localhost:8000", 200),
    ("127.0.0.1", 200),
    ("[::1]:8000", 200),
    ("evil.example", 421),
    ("testserver.evil.example", 421),
    ("localhost.evil.example", 421),
    ("127.0.0.1.evil.example", 421),
    ("", 421),
]


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_local_mode_answers_to_its_own_names_alone(
    local: TestClient, host: str, status: int
) -> None:
    """DNS rebinding: a page elsewhere lets its own name point to this machine."""
    for path in ("/api/session", "/healthz", "/docs"):
        assert local.get(path, headers={"Host": host}).status_code == status


def test_a_server_with_a_list_of_names_answers_to_no_other(server: TestClient) -> None:
    assert server.get("/api/session", headers={"Host": "evil.example"}).status_code == 421
    assert server.get("/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.7", False),
        ("::ffff:10.0.0.7", False),
        ("fe80::1%eth0", False),
        ("203.0.113.9", False),
    ],
)
def test_local_mode_answers_this_machine_alone(local: TestClient, address: str, here: bool) -> None:
    assert is_here({"client": (address, 5000)}) is here
    other = TestClient(local.app, base_url=OWN, client=(address, 5000))
    answer = other.get("/api/session")
    assert answer.status_code == (200 if here else 403)
    if not here:
        assert answer.json()["code"] == "NOT_LOCAL"


REFUSED: list[tuple[dict[str, Any], str, dict[str, str], str]] = [
    ({}, "0.0.0.0", {}, "MUSTER_HOST"),
    ({}, "192.168.0.9", {}, "MUSTER_HOST"),
    ({}, "::", {}, "MUSTER_HOST"),
    ({}, "muster.example", {}, "MUSTER_HOST"),
    ({"sign_in": "databricks-apps"}, "127.0.0.1", {}, "MUSTER_SIGN_IN"),
    (
        {"sign_in": "databricks-apps"},
        "0.0.0.0",
        {"DATABRICKS_APP_NAME": "muster"},
        "MUSTER_SIGN_IN",
    ),
    ({"oidc_issuer": "https://i.example"}, "127.0.0.1", {}, "MUSTER_OIDC_ISSUER"),
    (
        {"sign_in": "password", "oidc_issuer": "https://i.example", "oidc_client_id": "m"},
        "0.0.0.0",
        {},
        "MUSTER_PUBLIC_URL",
    ),
    (
        {
            "sign_in": "password",
            "oidc_issuer": "http://i.example",
            "oidc_client_id": "m",
            "public_url": "https://m.example",
        },
        "0.0.0.0",
        {},
        "MUSTER_OIDC_ISSUER",
    ),
]


@pytest.mark.parametrize(("chosen", "host", "environment", "path"), REFUSED, ids=str)
def test_a_server_that_would_let_anybody_in_does_not_start(
    chosen: dict[str, Any], host: str, environment: dict[str, str], path: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_sign_in(Settings(**chosen), host=host, environment=environment)
    assert path in [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("chosen", "host", "environment"),
    [
        ({}, "127.0.0.1", {}),
        ({}, "::1", {}),
        ({}, "localhost", {}),
        ({"sign_in": "password"}, "0.0.0.0", {}),
        ({"sign_in": "databricks-apps"}, "0.0.0.0", PLATFORM),
    ],
    ids=str,
)
def test_a_sound_server_starts(
    chosen: dict[str, Any], host: str, environment: dict[str, str]
) -> None:
    check_sign_in(Settings(**chosen), host=host, environment=environment)


def test_the_application_itself_refuses_an_open_address(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="may not listen"):
        create_app(Settings(data=tmp_path, host="0.0.0.0"))


PAGES = ["/", "/healthz", "/api/session", "/api/nothing", "/docs", "/openapi.json"]
PAGES += ["/sign-in", "/invitation"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_tells_browsers_to_do_little(server: TestClient, path: str) -> None:
    headers = server.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    plain = path in ("/sign-in", "/invitation") or server.get(path).status_code == 503
    assert f"default-src '{'none' if plain else 'self'}'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers
    unsafe = "script-src 'self' 'unsafe-inline'" in headers["content-security-policy"]
    assert unsafe is (path == "/docs")
    if path.startswith(("/api", "/sign-in", "/invitation")):
        assert headers["cache-control"] == "no-store"


def test_refusals_and_faults_bear_the_headers_too(server: TestClient) -> None:
    refused = server.post("/api/session", headers={"Origin": "null"})
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert refused.headers["content-type"] == "application/problem+json"
    kept = server.app.state.sign_in
    server.app.state.sign_in = None
    try:
        broken = server.get("/api/session")
    finally:
        server.app.state.sign_in = kept
    assert broken.status_code == 500
    assert broken.headers["x-content-type-options"] == "nosniff"


TOO_LONG = b'{"email": "' + b"x" * 1001 + b'"}'


def test_a_body_that_says_it_is_too_long_is_refused(server: TestClient) -> None:
    answer = server.post("/api/session", content=TOO_LONG, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")


def test_a_chunked_body_that_grows_too_long_is_refused(server: TestClient) -> None:
    chunks = [TOO_LONG[:600], TOO_LONG[600:]]
    answer = server.post("/api/session", content=iter(chunks), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("length", ["-5", "x", "1e9", "+5", ""])
def test_an_odd_length_is_not_believed(server: TestClient, length: str) -> None:
    headers = {**JSON, "Content-Length": length}
    answer = server.post("/api/session", content=TOO_LONG, headers=headers)
    assert answer.status_code in (400, 413)


def test_a_body_within_the_limit_comes_through(server: TestClient) -> None:
    answer = server.post("/api/session", content=iter([b'{"email": ', b'"x"}']), headers=JSON)
    assert answer.status_code == 422


IDENTITIES = {
    "X-Forwarded-Email": "root@example.com",
    "X-Forwarded-User": "root",
    "X-Forwarded-Preferred-Username": "root@example.com",
    "X-Forwarded-Groups": "admins",
    "X-Forwarded-Access-Token": "stolen",
}


def test_headers_that_name_a_person_mean_nothing_in_password_mode(server: TestClient) -> None:
    assert server.get("/api/session", headers=IDENTITIES).json()["signed_in"] is False
    sign_in(server)
    assert server.get("/api/session", headers=IDENTITIES).json()["name"] == "Ada"
    server.cookies.clear()


def test_headers_that_name_a_person_mean_nothing_in_local_mode(local: TestClient) -> None:
    body = local.get("/api/session", headers=IDENTITIES).json()
    assert (body["kind"], body["name"], body["mode"]) == ("local", "local", "local")


@pytest.mark.parametrize("mode", ["local", "password"])
def test_headers_that_name_a_person_reach_no_route(
    mode: str, module_database_url: str, tmp_path: Path
) -> None:
    with serving(module_database_url, tmp_path, sign_in=mode) as client:
        seen: list[str] = []

        @client.app.get("/api/seen")
        def see(request: Request) -> None:
            seen.extend(request.headers)

        assert client.get("/api/seen", headers={**IDENTITIES, "X-Kept": "1"}).status_code == 200
    assert "x-kept" in seen
    assert not [name for name in seen if name.startswith("x-forwarded-")]


@pytest.mark.parametrize("name", ["Origin", "Sec-Fetch-Site", "Authorization", "Host"])
def test_a_header_that_decides_may_not_be_there_twice(server: TestClient, name: str) -> None:
    answer = server.get("/api/session", headers=[(name, "testserver"), (name, "testserver")])
    assert (answer.status_code, answer.json()["code"]) == (400, "DUPLICATE_HEADER")


def test_a_person_has_a_limit_and_learns_when_to_come_back(
    database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path, sign_in="password", requests_per_minute=6) as client:
        add_user(client)
        add_user(client, "bob@example.com")
        sign_in(client)
        statuses = [client.get("/api/sessions").status_code for _ in range(8)]
        assert statuses == [200] * 6 + [429] * 2
        answer = client.get("/api/sessions")
        assert answer.json()["code"] == "RATE_LIMITED"
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        client.cookies.clear()
        sign_in(client, "bob@example.com")
        assert client.get("/api/sessions").status_code == 200
        client.cookies.clear()
        guesses = [client.get("/api/sessions").status_code for _ in range(8)]
        assert guesses[-1] == 429
        assert client.get("/healthz").status_code == 200


def test_without_a_limit_and_in_local_mode_nobody_is_held_up(local: TestClient) -> None:
    limits = RateLimits(0)
    for _ in range(5000):
        limits.spend("person", "x")
        local.app.state.sign_in.limits.spend("person", "x")
    assert local.app.state.settings.requests_per_minute > 0


def test_people_and_addresses_are_counted_apart() -> None:
    limits = RateLimits(1)
    limits.spend("person", "x")
    limits.spend("address", "x")
    limits.spend("person", "y")
    with pytest.raises(TooManyRequests) as caught:
        limits.spend("person", "x")
    assert 1 <= caught.value.retry_after_seconds <= 60
