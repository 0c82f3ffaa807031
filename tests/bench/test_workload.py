"""The hundred rules are a hundred, valid, in order, and say different things."""

from __future__ import annotations

import json

from bench.muster_side import bound_rule, read_model
from bench.workload import hundred_rules
from muster.compile.plan import plan_rules

RULES = hundred_rules()


def test_there_are_exactly_a_hundred_valid_rules() -> None:
    model = read_model()
    assert len({bound_rule(rule, model).name for rule in RULES}) == 100


def test_no_two_rules_say_the_same() -> None:
    said = {json.dumps({**rule, "name": ""}, sort_keys=True) for rule in RULES}
    assert len(said) == 100


def test_twenty_rules_combine_segments_that_come_before_them() -> None:
    seen: set[str] = set()
    operations: list[str] = []
    for rule in RULES:
        assert seen.issuperset(rule.get("depends_on", ()))
        seen.add(rule["name"])
        operations += [rule["operation"]] if "operation" in rule else []
    assert len(operations) == 20
    assert set(operations) == {"INTERSECTION", "UNION", "DIFFERENCE"}


def test_rules_share_questions_but_not_most_of_them() -> None:
    model = read_model()
    bound = [bound_rule(rule, model) for rule in RULES]
    plan = plan_rules(bound, as_of=bound[0].moment.as_of)
    assert 0.8 < plan.distinct / plan.asked < 1
