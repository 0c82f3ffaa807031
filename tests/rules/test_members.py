"""Finding the segments and lists of a rule, and renaming segments."""

from __future__ import annotations

from typing import Any

import pytest

from muster.rules.members import members_in, rename_segments
from muster.rules.nodes import Member
from muster.rules.parse import parse_definition

A = {"field": "tier", "op": "=", "value": 1}
RULE = {
    "where": [{"segment": 1}, {"not": {"any": [{"segment": "b"}, {"list": "1"}]}}, A],
    "universe": {"count": {"n": 1}, "of": [{"segment": 2}]},
    "exclude": [{"segment": 1, "version": 3}],
}


def test_members_are_found_everywhere() -> None:
    found = members_in(parse_definition(RULE))
    expected = [Member("1"), Member("1", version=3), Member("2"), Member("b"), Member(listed="1")]
    assert len(found) == len(expected)
    assert all(member in found for member in expected)


RENAMED: list[tuple[Any, Any]] = [
    ({"segment": 1}, {"segment": "r1"}),
    (
        RULE,
        {
            "where": [{"segment": "r1"}, {"not": {"any": [{"segment": "rb"}, {"list": "1"}]}}, A],
            "universe": {"count": {"n": 1}, "of": [{"segment": "r2"}]},
            "exclude": [{"segment": "r1", "version": 3}],
        },
    ),
    ({"depends_on": [1, "b"], "conditions": [A]}, {"depends_on": ["r1", "rb"], "conditions": [A]}),
    ({"where": {**A, "value": "1"}}, {"where": {**A, "value": "1"}}),
]


@pytest.mark.parametrize(("rule", "expected"), RENAMED, ids=str)
def test_definition_and_json_are_renamed_alike(rule: Any, expected: Any) -> None:
    definition, raw = rename_segments(parse_definition(rule), rule, lambda name: f"r{name}")
    assert raw == expected
    assert parse_definition(raw) == definition
