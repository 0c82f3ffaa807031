"""A rule spelled as YAML, SQL and a sentence means what it meant."""

from __future__ import annotations

from typing import Any

import pytest

from muster.base.errors import InvalidRule
from muster.model.yaml_text import read_yaml
from muster.rules.document import read_documents
from muster.rules.unsaved import read_rule
from muster.services.counting import count_definition
from muster.services.rule_text import rule_text
from tests.services.small_workspace import documents

OLDER = {"field": "age", "op": ">=", "value": 30.5}
SPENT = {"metric": "total_spend", "op": ">", "value": "300.00"}


@pytest.mark.parametrize(
    "rule",
    [
        OLDER,
        [OLDER, {"any": [SPENT, {"not": {"segment": "viennese"}}]}],
        {"universe": "adults", "where": [SPENT], "limit": {"n": 9, "rank_by": "total_spend"}},
        {"name": "vip", "title": "Very: #1", "tags": ["on", "007"], "where": OLDER},
        {"conditions": [{"field": "age", "operator": ">", "value": 3}], "rule_name": "Older"},
    ],
)
def test_every_spelling_is_of_the_same_rule(shared, rule: Any) -> None:
    found = rule_text(shared, rule)
    value, problems = read_yaml(found.yaml)
    assert problems == ()
    assert read_rule(value) == read_rule(rule)
    counted = count_definition(shared, read_rule(rule))
    assert (found.sql, found.dialect) == (counted.sql, "duckdb")
    assert rule_text(shared, value) == found


def test_what_stands_beside_a_definition_is_kept(shared) -> None:
    rule = {"where": OLDER, "schedule": "@daily", "title": "Older", "name": "older", "tags": []}
    found = rule_text(shared, rule)
    assert found.yaml == (
        'name: older\ntitle: Older\nschedule: "@daily"\n'
        'where: {field: age, op: ">=", value: 30.5}\n'
    )
    assert found.sentence == "Users matching this: Age is at least 30.5. Days are days in UTC."


def test_saved_rules_come_back_as_they_are_applied(shared) -> None:
    for document in documents():
        text = rule_text(shared, {"name": document.name, **document.raw}).yaml
        (again,) = read_documents(read_yaml(text)[0])
        assert (again.name, again.definition) == (document.name, document.definition)


def test_a_rule_with_faults_has_no_other_spelling(shared) -> None:
    with pytest.raises(InvalidRule) as refused:
        rule_text(shared, [{"field": "agee", "op": ">", "value": 3}, {"metric": "x"}])
    assert refused.value.problems
