"""`muster live`: waterfall, conditions, neighbours, curves, as tables and as JSON."""

from __future__ import annotations

import json

import pytest

from muster.cli.live import bar
from tests.services.small_workspace import USERS, keys

AS_OF = ("--as-of", "2025-06-01")
SPENT = {"metric": "total_spend", "op": ">", "value": "300.00"}
RULE = json.dumps([SPENT, {"field": "age", "op": ">=", "value": 30}])


def test_json_holds_what_the_api_answers(reading) -> None:
    found = reading("live", RULE, "--json", "--curve", "$[1]", "--by", "city", *AS_OF).json
    assert found["waterfall"][0]["size"] == 40
    assert found["waterfall"][-1]["size"] == found["size"]
    assert len(found["marginal"]) == len(found["near_misses"]["conditions"]) == 2
    assert found["curve"]["curves"][0]["present"] == 30
    assert [one["name"] for one in found["breakdown"]["attributes"]] == ["city"]
    assert found["nearest"]["segments"][0]["name"] == "spenders"
    counted = reading("count", RULE, "--json", *AS_OF).json
    assert (found["size"], found["sentence"]) == (counted["size"], counted["sentence"])


def test_people_see_tables_with_bars(reading) -> None:
    found = reading("live", RULE, "--curve", "$[1]", "--by", "city,age", *AS_OF)
    assert found.code == 0
    for words in (
        "Waterfall",
        "everyone",
        "Only this one missing",
        "size without it",
        "Nearest of 5 segments",
        "holds the whole rule",
        "Vienna",
        "above ",
        "(none)",
        "Size by the value of $[1]",
        "30 <",
    ):
        assert words in found.out
    assert "█" * 30 in found.out
    assert "Person" not in found.out


def test_the_narrowing_order_begins_with_what_leaves_the_fewest(reading) -> None:
    rule = json.dumps([{"field": "age", "op": ">=", "value": 16}, {"segment": "viennese"}])
    found = reading("live", rule, "--narrowing", "--json", *AS_OF).json["waterfall"]
    assert [step["path"] for step in found] == ["$", "$[1]", "$[0]"]
    assert found[1]["size"] == len(keys(where="viennese"))


def test_parts_that_do_not_apply_say_why(reading) -> None:
    rule = json.dumps({"any": [SPENT, {"segment": "quiet"}]})
    found = reading("live", rule, "--curve", "$.any[1]", *AS_OF).out
    assert "One condition of several is enough" in found
    assert "compares no number" in found


def test_a_saved_rule_with_an_exclusion_is_shown_to_its_end(reading) -> None:
    found = reading("live", "mail_to_win_back", *AS_OF).out
    assert "excluded at $.exclude[0]" in found


def test_an_estimate_that_is_exact_says_so(reading) -> None:
    text = reading("live", RULE, "--estimate", *AS_OF).out
    assert f"of {len(USERS)}, exact" in text
    found = reading("live", RULE, "--estimate", "--json", *AS_OF).json
    assert (found["exact"], found["waterfall"]) == (True, None)


def test_a_condition_that_is_not_there_is_refused(reading) -> None:
    ran = reading("live", RULE, "--curve", "$[5]", *AS_OF)
    assert ran.code == 2
    assert "[UNKNOWN_CONDITION]" in ran.err
    assert "$[0], $[1]" in ran.err


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 10, ""), (10, 10, "█" * 30), (5, 10, "█" * 15), (1, 240, "▏"), (1, 0, "")],
)
def test_a_bar_is_as_long_as_its_part(part: int, whole: int, expected: str) -> None:
    assert bar(part, whole) == expected
