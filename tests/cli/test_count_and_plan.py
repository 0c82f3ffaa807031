"""`muster count` and `muster plan`: by name, by file, by JSON; nothing is written."""

from __future__ import annotations

import json

import pytest

from tests.services.small_workspace import keys

AS_OF = ("--as-of", "2025-06-01")
CONDITION = {"metric": "total_spend", "op": ">", "value": "100.00"}


def test_a_count_takes_a_name_a_file_or_json(reading, tmp_path) -> None:
    file = tmp_path / "rule.yml"
    file.write_text(f"name: other\nwhere: {json.dumps(CONDITION)}")
    for source in ("spenders", file, json.dumps(CONDITION), json.dumps([CONDITION])):
        ran = reading("count", source, *AS_OF, "--json")
        assert ran.code == 0
        assert ran.json["size"] == len(keys(where="spenders"))
        assert ran.json["share"] == ran.json["size"] / 40


def test_a_count_shows_sentence_conditions_warnings_and_time(reading) -> None:
    rule = json.dumps([CONDITION, {"field": "city", "op": "!=", "value": "Vienna"}])
    found = reading("count", rule, *AS_OF, "--json").json
    assert [leaf["path"] for leaf in found["conditions"]] == ["$[0]", "$[1]"]
    assert found["conditions"][1]["true"] == 40 - len(keys(where="viennese"))
    assert found["warnings"][0]["code"] == "NULLS_LEFT_OUT"
    assert found["seconds"] >= 0
    text = reading("count", rule, *AS_OF, "--sql").out
    assert found["sentence"] in text
    assert f"{found['size']} of 40" in text
    assert "warning: $[1]" in text
    assert "SELECT" in text


def test_a_file_of_several_rules_is_not_one_rule(reading, tmp_path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text("- {name: a, where: {did: view}}\n- {name: b, where: {did: payment}}")
    ran = reading("count", file)
    assert ran.code == 2
    assert "[SEVERAL_RULES]" in ran.err


def test_a_plan_shows_stages_sharing_and_sql(reading) -> None:
    found = reading("plan", "mail_to_win_back", "viennese", *AS_OF, "--json").json
    assert set(found["added_parents"]) == {"quiet", "spenders", "quiet_spenders"}
    assert found["asked"] > found["distinct"]
    questions = {one["sentence"]: one["rules"] for s in found["stages"] for one in s["questions"]}
    assert set(questions['City is "Vienna"']) == {"mail_to_win_back", "viennese"}
    assert {stage["kind"] for stage in found["stages"]} == {"index", "member"}
    text = reading("plan", "mail_to_win_back", "viennese", *AS_OF).out
    assert "Stage 1:" in text
    assert "City is" in text
    assert f"{found['asked']} questions asked, {found['distinct']} distinct" in text
    assert "nothing was run" in text
    assert "SELECT" in text


def test_a_plan_as_sql_is_sql_alone(reading) -> None:
    text = reading("plan", "viennese", "--sql").out
    assert text.startswith("-- viennese\nSELECT\n")
    assert text.rstrip().endswith(";")


def test_a_plan_takes_files_and_names_together(reading, tmp_path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text("- {name: twin, where: {field: city, op: '=', value: Vienna}}")
    found = reading("plan", file, "viennese", "--json").json
    assert (found["asked"], found["distinct"]) == (2, 1)
    assert set(found["selects"]) == {"twin", "viennese"}
    assert set(reading("plan", "--all", "--json").json["selects"]) == {
        "mail_to_win_back",
        "quiet",
        "quiet_spenders",
        "spenders",
        "viennese",
    }


@pytest.mark.parametrize("command", ["count", "plan"])
def test_nothing_is_written(reading, command) -> None:
    before = reading("runs", "list", "--json").json, reading("rule", "list", "--json").json
    assert reading(command, "quiet").code == 0
    after = reading("runs", "list", "--json").json, reading("rule", "list", "--json").json
    assert after == before
