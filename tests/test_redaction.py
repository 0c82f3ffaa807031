"""Secrets and personal data do not reach a log line, whatever they come in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from muster.redaction import HIDDEN, redact, redact_text

SECRETS = ["s3cr3t-value", "ada.lovelace@example.org", "abcDEF123.token"]


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcDEF123.token",
        "bearer abcDEF123.token",
        "connect to postgresql://muster:s3cr3t-value@db.example.org:5432/x failed",
        "postgresql+psycopg://ada.lovelace%40example.org:s3cr3t-value@db/x",
        "http://user:s3cr3t-value@proxy:3128",
        "host=db password=s3cr3t-value dbname=x",
        "{'password': 's3cr3t-value'}",
        '{"token": "s3cr3t-value"}',
        "GET /callback?code=s3cr3t-value&state=1",
        "?access_token=s3cr3t-value",
        "mail to <ada.lovelace@example.org> bounced",
        "Key (email)=(ada.lovelace@example.org) already exists",
        "client_secret=s3cr3t-value",
        "Cookie: s3cr3t-value",
        "refused mst_abcDEF-s3cr3t-value",
        "signed with whsec_abcDEF-s3cr3t-value",
    ],
)
def test_it_is_gone_from_the_text(text: str) -> None:
    cleaned = redact_text(text)
    assert not any(secret in cleaned for secret in SECRETS), cleaned
    assert "lovelace" not in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "12 segments published in 0.5 s",
        "run 17 of rule/vip: leaves of card, last 30 days",
        "postgresql://db.example.org:5432/muster is back",
        "the worker w@ took 3 runs",
        "status: 503",
        "exit code: 3",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "name",
    ["password", "smtp_password", "api_token", "Authorization", "set-cookie", "client_secret",
     "email", "e-mail", "user_email", "phone_number", "api_key", "session_id", "first_name"],
)  # fmt: skip
def test_a_name_that_tells_hides_its_value(name: str) -> None:
    assert redact(name, "x") == HIDDEN
    assert redact("outer", {"inner": [{name: "x"}]}) == {"inner": [{name: HIDDEN}]}
    assert redact(name, None) is None


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("token_kind", "user", "user"),
        ("tokens_used", 12, 12),
        ("segment", "vip", "vip"),
        ("moment", datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02 00:00:00+00:00"),
        ("thing", object(), "<object>"),
        ("error", ValueError("ada.lovelace@example.org"), "<ValueError>"),
        ("seen", {"a@b.example": 1}, {"[e-mail]": 1}),
        ("both", ("a", 1.5, True), ["a", 1.5, True]),
    ],
)
def test_other_values_are_shown_as_json(name: str, value: Any, shown: Any) -> None:
    assert redact(name, value) == shown
