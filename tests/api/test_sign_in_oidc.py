"""Sign-in with an identity provider, against a real one on this machine, with its faults."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, insert, select, update

from muster.api.sign_in_setup import CALLBACK
from muster.base.people import Role
from muster.services import accounts
from muster.services.signing_in import hash_token
from muster.store import users
from muster.store.tables_people import invitations, memberships, sign_in_states
from tests.api.people import ADA, add_user, add_workspace, audited, resources_of, serving
from tests.emulators.oidc import CLIENT_ID, CLIENT_SECRET, OidcEmulator, running

START = "/api/session/oidc/start"


@pytest.fixture(scope="module")
def provider_process() -> Iterator[OidcEmulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def provider(provider_process: OidcEmulator) -> Iterator[OidcEmulator]:
    person = dict(provider_process.person)
    yield provider_process
    provider_process.person = person
    provider_process.claims = {}
    provider_process.fault = None


def settings_of(provider: OidcEmulator, **more: Any) -> dict[str, Any]:
    return {
        "sign_in": "password",
        "public_url": "http://testserver",
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        **more,
    }


@pytest.fixture
def client(provider: OidcEmulator, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(database_url, tmp_path, **settings_of(provider)) as found:
        yield found


def visit(client: TestClient, provider: OidcEmulator, return_to: str | None = None) -> str:
    """Begin a visit, sign in at the provider, and return where the browser is sent back to."""
    answer = client.get(START, params={"return_to": return_to} if return_to else {})
    assert answer.status_code == 303, answer.text
    return provider.sign_in(answer.headers["location"])


def problem_of(answer: Any) -> str:
    """The code that the sign-in page is told."""
    assert answer.status_code == 303
    parts = urlsplit(answer.headers["location"])
    assert parts.path == "/sign-in"
    assert "muster_session" not in answer.headers.get("set-cookie", "")
    return parse_qs(parts.query)["problem"][0]


def changed(address: str, **values: str) -> str:
    parts = urlsplit(address)
    return parts.path + "?" + urlencode({**dict(parse_qsl(parts.query)), **values})


def invite(client: TestClient, workspace: int, email: str, **more: Any) -> None:
    with resources_of(client).database.transaction() as connection:
        connection.execute(
            insert(invitations).values(
                workspace_id=workspace,
                email=email,
                role="analyst",
                token_hash=hash_token(f"{workspace} {email} {more}"),
                invited_by="test",
                expires_at=more.pop("expires_at", datetime.now(UTC) + timedelta(days=1)),
                **more,
            )
        )


def test_an_existing_person_signs_in_and_is_linked(
    client: TestClient, provider: OidcEmulator
) -> None:
    made = add_user(client)
    assert client.get("/api/session").json()["ways"] == ["password", "oidc"]
    answer = client.get(visit(client, provider, "/rules?page=2"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/rules?page=2")
    assert client.get("/api/session").json()["email"] == ADA
    assert client.get("/api/sessions").json()["items"][0]["method"] == "oidc"
    with resources_of(client).database.transaction() as connection:
        linked = users.by_identity(connection, issuer=provider.issuer, subject="ada-1")
    assert linked is not None
    assert linked.id == made.id
    assert [entry[0] for entry in audited(client)] == ["user.create", "user.link", "session.begin"]


def test_a_linked_person_stays_the_same_when_the_address_changes(
    client: TestClient, provider: OidcEmulator
) -> None:
    add_user(client)
    client.get(visit(client, provider))
    provider.person |= {"email": "married@example.com"}
    assert client.get(visit(client, provider)).headers["location"] == "/"
    assert client.get("/api/session").json()["email"] == ADA


def test_another_person_with_the_same_address_is_refused(
    client: TestClient, provider: OidcEmulator
) -> None:
    add_user(client)
    client.get(visit(client, provider))
    client.cookies.clear()
    provider.person |= {"sub": "ada-2"}
    assert problem_of(client.get(visit(client, provider))) == "IDENTITY_MISMATCH"


def test_who_was_invited_gets_in_and_joins(client: TestClient, provider: OidcEmulator) -> None:
    shop, other = add_workspace(client, "shop"), add_workspace(client, "other")
    invite(client, shop, "Ada@Example.com")
    invite(client, other, ADA, revoked_at=func.now())
    client.get(visit(client, provider))
    body = client.get("/api/session").json()
    assert [(one["name"], one["role"]) for one in body["workspaces"]] == [("shop", "analyst")]
    assert body["name"] == "Ada"


def test_an_existing_member_takes_up_another_invitation_by_signing_in(
    client: TestClient, provider: OidcEmulator
) -> None:
    made = add_user(client)
    shop = add_workspace(client, "shop", {made: Role.ADMIN})
    other = add_workspace(client, "other")
    invite(client, shop, ADA)
    invite(client, other, ADA)
    client.get(visit(client, provider))
    with resources_of(client).database.transaction() as connection:
        found = connection.execute(
            select(memberships.c.role).order_by(memberships.c.workspace_id)
        ).scalars()
        assert list(found) == ["admin", "analyst"]


@pytest.mark.parametrize("state", ["none", "expired", "revoked", "accepted"])
def test_who_was_not_invited_stays_out(
    client: TestClient, provider: OidcEmulator, state: str
) -> None:
    shop = add_workspace(client, "shop")
    if state == "expired":
        invite(client, shop, ADA, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    elif state != "none":
        invite(client, shop, ADA, **{f"{state}_at": func.now()})
    assert problem_of(client.get(visit(client, provider))) == "NOT_INVITED"
    assert accounts.list_accounts(resources_of(client)) == ()
    assert audited(client) == [("session.refuse", "nobody", "NOT_INVITED")]


def test_a_closed_account_stays_closed(client: TestClient, provider: OidcEmulator) -> None:
    add_user(client)
    client.get(visit(client, provider))
    accounts.set_enabled(resources_of(client), email=ADA, enabled=False, actor="test")
    assert problem_of(client.get(visit(client, provider))) == "ACCOUNT_DISABLED"


def in_an_hour() -> int:
    return int(time.time()) + 3600


BAD_CLAIMS: list[tuple[str, Callable[[], dict[str, Any]], str]] = [
    ("wrong nonce", lambda: {"nonce": "another"}, "OIDC_REFUSED"),
    ("no nonce", lambda: {"nonce": None}, "OIDC_REFUSED"),
    ("wrong audience", lambda: {"aud": "another"}, "OIDC_REFUSED"),
    ("no audience", lambda: {"aud": None}, "OIDC_REFUSED"),
    (
        "more audiences, another party",
        lambda: {"aud": [CLIENT_ID, "b"], "azp": "b"},
        "OIDC_REFUSED",
    ),
    ("wrong issuer", lambda: {"iss": "https://evil.example"}, "OIDC_REFUSED"),
    ("no issuer", lambda: {"iss": None}, "OIDC_REFUSED"),
    ("expired", lambda: {"exp": int(time.time()) - 120}, "OIDC_REFUSED"),
    ("no expiry", lambda: {"exp": None}, "OIDC_REFUSED"),
    ("not yet", lambda: {"nbf": in_an_hour()}, "OIDC_REFUSED"),
    ("issued in the future", lambda: {"iat": in_an_hour()}, "OIDC_REFUSED"),
    ("no subject", lambda: {"sub": None}, "OIDC_REFUSED"),
    ("odd subject", lambda: {"sub": {"a": 1}}, "OIDC_REFUSED"),
    ("address not verified", lambda: {"email_verified": False}, "EMAIL_UNVERIFIED"),
    ("verified as a text", lambda: {"email_verified": "true"}, "EMAIL_UNVERIFIED"),
    ("says nothing of it", lambda: {"email_verified": None}, "EMAIL_UNVERIFIED"),
    ("no address", lambda: {"email": None}, "EMAIL_UNVERIFIED"),
]


@pytest.mark.parametrize(
    ("claims", "code"), [case[1:] for case in BAD_CLAIMS], ids=[case[0] for case in BAD_CLAIMS]
)
def test_a_bad_claim_is_refused(
    client: TestClient, provider: OidcEmulator, claims: Callable[[], dict[str, Any]], code: str
) -> None:
    add_user(client)
    provider.claims = claims()
    assert problem_of(client.get(visit(client, provider))) == code
    assert client.get("/api/session").json()["signed_in"] is False


@pytest.mark.parametrize("fault", ["alg_none", "hs256", "wrong_key", "no_id_token"])
def test_a_forged_token_is_refused(client: TestClient, provider: OidcEmulator, fault: str) -> None:
    add_user(client)
    provider.fault = fault
    assert problem_of(client.get(visit(client, provider))) == "OIDC_REFUSED"


@pytest.mark.parametrize("fault", ["status_500", "issuer"])
def test_a_provider_that_is_down_or_another_one_leads_back_to_the_page(
    client: TestClient, provider: OidcEmulator, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.fault = fault
    answer = client.get(START)
    assert problem_of(answer) == "OIDC_UNAVAILABLE"
    page = client.get(answer.headers["location"])
    assert "does not answer" in page.text
    # those who come in the next moment are not kept waiting, and the provider is left alone
    asked = len(provider.asked)
    provider.fault = None
    assert problem_of(client.get(START)) == "OIDC_UNAVAILABLE"
    assert len(provider.asked) == asked
    monkeypatch.setattr("muster.connectors.oidc._DOWN_SECONDS", 0.0)
    assert client.get(START).headers["location"].startswith(provider.issuer)


def test_keys_that_changed_are_read_again(
    client: TestClient, provider: OidcEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_user(client)
    client.get(visit(client, provider))
    asked = provider.asked.count("/keys")
    provider.rotate()
    # within half a minute an unknown key is not looked for, or anybody could make Muster ask
    assert problem_of(client.get(visit(client, provider))) == "OIDC_REFUSED"
    assert provider.asked.count("/keys") == asked
    monkeypatch.setattr("muster.connectors.oidc._KEYS_AGAIN_SECONDS", 0.0)
    assert client.get(visit(client, provider)).headers["location"] == "/"


def test_a_state_works_once(client: TestClient, provider: OidcEmulator) -> None:
    add_user(client)
    token_name = "muster_sign_in"
    address = visit(client, provider)
    token = client.cookies[token_name]
    client.get(address)
    client.cookies.clear()
    client.cookies.set(token_name, token)
    again = visit_again(client, provider, address)
    assert problem_of(client.get(again)) == "OIDC_STATE"


def visit_again(client: TestClient, provider: OidcEmulator, address: str) -> str:
    """The same state with a code that would work."""
    token = client.cookies["muster_sign_in"]
    fresh = dict(parse_qsl(urlsplit(visit(client, provider)).query))["code"]
    client.cookies.clear()
    client.cookies.set("muster_sign_in", token)
    return changed(address, code=fresh)


def test_a_visit_begun_in_another_browser_is_refused(
    client: TestClient, provider: OidcEmulator
) -> None:
    """Login CSRF: the victim would work in the attacker's account without knowing."""
    add_user(client)
    attackers = visit(client, provider)
    client.cookies.clear()
    assert problem_of(client.get(attackers)) == "OIDC_STATE"
    own = visit(client, provider)
    del own
    assert problem_of(client.get(attackers)) == "OIDC_STATE"


