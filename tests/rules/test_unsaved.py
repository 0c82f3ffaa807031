"""Rules without a name are read in every form they are sent in."""

from __future__ import annotations

from typing import Any

import pytest

from muster.base.errors import InvalidRule
from muster.rules.parse import parse_definition
from muster.rules.unsaved import read_rule

CONDITION = {"field": "tier", "op": "=", "value": 1}
FORMS: list[Any] = [
    CONDITION,
    [CONDITION],
    {"all": [CONDITION]},
    {"where": CONDITION},
    {"conditions": [CONDITION]},
    {"rule_name": "High value", "conditions": [CONDITION], "schedule": "@daily"},
    {"name": "vip", "title": "VIP", "tags": ["a"], "where": CONDITION},
]


@pytest.mark.parametrize("value", FORMS, ids=str)
def test_every_form_is_read(value: Any) -> None:
    definition = read_rule(value)
    bare = parse_definition([CONDITION]).where
    single = parse_definition(CONDITION).where
    assert definition.where in (bare, single)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"field": "tier", "op": "?", "value": 1}, "$.op"),
        ([CONDITION, {"field": "tier", "op": "?", "value": 1}], "$[1].op"),
        ({"where": {"field": "tier", "op": "?", "value": 1}}, "$.where.op"),
        ({"rule_name": "x", "conditions": [CONDITION], "schedule": "never"}, "$.schedule"),
        ({"where": CONDITION, "nonsense": 1}, "$.nonsense"),
        ({"name": "Not a name", "where": CONDITION}, "$.name"),
    ],
)
def test_a_fault_is_placed_in_what_was_sent(value: Any, path: str) -> None:
    with pytest.raises(InvalidRule) as caught:
        read_rule(value)
    assert caught.value.problems[0].path == path


@pytest.mark.parametrize(
    "value", [{}, [], [[[[]]]], 1, "x", None, [[[[1]]]], {"where": 1}], ids=str
)
def test_what_is_no_rule_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRule) as caught:
        read_rule(value)
    assert caught.value.problems
