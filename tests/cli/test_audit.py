"""`muster audit` as a person and as a script use it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.cli.conftest import Muster
from tests.services.small_workspace import Installation


def tamper(installation: Installation, statement: str) -> None:
    with (
        installation.opened() as context,
        context.resources.database.transaction() as connection,
    ):
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_is_append_only"))
        connection.execute(text(statement))


def test_list_shows_the_newest_first_and_filters(muster: Muster) -> None:
    found = muster("audit", "list", "--json").json
    positions = [item["position"] for item in found["items"]]
    assert positions == sorted(positions, reverse=True)
    rules = muster("audit", "list", "--action", "rule.", "--json").json
    assert 0 < rules["total"] < found["total"]
    assert {item["actor"] for item in rules["items"]} == {"tester"}
    assert muster("audit", "list", "--since", "2999-01-01", "--json").json["total"] == 0
    shown = muster("audit", "list", "--limit", 1)
    assert shown.code == 0
    assert f"1 of {found['total']} entries" in shown.out


def test_export_writes_a_file_for_spreadsheets_or_programs(muster: Muster) -> None:
    total = muster("audit", "list", "--json").json["total"]
    rows = list(csv.DictReader(io.StringIO(muster("audit", "export").out)))
    assert len(rows) == total + 1
    lines = muster("audit", "export", "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["position"] for line in lines] == list(range(1, total + 3))
    refused = muster("audit", "export", "--format", "xml")
    assert refused.code == 2
    assert "BAD_FORMAT" in refused.err


def test_export_to_a_file_reports_as_json(muster: Muster, tmp_path: Path) -> None:
    target = tmp_path / "audit.csv"
    report = muster("audit", "export", "--out", target, "--json").json
    assert report == {"chain": "shop", "format": "csv", "path": str(target)}
    assert target.read_text().startswith("position,at,actor,")
    assert muster("audit", "export", "--json").error["code"] == "JSON_NEEDS_FILE"


def test_verify_holds_and_its_head_can_be_kept(muster: Muster) -> None:
    head = muster("audit", "head").out.strip()
    checked = muster("audit", "verify", "--head", head, "--json")
    assert checked.code == 0
    assert checked.json["holds"] is True
    assert checked.json["head"] == head == muster("audit", "head", "--json").json["head"]
    assert f"head: {head}" in muster("audit", "verify").out


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE audit SET reason = 'fine' WHERE position = 2", "altered"),
        ("DELETE FROM audit WHERE position = 2", "removed"),
    ],
)
def test_verify_exits_with_2_and_says_where_when_the_chain_is_broken(
    muster: Muster, installation: Installation, statement: str, why: str
) -> None:
    tamper(installation, statement)
    shown = muster("audit", "verify")
    assert shown.code == 2
    assert f"BROKEN at position 2: {why}." in shown.out
    checked = muster("audit", "verify", "--json")
    assert checked.code == 2
    assert checked.json["broken"]["why"] == why


def test_a_cut_tail_shows_against_the_head_alone(
    muster: Muster, installation: Installation
) -> None:
    head = muster("audit", "head").out.strip()
    tamper(installation, "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
    assert muster("audit", "verify").code == 0
    cut = muster("audit", "verify", "--head", head)
    assert (cut.code, "cut" in cut.out) == (2, True)


def test_the_installation_has_a_chain_of_its_own_and_a_bad_head_is_refused(muster: Muster) -> None:
    assert muster("audit", "verify", "--installation", "--json").json["chain"] == "installation"
    refused = muster("audit", "verify", "--head", "x", "--json")
    assert refused.code == 2
    assert refused.error["code"] == "BAD_HEAD"


def test_a_sealed_chain_cannot_be_continued_without_its_key(
    muster: Muster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_AUDIT_KEY", "canary-key")
    muster("audit", "export")
    sealed = muster("audit", "verify", "--json").json
    assert (sealed["holds"], sealed["sealed"]) == (True, 1)
    monkeypatch.delenv("MUSTER_AUDIT_KEY")
    refused = muster("audit", "export")
    assert refused.code == 3
    assert "AUDIT_KEY_MISSING" in refused.err
    assert muster("audit", "verify", "--json").json["broken"]["why"] == "unknown_key"