@pytest.mark.parametrize("state", ["", "another", "é"])
def test_another_state_is_refused(client: TestClient, provider: OidcEmulator, state: str) -> None:
    add_user(client)
    assert problem_of(client.get(changed(visit(client, provider), state=state))) == "OIDC_STATE"


def test_an_old_visit_is_refused(client: TestClient, provider: OidcEmulator) -> None:
    add_user(client)
    address = visit(client, provider)
    with resources_of(client).database.transaction() as connection:
        connection.execute(update(sign_in_states).values(expires_at=func.now()))
    assert problem_of(client.get(address)) == "OIDC_STATE"


def test_a_code_of_another_visit_is_refused_for_its_verifier(
    client: TestClient, provider: OidcEmulator
) -> None:
    """Code injection: PKCE ties a code to the browser that began."""
    add_user(client)
    stolen = dict(parse_qsl(urlsplit(visit(client, provider)).query))["code"]
    mine = changed(visit(client, provider), code=stolen)
    assert problem_of(client.get(mine)) == "OIDC_REFUSED"


def test_another_issuer_in_the_answer_is_refused(
    client: TestClient, provider: OidcEmulator
) -> None:
    add_user(client)
    address = changed(visit(client, provider), iss="https://evil.example")
    assert problem_of(client.get(address)) == "OIDC_REFUSED"


