"""`muster rule`: plan, then apply; look at; restore."""

from __future__ import annotations

import io

import pytest

from tests.services.small_workspace import keys

HIGHER = """
- {name: spenders, title: Spenders, where: {metric: total_spend, op: ">", value: "300.00"}}
- {name: fresh, title: Fresh, where: {field: city, op: "!=", value: Vienna}}
"""


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(HIGHER)
    return path


def versions(muster) -> dict[str, int]:
    return {
        rule["name"]: rule["version"] for rule in muster("rule", "list", "--json").json["items"]
    }


def test_a_dry_run_shows_the_plan_and_writes_nothing(muster, rules) -> None:
    before = versions(muster)
    ran = muster("rule", "apply", rules, "--dry-run", "--as-of", "2025-06-01")
    assert ran.code == 0
    lines = {line.split()[0]: line.split()[1:] for line in ran.out.splitlines() if line.strip()}
    assert lines["spenders"][0] == "changed"
    assert lines["spenders"][1] == str(len(keys(where="spenders")))
    assert lines["quiet_spenders"][0] == lines["mail_to_win_back"][0] == "child"
    assert lines["fresh"][:2] == ["new", "-"]
    assert "NULLS_LEFT_OUT" in ran.out
    assert "Nothing was written." in ran.out
    assert versions(muster) == before


def test_applying_with_yes_writes_and_reports(muster, rules) -> None:
    ran = muster("rule", "apply", rules, "--yes", "--reason", "why not", "--json")
    assert ran.code == 0
    assert ran.err == ""
    found = ran.json
    assert found["applied"]
    assert {rule["name"]: rule["version"] for rule in found["rules"]} == {
        "spenders": 2,
        "fresh": 1,
    }
    effects = {effect["name"]: effect for effect in found["effects"]}
    assert effects["spenders"]["change"] == "changed"
    assert effects["spenders"]["left"] == len(effects["spenders"]["left_sample"])
    assert found["warnings"][0]["rule"] == "fresh"
    assert versions(muster)["spenders"] == 2
    assert muster("rule", "show", "spenders", "--json").json["versions"][0]["reason"] == "why not"


def test_applying_again_changes_nothing_and_asks_nothing(muster, rules) -> None:
    assert muster("rule", "apply", rules, "--yes").code == 0
    again = muster("rule", "apply", rules)
    assert again.code == 0
    assert "unchanged" in again.out
    assert "Nothing to write." in again.out


def test_without_a_terminal_the_question_is_refused(muster, rules) -> None:
    before = versions(muster)
    ran = muster("rule", "apply", rules)
    assert ran.code == 2
    assert "[NOT_CONFIRMED]" in ran.err
    assert "--yes" in ran.err
    assert versions(muster) == before


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "written"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_on_a_terminal_one_is_asked(muster, rules, monkeypatch, answer, written) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    ran = muster("rule", "apply", rules)
    assert ran.code == 0
    assert "Write 2 rules?" in ran.err
    assert (versions(muster)["spenders"] == 2) is written


def test_rules_are_listed(reading) -> None:
    ran = reading("rule", "list")
    assert ran.code == 0
    assert "quiet_spenders" in ran.out
    assert reading("rule", "list", "--json").json["total"] == 5


def test_a_rule_is_shown_in_all_its_forms(reading) -> None:
    found = reading("rule", "show", "viennese", "--json").json
    assert found["sentence"].startswith("Users matching")
    assert found["definition"] == {"where": [{"field": "city", "op": "=", "value": "Vienna"}]}
    assert found["sql"].startswith("SELECT")
    assert found["schedule"] == "@daily"
    assert len(found["fingerprint"]) == 64
    text = reading("rule", "show", "viennese").out
    for part in (found["sentence"], found["sql"], "@daily", "first rules", "tester", "place"):
        assert part in text


def test_an_old_version_is_restored(muster, rules) -> None:
    muster("rule", "apply", rules, "--yes")
    ran = muster("rule", "restore", "spenders", 1, "--yes")
    assert ran.code == 0
    assert "changed" in ran.out
    found = muster("rule", "show", "spenders", "--json").json
    assert found["version"] == 3
    assert found["definition"]["where"]["value"] == "100.00"
    assert found["versions"][0]["reason"] == "restored version 1"


def test_what_a_rule_has_to_do_with_others_is_told(reading) -> None:
    rule = """[{"field": "city", "op": "!=", "value": "Vienna", "nulls": "include"},
        {"metric": "total_spend", "op": ">", "value": "100.00"}]"""
    ran = reading("rule", "relations", rule)
    assert ran.code == 0
    assert "Held against 5 published rules." in ran.out
    for part in ("composed", "spenders, viennese", '"operation": "DIFFERENCE"', "disjoint"):
        assert part in ran.out
    found = reading("rule", "relations", rule, "--json").json
    assert (found["total"], found["compared"], found["truncated"]) == (5, 5, False)
    assert found["items"][0]["segments"] == ["spenders", "viennese"]


def test_a_saved_rule_is_not_held_against_itself(reading) -> None:
    found = reading("rule", "relations", "spenders", "--json").json
    assert found["items"] == []
    assert "Nothing is proven" in reading("rule", "relations", "spenders").out


def test_a_rule_that_repeats_a_segment_is_warned_about(reading) -> None:
    rule = '{"field": "city", "op": "in", "value": ["Vienna"]}'
    assert "DUPLICATE_SEGMENT" in reading("count", rule).out
    assert reading("rule", "show", "viennese", "--json").json["warnings"] == []
