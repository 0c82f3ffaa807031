"""Rules are written back as they mean, in the one spelling that leaves defaults out."""

from __future__ import annotations

from typing import Any

import pytest

from muster.base import json_value
from muster.rules.dump import dump_definition, dump_node
from muster.rules.nodes import Node
from muster.rules.parse import parse_definition, parse_node
from tests.rules.test_parse import COMBINATIONS, DATES, JA, NODES, WINDOWS

A = {"field": "a", "op": "=", "value": 1}


@pytest.mark.parametrize("node", [node for _, node in NODES], ids=str)
def test_what_was_read_is_read_again(node: Node) -> None:
    assert parse_node(dump_node(node)) == node


@pytest.mark.parametrize("node", [node for _, node in NODES], ids=str)
def test_it_survives_being_text(node: Node) -> None:
    text = json_value.dumps(dump_node(node))
    assert parse_node(json_value.loads(text)) == node


@pytest.mark.parametrize("written", [written for written, _ in WINDOWS], ids=str)
def test_windows_survive(written: Any) -> None:
    node = parse_node({"did": "card", "window": written})
    assert parse_node(dump_node(node)) == node


@pytest.mark.parametrize("dates", [dates for dates, _ in DATES], ids=str)
def test_inclusive_dates_survive(dates: Any) -> None:
    definition = parse_definition({"where": A, **dates})
    assert parse_definition(dump_definition(definition)) == definition


@pytest.mark.parametrize("written", [written for written, _ in COMBINATIONS], ids=str)
def test_combinations_survive_as_conditions(written: Any) -> None:
    definition = parse_definition(written)
    assert parse_definition(dump_definition(definition)) == definition


MINIMAL: list[tuple[Any, Any]] = [
    ([A], {"all": [A]}),
    (
        {"field": "a", "operator": "=", "value": 1, "bounds": "[]", "nulls": "exclude"},
        {"field": "a", "op": "=", "value": 1},
    ),
    (
        {"did": ["card"], "times": {"op": ">=", "n": 1}, "pattern": "plain"},
        {"did": "card"},
    ),
    ({"did": "card", "times": 2}, {"did": "card", "times": {"op": ">=", "n": 2}}),
    (
        {"metric": "m", "op": "<=", "value": 5, "rank": "top_n"},
        {"metric": "m", "value": 5, "rank": "top_n"},
    ),
    (
        {"field": "m", "op": ">", "value": 1, "window": {"last": "P1W"}},
        {"metric": "m", "op": ">", "value": 1, "window": {"last": "P7D"}},
    ),
    (
        {"field": "m", "op": "contains", "value": "x", "window": "all_time"},
        {"field": "m", "op": "contains", "value": "x", "window": "all_time"},
    ),
    ({"segment": 3, "in": True, "freshness": "same_run"}, {"segment": "3"}),
    ({"bucket": {"salt": "s", "from": 0, "to": "1.0"}}, {"bucket": {"salt": "s"}}),
    ({"interests": {"any": ["a"]}}, {"interests": ["a"]}),
    ({"locations": ["b", "a"], "age_bands": []}, {"locations": ["b", "a"]}),
    (
        {"sequence": [{"did": "a"}, {"did": "b", "absent": False}], "start": "any"},
        {"sequence": [{"did": "a"}, {"did": "b"}]},
    ),
]


@pytest.mark.parametrize(("written", "expected"), MINIMAL, ids=str)
def test_defaults_are_left_out(written: Any, expected: Any) -> None:
    assert dump_node(parse_node(written)) == expected


def test_a_whole_definition_is_written() -> None:
    written = {
        "where": {"all": [A]},
        "universe": {"segment": "vip"},
        "tz": "Asia/Kolkata",
        "limit": {"n": 5, "rank_by": "m", "dir": "asc"},
        "exclude": [{"list": "staff"}],
        "start_date": "2025-01-01",
        "end_date": "2025-12-31",
        "ttl": "P540D",
    }
    assert dump_definition(parse_definition(written)) == written


def test_a_bare_condition_becomes_a_definition() -> None:
    assert dump_definition(parse_definition([JA])) == {"where": {"all": [JA]}}


def test_a_share_with_very_many_digits_survives() -> None:
    text = '{"bucket": {"salt": "s", "from": 1.234567890123456789012345678e-30, "to": 0.5}}'
    node = parse_node(json_value.loads(text))
    assert parse_node(dump_node(node)) == node