def test_a_provider_may_say_no(client: TestClient) -> None:
    answer = client.get(CALLBACK, params={"error": "access_denied", "state": "x"})
    assert problem_of(answer) == "OIDC_STATE"


EVIL = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n//evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/ /evil.example",
    "/" + "a" * 3000,
    "/é",
]


@pytest.mark.parametrize("target", EVIL)
def test_nobody_is_sent_elsewhere_after_signing_in(
    client: TestClient, provider: OidcEmulator, target: str
) -> None:
    add_user(client)
    assert client.get(visit(client, provider, target)).headers["location"] == "/"


def test_the_cookie_of_a_visit_is_bound_to_the_browser_and_goes_away(
    client: TestClient, provider: OidcEmulator
) -> None:
    add_user(client)
    answer = client.get(START)
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert attributes == {"httponly", "samesite=lax", "path=/", "max-age=600"}
    client.get(provider.sign_in(answer.headers["location"]))
    assert "muster_sign_in" not in client.cookies


@pytest.mark.parametrize(
    ("domains", "known", "code"),
    [
        (("example.com",), True, None),
        (("example.org",), True, "NOT_INVITED"),
        (("ample.com",), True, "NOT_INVITED"),
        (("example.com",), False, "NOT_INVITED"),
    ],
)
def test_only_allowed_domains_are_vouched_for(
    provider: OidcEmulator,
    database_url: str,
    tmp_path: Path,
    domains: tuple[str, ...],
    known: bool,
    code: str | None,
) -> None:
    settings = settings_of(provider, oidc_email_domains=domains)
    with serving(database_url, tmp_path, **settings) as client:
        if known:
            add_user(client)
        answer = client.get(visit(client, provider))
        if code is None:
            assert answer.headers["location"] == "/"
        else:
            assert problem_of(answer) == code


def test_without_a_provider_there_is_no_way_to_one(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path, sign_in="password") as client:
        assert problem_of(client.get(START)) == "NO_IDENTITY_PROVIDER"
        assert problem_of(client.get(CALLBACK)) == "NO_IDENTITY_PROVIDER"
