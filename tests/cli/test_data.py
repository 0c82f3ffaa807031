"""`muster init`, `check`, `load`, `workspace`: from files to a workspace that answers."""

from __future__ import annotations

import pytest

from muster.model.load import load_model
from tests.services.small_workspace import MODEL, write_files


@pytest.fixture
def files(tmp_path):
    return write_files(tmp_path / "files")


def test_from_files_to_members_in_five_commands(muster, files, tmp_path) -> None:
    model, rules = tmp_path / "drafted.yml", tmp_path / "rules.yml"
    rules.write_text("name: grown_up\nwhere: {field: age, op: '>=', value: 40}")
    new = ("-w", "second")
    assert muster("init", files, "--out", model, "--currency", "EUR").code == 0
    assert muster("workspace", "create", "second", "--model", model).code == 0
    assert muster("load", files, *new).code == 0
    assert muster("check", *new).code == 0
    assert muster("rule", "apply", rules, "--yes", *new).code == 0
    assert muster("refresh", "--all", *new).code == 0
    found = muster("segment", "members", "grown_up", "--limit", 100, *new, "--json").json
    assert {item["user_id"] for item in found["items"]} == {
        key for key in range(25, 41) if key % 10
    }


def test_a_draft_says_what_it_guessed(muster, files, tmp_path) -> None:
    ran = muster("init", files, "--out", tmp_path / "a.yml", "--time-zone", "Europe/Vienna")
    assert '"users" is the entity' in ran.out
    assert "user.email" in ran.out
    assert load_model((tmp_path / "a.yml").read_text()).time_zone == "Europe/Vienna"
    found = muster("init", files, "--out", tmp_path / "b.yml", "--json").json
    assert found["tables"]["users"] == 40
    assert "user.email" in found["guessed_fields"]


def test_a_draft_is_written_over_an_older_one_only_by_force(muster, files, tmp_path) -> None:
    target = tmp_path / "model.yml"
    target.write_text("mine")
    assert muster("init", files).code == 2
    assert target.read_text() == "mine"
    assert muster("init", files, "--force").code == 0
    assert target.read_text() != "mine"


def test_a_check_without_findings_is_exit_code_0(reading) -> None:
    ran = reading("check")
    assert ran.code == 0
    assert "4 tables, 0 errors, 0 warnings." in ran.out
    assert reading("check", "--json").json["findings"] == []


def test_a_check_with_errors_is_exit_code_2(reading, tmp_path, files) -> None:
    model = tmp_path / "model.yml"
    model.write_text(MODEL.replace("age: {type: integer", "agee: {type: integer"))
    for more in ((), ("--source", files)):
        ran = reading("check", model, *more)
        assert ran.code == 2
        assert "$.attributes.agee" in ran.out
        assert "MISSING_COLUMN" in ran.out
        assert 'Did you mean "age"?' in ran.out
        found = reading("check", model, *more, "--json")
        assert found.code == 2
        assert found.json["errors"] == 1
        assert found.json["findings"][0]["severity"] == "error"


def test_the_workspaces_model_is_checked_against_a_source(reading, files) -> None:
    assert reading("check", "--source", files).code == 0
    (files / "views.csv").unlink()
    assert reading("check", "--source", files).code == 2


def test_a_load_reports_table_by_table(muster, files) -> None:
    path = files / "payments.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1], "9000,,2025-05-01,1,Books,2025-05-02"]) + "\n")
    found = muster("load", files, "--json").json
    payments = next(table for table in found["tables"] if table["table"] == "payments")
    assert payments["read"] == payments["loaded"] + 2
    assert (payments["duplicates"], payments["rejected"]) == (1, {"no_entity_key": 1})
    text = muster("load", files).out
    assert "payments: 1 rows rejected: no entity key" in text


def test_a_load_with_a_model_warns_of_rules_it_leaves_behind(muster, files, tmp_path) -> None:
    model = tmp_path / "model.yml"
    model.write_text(
        MODEL.replace("  city: {type: string,", "  town: {type: string, column: city,")
    )
    ran = muster("load", files, "--model", model)
    assert ran.code == 0
    assert "warning: viennese: $.where[0].field" in ran.err
    found = muster("load", files, "--json").json
    assert {problem["code"] for problem in found["unfit_rules"]} == {"UNKNOWN_FIELD"}


def test_a_workspace_is_chosen_by_option_environment_or_being_alone(muster, monkeypatch) -> None:
    assert muster("rule", "list", "--json").json["total"] == 5
    assert muster("workspace", "create", "second", "--title", "The second").code == 0
    ran = muster("rule", "list")
    assert ran.code == 2
    assert "[WORKSPACE_NEEDED]" in ran.err
    assert "second, shop" in ran.err
    assert muster("rule", "list", "-w", "second", "--json").json["total"] == 0
    monkeypatch.setenv("MUSTER_WORKSPACE", "shop")
    assert muster("rule", "list", "--json").json["total"] == 5
    found = muster("workspace", "list", "--json").json
    assert [(item["name"], item["title"]) for item in found["items"]] == [
        ("second", "The second"),
        ("shop", "Shop"),
    ]
    assert "The second" in muster("workspace", "list").out


def test_a_synthetic_model_makes_a_synthetic_workspace(muster, tmp_path) -> None:
    model = tmp_path / "model.yml"
    model.write_text(MODEL.replace("version: 1", "version: 1\nsynthetic: true"))
    assert muster("workspace", "create", "second", "--model", model, "--json").json["synthetic"]
    assert "synthetic" in muster("workspace", "list").out


def test_a_refused_model_makes_no_workspace(muster, tmp_path) -> None:
    model = tmp_path / "model.yml"
    model.write_text(MODEL.replace("integer", "int"))
    assert muster("workspace", "create", "second", "--model", model).code == 2
    assert muster("workspace", "list", "--json").json["total"] == 1


def test_a_workspace_without_rules_has_nothing_to_refresh(muster, files, tmp_path) -> None:
    model = tmp_path / "model.yml"
    model.write_text(MODEL)
    muster("workspace", "create", "second", "--model", model)
    muster("load", files, "-w", "second")
    ran = muster("refresh", "--all", "-w", "second")
    assert ran.code == 2
    assert "[NO_RULES]" in ran.err
