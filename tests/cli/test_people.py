"""`muster member`, `muster token` and `muster settings`."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Muster, Ran

ADA = "ada@example.com"


@pytest.fixture
def account(muster: Muster) -> None:
    assert muster("user", "create", ADA, "--name", "Ada", "--no-password").code == 0


def members(muster: Muster) -> dict[str, str]:
    return {
        item["email"]: item["role"] for item in muster("member", "list", "--json").json["items"]
    }


def test_a_member_is_added_changed_and_removed(muster: Muster, account: None) -> None:
    assert muster("member", "list").out.strip().endswith("(none)")
    added = muster("member", "add", ADA, "--role", "analyst")
    assert added.out == f"{ADA} is analyst in the workspace shop.\n"
    assert muster("member", "add", ADA, "--role", "admin", "--json").json["role"] == "admin"
    assert members(muster) == {ADA: "admin"}
    assert "Ada" in muster("member", "list").out
    removed = muster("member", "remove", ADA, "--reason", "left")
    assert removed.out == f"{ADA} is no longer a member of the workspace shop.\n"
    assert members(muster) == {}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["member", "add", "zoe@example.com"], "UNKNOWN_USER"),
        (["member", "add", ADA, "--role", "amdin"], "UNKNOWN_ROLE"),
        (["member", "remove", "zoe@example.com"], "UNKNOWN_MEMBER"),
        (["token", "create", "ci", "--days", "0"], "BAD_TOKEN_REQUEST"),
        (["token", "create", "ci", "--days", "1", "--scopes", "raed"], "UNKNOWN_SCOPE"),
        (["token", "create", "ci", "--days", "1", "--scopes", "edit"], "BAD_TOKEN_REQUEST"),
        (["token", "revoke", "99"], "UNKNOWN_TOKEN"),
        (["settings", "set", "concurrency"], "BAD_ASSIGNMENT"),
        (["settings", "set", "concurency=2"], "BAD_SETTINGS"),
        (["settings", "set", "currency=euro", "time_zone=null"], "BAD_SETTINGS"),
    ],
)
def test_what_is_wrong_is_told(
    muster: Muster, account: None, arguments: list[str], code: str
) -> None:
    ran = muster(*arguments, "--json")
    assert (ran.code, ran.error["code"]) == (2, code)
    assert members(muster) == {}


def test_a_token_is_printed_once_listed_and_revoked(muster: Muster) -> None:
    made: Ran = muster("token", "create", "nightly", "--days", "30", "--scopes", "read")
    secret = made.out.splitlines()[0]
    assert secret.startswith("mst_")
    assert "not shown again" in made.out
    listed = muster("token", "list")
    assert secret not in listed.out
    assert secret[:10] in listed.out
    assert "active" in listed.out
    (token,) = muster("token", "list", "--json").json["items"]
    assert (token["role"], token["scopes"], token["user_id"]) == ("viewer", ["read"], None)
    assert "revoked" in muster("token", "revoke", token["id"]).out
    assert muster("token", "list", "--json").json["items"][0]["revoked_at"] is not None


def test_a_token_for_programs_is_json(muster: Muster) -> None:
    made = muster("token", "create", "ci", "--days", "1", "--role", "admin", "--json").json
    assert made["secret"].startswith(made["prefix"])


def test_settings_are_shown_and_set(muster: Muster) -> None:
    assert "concurrency" in muster("settings", "show").out
    answer = muster("settings", "set", "time_zone=Asia/Kolkata", "shrink_alert_share=null")
    assert answer.out == "The settings of shop are at revision 1.\n"
    shown = muster("settings", "show", "--json").json
    assert shown["revision"] == 1
    assert shown["settings"]["time_zone"] == "Asia/Kolkata"
    assert shown["settings"]["shrink_alert_share"] is None
    again = muster("settings", "set", "concurrency=3", "--json").json
    assert (again["revision"], again["settings"]["concurrency"]) == (2, 3)
