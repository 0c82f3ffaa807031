"""The sign-in page: it works without scripts, leads nowhere else, and shows nothing unescaped."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.people import ADA, PASSWORD, add_user, serving

OWN = {"Sec-Fetch-Site": "same-origin"}
HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(database_url, tmp_path, sign_in="password") as found:
        add_user(found)
        yield found


def post(client: TestClient, headers: dict[str, str] = OWN, **fields: str) -> Any:
    form = {"email": ADA, "password": PASSWORD, **fields}
    return client.post("/sign-in", data=form, headers=headers)


def test_who_signs_in_comes_back_to_where_they_were(client: TestClient) -> None:
    page = client.get("/sign-in", params={"return_to": "/?x=1&y=2"}, headers=HTML)
    target = re.search(r'name="return_to" value="([^"]*)"', page.text)
    assert target is not None
    assert target[1] == "/?x=1&amp;y=2"
    answer = post(client, return_to="/?x=1&y=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?x=1&y=2")


def test_the_app_itself_is_for_everybody_and_what_it_asks_for_is_not(client: TestClient) -> None:
    assert client.get("/rules", headers=HTML).status_code in (200, 503)
    answer = client.get("/api/segments", headers=HTML)
    assert (answer.status_code, answer.json()["code"]) == (401, "NOT_SIGNED_IN")


def test_a_wrong_password_keeps_the_address_and_says_why(client: TestClient) -> None:
    answer = post(client, password="wrong", email='"><script>alert(1)</script>')
    assert answer.status_code == 401
    assert "do not belong together" in answer.text
    assert "<script" not in answer.text
    assert "&quot;&gt;&lt;script&gt;" in answer.text
    assert "wrong" not in re.sub(r"<style>.*</style>", "", answer.text)


def test_guessing_says_how_long_to_wait(client: TestClient) -> None:
    for _ in range(5):
        post(client, password="wrong")
    answer = post(client)
    assert answer.status_code == 429
    assert f"Try again in {answer.headers['retry-after']} seconds." in answer.text


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_page_leads_nowhere_else(client: TestClient, target: str) -> None:
    assert "evil" not in client.get("/sign-in", params={"return_to": target}).text
    assert post(client, return_to=target).headers["location"] == "/"


def test_only_known_problems_are_shown(client: TestClient) -> None:
    shown = client.get("/sign-in", params={"problem": "NOT_INVITED"}).text
    assert 'role="alert"' in shown
    for made_up in ("Call 555-0100 <b>now</b>", "NOT_INVITED2", ""):
        page = client.get("/sign-in", params={"problem": made_up}).text
        assert 'role="alert"' not in page
        assert "555" not in page


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_no_other_site_signs_anybody_in_or_out(client: TestClient, headers: dict[str, str]) -> None:
    """Login CSRF: somebody would work in the attacker's account without knowing."""
    answer = post(client, headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "CROSS_SITE")
    post(client)
    assert client.post("/sign-out", headers=headers).status_code == 403
    assert client.get("/api/session").json()["signed_in"] is True


def test_signing_out_by_the_page(client: TestClient) -> None:
    post(client)
    page = client.get("/sign-in").text
    assert ADA in page
    assert 'action="/sign-out"' in page
    answer = client.post("/sign-out", headers={"Origin": "http://testserver"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert client.get("/api/session").json()["signed_in"] is False


def test_the_form_is_a_form_and_nothing_else(client: TestClient) -> None:
    body = {"email": ADA, "password": PASSWORD}
    assert client.post("/sign-in", json=body, headers=OWN).status_code == 415
    form = {**OWN, "Content-Type": "application/x-www-form-urlencoded"}
    for content in (b"email=a&email=b", b"\xff=1", b"&".join([b"a=1"] * 50), b"a=" + b"x" * 30000):
        answer = client.post("/sign-in", content=content, headers=form)
        assert (answer.status_code, answer.json()["code"]) == (422, "BAD_FORM")


def test_the_page_runs_no_script_and_is_labelled(client: TestClient) -> None:
    answer = client.get("/sign-in")
    assert "<script" not in answer.text
    assert " on" not in " ".join(re.findall(r"<\w+([^>]*)>", answer.text)).replace(" one", "")
    policy = answer.headers["content-security-policy"]
    style = re.search(r"<style>(.*)</style>", answer.text, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for field in re.findall(r'<input id="(\w+)"', answer.text):
        assert f'<label for="{field}">' in answer.text
    assert 'lang="en"' in answer.text


def test_where_nobody_signs_in_the_page_leads_on(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path) as client:
        assert client.get("/sign-in?return_to=/x").headers["location"] == "/x"
        assert client.get("/sign-in?return_to=/sign-in").headers["location"] == "/"
        assert post(client).json()["code"] == "SIGN_IN_NOT_HERE"
        body = client.get("/api/session").json()
        assert (body["signed_in"], body["kind"], body["installation_admin"]) == (
            True,
            "local",
            True,
        )
        answer = client.delete("/api/sessions")
        assert (answer.status_code, answer.json()["code"]) == (409, "NO_ACCOUNT")
