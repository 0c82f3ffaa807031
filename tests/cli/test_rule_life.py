"""`muster rule publish`, `archive`, `delete` and the requests for approval."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from muster.services.access import enter_locally
from muster.settings import Settings
from muster.store.tables_people import workspace_settings
from muster.wiring import open_resources
from tests.services.small_workspace import NAME

HIGHER = """
- {name: spenders, title: Spenders, where: {metric: total_spend, op: ">", value: "300.00"}}
"""
FRESH = "- {name: fresh, title: Fresh, where: {did: view}}"


@pytest.fixture
def write(tmp_path):
    def made(text: str):
        path = tmp_path / "rules.yml"
        path.write_text(text)
        return path

    return made


def shown(muster, name: str) -> dict:
    return muster("rule", "show", name, "--json").json


def ask_from(share: float) -> None:
    with open_resources(Settings()) as resources:
        context = enter_locally(resources, NAME, actor="test")
        with context.transaction() as connection:
            connection.execute(
                insert(workspace_settings).values(
                    workspace_id=context.workspace.id,
                    document={"approval_share": share},
                    revision=1,
                )
            )


def test_a_draft_is_written_shown_and_published(muster, write) -> None:
    ran = muster("rule", "apply", write(HIGHER), "--draft", "--yes")
    assert "1 drafts are written." in ran.out
    found = shown(muster, "spenders")
    assert (found["version"], found["published_version"]) == (2, 1)
    assert "published, draft 2" in muster("rule", "show", "spenders").out
    assert "published, draft 2" in muster("rule", "list").out
    ran = muster("rule", "publish", "spenders", "--reason", "now")
    assert (ran.code, ran.out) == (0, "Version 2 of spenders is published.\n")
    again = muster("rule", "publish", "spenders")
    assert (again.code, "[NOTHING_TO_PUBLISH]" in again.err) == (2, True)


def test_a_rule_that_was_never_published_has_no_sql(muster, write) -> None:
    assert muster("rule", "apply", write(FRESH), "--draft", "--yes").code == 0
    found = shown(muster, "fresh")
    assert (found["status"], found["published_version"], found["sql"]) == ("draft", None, None)
    assert "status: draft" in muster("rule", "show", "fresh").out


def test_a_draft_is_discarded(muster, write) -> None:
    muster("rule", "apply", write(HIGHER), "--draft", "--yes")
    assert muster("rule", "discard", "spenders").out == "spenders is as its version 1 again.\n"
    assert shown(muster, "spenders")["version"] == 1


def test_a_rule_is_archived_and_brought_back(muster) -> None:
    assert muster("rule", "archive", "viennese").out == "viennese is archived.\n"
    assert shown(muster, "viennese")["status"] == "archived"
    found = muster("rule", "unarchive", "viennese", "--json").json
    assert (found["name"], found["status"]) == ("viennese", "published")


def test_a_rule_is_deleted_only_when_that_is_meant_and_possible(muster) -> None:
    unasked = muster("rule", "delete", "viennese")
    assert (unasked.code, "[NOT_CONFIRMED]" in unasked.err) == (2, True)
    assert muster("rule", "delete", "viennese", "--yes").out == "viennese is deleted.\n"
    assert "[UNKNOWN_RULE]" in muster("rule", "show", "viennese").err
    needed = muster("rule", "delete", "spenders", "--yes")
    assert (needed.code, "[HAS_DEPENDENTS]" in needed.err) == (2, True)
    assert "quiet_spenders" in needed.err


def test_an_edit_that_moves_many_waits_for_another_person(muster, write, monkeypatch) -> None:
    ask_from(0.1)
    ran = muster("rule", "apply", write(HIGHER), "--yes", "--reason", "fewer")
    assert "waits as a draft: somebody else decides on request 1." in " ".join(ran.out.split())
    assert shown(muster, "spenders")["published_version"] == 1
    (asked,) = muster("rule", "approvals", "--json").json["items"]
    assert (asked["rule"], asked["version"], asked["reason"]) == ("spenders", 2, "fewer")
    assert "spenders" in muster("rule", "approvals").out
    own = muster("rule", "approve", 1)
    assert (own.code, "[OWN_REQUEST]" in own.err) == (2, True)
    monkeypatch.setenv("MUSTER_ACTOR", "olga")
    bare = muster("rule", "reject", 1)
    assert (bare.code, "[COMMENT_NEEDED]" in bare.err) == (2, True)
    done = muster("rule", "approve", 1, "--comment", "fine")
    assert done.out == "Request 1 about version 2 of spenders is approved.\n"
    assert shown(muster, "spenders")["published_version"] == 2
    assert muster("rule", "approvals", "--json").json["total"] == 0
    assert muster("rule", "approvals", "--all", "--json").json["items"][0]["decided_by"] == "olga"


def test_a_request_is_withdrawn_or_rejected(muster, write, monkeypatch) -> None:
    ask_from(0.1)
    muster("rule", "apply", write(HIGHER), "--yes")
    assert muster("rule", "withdraw", 1, "--json").json["state"] == "withdrawn"
    ran = muster("rule", "publish", "spenders")
    assert "request 2" in ran.out
    monkeypatch.setenv("MUSTER_ACTOR", "olga")
    assert muster("rule", "reject", 2, "--comment", "no", "--json").json["comment"] == "no"
    assert shown(muster, "spenders")["published_version"] == 1
