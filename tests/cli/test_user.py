"""`muster user`: accounts from the command line; a password is never an argument."""

from __future__ import annotations

import io
import sys

import pytest

from tests.cli.conftest import Muster

ADA, PASSWORD = "ada@example.com", "correct horse battery"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who types the same password whenever a command reads one."""

    class Typist(io.StringIO):
        def readline(self, *_: object) -> str:
            return PASSWORD + "\n"

    monkeypatch.setattr(sys, "stdin", Typist())


def test_the_first_admin_is_made_and_listed(muster: Muster, typed: None) -> None:
    made = muster("user", "create", "--admin", " Ada@Example.com", "--password-stdin")
    assert made.code == 0, made.err
    assert made.out == f"The account {ADA} is made.\n"
    found = muster("user", "list", "--json").json["items"]
    assert [(one["email"], one["name"], one["installation_admin"]) for one in found] == [
        (ADA, "ada", True)
    ]
    assert found[0]["has_password"] is True
    assert "argon2" not in str(found)
    assert ADA in muster("user", "list").out


def test_an_address_has_one_account(muster: Muster, typed: None) -> None:
    muster("user", "create", ADA, "--no-password")
    again = muster("user", "create", "ADA@example.com", "--no-password", "--json")
    assert (again.code, again.error["code"]) == (2, "EMAIL_TAKEN")


@pytest.mark.parametrize("email", ["", "ada", "@", "a@b@c", "a b@c.d", "a\x00@b"])
def test_an_odd_address_is_refused(muster: Muster, email: str) -> None:
    made = muster("user", "create", email, "--no-password", "--json")
    assert (made.code, made.error["code"]) == (2, "BAD_EMAIL")


def test_a_weak_password_is_refused(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    made = muster("user", "create", ADA, "--password-stdin", "--json")
    assert (made.code, made.error["code"]) == (2, "WEAK_PASSWORD")
    assert "short" not in made.err


def test_without_a_terminal_the_password_must_be_sent(
    muster: Muster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    made = muster("user", "create", ADA, "--json")
    assert (made.code, made.error["code"]) == (2, "PASSWORD_NEEDED")


def test_an_account_is_closed_and_opened(muster: Muster) -> None:
    muster("user", "create", ADA, "--no-password")
    closed = muster("user", "disable", ADA, "--json").json
    assert closed["disabled_at"] is not None
    assert muster("user", "disable", ADA, "--json").json == closed
    assert muster("user", "enable", ADA, "--json").json["disabled_at"] is None
    for command in ("disable", "enable"):
        unknown = muster("user", command, "bob@example.com", "--json")
        assert (unknown.code, unknown.error["code"]) == (2, "UNKNOWN_USER")


def test_a_new_password_is_set(muster: Muster, typed: None) -> None:
    muster("user", "create", ADA, "--no-password")
    answer = muster("user", "set-password", ADA, "--password-stdin", "--json")
    assert answer.json["has_password"] is True


def test_an_open_address_in_local_mode_is_refused_at_once(muster: Muster) -> None:
    answer = muster("serve", "--host", "0.0.0.0")
    assert answer.code == 2
    assert "BAD_SETTING" in answer.err
    assert "MUSTER_HOST" in answer.err
